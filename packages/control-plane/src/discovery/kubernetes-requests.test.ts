import assert from "node:assert/strict";
import { test } from "node:test";
import { makeCertificate } from "../testing/certificate.ts";
import { kubernetesService, kubernetesSlice, sliceEndpoint } from "../testing/kubernetes-objects.ts";
import { watchedService, watchingService } from "../testing/watched-service.ts";

// What the API server is asked, and whom we take for it.

const [own, other] = [makeCertificate(process.env), makeCertificate(process.env)];
const withTls = {
  skip: own === undefined ? "SKIPPED: openssl is not installed, so that no certificate could be made" : false,
};

test("over TLS, with a CA of its own, lists and watches carry the token", withTls, async () => {
  if (own === undefined) return;
  await using all = await watchingService({ tls: { own, expected: own } });
  all.kubernetes.put("endpointslices", kubernetesSlice("b", [sliceEndpoint("10.0.0.2")]));
  await all.found("10.0.0.1 10.0.0.2");
  assert.ok(all.kubernetes.url.startsWith("https:"));
  const verbs = new Set(all.kubernetes.requests.map(({ verb, token }) => `${verb} with ${token}`));
  assert.deepEqual([...verbs].sort(), ["list with Bearer secret", "watch with Bearer secret"]);
  assert.deepEqual(all.allTroubles, []);
});

test("an API server whose certificate another CA signed is told nothing, and that is said", withTls, async () => {
  if (own === undefined || other === undefined) return;
  await using all = await watchedService({ tls: { own, expected: other } });
  void all.follow();
  const said = await all.troubled(/cannot list services/);
  assert.match(
    said ?? "",
    /cannot list services: expected a certificate by the CA that the kubeconfig names, got another one \(DEPTH_ZERO_SELF_SIGNED_CERT\); is it the kubeconfig of this cluster\?/,
  );
  assert.deepEqual(all.kubernetes.requests, []);
  assert.deepEqual(all.told, []);
});

test("lists are asked for by page and selector, watches from where the list was, with bookmarks and an end", async () => {
  await using all = await watchingService();
  const { requests } = all.kubernetes;
  const version = String(all.kubernetes.version);
  const selectors = {
    services: { fieldSelector: "metadata.name=heyhow" },
    endpointslices: { labelSelector: "kubernetes.io/service-name=heyhow" },
    pods: { labelSelector: "app=heyhow" },
  };
  for (const resource of ["services", "endpointslices", "pods"] as const) {
    const asked = requests.filter((each) => each.resource === resource);
    const of = { namespace: "shop", token: "Bearer secret", resource };
    const watch = {
      watch: "true",
      resourceVersion: version,
      allowWatchBookmarks: "true",
      timeoutSeconds: "240",
      ...selectors[resource],
    };
    assert.deepEqual(asked, [
      { ...of, verb: "list", version: "", query: { limit: "500", ...selectors[resource] } },
      { ...of, verb: "watch", version, query: watch },
    ]);
  }
});

test("a page after the first is asked for by the list that it goes on with", async () => {
  await using all = await watchedService();
  all.kubernetes.put("services", kubernetesService());
  for (const host of [1, 2, 3])
    all.kubernetes.put("endpointslices", kubernetesSlice(`s${host}`, [sliceEndpoint(`10.0.0.${host}`)]));
  void all.follow();
  await all.found("10.0.0.1 10.0.0.2 10.0.0.3");
  const lists = all.kubernetes.requests.filter(
    ({ verb, resource }) => verb === "list" && resource === "endpointslices",
  );
  const asked = { labelSelector: "kubernetes.io/service-name=heyhow", limit: "500" };
  assert.deepEqual(
    lists.map(({ query }) => query),
    [asked, { ...asked, continue: `2@${all.kubernetes.version}` }],
  );
});
