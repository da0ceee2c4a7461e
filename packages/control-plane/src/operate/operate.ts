import { readFile } from "node:fs/promises";
import { Client, credentials, Metadata, status } from "@grpc/grpc-js";
import { MeshService, type MeshStatus } from "@hey/proto/mesh";
import { callServerStream, callUnary, StatusError } from "@hey/rpc";
import { address, flag, type Io, type ParsedSettings, ProgramError, text } from "@hey/runtime";
import { readCommand } from "./commands.ts";
import { changeText, linesText, statusText } from "./status-text.ts";
import { readToken } from "./token.ts";

/** hey-mesh's settings. */
export const operateSettings = {
  meshService: address({
    flag: "mesh-service",
    env: "HEY_MESH_SERVICE",
    default: "127.0.0.1:18001",
    help: "where the control plane's MeshService answers",
  }),
  json: flag({ flag: "json", default: false, help: "print the answer as JSON, one line each time" }),
  tokenFile: text({
    flag: "token-file",
    env: "HEY_MESH_TOKEN_FILE",
    default: undefined,
    placeholder: "FILE",
    help: "the control plane's token, where it wants one",
  }),
  abort: text({ flag: "abort", default: undefined, placeholder: "PERCENT", help: "fault: how many calls fail" }),
  code: text({ flag: "code", default: "UNAVAILABLE", placeholder: "STATUS", help: "fault: what they fail with" }),
  delay: text({
    flag: "delay",
    default: undefined,
    placeholder: "TIME[:PERCENT]",
    help: "fault: how long calls are held back before they are sent, and how many; default 100%",
  }),
  byHeader: flag({
    flag: "by-header",
    default: false,
    help: "fault: what is not said here is the caller's choice, in x-envoy-fault-delay-request and x-envoy-fault-abort-grpc-request",
  }),
  off: flag({ flag: "off", default: false, help: "fault: none, whatever mesh.yaml says" }),
  force: flag({ flag: "force", default: false, help: "split, drain, weight, apply: also when calls fail by it" }),
};

export type OperateSettings = ParsedSettings<typeof operateSettings>;

/** A hundred thousand endpoints and more; of clients a status shows a limited number, each of limited size. */
const longestAnswer = 64 * 2 ** 20;

const deadlineMs = 5_000;
/** What brings another mesh.yaml: its new servers may be looked for before it is in force. */
const lookingMs = 30_000;

/** What hey-mesh does, by its first argument. */
export async function operate(settings: OperateSettings, { stdout, signal }: Io): Promise<void> {
  const { positionals, meshService, json } = settings;
  const command = readCommand(positionals, settings);
  if (typeof command === "string") throw new ProgramError(command, { exitCode: 2 });
  const token = await readToken(settings.tokenFile);
  const metadata = new Metadata();
  if (token !== undefined) metadata.set("authorization", `Bearer ${token}`);
  const client = new Client(meshService, credentials.createInsecure(), {
    "grpc.max_receive_message_length": longestAnswer,
  });
  const again = stdout.isTTY === true && !json ? "\x1b[2J\x1b[H" : "";
  const print = (status: MeshStatus | undefined, before = "") => {
    if (status !== undefined)
      stdout.write(`${before}${json ? JSON.stringify(status, longsAsText) : statusText(status)}\n`);
  };
  try {
    switch (command.kind) {
      case "status":
        print((await callUnary(client, MeshService.getStatus, {}, { deadlineMs, signal, metadata })).status);
        return;
      case "watch": {
        const options = { deadlineMs: Number.POSITIVE_INFINITY, signal, metadata };
        for await (const { status: state } of callServerStream(client, MeshService.watchStatus, {}, options))
          print(state, again);
        return;
      }
      case "diff":
      case "apply": {
        const request = { meshYaml: await readMesh(command.file), force: settings.force };
        const options = { deadlineMs: lookingMs, signal, metadata };
        const { lines } = await (command.kind === "diff"
          ? callUnary(client, MeshService.diffMesh, request, options)
          : callUnary(client, MeshService.applyMesh, request, options));
        stdout.write(`${json ? JSON.stringify(lines) : linesText(command.kind, lines)}\n`);
        return;
      }
      case "change": {
        const { change } = command;
        const changed = await callUnary(
          client,
          MeshService.changeTraffic,
          { change },
          { deadlineMs: change.$case === "reset" ? lookingMs : deadlineMs, signal, metadata },
        );
        stdout.write(`${json ? JSON.stringify(changed) : changeText(changed)}\n`);
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof StatusError)) throw error;
    const isOurs = error.code !== status.UNAVAILABLE && error.code !== status.DEADLINE_EXCEEDED;
    const problem = isOurs ? "" : `no answer from a control plane at ${meshService}: `;
    throw new ProgramError(`${problem}${error.message}`, { cause: error });
  } finally {
    client.close();
  }
}

/** As JSON has 64-bit numbers by the rules of Protobuf. */
function longsAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

async function readMesh(file: string): Promise<string> {
  return await readFile(file, "utf8").catch((error: Error) => {
    throw new ProgramError(`cannot read ${file}: ${error.message}`, { exitCode: 2 });
  });
}
