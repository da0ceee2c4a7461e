import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startDemo } from "./started-demo.ts";
import { runningSystems } from "./system-file.ts";

const run = promisify(execFile);
const checkout = fileURLToPath(new URL("../../..", import.meta.url));
const read = (file: string) => readFileSync(`${checkout}${file}`, "utf8");

/** Who runs a block of commands: this file, or the container tests. */
const runners = ["ci", "npm start", "compose", "compose up"];

/** Without grpcurl its commands are not tried: said loudly, and a failure where every peer is required. */
const withoutGrpcurl =
  spawnSync("grpcurl", ["--version"]).error !== undefined &&
  process.env["HEY_E2E"] !== "required" &&
  "SKIPPED: grpcurl is not installed, so that this command of the README is not tried";

/** The README's commands, one a line, by what the comment before their block says of who runs them. */
function commands(runner: string): readonly string[] {
  return blocks().flatMap((block) => (block.runner === runner ? block.lines : []));
}

function blocks() {
  return [...read("README.md").matchAll(/(?:<!-- runs: (.*?) -->\n)?```sh\n(.*?)```/gs)].map(
    ([, runner, text = ""]) => ({ runner, lines: text.trim().split("\n") }),
  );
}

test("every block of commands in the README says who runs it", () => {
  assert.ok(blocks().length > 0);
  assert.deepEqual(
    blocks().filter(({ runner }) => runner === undefined || !runners.includes(runner)),
    [],
  );
});

test("what the README says to begin with is what CI runs, and what package.json has", () => {
  const { scripts } = JSON.parse(read("package.json"));
  assert.deepEqual(commands("ci"), ["npm ci && npm start", "npm ci && npm test"]);
  assert.ok("start" in scripts && "test" in scripts);
  assert.match(read(".github/workflows/ci.yml"), /- run: npm ci\n(.*\n)*? +- run: npm test\n/);
});

test("every npm script that a document names is there", () => {
  const { scripts } = JSON.parse(read("package.json"));
  const named = ["README.md", "CONTRIBUTING.md", "docs/features.md", "docs/architecture.md"].flatMap((file) =>
    [...read(file).matchAll(/npm (?:run ([\w:]+)|(start|test)\b)/g)].map(([, long, short]) => long ?? short ?? ""),
  );
  assert.ok(named.length > 0);
  assert.deepEqual(
    named.filter((name) => !(name in scripts)),
    [],
  );
});

test("what there is to try while npm start runs works", async (t) => {
  await using demo = startDemo(process, []);
  const [, port] = await demo.seen(/front +\d+ +(\d+)/);
  await demo.seen(/server-1 .*server-2 .*server-3 /);
  const [, meshPort] = await demo.seen(/control-plane +\d+ +\d+ +(\d+)/);
  const env = { ...process.env, HEY_MESH_SERVICE: `127.0.0.1:${meshPort}` };
  for (const command of commands("npm start")) {
    const skip = command.startsWith("grpcurl ") && withoutGrpcurl;
    await t.test(command, { skip, timeout: 30_000 }, async () => {
      // Only the ports are others: the documented ones may be taken on the machine that runs the tests.
      const here = command.replaceAll("localhost:9999", `localhost:${port}`);
      assert.ok(here !== command || command.startsWith("npx hey-mesh "));
      const { stdout } = await run("sh", ["-c", here], { cwd: checkout, env });
      assert.notEqual(stdout, "");
    });
  }

  await t.test("an address that is taken out of mesh.yaml is called no more", async () => {
    const [, file = ""] = await demo.seen(/^ +(\S+mesh\.yaml)/m);
    const mesh = readFileSync(file, "utf8");
    const less = mesh.replace(/"[^"]+"(\]\n +labels: { version: v2)/, "$1");
    assert.notEqual(less, mesh);
    writeFileSync(file, less);
    await demo.seenNext(/\| server-1 [^,]*, server-2 [^,]*$/m);
  });

  await t.test("a server that is killed costs no message", async () => {
    const [, pid] = await demo.seen(/server-2 +v1\/b +(\d+)/);
    process.kill(Number(pid), "SIGKILL");
    await demo.seenNext(/\| server-1 [^,]*$/m);
  });

  await t.test("and is called again, at the port it had, when npm start is asked to start what has ended", async () => {
    const [, pid] = await demo.seen(/kill -USR2 (\d+)/);
    process.kill(Number(pid), "SIGUSR2");
    await demo.seenNext(/\| server-1 [^,]*, server-2 [^,]*$/m);
    const [system, ...others] = await runningSystems(checkout, (each) => each === demo.process.pid);
    assert.deepEqual([system?.pid, others], [Number(pid), []]);
    const [, killed] = await demo.seen(/server-2 +v1\/b +(\d+)/);
    assert.notEqual(system?.parts.find(({ name }) => name === "server-2")?.pid, Number(killed));
  });

  demo.process.kill("SIGINT");
  assert.deepEqual(await demo.ended, { code: 0, signal: null }, demo.output());
  assert.match(demo.output(), / [1-9][\d,]* received, 0 lost, 0 duplicated/);
  assert.match(demo.output(), /server-2 ended while the system ran: SIGKILL/);

  await t.test("the captures in the README have the headings that the programs print today", () => {
    const captures = [...read("README.md").matchAll(/<!-- captured: npm start -->\n```text\n(.*?)```/gs)];
    const headings = captures.flatMap(([, text = ""]) => text.match(/^ +(?:on|replica|at) .*$/gm) ?? []);
    assert.equal(headings.length, 4);
    const words = (line: string) => line.trim().replaceAll(/ +/g, " ");
    const printed = demo.output().split("\n").map(words);
    // A server that had no conversation when it was killed leaves none to be taken up again, and no table of them.
    const tookUp = /reconnects +[1-9]/.test(demo.output());
    const expected = headings.filter((heading) => tookUp || !/^ +at /.test(heading));
    assert.deepEqual(
      expected.map(words).filter((heading) => !printed.includes(heading)),
      [],
    );
  });
});
