import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);
const repository = new URL("../../../", import.meta.url).pathname;
const peer = new URL("../peers/go", import.meta.url).pathname;

/** Go is needed for a server that is not ours; without it the test is skipped, and fails where it is required. */
async function missingGo(): Promise<string | false> {
  try {
    await run("go", ["version"]);
    return false;
  } catch (error) {
    if (process.env["HEY_E2E"] === "required") throw error;
    return "SKIPPED: Go is not installed, so that the packed program is not tried against a grpc-go server";
  }
}

function openFolder() {
  const path = mkdtempSync(join(tmpdir(), "packed-loadgen-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A grpc-go server with the health service and reflection. */
async function startPeer(folder: string) {
  const program = join(folder, "health-server");
  await run("go", ["-C", peer, "build", "-o", program, "."]);
  const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  const [port] = await once(createInterface(child.stdout), "line");
  return {
    target: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const exited = once(child, "exit");
      child.stdin.end();
      await exited;
    },
  };
}

test("the packed program, installed in an empty folder, calls a grpc-go server that it finds by reflection", {
  skip: await missingGo(),
  timeout: 180_000,
}, async () => {
  using folder = openFolder();
  await using server = await startPeer(folder.path);
  await run("npm", ["pack", "-w", "loadgen", "--pack-destination", folder.path], { cwd: repository });
  const { version } = JSON.parse(readFileSync(join(repository, "packages/loadgen/package.json"), "utf8")) as {
    readonly version: string;
  };

  const empty = join(folder.path, "empty");
  mkdirSync(empty);
  writeFileSync(join(empty, "package.json"), "{}");
  const tarball = join(folder.path, `loadgen-${version}.tgz`);
  // Optional packages are none of its own, and scripts of dependencies are none that it needs.
  await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", tarball], {
    cwd: empty,
  });
  const installed = join(empty, "node_modules/loadgen");
  const typescript = readdirSync(installed, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  assert.deepEqual(typescript, [], "Node runs no TypeScript there");
  const licence = (path: string) => readFileSync(join(path, "LICENSE"), "utf8");
  assert.equal(licence(join(installed, "dist")), licence(repository), "whoever has a copy has the licence");

  const described = await run(process.execPath, [join(installed, "bin/hey-loadgen.js"), "describe", server.target]);
  assert.match(described.stdout, /^grpc\.health\.v1\.Health\n {2}Check +unary /);

  for (const engine of ["wire", "grpc-js"]) {
    const args = ["--call", "grpc.health.v1.Health/Check", "-d", '{"service":""}', "-n", "50", "-c", "5"];
    const { stdout } = await run(
      process.execPath,
      [
        join(installed, "bin/hey-loadgen.js"),
        ...args,
        "--engine",
        engine,
        "--admin-grpc",
        "off",
        "-O",
        "json=-",
        server.target,
      ],
      { cwd: empty, env: { PATH: process.env["PATH"] } },
    );
    const report = JSON.parse(stdout);
    assert.equal(report.target.engine, engine);
    assert.equal(report.accounting.measured.finished, 50);
    assert.deepEqual(report.codes, { OK: 50 });
  }
  // Brings a program and a thread of its own, which have to be there too.
  const byTwo = ["--call", "grpc.health.v1.Health/Check", "-n", "50", "-c", "4", "--workers", "2", "-O", "json=-"];
  const { stdout: two } = await run(
    process.execPath,
    [join(installed, "bin/hey-loadgen.js"), ...byTwo, "--admin-grpc", "off", server.target],
    { cwd: empty },
  );
  assert.deepEqual(JSON.parse(two).codes, { OK: 50 });
  const calibrate = ["calibrate", "-z", "1s", "--json", "--quiet"];
  const { stdout } = await run(process.execPath, [join(installed, "bin/hey-loadgen.js"), ...calibrate], { cwd: empty });
  assert.ok(JSON.parse(stdout).ceiling.callsPerS > 0, stdout);
});
