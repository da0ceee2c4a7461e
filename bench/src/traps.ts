import { cpus, loadavg } from "node:os";
import { table } from "./ratios.ts";
import { atTheEnd, drops, full } from "./traps/books.ts";
import { largeAnswers } from "./traps/far-away.ts";
import { reporting, saturation } from "./traps/generator.ts";
import { bursts, pace } from "./traps/pacing.ts";
import { messageCost } from "./traps/templates.ts";
import { deadlines, freeze, standstill, warmup } from "./traps/times.ts";
import type { Finding } from "./traps/trap.ts";

type Measurement = () => Promise<readonly Finding[]>;

/** In turn, since they would be in each other's times; those that mostly wait at once. */
const measurements: readonly Measurement[] = [
  messageCost,
  freeze,
  pace,
  bursts,
  standstill,
  atOnce(atTheEnd, drops, deadlines),
  warmup,
  full,
  largeAnswers,
  saturation,
  reporting,
];

/** Falls into the load generator's traps for real, which takes real seconds; the exit code is 1 when one does not hold. */
export async function traps(): Promise<void> {
  const findings: Finding[] = [];
  for (const [index, measure] of measurements.entries()) {
    findings.push(...(await measure()));
    console.error(`${index + 1} of ${measurements.length}: ${findings.at(-1)?.trap}`);
  }
  const load = loadavg().map((each) => each.toFixed(1));
  console.log(
    `\n## Traps, for real\n\nload of the machine's ${cpus().length} cores: ${load.join(", ")} (1, 5, 15 minutes)\n`,
  );
  console.log(
    table([
      ["trap", "what", "expected", "seen", ""],
      ...findings
        .toSorted((a, b) => Number(a.trap.slice(1)) - Number(b.trap.slice(1)))
        .map(({ trap, what, expected, seen, held }) => [
          trap,
          what,
          expected,
          seen,
          held === undefined ? "" : held ? "held" : "MISSED",
        ]),
    ]),
  );
  if ((loadavg()[0] ?? 0) > cpus().length) {
    console.log(
      "\nThe machine had more to do than its cores can: what is missed may be its doing, most of all T7 and T18.",
    );
  }
  if (findings.some(({ held }) => held === false)) process.exitCode = 1;
}

function atOnce(...several: readonly Measurement[]): Measurement {
  return async () => (await Promise.all(several.map((measure) => measure()))).flat();
}
