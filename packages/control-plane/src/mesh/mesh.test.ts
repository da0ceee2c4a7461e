import assert from "node:assert/strict";
import { test } from "node:test";
import { createLatest } from "@hey/rpc";
import type { Discover } from "../discovery/discover.ts";
import { everywhere, plainCluster } from "../testing/test-service.ts";
import type { Service } from "../topology/topology.ts";
import type { Health } from "./health-watch.ts";
import { createMesh, type Mesh, type MeshNow } from "./mesh.ts";
import type { CheckHealth } from "./watches.ts";

/** A service that finds the one endpoint with the source's name, or several of "x y"; health is asked under `health`. */
function service(name: string, source: string, health = "s"): Service {
  return {
    name,
    ...plainCluster,
    routes: everywhere(),
    health: { service: health, whenAllFail: "keep" },
    sources: source.split(" ").map((each) => ({ kind: "dns", name: each, port: 1, labels: {} })),
  };
}

function script({ settleMs = 5_000 } = {}) {
  const verdicts = new Map<string, ReturnType<typeof createLatest<Health | undefined>>>();
  const asked: string[] = [];
  const ended: string[] = [];
  const verdictOf = (key: string) => {
    const latest = verdicts.get(key) ?? createLatest<Health | undefined>(undefined);
    verdicts.set(key, latest);
    return latest;
  };
  const lookedUp: string[] = [];
  const find: Discover = async function* (source) {
    if (source.kind !== "dns") return;
    lookedUp.push(source.name);
    // The name server does not answer for this one.
    if (source.name === "troubled") return;
    yield [{ host: source.name, port: 1, source: source.name, labels: source.labels }];
  };
  const checkHealth: CheckHealth = async function* ({ host }, name, signal) {
    asked.push(`${host} ${name}`);
    for await (const verdict of verdictOf(`${host} ${name}`).watch(signal)) if (verdict !== undefined) yield verdict;
    ended.push(`${host} ${name}`);
  };
  const mesh = createMesh({ discover: find, checkHealth, settleMs });
  return { mesh, lookedUp, asked, ended, say: (key: string, health: Health) => verdictOf(key).set(health) };
}

/** Resolves to false when the event loop has gone round so often: long after what needs nobody's answer. */
async function afterTurns(count: number): Promise<false> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
  return false;
}

function callable({ tables }: MeshNow): Record<string, string> {
  return Object.fromEntries(
    Array.from(tables, ([name, table]) => [name, table.callable.map(({ host }) => host).join()] as const),
  );
}

async function until(mesh: Mesh, wanted: Record<string, string>): Promise<void> {
  for await (const now of mesh.now.watch(AbortSignal.timeout(5_000))) {
    if (now !== undefined && JSON.stringify(callable(now)) === JSON.stringify(wanted)) return;
  }
  assert.deepEqual(mesh.now.value && callable(mesh.now.value), wanted);
}

test("nothing is known until the first services have been looked at, so that no client is told of empty ones", async () => {
  const { mesh, say } = script();
  using _ = mesh;
  const applied = mesh.apply({ services: [service("a", "x")] });
  await new Promise(setImmediate);
  assert.equal(mesh.now.value, undefined);
  say("x s", "healthy");
  await applied;
  await until(mesh, { a: "x" });
});

test("a server that cannot be asked holds a start up only for a while", async () => {
  const { mesh } = script({ settleMs: 1 });
  using _ = mesh;
  await mesh.apply({ services: [service("a", "x")] });
  await until(mesh, { a: "" });
});

test("a change of sources leaves no gap: the old ones are called until the new ones have been looked at", async () => {
  const { mesh, say, ended } = script();
  using _ = mesh;
  say("x s", "healthy");
  await mesh.apply({ services: [service("a", "x")] });
  const applied = mesh.apply({ services: [service("a", "y")] });
  await new Promise(setImmediate);
  assert.deepEqual(mesh.now.value && callable(mesh.now.value), { a: "x" });
  assert.deepEqual(ended, []);
  say("y s", "healthy");
  await applied;
  await until(mesh, { a: "y" });
  await new Promise(setImmediate);
  assert.deepEqual(ended, ["x s"]);
});

