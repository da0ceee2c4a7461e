import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { addressOf } from "./src/container.ts";
import { run } from "./src/docker.ts";
import { createStack } from "./src/stack.ts";

const image = "hey-grpc-lets-go/loadgen";
const calls = ["--call", "heyhow.v1.HeyHowService/Say", "--rps", "50"];

interface SmallDisk {
  readonly name: string;
  /** The container whose network it shares. */
  readonly beside: string;
  readonly kibibytes: number;
}

/** A container of the load generator beside a server, with a disk of its own for its reports, and nothing else to write on. */
function startOnSmallDisk({ name, beside, kibibytes }: SmallDisk, ...args: readonly string[]) {
  const child = spawn(
    "docker",
    [
      ...["run", "--rm", "--init", "--read-only", "--name", name, "--network", `container:${beside}`],
      ...["--tmpfs", `/reports:size=${kibibytes}k,uid=1000,gid=1000`, image, ...calls, ...args, "localhost:9999"],
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const said: string[] = [];
  const lines = createInterface({ input: child.stderr }).on("line", (line) => said.push(line));
  const ended = Promise.all([text(child.stdout), once(child, "close")]);
  return {
    /** Its progress: one line a second. */
    async seconds(seconds: number) {
      while (said.filter((line) => /^ *\d+s .*\/s /.test(line)).length < seconds) {
        assert.equal(child.exitCode, null, `the load ended too soon: ${said.join("\n")}`);
        await Promise.race([once(lines, "line"), once(child, "close")]);
      }
    },
    async end() {
      const [stdout, [code]] = await ended;
      return { stdout, stderr: said.join("\n"), code };
    },
  };
}

test("reports come to those who asked for them", { timeout: 150_000 }, async (t) => {
  await using stack = await createStack("reports");
  await stack.compose("up", "--detach", "--wait", "--no-deps", "--scale", "server=1", "server");
  const [server] = await stack.containers("server");
  assert.ok(server !== undefined);
  const disk = { name: `${stack.name}-small-disk`, beside: server.Id };

  await t.test("a disk without room is found before the first call", async () => {
    const { stdout, stderr, code } = await startOnSmallDisk(
      { ...disk, kibibytes: 64 },
      "-z",
      "5s",
      "-O",
      "json=r.json",
    ).end();
    assert.equal(code, 2, stderr);
    assert.match(stderr, /--output: expected a place that can be written to; json=r\.json: the disk is full/);
    assert.equal(stdout, "");
  });

  await t.test("a disk that fills during the run costs no result", async () => {
    const outputs = ["-O", "html=r.html", "-O", "json=r.json"];
    const load = startOnSmallDisk({ ...disk, kibibytes: 1024 }, "-z", "4s", ...outputs);
    await load.seconds(1);
    // It ends with an error, as it should: there is no room left.
    await assert.rejects(run(["exec", disk.name, "dd", "if=/dev/zero", "of=/reports/other", "bs=1k"]), /No space left/);
    const { stdout, stderr, code } = await load.end();
    assert.equal(code, 1, stderr);
    for (const form of ["html", "json"])
      assert.match(stderr, new RegExp(`cannot write ${form} to .*: the disk is full`));
    assert.match(stdout, /^OK +200 +100\.0 %/m, "the summary is there");
    const [json = ""] = /^\{.*\}$/m.exec(stdout) ?? [];
    assert.equal(JSON.parse(json).latency.response.count, 200);
  });

  await t.test("dns:/// is every address of the name: each replica gets its share", async () => {
    await stack.compose("up", "--detach", "--wait", "--no-deps", "--scale", "server=3", "server");
    const target = "dns:///server:9999";
    const run = ["run", "--rm", "--no-deps", "-T", "loadgen", ...calls, "-n", "60", "--quiet", "-O", "json=-", target];
    const { endpoints, codes } = JSON.parse(await stack.compose(...run));
    const replicas = await stack.containers("server");
    assert.equal(replicas.length, 3);
    assert.deepEqual(codes, { OK: 60 });
    assert.deepEqual(
      new Map(endpoints.map((each: { address: string; calls: number }) => [each.address, each.calls])),
      new Map(replicas.map((container) => [`${addressOf(container)}:9999`, 20])),
    );
  });

  await t.test(
    "T40: docker stop in the middle of a run gives its report, marked partial, and exit code 105",
    async () => {
      const name = `${stack.name}-stopped`;
      const child = stack.spawnCompose(
        ...["run", "--rm", "--no-deps", "-T", "--name", name, "loadgen"],
        ...[...calls, "-z", "10m", "-O", "json=stopped.json", "server:9999"],
      );
      const ended = Promise.all([text(child.stdout), once(child, "close")]);
      for await (const line of createInterface({ input: child.stderr })) if (/^ *\d+s .*\/s /.test(line)) break;
      await run(["stop", name]);
      const [stdout, [code]] = await ended;
      assert.equal(code, 105);
      assert.match(stdout, /stopped by a signal: this is what there was until then/);
      const report = JSON.parse(await readFile(join(stack.folder, "reports", "stopped.json"), "utf8"));
      assert.deepEqual([report.run.partial, report.run.endReason], [true, "signal"]);
      assert.deepEqual(report.codes, { OK: report.accounting.measured.finished });
    },
  );
});
