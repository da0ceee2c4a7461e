import { output } from "./children.ts";
import { table } from "./ratios.ts";

const millions = 10;
const limitBytes = 10e6;

/**
 * V8 lets its young generation grow to a size of its choice and collects the old one when it pleases. Both would be in
 * the resident size and say nothing of what a call leaves behind: the one has its full size from the start, the other is
 * collected before each look. What it comes to without is shown beside it.
 */
const settled = ["--min-semi-space-size=16", "--max-semi-space-size=16", "--expose-gc"];

interface Look {
  readonly rssBytes: number;
  readonly heldBytes: number;
  readonly finished: number;
  readonly recorded: number;
}

/** T39: what ten million calls add to a run's memory after the first million; the exit code is 1 when it is too much. */
export async function memory(): Promise<void> {
  const open = await looks("open", settled);
  const closed = await looks("closed", settled);
  const asStarted = await looks("open", []);
  console.log(`\n## Memory of the load generator, by ${millions} million synthetic calls\n`);
  console.log(
    table([
      ["calls", "open loop: resident", "held", "closed loop: resident", "held", "V8 left alone: resident"],
      ...open.map((look, index) => [
        `${index + 1} million`,
        ...shown(look),
        ...shown(closed[index]),
        ...shown(asStarted[index]).slice(0, 1),
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
      `${kind} loop: ${megabytes(addedBytes)} added after the first million, of which ${megabytes(last.heldBytes - first.heldBytes)} are held; ` +
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

function shown(look: Look | undefined): readonly string[] {
  return look === undefined ? ["-", "-"] : [megabytes(look.rssBytes), megabytes(look.heldBytes)];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
