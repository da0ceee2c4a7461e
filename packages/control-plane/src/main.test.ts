import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client, credentials, status } from "@grpc/grpc-js";
import { openStream } from "./testing/ads-script.ts";
import { requestOf } from "./testing/session-script.ts";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));
const ports = ["--ads", "127.0.0.1:0", "--mesh-service", "off", "--admin-http", "off"];

function start(...flags: readonly string[]) {
  const child = spawn(process.execPath, [main, ...flags]);
  let stderr = "";
  const listening = Promise.withResolvers<string>();
  createInterface(child.stderr).on("line", (line) => {
    stderr += `${line}\n`;
    if (!line.startsWith("{")) return;
    const { event, kind, address } = JSON.parse(line);
    if (event === "listening" && kind === "ads") listening.resolve(address);
  });
  const ended = once(child, "close").then(([code]) => ({ code, stderr }));
  return { child, listening: listening.promise, ended, [Symbol.dispose]: () => child.kill("SIGKILL") };
}

async function meshFile(text: string) {
  const folder = await mkdtemp(join(tmpdir(), "mesh-"));
  const path = join(folder, "mesh.yaml");
  await writeFile(path, text);
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

test("SIGTERM ends the streams and the program exits 0 without waiting for its clients", async () => {
  await using file = await meshFile("services: { a: { sources: [{ static: [] }] } }");
  using program = start(...ports, "--mesh", file.path);
  const client = new Client(await program.listening, credentials.createInsecure());
  const stream = openStream(client);
  stream.send(requestOf("EDS", ["a"]));
  await stream.next();
  program.child.kill("SIGTERM");
  stream.call.resume();
  assert.equal((await stream.ended).code, status.UNAVAILABLE);
  const { code, stderr } = await program.ended;
  assert.equal(code, 0, stderr);
  client.close();
});

test("a mesh.yaml that cannot be used at the start is told with every mistake, and exit code 1", async () => {
  await using file = await meshFile("services:\n  a: { sources: [], x: 1 }\n");
  using program = start(...ports, "--mesh", file.path);
  const { code, stderr } = await program.ended;
  assert.equal(code, 1);
  assert.match(stderr, /mesh\.yaml cannot be used:/);
  assert.match(stderr, /:2:17 services\.a\.sources: expected at least one source/);
  assert.match(stderr, /:2:21 services\.a\.x: no such setting/);
});

test("a mesh.yaml that clients would refuse at the start is told so, and exit code 1", async () => {
  const to = `{ version: ${"a".repeat(600)} }`;
  await using file = await meshFile(`services:\n  a: { sources: [{ static: [] }], routes: [{ to: ${to} }] }\n`);
  using program = start(...ports, "--mesh", file.path);
  const { code, stderr } = await program.ended;
  assert.equal(code, 1);
  assert.match(
    stderr,
    /mesh\.yaml cannot be used:\n.*:2:6 services\.a: CDS a\/version=a+… has a name of 610 characters/,
  );
});

test("a mesh.yaml that is not there is one clear message and exit code 1", async () => {
  using program = start(...ports, "--mesh", "/no/such/mesh.yaml");
  const { code, stderr } = await program.ended;
  assert.equal(code, 1);
  assert.match(stderr, /\/no\/such\/mesh\.yaml: there is no such file/);
});

test("a taken port is one clear message and exit code 1", async () => {
  await using file = await meshFile("services: {}");
  await using taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  using program = start(
    "--ads",
    `127.0.0.1:${port}`,
    "--mesh-service",
    "off",
    "--admin-http",
    "off",
    "--mesh",
    file.path,
  );
  const { code, stderr } = await program.ended;
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`cannot listen on 127.0.0.1:${port}: the port is taken`));
});

test("an unknown flag is one clear message and exit code 2", async () => {
  using program = start("--meshs", "x");
  const { code, stderr } = await program.ended;
  assert.equal(code, 2);
  assert.match(stderr, /--meshs/);
});
