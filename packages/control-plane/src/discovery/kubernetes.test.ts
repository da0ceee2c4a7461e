import assert from "node:assert/strict";
import { test } from "node:test";
import {
  kubernetesPod,
  kubernetesService,
  kubernetesSlice,
  sliceEndpoint,
  terminating,
} from "../testing/kubernetes-objects.ts";
import { watchedService, watchingService } from "../testing/watched-service.ts";

const two = kubernetesSlice("a", [sliceEndpoint("10.0.0.1"), sliceEndpoint("10.0.0.2")]);

test("what is there is listed page by page, in the context's namespace and with its token", async () => {
  await using all = await watchedService();
  all.kubernetes.put("services", kubernetesService());
  all.kubernetes.put("services", { ...kubernetesService(), metadata: { name: "other" } });
  for (const host of [1, 2, 3, 4, 5])
    all.kubernetes.put("endpointslices", kubernetesSlice(`s${host}`, [sliceEndpoint(`10.0.0.${host}`)]));
  const others = kubernetesSlice("others", [sliceEndpoint("10.9.9.9")]);
  all.kubernetes.put("endpointslices", { ...others, metadata: { name: "others" } });
  void all.follow();
  await all.found("10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5");
  assert.equal(all.told.length, 1);
  for (const { namespace, token } of all.kubernetes.requests) {
    assert.deepEqual([namespace, token], ["shop", "Bearer secret"]);
  }
});

test("slices that are added, changed and deleted are told at once, without another list", async () => {
  await using all = await watchingService();
  const from = all.kubernetes.requests.length;
  all.kubernetes.put("endpointslices", kubernetesSlice("b", [sliceEndpoint("10.0.0.2")]));
  await all.found("10.0.0.1 10.0.0.2");
  all.kubernetes.put("endpointslices", kubernetesSlice("a", [sliceEndpoint("10.0.0.1", terminating)]));
  await all.found("10.0.0.1/leaving 10.0.0.2");
  all.kubernetes.remove("endpointslices", "a");
  await all.found("10.0.0.2");
  assert.deepEqual(all.kubernetes.requests.slice(from), []);
});

test("the labels of the Service's Pods are those of its endpoints, also after they change", async () => {
  await using all = await watchingService();
  all.kubernetes.put("pods", kubernetesPod("p1", { version: "v1" }));
  all.kubernetes.put("pods", { metadata: { name: "stranger", labels: { app: "other", version: "v9" } } });
  const endpoints = [
    sliceEndpoint("10.0.0.1", undefined, "p1", "a"),
    sliceEndpoint("10.0.0.2", undefined, "p2", "b"),
    sliceEndpoint("10.0.0.3", undefined, "stranger"),
  ];
  all.kubernetes.put("endpointslices", kubernetesSlice("a", endpoints));
  await all.found("10.0.0.1/v1/a 10.0.0.2/b 10.0.0.3");
  all.kubernetes.put("pods", kubernetesPod("p2", { version: "v2" }));
  await all.found("10.0.0.1/v1/a 10.0.0.2/v2/b 10.0.0.3");
  all.kubernetes.remove("pods", "p1");
  await all.found("10.0.0.1/a 10.0.0.2/v2/b 10.0.0.3");
});

test("a Service that selects other Pods has their labels, and the former ones are watched no more", async () => {
  await using all = await watchingService();
  all.kubernetes.put("pods", { metadata: { name: "p1", labels: { app: "other", version: "v9" } } });
  all.kubernetes.put("endpointslices", kubernetesSlice("a", [sliceEndpoint("10.0.0.1", undefined, "p1")]));
  all.kubernetes.put("services", kubernetesService({ selector: { app: "other" } }));
  await all.found("10.0.0.1/v9");
  all.kubernetes.put("services", kubernetesService({ selector: null }));
  await all.found("10.0.0.1");
  await all.kubernetes.unwatched("pods");
});

test("a broken connection is resumed where it was: nothing is lost and nothing listed again", async () => {
  await using all = await watchingService();
  all.kubernetes.put("endpointslices", two);
  await all.found("10.0.0.1 10.0.0.2");
  const known = all.kubernetes.version;
  const from = all.kubernetes.requests.length;
  all.kubernetes.goDeaf("endpointslices");
  all.kubernetes.put("endpointslices", kubernetesSlice("b", [sliceEndpoint("10.0.0.3")]));
  all.kubernetes.remove("endpointslices", "a");
  all.kubernetes.breakWatches("endpointslices");
  await all.found("10.0.0.3");
  const again = all.kubernetes.requests.slice(from).map(({ verb, resource, version }) => [verb, resource, version]);
  assert.deepEqual(again, [["watch", "endpointslices", String(known)]]);
  assert.deepEqual(all.allTroubles, []);
});

test("after a bookmark a watch is resumed from there", async () => {
  await using all = await watchingService();
  const bookmark = { kind: "EndpointSlice", metadata: { resourceVersion: "12345" } };
  all.kubernetes.say("endpointslices", JSON.stringify({ type: "BOOKMARK", object: bookmark }));
  all.kubernetes.endWatches("endpointslices");
  await all.kubernetes.asked({ verb: "watch", resource: "endpointslices", version: "12345" });
  assert.deepEqual(all.told, ["10.0.0.1"]);
});

for (const how of ["status", "event"] as const) {
  test(`410 as ${how === "status" ? "an HTTP status" : "an event"}: a new list, by which nothing is lost and nothing flaps`, async () => {
    await using all = await watchingService();
    all.kubernetes.put("endpointslices", two);
    await all.found("10.0.0.1 10.0.0.2");
    const from = all.kubernetes.requests.length;
    all.kubernetes.goDeaf("endpointslices");
    all.kubernetes.put("endpointslices", kubernetesSlice("b", [sliceEndpoint("10.0.0.3")]));
    all.kubernetes.put("endpointslices", kubernetesSlice("a", [sliceEndpoint("10.0.0.2")]));
    all.kubernetes.forget(how);
    all.kubernetes.breakWatches("endpointslices");
    await all.kubernetes.asked({ verb: "list", resource: "endpointslices" }, from);
    await all.found("10.0.0.2 10.0.0.3");
    assert.deepEqual(all.told, ["10.0.0.1", "10.0.0.1 10.0.0.2", "10.0.0.2 10.0.0.3"]);
    all.kubernetes.remove("endpointslices", "b");
    await all.found("10.0.0.2");
    assert.deepEqual(all.allTroubles, []);
  });
}

for (const how of ["status", "event"] as const) {
  test(`410 as ${how === "status" ? "an HTTP status" : "an event"}: what went meanwhile goes, and what comes back is there again`, async () => {
    await using all = await watchingService();
    const b = kubernetesSlice("b", [sliceEndpoint("10.0.0.2")]);
    all.kubernetes.put("endpointslices", b);
    await all.found("10.0.0.1 10.0.0.2");
    all.kubernetes.goDeaf("endpointslices");
    all.kubernetes.remove("endpointslices", "b");
    all.kubernetes.forget(how);
    all.kubernetes.breakWatches("endpointslices");
    await all.found("10.0.0.1");
    all.kubernetes.put("endpointslices", b);
    await all.found("10.0.0.1 10.0.0.2");
    assert.deepEqual(all.allTroubles, []);
  });
}
