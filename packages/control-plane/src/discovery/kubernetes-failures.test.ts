import assert from "node:assert/strict";
import { test } from "node:test";
import { createLatest } from "@hey/rpc";
import { kubernetesPod, kubernetesService, kubernetesSlice, sliceEndpoint } from "../testing/kubernetes-objects.ts";
import { timing, watchedService, watchingService } from "../testing/watched-service.ts";

const two = kubernetesSlice("a", [sliceEndpoint("10.0.0.1"), sliceEndpoint("10.0.0.2")]);

test("an API server that is gone is no news, and is told; what happened meanwhile is found when it is back", async () => {
  await using all = await watchingService();
  all.kubernetes.goDeaf("endpointslices");
  for (const verb of ["list", "watch"] as const) all.kubernetes.fail(verb, "endpointslices", 503);
  all.kubernetes.breakWatches("endpointslices");
  await all.troubled(/^cannot (list|watch) endpointslices: the API server answers 503$/);
  all.kubernetes.put("endpointslices", two);
  assert.deepEqual(all.told, ["10.0.0.1"]);
  for (const verb of ["list", "watch"] as const) all.kubernetes.fail(verb, "endpointslices", undefined);
  await all.found("10.0.0.1 10.0.0.2");
  await all.untroubled();
});

for (const [resource, group] of [
  ["services", ""],
  ["endpointslices", "discovery.k8s.io"],
] as const) {
  test(`403 for ${resource} says which rule is missing, and what was found stays`, async () => {
    await using all = await watchedService();
    all.kubernetes.put("services", kubernetesService());
    all.kubernetes.put("endpointslices", two);
    all.kubernetes.fail("list", resource, 403);
    void all.follow();
    const said = await all.troubled(/403/);
    assert.equal(
      said,
      `cannot list ${resource}: not allowed (403); in namespace shop a Role bound to this account must have: apiGroups ["${group}"], resources ["${resource}"], verbs ["list", "watch"]`,
    );
    assert.deepEqual(all.told, []);
    all.kubernetes.fail("list", resource, undefined);
    await all.found("10.0.0.1 10.0.0.2");
    all.kubernetes.fail("watch", resource, 403);
    all.kubernetes.breakWatches(resource);
    await all.troubled(new RegExp(`cannot watch ${resource}: not allowed`));
    assert.deepEqual(all.told, ["10.0.0.1 10.0.0.2"]);
  });
}

test("who may not see the Pods has the endpoints without their labels, and is told", async () => {
  await using all = await watchedService();
  all.kubernetes.put("services", kubernetesService());
  all.kubernetes.put("pods", kubernetesPod("p1", { version: "v1" }));
  all.kubernetes.put("endpointslices", kubernetesSlice("a", [sliceEndpoint("10.0.0.1", undefined, "p1", "a")]));
  all.kubernetes.fail("list", "pods", 403);
  void all.follow();
  await all.found("10.0.0.1/a");
  await all.troubled(/cannot list pods: not allowed \(403\)/);
  all.kubernetes.fail("list", "pods", undefined);
  await all.found("10.0.0.1/v1/a");
  await all.untroubled();
});

test("endpoints wait for the labels of their Pods when the API server fails to give them", async () => {
  await using all = await watchedService();
  all.kubernetes.put("services", kubernetesService());
  all.kubernetes.put("pods", kubernetesPod("p1", { version: "v1" }));
  all.kubernetes.put("endpointslices", kubernetesSlice("a", [sliceEndpoint("10.0.0.1", undefined, "p1")]));
  all.kubernetes.fail("list", "pods", 500);
  void all.follow();
  await all.troubled(/cannot list pods: the API server answers 500/);
  all.kubernetes.fail("list", "pods", undefined);
  await all.found("10.0.0.1/v1");
  assert.deepEqual(all.told, ["10.0.0.1/v1"]);
});

for (const [name, line] of [
  ["without a name", '{"type":"MODIFIED","object":{"metadata":{},"addressType":"IPv4"}}'],
  ["of an unknown type", '{"type":"CHANGED","object":{}}'],
  ["without a type", '"hello"'],
] as const) {
  test(`an event ${name} is answered by a new list, and what was found stays`, async () => {
    await using all = await watchingService();
    const from = all.kubernetes.requests.length;
    all.kubernetes.goDeaf("endpointslices");
    all.kubernetes.put("endpointslices", two);
    all.kubernetes.say("endpointslices", line);
    await all.kubernetes.asked({ verb: "list", resource: "endpointslices" }, from);
    await all.found("10.0.0.1 10.0.0.2");
    assert.deepEqual(all.told, ["10.0.0.1", "10.0.0.1 10.0.0.2"]);
    await all.untroubled();
  });
}

test("a line that is no JSON is passed over, and the events after it are heard", async () => {
  await using all = await watchingService();
  all.kubernetes.say("endpointslices", '{"type":"MODIF');
  all.kubernetes.put("endpointslices", two);
  await all.found("10.0.0.1 10.0.0.2");
});

