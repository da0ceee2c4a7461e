import { heapFlags } from "loadgen/bin/heap-flags.js";
import { output } from "./children.ts";
import { median, table } from "./ratios.ts";

const millions = 10;
const rounds = 5;
const limitBytes = 10e6;

interface Look {
  readonly rssBytes: number;
  readonly heldBytes: number;
  readonly finished: number;
  readonly recorded: number;
}

/** What a process saw after each million calls. */
type Looks = readonly Look[];

/**
 * T39: what ten million calls add to a run's memory after the first million, in several runs, as V8 does not take the same in each;
 * the exit code is 1 when it is too much in any of them.
 */
export async function memory(): Promise<void> {
  const runs = { open: [] as Looks[], closed: [] as Looks[] };
  for (let round = 0; round < rounds; round++) {
    for (const kind of ["open", "closed"] as const) runs[kind].push(await looks(kind, heapFlags));
  }
  // Collected before each look, since garbage that V8 lets lie for now is not held.
  const collected = await looks("open", [...heapFlags, "--expose-gc"]);
  console.log(
    `\n## Memory of the load generator, by ${millions} million synthetic calls, ${rounds} runs of each kind\n`,
  );
  console.log(
    table([
      ["calls", "open loop: resident, median", "closed loop: resident, median", "held"],
      ...collected.map(({ heldBytes }, index) => [
        `${index + 1} million`,
        residentAfter(runs.open, index),
        residentAfter(runs.closed, index),
        megabytes(heldBytes),
      ]),
    ]),
  );
  console.log("");
  for (const [kind, of] of Object.entries(runs)) {
    const added = of.map(addedBytes);
    const whole = of.every(everyCall);
    const held = Math.max(...added) < limitBytes && whole;
    console.log(
      `${kind} loop: ${megabytes(median(added))} (${megabytes(Math.min(...added))} to ${megabytes(Math.max(...added))}) added after the ` +
        `first million; ${whole ? "every call recorded" : "calls are missing"}; ` +
        `less than ${megabytes(limitBytes)} in each run, and every call: ${held ? "holds" : "MISSED"}`,
    );
    if (!held) process.exitCode = 1;
  }
}

async function looks(kind: "open" | "closed", flags: readonly string[]): Promise<Looks> {
  const script = new URL("./synthetic-calls.ts", import.meta.url).pathname;
  const stdout = await output({ program: process.execPath, args: [...flags, script, kind, `${millions}`] });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function addedBytes(run: Looks): number {
  const [first, last] = [run[0], run.at(-1)];
  if (first === undefined || last === undefined) throw new Error("expected a line for each million calls");
  return last.rssBytes - first.rssBytes;
}

function everyCall(run: Looks): boolean {
  const last = run.at(-1);
  return last?.finished === millions * 1e6 && last.recorded === last.finished;
}

function residentAfter(runs: readonly Looks[], index: number): string {
  return megabytes(median(runs.map((run) => run[index]?.rssBytes ?? Number.NaN)));
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
