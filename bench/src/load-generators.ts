import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { HeyHow, TutorialService } from "@hey/proto/tutorial";
import { isInstalled } from "./children.ts";
import { nodeScript, type WholeProgram } from "./contenders.ts";
import { goInstalled } from "./go-toolchain.ts";

const method = "HeyHowService/heyhow";
const protoFolder = new URL("../../packages/proto/proto/tutorial", import.meta.url).pathname;
/** A counter that makes each message differ; both hey-loadgen and ghz know it by this name. */
const data = '{"count":"{{.RequestNumber}}","msg":"How are you"}';

/** Our program as a person calls it: all it records, and a report at the end. */
export function heyLoadgen(inFlight: number): WholeProgram {
  return {
    name: "hey-loadgen",
    command: (port, calls) =>
      nodeScript("../../packages/loadgen/bin/hey-loadgen.js", [
        ...["--call", method, "-d", data, "-c", `${inFlight}`, "-n", `${calls}`],
        ...["--quiet", "-O", "json=-", `127.0.0.1:${port}`],
      ]),
    didAll: (printed, calls) => new RegExp(`"codes": ?{\\s*"OK": ?${calls}\\s*}`).test(printed),
  };
}

/** h2load, which neither decodes an answer nor looks at its grpc-status; undefined when it is not installed. */
export async function h2load(folder: string, inFlight: number): Promise<WholeProgram | undefined> {
  if (!(await isInstalled("h2load"))) {
    console.error("SKIPPED: h2load is not installed (Debian: nghttp2-client), so that it is missing in the table");
    return undefined;
  }
  const message = HeyHow.encode(HeyHow.create({ count: 1_000_000, msg: "How are you" })).finish();
  const bodyFile = join(folder, "body");
  writeFileSync(bodyFile, Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]));
  return {
    name: "h2load",
    command: (port, calls) => ({
      program: "h2load",
      args: [
        ...["-n", `${calls}`, "-c", "1", "-m", `${inFlight}`, "-d", bodyFile],
        ...["-H", "content-type: application/grpc", "-H", "te: trailers"],
        `http://127.0.0.1:${port}${TutorialService.heyhow.path}`,
      ],
    }),
    didAll: (printed, calls) => printed.includes(`${calls} succeeded`),
  };
}

/** ghz, with what makes messages differ and without what it need not do for that. */
export async function ghz(folder: string, inFlight: number): Promise<WholeProgram | undefined> {
  const program = await goInstalled(folder, "ghz", "github.com/bojand/ghz/cmd/ghz@v0.121.0");
  if (program === undefined) return undefined;
  return {
    name: "ghz",
    command: (port, calls) => ({
      program,
      args: [
        ...["--insecure", "--proto", join(protoFolder, "hey_how.proto"), "--call", method],
        ...["--disable-template-functions", "-d", data, "-c", `${inFlight}`, "--connections", "1"],
        ...["-n", `${calls}`, `127.0.0.1:${port}`],
      ],
    }),
    didAll: (printed, calls) => new RegExp(`\\[OK\\] +${calls} responses`).test(printed),
  };
}

/** k6: one VU, which is one connection, with 64 `asyncInvoke` in flight. */
export async function k6(folder: string): Promise<WholeProgram | undefined> {
  const program = await goInstalled(folder, "k6", "go.k6.io/k6@v1.0.0");
  if (program === undefined) return undefined;
  const file = new URL("../k6/unary.js", import.meta.url).pathname;
  return {
    name: "k6",
    command: (port, calls) => ({
      program,
      args: ["run", "--quiet", "--no-usage-report", "--no-summary", file],
      env: { TARGET: `127.0.0.1:${port}`, CALLS: `${calls}`, PROTO_FOLDER: protoFolder },
    }),
    didAll: (printed, calls) => printed.includes(`msg="${calls} OK"`),
  };
}