test("a watch that is silent for too long is taken for dead, and resumed", async () => {
  await using all = await watchingService({ silentMs: 300 });
  all.kubernetes.goDeaf("endpointslices");
  all.kubernetes.put("endpointslices", two);
  await all.found("10.0.0.1 10.0.0.2");
  assert.deepEqual(all.told, ["10.0.0.1", "10.0.0.1 10.0.0.2"]);
});

test("an API server that takes the connection and never answers is noticed, whatever it was asked for", async () => {
  await using all = await watchedService({ listMs: 100, silentMs: 100 });
  all.kubernetes.put("services", kubernetesService());
  all.kubernetes.put("endpointslices", kubernetesSlice("a", [sliceEndpoint("10.0.0.1")]));
  all.kubernetes.fail("list", "services", "silence");
  void all.follow();
  await all.troubled(/^cannot list services: no answer from the API server in time$/);
  all.kubernetes.fail("list", "services", undefined);
  await all.found("10.0.0.1");
  all.kubernetes.fail("watch", "services", "silence");
  await all.troubled(/^cannot watch services: no answer from the API server in time$/);
});

test("what went by unheard is found by the list that comes from time to time", async () => {
  await using all = await watchingService({ silentMs: 50, timing: { ...timing, relist: 100 } });
  all.kubernetes.unhear("endpointslices", () => all.kubernetes.put("endpointslices", two));
  await all.found("10.0.0.1 10.0.0.2");
});

test("a wrong port is said, and what was found before stays", async () => {
  await using all = await watchingService();
  all.kubernetes.put(
    "endpointslices",
    kubernetesSlice("a", [sliceEndpoint("10.0.0.1")], { ports: [{ name: "x", port: 1 }] }),
  );
  await all.troubled(/^no EndpointSlice has the port "grpc"$/);
  assert.deepEqual(all.told, ["10.0.0.1"]);
});

test("a Service that is deleted has no endpoints", async () => {
  await using all = await watchingService();
  all.kubernetes.remove("services", "heyhow");
  await all.found("");
  await all.troubled(/^there is no such Service$/);
});

test("a kubeconfig that is not there is told and looked for again", async () => {
  await using all = await watchedService({ kubeconfig: "/no/such/kubeconfig" });
  void all.follow();
  await all.troubled(/cannot list services: .*no such file.*\/no\/such\/kubeconfig/);
});

test("without a file of its own it is $KUBECONFIG, and it is said when there is nothing at all", async () => {
  await using all = await watchedService({ kubeconfig: undefined });
  const { KUBECONFIG, HOME } = process.env;
  try {
    process.env["KUBECONFIG"] = "";
    process.env["HOME"] = "/no/such/home";
    void all.follow();
    await all.troubled(/cannot list services: there is no cluster to ask: .*--kubeconfig FILE/);
    all.kubernetes.put("services", kubernetesService());
    all.kubernetes.put("endpointslices", two);
    process.env["KUBECONFIG"] = all.kubernetes.kubeconfig;
    await all.found("10.0.0.1 10.0.0.2");
  } finally {
    for (const [key, value] of Object.entries({ KUBECONFIG, HOME })) {
      if (value === undefined) delete process.env[key];
      else process.env[key] = value;
    }
  }
});

test("the end of the source ends every watch", async () => {
  await using all = await watchingService();
  all.end();
  await all.following;
  await all.kubernetes.unwatched();
});

test("after failures the API server is asked ever more seldom, up to a limit, and as often as before once something came", async () => {
  const pauses: number[] = [];
  const count = createLatest(0);
  // Of the Service alone, since nothing else fails; none of it takes any time.
  const wait = async (ms: number) => {
    pauses.push(ms);
    count.set(pauses.length);
  };
  await using all = await watchedService({ timing: { firstPause: 100, longestPause: 10_000, relist: 600_000, wait } });
  all.kubernetes.put("services", kubernetesService());
  all.kubernetes.put("endpointslices", two);
  all.kubernetes.fail("list", "services", 503);
  void all.follow();
  for await (const made of count.watch(AbortSignal.timeout(10_000))) if (made >= 9) break;
  all.kubernetes.fail("list", "services", undefined);
  await all.found("10.0.0.1 10.0.0.2");
  for (const [index, longest] of [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000].entries()) {
    const ms = pauses[index] ?? Number.NaN;
    assert.ok(ms >= longest / 2 && ms <= longest, `pause ${index + 1} of ${pauses.join(", ")}`);
  }

  await all.kubernetes.asked({ verb: "watch", resource: "services" });
  all.kubernetes.put("services", kubernetesService({ ports: [{ name: "grpc", port: 81 }] }));
  all.kubernetes.endWatches("services");
  const before = pauses.length;
  for await (const made of count.watch(AbortSignal.timeout(10_000))) if (made > before) break;
  assert.ok((pauses[before] ?? Number.NaN) <= 100, `${pauses[before]} ms after an event`);
});
