import { heapFlags } from "loadgen/bin/heap-flags.js";
import { output } from "./children.ts";
import { table } from "./ratios.ts";

const millions = 10;
const limitBytes = 10e6;

interface Look {
  readonly rssBytes: number;
  readonly heldBytes: number;
  readonly finished: number;
  readonly recorded: number;
}

/** T39: what ten million calls add to a run's memory after the first million; the exit code is 1 when it is too much. */
export async function memory(): Promise<void> {
  const open = await looks("open", heapFlags);
  const closed = await looks("closed", heapFlags);
  // Collected before each look, since garbage that V8 lets lie for now is not held.
  const collected = await looks("open", [...heapFlags, "--expose-gc"]);
  console.log(`\n## Memory of the load generator, by ${millions} million synthetic calls\n`);
  console.log(
    table([
      ["calls", "open loop: resident", "closed loop: resident", "held"],
      ...open.map(({ rssBytes }, index) => [
        `${index + 1} million`,
        megabytes(rssBytes),
        megabytes(closed[index]?.rssBytes ?? Number.NaN),
        megabytes(collected[index]?.heldBytes ?? Number.NaN),
      ]),
    ]),
  );
  console.log("");
  for (const [kind, of] of Object.entries({ open, closed })) {
    const [first, last] = [of[0], of.at(-1)];
    if (first === undefined || last === undefined) throw new Error("expected a line for each million calls");
    const addedBytes = last.rssBytes - first.rssBytes;
    const whole = last.finished === millions * 1e6 && last.recorded === last.finished;
    const held = addedBytes < limitBytes && whole;
    console.log(
      `${kind} loop: ${megabytes(addedBytes)} added after the first million; ` +
        `${last.recorded} of ${last.finished} calls recorded; less than ${megabytes(limitBytes)} and every call: ${held ? "holds" : "MISSED"}`,
    );
    if (!held) process.exitCode = 1;
  }
}

async function looks(kind: "open" | "closed", flags: readonly string[]): Promise<readonly Look[]> {
  const script = new URL("./synthetic-calls.ts", import.meta.url).pathname;
  const stdout = await output({ program: process.execPath, args: [...flags, script, kind, `${millions}`] });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
