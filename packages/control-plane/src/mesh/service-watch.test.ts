import assert from "node:assert/strict";
import { test } from "node:test";
import { createLatest, type Latest } from "@hey/rpc";
import type { Discover } from "../discovery/discover.ts";
import type { Source } from "../topology/topology.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EndpointTable } from "./endpoint-table.ts";
import type { Health } from "./health-watch.ts";
import { watchService } from "./service-watch.ts";
import { type CheckHealth, createWatches } from "./watches.ts";

const health = { service: "s", whenAllFail: "keep" } as const;
const dns = (name: string): Source => ({ kind: "dns", name, port: 1, labels: {} });
const at = (host: string, source = "x"): Endpoint => ({ host, port: 1, source, labels: {} });

/** Discovery and health checks that say what the test tells them to. */
function script() {
  const sources = new Map<string, Latest<readonly Endpoint[] | undefined>>();
  const healths = new Map<string, Latest<Health | undefined>>();
  const ended: string[] = [];
  const said = <T>(map: Map<string, Latest<T | undefined>>, key: string) => {
    const latest = map.get(key) ?? createLatest<T | undefined>(undefined);
    map.set(key, latest);
    return latest;
  };
  const discover: Discover = async function* (source, signal) {
    const name = source.kind === "dns" ? source.name : "static";
    for await (const found of said(sources, name).watch(signal)) if (found !== undefined) yield found;
  };
  const checkHealth: CheckHealth = async function* ({ host }, _service, signal) {
    for await (const verdict of said(healths, host).watch(signal)) if (verdict !== undefined) yield verdict;
    ended.push(host);
  };
  return {
    watches: createWatches({ discover, checkHealth, settleMs: 60_000 }),
    lastGood: [],
    ended,
    find: (source: string, ...hosts: readonly string[]) =>
      said(sources, source).set(hosts.map((host) => at(host, source))),
    check: (host: string, verdict: Health) => said(healths, host).set(verdict),
  };
}

async function until(table: Latest<EndpointTable>, callable: readonly string[]): Promise<EndpointTable> {
  for await (const now of table.watch(AbortSignal.timeout(5_000))) {
    if (
      now.callable
        .map(({ host }) => host)
        .sort()
        .join() === callable.join()
    )
      return now;
  }
  throw new Error(`never ${callable.join()}: ${JSON.stringify(table.value)}`);
}

test("endpoints are called once they are found and healthy, and no longer when they are neither", async () => {
  const { find, check, ...world } = script();
  using watch = watchService({ sources: [dns("x")], health, ...world });
  find("x", "a", "b");
  check("a", "healthy");
  check("b", "healthy");
  await until(watch.table, ["a", "b"]);
  check("a", "unhealthy");
  await until(watch.table, ["b"]);
  check("a", "healthy");
  await until(watch.table, ["a", "b"]);
  find("x", "a");
  await until(watch.table, ["a"]);
  assert.deepEqual(world.ended, ["b"]);
});

test("an address that two sources find is the first one's, and stays as long as one of them finds it", async () => {
  const { find, check, ...world } = script();
  using watch = watchService({ sources: [dns("x"), dns("y")], health, ...world });
  find("x", "a");
  find("y", "a", "b");
  check("a", "healthy");
  check("b", "healthy");
  const both = await until(watch.table, ["a", "b"]);
  assert.deepEqual(both.endpoints.map(({ host, source }) => `${host} ${source}`).sort(), ["a x", "b y"]);
  find("x");
  find("y", "a");
  const one = await until(watch.table, ["a"]);
  assert.deepEqual(
    one.endpoints.map(({ source }) => source),
    ["y"],
  );
});

test("without a health check whatever is found is called", async () => {
  const { find, check: _, ...world } = script();
  using watch = watchService({ sources: [dns("x")], health: { service: undefined, whenAllFail: "keep" }, ...world });
  find("x", "a");
  await until(watch.table, ["a"]);
});

test("it is settled once every source has spoken and every endpoint was checked", async () => {
  const { find, check, ...world } = script();
  using watch = watchService({ sources: [dns("x"), dns("y")], health, ...world });
  let settled = false;
  void watch.settled.then(() => {
    settled = true;
  });
  find("x", "a");
  check("a", "healthy");
  await until(watch.table, ["a"]);
  assert.equal(settled, false, "y has not spoken");
  find("y", "b");
  check("a", "unhealthy");
  check("b", "unhealthy");
  await watch.settled;
});

test("thousands of sources and servers that speak at once are one change of the table", async () => {
  const names = Array.from({ length: 3_000 }, (_, index) => `h${index}`);
  const { find, check, ...world } = script();
  for (const name of names) {
    find(name, name);
    check(name, "healthy");
  }
  using watch = watchService({ sources: names.map(dns), health, ...world });
  const seen: number[] = [];
  for await (const { callable } of watch.table.watch(AbortSignal.timeout(5_000))) {
    if (callable.length !== seen.at(-1)) seen.push(callable.length);
    if (callable.length === names.length) break;
  }
  // None before anything is found; found, they are asked, and all answer.
  assert.deepEqual(seen, [0, 3_000]);
});

test("disposing ends every check", async () => {
  const { find, check, ...world } = script();
  const watch = watchService({ sources: [dns("x")], health, ...world });
  find("x", "a");
  check("a", "healthy");
  await until(watch.table, ["a"]);
  watch[Symbol.dispose]();
  await watch.table.watch(AbortSignal.timeout(0)).return();
  await new Promise(setImmediate);
  assert.deepEqual(world.ended, ["a"]);
});
