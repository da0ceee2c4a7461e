import assert from "node:assert/strict";
import { Resolver } from "node:dns/promises";
import { test } from "node:test";
import { createLogger } from "@hey/runtime";
import { createDiscover } from "./discover.ts";
import { pollDns } from "./dns.ts";
import { type Answer, startDnsServer } from "./dns-server.ts";
import { createKubernetesApi } from "./kubernetes-api.ts";
import { createTroubles } from "./troubles.ts";

const logger = createLogger({ name: "test", level: "silent", destination: { write: () => true }, pretty: false });
const source = { kind: "dns", name: "server", port: 7, labels: { zone: "a" } } as const;

async function startDns(first: Answer) {
  let says = first;
  let questions = 0;
  let asked = Promise.withResolvers<void>();
  const server = await startDnsServer(() => {
    questions += 1;
    asked.resolve();
    return says;
  });
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([server.address]);
  const trouble: string[] = [];
  const stop = new AbortController();
  return {
    stop,
    options: {
      resolve4: (name: string) => resolver.resolve4(name),
      pollMs: 10,
      onTrouble: (name: string, error: Error) => trouble.push(`${name} ${(error as NodeJS.ErrnoException).code}`),
      onTroubleOver: (name: string) => trouble.push(`${name} over`),
    },
    trouble,
    say(answer: Answer) {
      says = answer;
    },
    /** Resolves when two more questions have come: what was said before has then been heard. */
    async heard() {
      const until = questions + 2;
      while (questions < until) {
        asked = Promise.withResolvers();
        await asked.promise;
      }
    },
    [Symbol.dispose]() {
      // Whoever still looks names up, after a test that failed too, would keep the process.
      stop.abort();
      server[Symbol.dispose]();
    },
  };
}

test("a name is as many endpoints as it has addresses, with the source's port and labels", async () => {
  using dns = await startDns(["10.0.0.2", "10.0.0.1"]);
  const { stop } = dns;
  const finding = createDiscover({
    dns: dns.options,
    kubernetes: createKubernetesApi({ kubeconfig: undefined }),
    troubles: createTroubles(logger),
  })(source, stop.signal)[Symbol.asyncIterator]();
  const { value } = await finding.next();
  assert.deepEqual(value, [
    { host: "10.0.0.1", port: 7, source: "dns:server", labels: { zone: "a" } },
    { host: "10.0.0.2", port: 7, source: "dns:server", labels: { zone: "a" } },
  ]);
  stop.abort();
  assert.deepEqual(await finding.next(), { done: true, value: undefined });
});

test("a change is told although the records say that they are good for ten minutes, and another order is none", async () => {
  using dns = await startDns(["10.0.0.1", "10.0.0.2"]);
  const { stop } = dns;
  const hosts = pollDns("server", dns.options, stop.signal);
  assert.deepEqual((await hosts.next()).value, ["10.0.0.1", "10.0.0.2"]);
  const next = hosts.next();
  dns.say(["10.0.0.2", "10.0.0.1"]);
  await dns.heard();
  dns.say(["10.0.0.2", "10.0.0.1", "10.0.0.3"]);
  assert.deepEqual((await next).value, ["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
  stop.abort();
});

for (const [name, answer] of [
  ["does not exist", { code: 3 }],
  ["has no address", []],
] as const) {
  test(`a name that ${name} has no endpoints`, async () => {
    using dns = await startDns(answer);
    const { stop } = dns;
    assert.deepEqual((await pollDns("server", dns.options, stop.signal).next()).value, []);
    assert.deepEqual(dns.trouble, []);
    stop.abort();
  });
}

test("a name server that fails is no news: what was found stays, and it is said once", async () => {
  using dns = await startDns(["10.0.0.1"]);
  const { stop } = dns;
  const hosts = pollDns("server", dns.options, stop.signal);
  await hosts.next();
  const next = hosts.next();
  dns.say({ code: 2 });
  await dns.heard();
  await dns.heard();
  dns.say(["10.0.0.1", "10.0.0.2"]);
  assert.deepEqual((await next).value, ["10.0.0.1", "10.0.0.2"]);
  assert.deepEqual(dns.trouble, ["server ESERVFAIL", "server over"]);
  stop.abort();
});
