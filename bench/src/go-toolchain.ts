import { join } from "node:path";
import { type Command, isInstalled, output } from "./children.ts";
import { type Contender, printing } from "./contenders.ts";

/** The programs of `bench/go`, built. */
export interface GoPrograms {
  readonly server: Command;
  /** The grpc-go client, which warms up and measures itself. */
  client(kind: "unary" | "stream", count: number, inFlight: number): Contender;
}

/** Builds our programs on grpc-go into `folder`; undefined without the Go toolchain, which is said loudly. */
export async function goPrograms(folder: string): Promise<GoPrograms | undefined> {
  if (!(await isInstalled("go"))) {
    console.error("SKIPPED: the Go toolchain is not installed, so that grpc-go is missing in the table");
    return undefined;
  }
  const source = new URL("../go", import.meta.url).pathname;
  await output({ program: "go", args: ["-C", source, "build", "-o", `${folder}/`, "./..."] });
  return {
    server: { program: join(folder, "server"), args: [] },
    client: (kind, count, inFlight) =>
      printing("grpc-go", count, (port) => ({
        program: join(folder, "client"),
        args: [kind, `127.0.0.1:${port}`, `${count}`, `${inFlight}`],
      })),
  };
}

/** A published Go program of a pinned version, built into `folder`; undefined, and said loudly, when it cannot be had. */
export async function goInstalled(folder: string, name: string, source: string): Promise<string | undefined> {
  if (!(await isInstalled("go"))) {
    console.error(`SKIPPED: the Go toolchain is not installed, so that ${name} is missing in the table`);
    return undefined;
  }
  console.error(`building ${source}, which takes minutes the first time`);
  try {
    await output({ program: "go", args: ["install", source], env: { GOBIN: folder } });
  } catch (error) {
    const why = (error as { stderr?: string }).stderr?.trim().split("\n").at(-1);
    console.error(`SKIPPED: ${source} cannot be built (${why}), so that ${name} is missing in the table`);
    return undefined;
  }
  return join(folder, name);
}
