import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HeyHow, TutorialPackageService } from "@hey/proto/tutorial";
import { cpuOf, isInstalled, output, startServer } from "./children.ts";
import { ratioTable, type Series } from "./ratios.ts";

const rounds = 7;
const inFlight = 64;
const client = new URL("./wire-client.ts", import.meta.url).pathname;

/** One contender: CPU per call in µs against the server at `port`. */
interface Contender {
  readonly name: string;
  measure(port: number): Promise<number>;
}

function ours(name: string, kind: string, calls: number): Contender {
  return {
    name,
    async measure(port) {
      const line = await output(process.execPath, [client, kind, `127.0.0.1:${port}`, `${calls}`, `${inFlight}`]);
      const { cpuUs } = JSON.parse(line) as { cpuUs: number };
      return cpuUs / calls;
    },
  };
}

function h2load(bodyFile: string, calls: number): Contender {
  return {
    name: "h2load",
    async measure(port) {
      const { cpuUs, stdout } = await cpuOf("h2load", [
        ...["-n", `${calls}`, "-c", "1", "-m", `${inFlight}`, "-d", bodyFile],
        ...["-H", "content-type: application/grpc", "-H", "te: trailers"],
        `http://127.0.0.1:${port}${TutorialPackageService.heyhow.path}`,
      ]);
      if (!stdout.includes(`${calls} succeeded`)) throw new Error(`h2load: ${stdout}`);
      return cpuUs / calls;
    },
  };
}

/** CPU time of the client process per unary call: one connection, 64 in flight, a small message, the same server, in turn. */
export async function wireUnary(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const message = HeyHow.encode(HeyHow.create({ count: 1_000_000, msg: "How are you" })).finish();
    const bodyFile = join(folder, "body");
    writeFileSync(bodyFile, Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]));
    const contenders = [
      ours("wire", "wire", 100_000),
      ours("wire, promises", "promises", 50_000),
      ours("grpc-js", "grpc-js", 15_000),
    ];
    if (await isInstalled("h2load")) contenders.unshift(h2load(bodyFile, 100_000));
    else console.error("SKIPPED: h2load is not installed (Debian: nghttp2-client), so that its column is missing");
    using server = await startServer("./tutorial-server.ts");
    const values = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
    for (let round = 1; round <= rounds; round++) {
      for (const { name, measure } of contenders) values.get(name)?.push(await measure(server.port));
      console.error(
        `round ${round} of ${rounds}: ${[...values].map(([name, each]) => `${name} ${each.at(-1)?.toFixed(2)}`).join(", ")}`,
      );
    }
    const series = contenders.map(({ name }): Series => ({ name, values: values.get(name) ?? [] }));
    const [base, ...others] = series;
    if (base === undefined) return;
    console.log(
      `\nCPU of the client process per unary call, 1 connection, ${inFlight} in flight, ${rounds} rounds in turn`,
    );
    console.log(ratioTable(base, others, "µs"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
