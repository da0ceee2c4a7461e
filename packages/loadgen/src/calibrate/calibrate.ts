import {
  choice,
  duration,
  flag,
  type Io,
  integer,
  type ParsedSettings,
  parseSettings,
  withVariables,
} from "@hey/runtime";
import { environmentOf } from "../environment.ts";
import { createInputs } from "../inputs.ts";
import { formatRate, formatShare, formatUs } from "../report/format.ts";
import type { Report } from "../report/report.ts";
import { table } from "../report/table.ts";
import { exitCodes, type Invocation, measure } from "../run.ts";
import { mostInFlight } from "../settings/schedule-settings.ts";
import { positionals, settings as runSettings } from "../settings/settings.ts";
import { mostConnections } from "../settings/transport-settings.ts";
import {
  type Calibration,
  calibrationSchema,
  ceilingOf,
  type PacedStep,
  pacedStep,
  ratesToTry,
  recommended,
} from "./calibration.ts";
import { startNullServer } from "./start-null-server.ts";

const settings = withVariables({
  duration: duration({
    flag: "duration",
    short: "z",
    default: 15_000,
    min: 1_000,
    help: "how long all of it may take",
  }),
  engine: choice({ flag: "engine", choices: ["wire", "grpc-js"], default: "wire", help: "which engine to measure" }),
  connections: integer({
    flag: "connections",
    default: 1,
    min: 1,
    max: mostConnections,
    help: "how many connections",
  }),
  concurrency: integer({
    flag: "concurrency",
    short: "c",
    default: 64,
    min: 1,
    max: mostInFlight,
    help: "how many calls at a time, for the ceiling",
  }),
  workers: integer({ flag: "workers", default: 1, min: 1, max: 64, help: "how many threads" }),
  json: flag({ flag: "json", default: false, help: "print JSON" }),
  quiet: flag({ flag: "quiet", short: "q", default: false, help: "do not show each step as it ends" }),
});

type CalibrateSettings = ParsedSettings<typeof settings>;

/** The command that measures the generator itself. */
export const calibrate = {
  name: "hey-loadgen calibrate",
  summary: "Measures the generator itself on this machine: how many calls it can make, and how punctually.",
  settings,
  footer: `The calls go to a server in a process of its own that answers each with OK and an empty message and does nothing else. It takes
its CPU from the same machine: against a server elsewhere the generator has more.`,
};

/** Measures and prints. Resolves to the exit code. */
export async function runCalibrate(given: CalibrateSettings, io: Io, invocation: Invocation): Promise<number> {
  const startedAt = new Date().toISOString();
  await using server = await startNullServer();
  const surroundings = { io, inputs: createInputs(io.stdin), invocation };
  const show = (line: string) => given.quiet || io.stderr.write(`${line}\n`);
  // A fifth of the time for the ceiling, the rest for seven steps; of each a sixth to warm up.
  const run = async (shareOfTime: number, ...args: readonly string[]): Promise<Report> => {
    const lengthMs = given.duration * shareOfTime;
    const all = [
      ...["-z", `${Math.round((lengthMs * 5) / 6)}ms`, "--warmup", `${Math.round(lengthMs / 6)}ms`, "--drain", "2s"],
      ...["--engine", given.engine, "--connections", String(given.connections), "--workers", String(given.workers)],
      ...["--percentiles", "50,99", "--admin-grpc", "off", "--quiet", ...args, server.address],
    ];
    return await measure(
      parseSettings({ name: "", summary: "", positionals, settings: runSettings }, all, {}),
      surroundings,
    );
  };
  const closed = await run(0.2, "-c", String(given.concurrency));
  const ceiling = ceilingOf(closed);
  show(`ceiling: ${formatRate(ceiling.callsPerS)}, ${ceiling.cpuUsPerCall.toFixed(1)} µs of CPU a call`);
  const steps: PacedStep[] = [];
  for (const rate of ratesToTry(ceiling.callsPerS)) {
    if (io.signal.aborted) return exitCodes.signal;
    const step = pacedStep(rate, await run(0.11, "--rps", String(rate)));
    steps.push(step);
    show(cells(step).join("  "));
  }
  if (io.signal.aborted) return exitCodes.signal;
  const calibration: Calibration = {
    schema: calibrationSchema,
    startedAt,
    environment: environmentOf(invocation.nodeVersion),
    engine: given.engine,
    connections: closed.target.connections,
    workers: given.workers,
    ceiling,
    steps,
    recommendedPerS: recommended(steps),
  };
  io.stdout.write(given.json ? `${JSON.stringify(calibration)}\n` : printCalibration(calibration));
  return 0;
}

/** For a terminal. */
export function printCalibration(calibration: Calibration): string {
  const { environment, engine, connections, workers, ceiling, steps, recommendedPerS } = calibration;
  const { cpus, cpuModel, node } = environment;
  const links = `${connections} connection${connections === 1 ? "" : "s"}${workers === 1 ? "" : `, ${workers} workers`}`;
  const cpu = `${ceiling.cpuUsPerCall.toFixed(1)} µs of CPU a call${workers === 1 ? "" : " in the workers"}`;
  const isHighest = steps.every(({ askedPerS }) => askedPerS <= (recommendedPerS ?? 0));
  const limit = isHighest
    ? `\n  (the highest rate that was tried; more callers than ${ceiling.concurrency}, by -c, may have a higher ceiling)`
    : "";
  const blocks = [
    `engine ${engine}, ${links}, ${cpus} × ${cpuModel}, Node ${node}\n  against a server in a process of its own that only says OK`,
    `ceiling: ${formatRate(ceiling.callsPerS)} in a closed loop of ${ceiling.concurrency}, ${cpu}`,
    table(["asked", "reached", "late p50", "late p99", "late max", "CPU", "generator"], steps.map(cells), {
      aligned: ["right"],
    }),
    recommendedPerS === null
      ? "no rate to recommend: the generator was not well at any of these"
      : `up to ${formatRate(recommendedPerS)} the times are the server's: the generator was well and kept up${limit}`,
  ];
  return `${blocks.join("\n\n")}\n`;
}

function cells({ askedPerS, reachedPerS, lateP50Us, lateP99Us, lateMaxUs, cpu, verdict }: PacedStep): string[] {
  const time = (us: number | null) => (us === null ? "n/a" : formatUs(us));
  const late = [time(lateP50Us), time(lateP99Us), formatUs(lateMaxUs)];
  return [formatRate(askedPerS), formatRate(reachedPerS), ...late, formatShare(cpu), verdict];
}
