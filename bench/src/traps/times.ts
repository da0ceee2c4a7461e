import { setTimeout as wait } from "node:timers/promises";
import { run, start } from "./program.ts";
import { startScripted } from "./scripted-server.ts";
import { type Finding, near, shown } from "./trap.ts";

const frozen = { fromMs: 8_000, toMs: 10_000 };
const freezing = {
  tookMs: (atMs: number) => (atMs >= frozen.fromMs && atMs < frozen.toMs ? frozen.toMs - atMs + 1 : 1),
};

/** A server that does not answer for 2 s of 20, seen by an open loop and by a closed one at the same time. */
export async function freeze(): Promise<readonly Finding[]> {
  using one = await startScripted(freezing);
  using other = await startScripted(freezing);
  const [open, closed] = await Promise.all([
    run(["--rps", "100", "-z", "20s", "--percentiles", "50,95,99", one.address]),
    run(["-c", "1", "-z", "20s", "--percentiles", "50,99.9", other.address]),
  ]);
  const { count, maxUs, percentilesUs } = open.latency.response;
  const [p95, p99] = [percentilesUs["95"] ?? 0, percentilesUs["99"] ?? 0];
  const alone = closed.latency.service;
  return [
    {
      trap: "T1",
      what: "2 s freeze in 20 s at 100/s, from the plan",
      expected: "p95 1.0 s, p99 1.8 s, max 2.0 s (±5 %)",
      seen: `p95 ${shown(p95)}, p99 ${shown(p99)}, max ${shown(maxUs)}`,
      held: near(p95, 1e6, 0.05) && near(p99, 1.8e6, 0.05) && near(maxUs, 2e6, 0.05),
    },
    {
      trap: "T1",
      what: "the same, one call at a time",
      expected: "max 2.0 s (±5 %), p99.9 below 100 ms: one call saw it",
      seen: `max ${shown(alone.maxUs)}, p99.9 ${shown(alone.percentilesUs["99.9"])} of ${alone.count} calls`,
      held: near(alone.maxUs, 2e6, 0.05) && (alone.percentilesUs["99.9"] ?? 1e9) < 100_000,
    },
    {
      trap: "T3",
      what: "values in the histogram of the freeze",
      expected: "2000, as many as calls",
      seen: `${count}`,
      held: count === 2_000 && open.accounting.measured.finished === 2_000,
    },
  ];
}

/** A generator that is stopped for 300 ms, as one without a CPU is. */
export async function standstill(): Promise<readonly Finding[]> {
  using server = await startScripted({ tookMs: () => 1 });
  const { child, report } = start([
    "--rps",
    "100",
    "-z",
    "3s",
    "--percentiles",
    "50,90",
    "--fail-on-saturation",
    server.address,
  ]);
  while (server.arrivalsMs.length < 100) await wait(5);
  child.kill("SIGSTOP");
  await wait(300);
  child.kill("SIGCONT");
  const { latency, generator, exitCode } = await report();
  const service = latency.service.percentilesUs["90"] ?? 1e9;
  return [
    {
      trap: "T7",
      what: "the generator itself stands still for 300 ms",
      expected: "response max at least 280 ms, service p90 below 50 ms, saturated, exit code 97",
      seen: `${shown(latency.response.maxUs)}, ${shown(service)}, ${generator.verdict}, ${exitCode}`,
      held:
        latency.response.maxUs >= 280_000 && service < 50_000 && generator.verdict === "saturated" && exitCode === 97,
    },
  ];
}

/** A server that is slow for its first three seconds. */
export async function warmup(): Promise<readonly Finding[]> {
  using server = await startScripted({ tookMs: (atMs) => (atMs < 3_000 ? 100 : 1) });
  const { latency, rates } = await run([
    "--rps",
    "100",
    "--warmup",
    "5s",
    "-z",
    "2s",
    "--percentiles",
    "95",
    server.address,
  ]);
  const { count, maxUs, percentilesUs } = latency.response;
  const p95 = percentilesUs["95"] ?? 1e9;
  return [
    {
      trap: "T11",
      what: "3 s of 100 ms answers in a warm-up of 5 s",
      expected: "p95 below 50 ms, 200 calls in 2 s",
      seen: `p95 ${shown(p95)}, max ${shown(maxUs)}, ${count} calls in ${shown(rates.windowMs * 1000)}`,
      held: p95 < 50_000 && count === 200 && near(rates.windowMs, 2_000, 0.005),
    },
  ];
}

/** Every tenth call is never answered, and runs into its deadline. */
export async function deadlines(): Promise<readonly Finding[]> {
  using server = await startScripted({ tookMs: (_atMs, number) => (number % 10 === 0 ? undefined : 1) });
  const { latency, codes } = await run([
    "--rps",
    "100",
    "-z",
    "3s",
    "-t",
    "1s",
    "--percentiles",
    "50,95",
    server.address,
  ]);
  const [all, good] = [latency.response.percentilesUs["95"] ?? 0, latency.responseOk.percentilesUs["95"] ?? 1e9];
  return [
    {
      trap: "T15",
      what: "a tenth of the calls hits a deadline of 1 s",
      expected: "30 DEADLINE_EXCEEDED; p95 of all from 1 s, of good ones below 0.5 s",
      seen: `${codes["DEADLINE_EXCEEDED"]}; ${shown(all)}, ${shown(good)}`,
      held: codes["DEADLINE_EXCEEDED"] === 30 && all >= 995_000 && good < 500_000,
    },
  ];
}
