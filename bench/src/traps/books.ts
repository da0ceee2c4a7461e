import { run } from "./program.ts";
import { startScripted } from "./scripted-server.ts";
import type { Finding } from "./trap.ts";

/** Calls of 5 s in a run of 2 s: waited for, or cut off. */
export async function atTheEnd(): Promise<readonly Finding[]> {
  using server = await startScripted({ tookMs: () => 5_000 });
  const plan = ["--rps", "10", "-z", "2s", server.address];
  const [waited, cut] = await Promise.all([run(["--drain", "10s", ...plan]), run(["--drain", "0s", ...plan])]);
  const [one, other] = [waited.accounting.measured, cut.accounting.measured];
  return [
    {
      trap: "T8",
      what: "calls of 5 s in a run of 2 s, --drain 10s",
      expected: "20 started, 20 finished with OK",
      seen: `${one.started} started, ${one.finished} finished, ${waited.codes["OK"] ?? 0} OK`,
      held: one.started === 20 && one.finished === 20 && waited.codes["OK"] === 20,
    },
    {
      trap: "T8",
      what: "the same, --drain 0s",
      expected: "20 started, 20 cancelled, no code",
      seen: `${other.started} started, ${other.cancelled} cancelled, codes ${JSON.stringify(cut.codes)}`,
      held: other.started === 20 && other.cancelled === 20 && Object.keys(cut.codes).length === 0,
    },
  ];
}

/** More calls than may be in flight, against a server that takes a second. */
export async function drops(): Promise<readonly Finding[]> {
  using server = await startScripted({ tookMs: () => 1_000 });
  const limit = ["--max-in-flight", "10", "--when-full", "drop"];
  const { accounting } = await run(["--rps", "100", "-z", "5s", ...limit, server.address]);
  const { planned, started, dropped } = accounting.measured;
  return [
    {
      trap: "T9",
      what: "100/s for 5 s, 10 in flight at most, 1 s each",
      expected: "500 planned = started + dropped, some 50 started",
      seen: `${planned} = ${started} + ${dropped}; the server saw ${server.arrivalsMs.length}`,
      held:
        planned === 500 &&
        planned === started + dropped &&
        server.arrivalsMs.length === started &&
        Math.abs(started - 50) <= 5,
    },
  ];
}

/** Fifty calls at a time for a server that takes ten. */
export async function full(): Promise<readonly Finding[]> {
  using server = await startScripted({ tookMs: () => 100, maxStreams: 10 });
  const { latency, caveats } = await run(["--rps", "5000", "-n", "50", server.address]);
  const note = caveats.find((caveat) => caveat.includes("was full")) ?? "no note";
  return [
    {
      trap: "T20",
      what: "50 calls at once, 10 at a time, 100 ms each",
      expected: "response max from 480 ms, service max below 480 ms, a note with the limit",
      seen: `${shownMs(latency.response.maxUs)}, ${shownMs(latency.service.maxUs)}; "${note.slice(0, 80)}…"`,
      held: latency.response.maxUs >= 480_000 && latency.service.maxUs < 480_000 && note.includes("takes 10 calls"),
    },
  ];
}

function shownMs(us: number): string {
  return `${(us / 1000).toFixed(0)} ms`;
}
