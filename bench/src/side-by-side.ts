import { type Command, startServer } from "./children.ts";
import type { Contender, Figures } from "./contenders.ts";
import { ratioTable, type Series } from "./ratios.ts";
import { anyMissed, type Target, targetTable } from "./targets.ts";

const rounds = 5;

export interface Comparison {
  readonly title: string;
  readonly server: Command;
  /** What one is of: call, message. */
  readonly unit: string;
  /** The first is what the others are compared with; those that are not there are left out. */
  readonly contenders: readonly (Contender | undefined)[];
  readonly cpuTargets?: readonly Target[];
  readonly wallTargets?: readonly Target[];
}

/** Measures all contenders in turn, round by round, against one server, and prints both figures as ratios to the first; the exit code is 1 when a target is missed. */
export async function sideBySide({ title, server, unit, ...comparison }: Comparison): Promise<void> {
  const present = comparison.contenders.filter((contender) => contender !== undefined);
  const figures = new Map<string, Figures[]>(present.map(({ name }) => [name, []]));
  using running = await startServer(server);
  for (let round = 1; round <= rounds; round++) {
    for (const { name, measure } of present) figures.get(name)?.push(await measure(running.port));
    const shown = [...figures].map(([name, each]) => `${name} ${each.at(-1)?.cpuUs.toPrecision(3)}`);
    console.error(`round ${round} of ${rounds}, µs of CPU: ${shown.join(", ")}`);
  }
  const print = (heading: string, figure: keyof Figures, targets: readonly Target[] = []) => {
    const all = [...figures].map(([name, each]): Series => ({ name, values: each.map((one) => one[figure]) }));
    const [base, ...others] = all;
    if (base === undefined) return;
    console.log(`\n${heading} per ${unit}, ${rounds} rounds in turn\n${ratioTable(base, others, "µs")}`);
    if (targets.length > 0) console.log(`\n${targetTable(targets, all)}`);
    if (anyMissed(targets, all)) process.exitCode = 1;
  };
  console.log(`\n## ${title}`);
  print("CPU of the client process (user and system)", "cpuUs", comparison.cpuTargets);
  print("wall time", "wallUs", comparison.wallTargets);
}
