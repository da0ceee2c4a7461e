import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openChannel } from "@hey/client";
import { heapFlags } from "../bin/heap-flags.js";
import { startTestServer } from "./testing/test-server.ts";

const main = new URL("./main.ts", import.meta.url).pathname;

/** Starts hey-loadgen as a process of its own. */
function start(...args: readonly string[]) {
  return startWith({}, ...args);
}

/** The same with environment variables. */
function startWith(variables: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const env = { ...process.env, ...variables };
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"], env });
  const output = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return {
    child,
    async end() {
      const [stdout, stderr, [code]] = await output;
      return { stdout, stderr, code };
    },
  };
}

test("--help shows flags, defaults, examples and exit codes", async () => {
  const { stdout, code } = await start("--help").end();
  assert.equal(code, 0);
  for (const words of ["--rps", "-z, --duration", "HEY_CALL", "Examples:", "Exit codes:"]) {
    assert.ok(stdout.includes(words), words);
  }
});

test("every wrong setting is told in one message, exit code 2", async () => {
  const { stderr, code } = await start(
    ...["--rps", "0", "-z", "10", "-n", "none", "-O", "pdf=x", "--stages", "5", "--call", "Say", "nowhere"],
    ...["-c", "1000001", "--max-in-flight", "1000001", "--connections", "65536"],
  ).end();
  assert.equal(code, 2);
  assert.match(stderr, /--concurrency: expected a whole number, from 1 to 1000000; got "1000001"/);
  assert.match(stderr, /--max-in-flight: expected a whole number, from 1 to 1000000; got "1000001"/);
  assert.match(stderr, /--connections: expected a whole number, from 1 to 65535; got "65536"/);
  assert.match(stderr, /--rps: expected a number, from 0\.001 to 10000000; got "0"/);
  assert.match(stderr, /--duration: expected a duration with its unit .*got "10"/);
  assert.match(stderr, /--total: expected a whole number.*got "none"/);
});

test("what is wrong between settings is told too", async () => {
  const { stderr, code } = await start(
    ...["--rps", "5", "--stages", "5", "-O", "pdf=x", "--call", "Say", "--engine", "wire", "xds:///a"],
  ).end();
  assert.equal(code, 2);
  for (const words of [
    "--rps and --stages:",
    "--stages: expected",
    "--output: expected",
    "--call: expected",
    "--engine: wire",
  ]) {
    assert.ok(stderr.includes(words), `${words} in ${stderr}`);
  }
});

test("what a side of ab differs in may begin with dashes", async () => {
  const { stderr, code } = await start("ab", "--a", "--rps 5", "--b", "--conections 2", "localhost:1").end();
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^hey-loadgen ab: 2 settings are wrong:\n {2}--a: --rps is for both sides.*\n {2}--b: --conections: there is/,
  );
});

test("T40: SIGTERM gives a partial report on stdout and exit code 105", async () => {
  await using server = await startTestServer();
  const { child, end } = start("--rps", "100", "-z", "60s", "-O", "json=-", "--quiet", server.address);
  while (server.calls.length < 20) await new Promise(setImmediate);
  child.kill("SIGTERM");
  const { stdout, code } = await end();
  assert.equal(code, 105);
  const { run, accounting } = JSON.parse(stdout);
  assert.equal(run.partial, true);
  assert.equal(accounting.measured.finished, server.calls.length);
});

test("--admin-grpc answers channelz while the run goes on", async () => {
  const release = Promise.withResolvers<void>();
  await using server = await startTestServer({ say: () => release.promise });
  const { child, end } = start(
    ...["--engine", "grpc-js", "--admin-grpc", "127.0.0.1:0", "-n", "1", "-c", "1", "--quiet", server.address],
  );
  let said = "";
  child.stderr.on("data", (bytes) => {
    said += bytes;
  });
  const listening = /"kind":"admin-grpc","address":"([^"]+)"/;
  while (!listening.test(said)) await once(child.stderr, "data");
  using channel = await openChannel({ target: listening.exec(said)?.[1] ?? "" });
  const asIs = (bytes: Buffer) => bytes;
  const answer = await new Promise<Buffer>((resolve, reject) => {
    const path = "/grpc.channelz.v1.Channelz/GetTopChannels";
    channel.makeUnaryRequest(path, asIs, asIs, Buffer.alloc(0), (error, bytes) => {
      if (bytes === undefined) reject(error);
      else resolve(bytes);
    });
  });
  assert.ok(answer.includes(server.address), "the channel to the target is among those that it tells of");
  release.resolve();
  assert.equal((await end()).code, 0);
});

test("a failure is one line on stderr and its exit code", async () => {
  const { stdout, stderr, code } = await start("-n", "1", "dns:///no-such-host.invalid:1").end();
  assert.equal(code, 3);
  assert.equal(stdout, "");
  assert.match(stderr, /^hey-loadgen: cannot find the address of no-such-host\.invalid: \w+\n$/);
});

test("what no flag says comes from variables, and the report has the command to make it again", async () => {
  await using server = await startTestServer();
  const variables = { HEY_TARGET: server.address, HEY_TOTAL: "3", HEY_METADATA: "x-key=secret", HEY_OUTPUT: "json=-" };
  const { stdout, code } = await startWith(variables, "-q", "-c", "1", "--admin-grpc", "off").end();
  assert.equal(code, 0);
  const { run, latency } = JSON.parse(stdout);
  assert.equal(latency.response.count, 3);
  assert.deepEqual(run.command, [
    ...["env", "HEY_METADATA=x-key=…", "HEY_TOTAL=3", "HEY_OUTPUT=json=-", `HEY_TARGET=${server.address}`],
    ...["hey-loadgen", "-q", "-c", "1", "--admin-grpc", "off"],
  ]);
});

test("--version is that of the package", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const { stdout, stderr, code } = await start("--version").end();
  assert.deepEqual({ stdout, stderr, code }, { stdout: `hey-loadgen ${version}\n`, stderr: "", code: 0 });
});

/** Runs the program as a person starts it, behind a script that Node runs first. */
async function startBehind(script: string, ...args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "hey-loadgen-test-"));
  try {
    const file = join(folder, "first.cjs");
    writeFileSync(file, script);
    const program = fileURLToPath(new URL("../bin/hey-loadgen.js", import.meta.url));
    return await promisify(execFile)(process.execPath, ["--require", file, program, ...args]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("an older Node is told which one is needed", async () => {
  const older = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } });';
  await assert.rejects(startBehind(older, "--help"), {
    code: 1,
    stdout: "",
    stderr: "hey-loadgen: expected Node.js 24 or newer; got 20.1.0\n",
  });
});

test("T39: the program and its image run with a young generation of one size that all new things go to", async () => {
  const { stdout } = await startBehind("console.log(process.execArgv.join(' '));", "--version");
  const [first = "", second = "", version = ""] = stdout.split("\n");
  assert.doesNotMatch(first, /semi-space/);
  assert.ok(second.startsWith(heapFlags.join(" ")), second);
  assert.match(version, /^hey-loadgen /);
  const dockerfile = readFileSync(new URL("../../../Dockerfile", import.meta.url), "utf8");
  assert.ok(dockerfile.includes(heapFlags.map((flag) => `"${flag}"`).join(", ")));
});
