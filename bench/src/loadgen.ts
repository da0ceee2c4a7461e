import { nodeScript, script, steady, withFolder } from "./contenders.ts";
import { goPrograms } from "./go-toolchain.ts";
import { ghz, h2load, heyLoadgen, k6 } from "./load-generators.ts";
import { sideBySide } from "./side-by-side.ts";
import type { Target } from "./targets.ts";

const inFlight = 64;
const ours = "hey-loadgen";
const unaryClient = "./unary-client.ts";

const cpuTargets: readonly Target[] = [
  { of: ours, than: "h2load", is: "at most", times: 1.5 },
  { of: "grpc-js", than: ours, is: "at least", times: 30 },
  { of: "ghz", than: ours, is: "at least", times: 8 },
  { of: "k6", than: ours, is: "at least", times: 15 },
  { of: "grpc-go", than: ours, is: "at least", times: 3 },
];

/** The whole load generator beside other load generators, and beside bare loops that measure nothing. */
export async function loadgen(): Promise<void> {
  await withFolder(async (folder) => {
    const go = await goPrograms(folder);
    const server = go?.server ?? nodeScript("./tutorial-server.ts");
    console.error(`the server is ${go === undefined ? "grpc-js's: the clients wait for it" : "grpc-go's"}`);
    const programs = {
      h2load: await h2load(folder, inFlight),
      ghz: await ghz(folder, inFlight),
      k6: await k6(folder),
    };
    await sideBySide({
      title: `Load generators: unary calls, 1 connection, ${inFlight} in flight, a small message that differs`,
      server,
      unit: "call",
      contenders: [
        steady(heyLoadgen(inFlight), 1_000_000),
        programs.h2load && steady(programs.h2load, 1_000_000),
        go?.client("unary", 80_000, inFlight),
        programs.ghz && steady(programs.ghz, 50_000),
        programs.k6 && steady(programs.k6, 30_000),
        script("grpc-js", unaryClient, ["grpc-js", `${inFlight}`], 20_000),
      ],
      cpuTargets,
    });
    // One at a time, what h2load takes is mostly the server's and the kernel's: nobody can be much faster.
    const h2loadAlone = await h2load(folder, 1);
    await sideBySide({
      title: "Load generators: unary calls one after another",
      server,
      unit: "call",
      contenders: [
        steady(heyLoadgen(1), 40_000),
        h2loadAlone && steady(h2loadAlone, 40_000),
        go?.client("unary", 20_000, 1),
        script("grpc-js", unaryClient, ["grpc-js", "1"], 10_000),
      ],
      wallTargets: [{ of: "grpc-js", than: ours, is: "at least", times: 2 }],
    });
  });
}
