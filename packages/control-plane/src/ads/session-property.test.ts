import assert from "node:assert/strict";
import { test } from "node:test";
import type { DiscoveryRequest } from "@hey/proto/xds";
import { isFullState, type ResourceType, resourceTypes } from "../resources/resource-type.ts";
import { createModelClient } from "../testing/model-client.ts";
import { snapshotOf, type World } from "../testing/session-script.ts";
import { createSession, type Response } from "./session.ts";

// A model client and a session at the two ends of a line that holds messages back. Whatever happens and in whatever
// order, once everything has been delivered the client has what it wants as it is, and then nothing more is sent.

const runs = 1_500;
const steps = 120;
const names = ["a", "b", "c"];
/** Contents 0 to 5 of each resource; clients refuse the content 5. */
const contents = 6;
const refusedVersions = new Set(
  names.flatMap((name) => resourceTypes.map((type) => versionIn({ [type]: { [name]: `${name}5` } }, type, name))),
);

test("a client has what it wants once all is delivered, after any order of subscriptions, changes, NACKs and reconnects", () => {
  for (let seed = 1; seed <= runs; seed++) {
    try {
      run(seed);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});

function run(seed: number): void {
  const random = randomBy(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] ?? assert.fail("an empty list");
  const subset = (of: readonly string[]) => new Set(of.filter(() => random() < 0.5));
  const client = createModelClient((version) => refusedVersions.has(version));
  let session = createSession();
  let world: World = {};
  const toServer: DiscoveryRequest[] = [];
  const toClient: Response[] = [];
  let nonces = new Set<string>();
  let unanswered = new Map<ResourceType, string>();

  const actions: readonly (() => void)[] = [
    function subscribe() {
      const type = pick(resourceTypes);
      toServer.push(client.subscribe(type, subset(isFullState(type) ? [...names, "*"] : names)));
    },
    function change() {
      const type = pick(resourceTypes);
      const kept = [...subset(names)].map((name) => [name, `${name}${Math.floor(random() * contents)}`] as const);
      world = { ...world, [type]: Object.fromEntries(kept) };
    },
    deliverToServer,
    deliverToClient,
    deliverToServer,
    deliverToClient,
    send,
    function reconnect() {
      if (random() > 0.1) return;
      session = createSession();
      toServer.length = 0;
      toClient.length = 0;
      nonces = new Set();
      unanswered = new Map();
      toServer.push(...client.reconnect());
    },
  ];

  function send(): boolean {
    const response = session.next(snapshotOf(world));
    if (response === undefined) return false;
    assert.ok(!nonces.has(response.nonce), "a nonce twice");
    assert.ok(!unanswered.has(response.type), "two unanswered responses of a type");
    nonces.add(response.nonce);
    unanswered.set(response.type, response.nonce);
    toClient.push(response);
    return true;
  }

  function deliverToServer(): boolean {
    const request = toServer.shift();
    if (request === undefined) return false;
    const receipt = session.receive(request);
    if (receipt.kind === "acked" || receipt.kind === "nacked") {
      assert.equal(unanswered.get(receipt.type), request.responseNonce, "another response was answered");
      unanswered.delete(receipt.type);
    }
    return true;
  }

  function deliverToClient(): boolean {
    const response = toClient.shift();
    if (response === undefined) return false;
    toServer.push(client.receive(response));
    return true;
  }

  for (let step = 0; step < steps; step++) pick(actions)();
  let left = 200;
  while (send() || deliverToServer() || deliverToClient()) assert.ok(--left > 0, "it never comes to rest");

  const routed = ["LDS", "RDS"].some((type) => client.states.has(type as ResourceType));
  for (const [type, state] of client.states) {
    for (const name of names.filter((each) => state.names.has(each) || state.names.has("*"))) {
      const there = world[type]?.[name] !== undefined ? versionIn(world, type, name) : undefined;
      const has = state.cache.get(name);
      if (there !== undefined && !refusedVersions.has(there))
        assert.equal(has, there, `${type} ${name} is out of date`);
      // Endpoints and routes are not deleted by being left out; clusters may be held for the routes.
      const mayLinger = !isFullState(type) || (type === "CDS" && routed);
      if (there === undefined && !mayLinger) assert.equal(has, undefined, `${type} ${name} was deleted`);
    }
    for (const name of state.cache.keys()) {
      assert.ok(state.names.has(name) || state.names.has("*"), `${type} ${name} is not wanted`);
    }
  }
}

function versionIn(world: World, type: ResourceType, name: string): string {
  return snapshotOf(world).resources[type].get(name)?.version ?? assert.fail(`${type} ${name}`);
}

/** Numbers in [0, 1) that a seed decides (mulberry32). */
function randomBy(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
