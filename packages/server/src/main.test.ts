import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client, credentials, status } from "@grpc/grpc-js";
import { HeyHowService, ListenRequest, SayRequest } from "@hey/proto/v1";
import { callServerStream, callUnary } from "@hey/rpc";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));
const quiet = ["--listen", "127.0.0.1:0", "--admin-http", "off", "--admin-grpc", "off", "--notice", "0s"];
const deadlineMs = 15_000;

interface Run {
  readonly process: ChildProcessWithoutNullStreams;
  /** Resolves to the address once the server takes calls. */
  readonly listening: Promise<string>;
  /** Resolves when the process has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  [Symbol.dispose](): void;
}

function startProgram(...flags: readonly string[]): Run {
  const child = spawn(process.execPath, [main, ...flags]);
  let stdout = "";
  let stderr = "";
  const listening = Promise.withResolvers<string>();
  child.stdout.on("data", (text) => (stdout += text));
  const lines = createInterface(child.stderr);
  lines.on("line", (text) => {
    stderr += `${text}\n`;
    if (!text.startsWith("{")) return;
    const line = JSON.parse(text);
    if (line.event === "listening" && line.kind === "grpc") listening.resolve(line.address);
  });
  const ended = once(child, "close").then(([code]) => {
    listening.reject(new Error(`the program ended first: ${stderr}`));
    return { code, stdout, stderr };
  });
  listening.promise.catch(() => {});
  return { process: child, listening: listening.promise, ended, [Symbol.dispose]: () => child.kill("SIGKILL") };
}

test("SIGTERM ends open streams with UNAVAILABLE, lets calls end, and the program exits 0", async () => {
  using server = startProgram(...quiet, "--drain", "10s");
  const client = new Client(await server.listening, credentials.createInsecure());
  const heard: bigint[] = [];
  const request = ListenRequest.fromPartial({ conversationId: "c", intervalNs: 1_000_000n });
  const working = callUnary(client, HeyHowService.say, SayRequest.fromPartial({ workNs: 500_000_000n }), {
    deadlineMs,
  });
  const listening = async () => {
    for await (const { sequence } of callServerStream(client, HeyHowService.listen, request, { deadlineMs })) {
      if (heard.push(sequence) === 3) server.process.kill("SIGTERM");
    }
  };
  await assert.rejects(listening(), { code: status.UNAVAILABLE });
  assert.equal((await working).msg, "Let's go");
  const { code, stderr } = await server.ended;
  client.close();
  assert.equal(code, 0, stderr);
  const events = stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).event);
  assert.deepEqual(
    events.filter((event) => event !== "call"),
    ["listening", "draining", "stopped"],
  );
});

test("a server without calls exits 0 at once", async () => {
  using server = startProgram(...quiet);
  await server.listening;
  server.process.kill("SIGINT");
  assert.equal((await server.ended).code, 0);
});

for (const [flag, kind] of [
  ["--listen", "gRPC"],
  ["--admin-grpc", "admin gRPC"],
  ["--admin-http", "admin HTTP"],
] as const) {
  test(`a taken ${kind} port is one clear line and exit code 1`, async () => {
    await using taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    using server = startProgram(...quiet, flag, `127.0.0.1:${port}`);
    const { code, stderr } = await server.ended;
    assert.equal(code, 1);
    const words = stderr.split("\n").filter((line) => !line.startsWith("{"));
    assert.match(
      words.join("\n"),
      new RegExp(`^hey-server: cannot listen on 127\\.0\\.0\\.1:${port}: the port is taken.*\n$`),
    );
  });
}

test("wrong settings are all named in one message, and the exit code is 2", async () => {
  using server = startProgram("--lissen", "x", "--max-calls", "0", "--drain", "10");
  const { code, stdout, stderr } = await server.ended;
  assert.equal(code, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /--lissen/);
  assert.match(stderr, /--max-calls/);
  assert.match(stderr, /--drain.*unit/);
});

test("a next hop that is no target is refused with what was expected", async () => {
  using server = startProgram(...quiet, "--next", "http://heyhow");
  const { code, stderr } = await server.ended;
  assert.equal(code, 2);
  assert.match(stderr, /--next: expected host:port, .*; got "http:\/\/heyhow"/);
});

test("--help names every setting with its variable and default", async () => {
  using server = startProgram("--help");
  const { code, stdout } = await server.ended;
  assert.equal(code, 0);
  for (const words of ["--next", "HEY_NEXT", "--drain", "HEY_DRAIN", "8s", "--admin-grpc", "127.0.0.1:9991"]) {
    assert.ok(stdout.includes(words), `${words} in ${stdout}`);
  }
});
