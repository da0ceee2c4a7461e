import { fork } from "node:child_process";
import { once } from "node:events";
import { median } from "../ratios.ts";
import { main, run } from "./program.ts";
import { type Finding, shown } from "./trap.ts";

/** The server that answers everything with nothing, in a process of its own, as `calibrate` has it. */
async function startNullServer(): Promise<Disposable & { readonly address: string }> {
  const file = new URL("calibrate/null-server.ts", `file://${main}`);
  const child = fork(file, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const [port] = await once(child, "message");
  return { address: `127.0.0.1:${port}`, [Symbol.dispose]: () => child.disconnect() };
}

const pairs = 15;
const calmRuns = 20;

/** The generator at a third of what it can do, at three times that, and with next to nothing to do. */
export async function saturation(): Promise<readonly Finding[]> {
  using server = await startNullServer();
  const { rates } = await run(["-c", "64", "-z", "3s", server.address]);
  const ceiling = rates.finishedPerS;
  const at = async (perSecond: number, seconds: number) =>
    await run(["--rps", `${Math.round(perSecond)}`, "-z", `${seconds}s`, "--drain", "1s", server.address]);
  const calm = (await at(0.3 * ceiling, 3)).generator;
  const over = (await at(3 * ceiling, 3)).generator;
  const bad: string[] = [];
  for (let index = 0; index < calmRuns; index++) {
    const { verdict, reasons } = (await at(100, 1)).generator;
    if (verdict !== "ok") bad.push(`${verdict}: ${reasons.join(", ")}`);
  }
  return [
    {
      trap: "T18",
      what: `at 0.3 and at 3 times the ceiling of ${Math.round(ceiling)}/s`,
      expected: "ok, saturated",
      seen: [calm.verdict, ...calm.reasons, over.verdict].join(", "),
      held: calm.verdict === "ok" && over.verdict === "saturated",
    },
    {
      trap: "T18",
      what: `${calmRuns} runs at 100/s`,
      expected: "all ok",
      seen: bad.length === 0 ? "all ok" : `${bad.length} not: ${bad[0]}`,
      held: bad.length === 0,
    },
  ];
}

/** The same load with and without progress on stderr and lines to a file, in turn. */
export async function reporting(): Promise<readonly Finding[]> {
  using server = await startNullServer();
  const { rates } = await run(["-c", "64", "-z", "2s", server.address]);
  const load = ["--rps", `${Math.round(rates.finishedPerS / 2)}`, "-z", "2s", "--warmup", "300ms"];
  const half = [...load, "--percentiles", "99", server.address];
  const ratios: number[] = [];
  let gcMs = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const p99Us = { without: 0, with: 0 };
    // Whichever comes second finds a server that is warmer.
    for (const reports of pair % 2 === 0 ? (["without", "with"] as const) : (["with", "without"] as const)) {
      const shows = reports === "with";
      const { latency, generator } = await (shows ? run(["-O", "ndjson=/dev/null", ...half], "progress") : run(half));
      p99Us[reports] = latency.response.percentilesUs["99"] ?? 0;
      if (shows) gcMs = generator.gcTotalMs;
    }
    ratios.push(p99Us.with / p99Us.without);
  }
  const middle = median(ratios);
  return [
    {
      trap: "T19",
      what: `p99 at half of the ceiling, with progress and ndjson over without, ${pairs} pairs`,
      expected: "at most 1.05 in the middle; collections in the report",
      seen: `${middle.toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}); ${shown(Math.round(gcMs * 1000))} of collections`,
      held: middle <= 1.05 && gcMs > 0,
    },
  ];
}
