import { startServer } from "./children.ts";
import type { Contender, Figures } from "./contenders.ts";
import { ratioTable, type Series } from "./ratios.ts";

const rounds = 5;

/** Measures all contenders in turn, round by round, against one server, and prints both figures as ratios to the first. */
export async function sideBySide(
  title: string,
  serverFile: string,
  unit: string,
  contenders: readonly (Contender | undefined)[],
): Promise<void> {
  const present = contenders.filter((contender) => contender !== undefined);
  const figures = new Map<string, Figures[]>(present.map(({ name }) => [name, []]));
  using server = await startServer(serverFile);
  for (let round = 1; round <= rounds; round++) {
    for (const { name, measure } of present) figures.get(name)?.push(await measure(server.port));
    const shown = [...figures].map(([name, each]) => `${name} ${each.at(-1)?.cpuUs.toPrecision(3)}`);
    console.error(`round ${round} of ${rounds}, µs of CPU: ${shown.join(", ")}`);
  }
  const table = (figure: keyof Figures) => {
    const [base, ...others] = [...figures].map(
      ([name, each]): Series => ({ name, values: each.map((one) => one[figure]) }),
    );
    return base === undefined ? "" : ratioTable(base, others, "µs");
  };
  console.log(`\n## ${title}\n\nCPU of the client process per ${unit}, ${rounds} rounds in turn\n${table("cpuUs")}`);
  console.log(`\nwall time per ${unit}\n${table("wallUs")}`);
}
