import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuOf, isInstalled, output } from "./children.ts";

/** What one measurement gave: CPU of the client process and wall time, both per call (or message) in µs. */
export interface Figures {
  readonly cpuUs: number;
  readonly wallUs: number;
}

/** One client in the comparison, measured against the server at `port`. */
export interface Contender {
  readonly name: string;
  measure(port: number): Promise<Figures>;
}

/** A client of ours or of grpc-js: a script that prints what `measured` prints. */
export function script(name: string, file: string, args: readonly string[], count: number): Contender {
  const path = new URL(file, import.meta.url).pathname;
  return printing(name, count, (port) => [
    process.execPath,
    path,
    args[0] ?? "",
    `127.0.0.1:${port}`,
    `${count}`,
    ...args.slice(1),
  ]);
}

/** The grpc-go client of `bench/go-client`, built in `folder`; undefined without the Go toolchain. */
export async function grpcGo(
  folder: string,
  kind: string,
  count: number,
  inFlight: number,
): Promise<Contender | undefined> {
  if (!(await isInstalled("go"))) {
    console.error("SKIPPED: the Go toolchain is not installed, so that grpc-go is missing in the table");
    return undefined;
  }
  const program = join(folder, "go-client");
  await output("go", ["-C", new URL("../go-client", import.meta.url).pathname, "build", "-o", program, "."]);
  return printing("grpc-go", count, (port) => [program, kind, `127.0.0.1:${port}`, `${count}`, `${inFlight}`]);
}

/** h2load, which neither decodes an answer nor looks at its grpc-status; undefined when it is not installed. */
export async function h2load(options: {
  path: string;
  bodyFile: string;
  count: number;
  inFlight: number;
}): Promise<Contender | undefined> {
  if (!(await isInstalled("h2load"))) {
    console.error("SKIPPED: h2load is not installed (Debian: nghttp2-client), so that it is missing in the table");
    return undefined;
  }
  const { path, bodyFile, count, inFlight } = options;
  return {
    name: "h2load",
    async measure(port) {
      const { cpuUs, stdout } = await cpuOf("h2load", [
        ...["-n", `${count}`, "-c", "1", "-m", `${inFlight}`, "-d", bodyFile],
        ...["-H", "content-type: application/grpc", "-H", "te: trailers", `http://127.0.0.1:${port}${path}`],
      ]);
      const perSecond = /([\d.]+) req\/s/.exec(stdout)?.[1];
      if (!stdout.includes(`${count} succeeded`) || perSecond === undefined) throw new Error(`h2load: ${stdout}`);
      return { cpuUs: cpuUs / count, wallUs: 1e6 / Number(perSecond) };
    },
  };
}

/** A folder for the time of `use`. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function printing(name: string, count: number, command: (port: number) => readonly string[]): Contender {
  return {
    name,
    async measure(port) {
      const [program = "", ...args] = command(port);
      const { cpuUs, wallMs } = JSON.parse(await output(program, args)) as { cpuUs: number; wallMs: number };
      return { cpuUs: cpuUs / count, wallUs: (wallMs * 1000) / count };
    },
  };
}