test("a change of something else asks nobody again", async () => {
  const { mesh, say, asked } = script();
  using _ = mesh;
  say("x s", "healthy");
  await mesh.apply({ services: [service("a", "x")] });
  const retries = { codes: ["unavailable"], attempts: 2, backoffMs: 1 } as const;
  await mesh.apply({ services: [{ ...service("a", "x"), routes: everywhere(retries) }] });
  assert.equal(mesh.now.value?.topology.services[0]?.routes[0]?.retries, retries);
  assert.deepEqual(callable(mesh.now.value), { a: "x" });
  assert.deepEqual(asked, ["x s"]);
});

test("a source in trouble holds up the change that brings it, and no later one that leaves it as it is", async () => {
  const { mesh, lookedUp, say } = script({ settleMs: 500 });
  using _ = mesh;
  for (const key of ["x s", "y s"]) say(key, "healthy");
  await mesh.apply({ services: [service("a", "x")] });
  const brought = mesh.apply({ services: [service("a", "x troubled")] });
  const other = service("b", "y");
  await new Promise(setImmediate);
  assert.deepEqual(mesh.now.value?.topology.services[0]?.sources.length, 1, "it was not waited for");
  await brought;
  for (const services of [
    [service("a", "x troubled"), other],
    [service("a", "x troubled y"), other],
    [service("c", "troubled x"), other],
  ]) {
    const endsFirst = await Promise.race([mesh.apply({ services }), afterTurns(20)]);
    assert.equal(endsFirst, true, JSON.stringify(services));
  }
  assert.deepEqual(lookedUp, ["x", "troubled", "y"]);
});

test("a server that is asked already is not asked anew when the sources of its service change", async () => {
  const { mesh, say, asked } = script();
  using _ = mesh;
  for (const key of ["x s", "y s"]) say(key, "healthy");
  await mesh.apply({ services: [service("a", "x")] });
  await mesh.apply({ services: [service("a", "x y")] });
  await mesh.apply({ services: [service("a", "x")] });
  assert.deepEqual(asked, ["x s", "y s"]);
});

test("a new health check that every server fails empties no service: the last good ones stay, and it is called panic", async () => {
  const { mesh, say } = script();
  using _ = mesh;
  for (const key of ["x s", "y s"]) say(key, "healthy");
  say("z s", "unhealthy");
  await mesh.apply({ services: [service("a", "x y z")] });
  for (const host of ["x", "y", "z"]) say(`${host} typo`, "unhealthy");
  await mesh.apply({ services: [service("a", "x y z", "typo")] });
  await until(mesh, { a: "x,y" });
  assert.equal(mesh.now.value?.tables.get("a")?.panic, true);
  say("z typo", "healthy");
  await until(mesh, { a: "z" });
  assert.equal(mesh.now.value?.tables.get("a")?.panic, false);
});

test("a service that is taken out is not watched any more, and one that is put in is", async () => {
  const { mesh, say, ended } = script();
  using _ = mesh;
  for (const key of ["x s", "y s"]) say(key, "healthy");
  await mesh.apply({ services: [service("a", "x")] });
  await mesh.apply({ services: [service("b", "y")] });
  await until(mesh, { b: "y" });
  await new Promise(setImmediate);
  assert.deepEqual(ended, ["x s"]);
});

test("a change that is overtaken by another is forgotten", async () => {
  // Whoever is overtaken does not wait for this.
  const { mesh, say, ended } = script({ settleMs: 2 ** 30 });
  using _ = mesh;
  for (const key of ["x s", "z s"]) say(key, "healthy");
  await mesh.apply({ services: [service("a", "x")] });
  const overtaken = mesh.apply({ services: [service("a", "never")] });
  await new Promise(setImmediate);
  assert.equal(await mesh.apply({ services: [service("a", "z")] }), true);
  await until(mesh, { a: "z" });
  await new Promise(setImmediate);
  assert.deepEqual(ended.sort(), ["never s", "x s"]);
  assert.equal(await overtaken, false);
});

test("disposing ends every watch", async () => {
  const { mesh, say, ended } = script();
  say("x s", "healthy");
  await mesh.apply({ services: [service("a", "x")] });
  mesh[Symbol.dispose]();
  await new Promise(setImmediate);
  assert.deepEqual(ended, ["x s"]);
});
