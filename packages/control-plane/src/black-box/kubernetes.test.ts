import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, credentials } from "@grpc/grpc-js";
import { type EndpointStatus, MeshService, type MeshStatus } from "@hey/proto/mesh";
import { callServerStream } from "@hey/rpc";
import {
  kubernetesPod,
  kubernetesService,
  kubernetesSlice,
  ready,
  sliceEndpoint,
  terminating,
} from "../testing/kubernetes-objects.ts";
import { startKubernetes } from "../testing/kubernetes-server.ts";
import { runControlPlane } from "../testing/running-control-plane.ts";
import { openChannel, startBackend } from "../testing/xds-world.ts";
import { formatAddress } from "../topology/topology.ts";

// From a Kubernetes API server to the calls of a real client.

type Backend = Awaited<ReturnType<typeof startBackend>>;
type Kubernetes = Awaited<ReturnType<typeof startKubernetes>>;

/** Each server is a Pod with a slice of its own, since all of them are at one address. */
function putPod(kubernetes: Kubernetes, name: string, { address }: Backend, zone: string, conditions: object = ready) {
  const slice = kubernetesSlice(name, [sliceEndpoint(address.host, conditions, name, zone)], {
    ports: [{ name: "grpc", port: address.port }],
  });
  kubernetes.put("endpointslices", slice);
}

async function statusWhen(address: string | undefined, is: (status: MeshStatus) => boolean): Promise<MeshStatus> {
  const client = new Client(address ?? assert.fail("no MeshService"), credentials.createInsecure());
  try {
    for await (const { status } of callServerStream(client, MeshService.watchStatus, {}, { deadlineMs: 10_000 }))
      if (status !== undefined && is(status)) return status;
    return assert.fail("the status ended");
  } finally {
    client.close();
  }
}

async function startMesh(extra = "") {
  await using opened = new AsyncDisposableStack();
  const kubernetes = opened.use(await startKubernetes());
  const [one, two] = [opened.use(await startBackend("one")), opened.use(await startBackend("two"))];
  kubernetes.put("services", kubernetesService());
  kubernetes.put("pods", kubernetesPod("p1", { version: "v1", team: "y" }));
  kubernetes.put("pods", kubernetesPod("p2", { version: "v2" }));
  putPod(kubernetes, "p1", one, "a");
  putPod(kubernetes, "p2", two, "b");
  const mesh = `services: { heyhow: { health: "", ${extra}sources: [{ kubernetes: { service: heyhow, namespace: shop, port: grpc }, labels: { team: x } }] } }\n`;
  const control = opened.use(await runControlPlane(mesh, { kubeconfig: kubernetes.kubeconfig }));
  const channel = opened.use(openChannel(control.ads, "xds:///heyhow"));
  const running = opened.move();
  return { kubernetes, one, two, control, channel, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

test("Pods are called by the labels they have, in the zones they are in, and say where they were found", async () => {
  const routes = "routes: [{ match: { headers: { x-canary: { present: true } } }, to: { version: v2 } }], ";
  const localities = "localities: [{ zone: a }, { zone: b, priority: 1 }], ";
  await using mesh = await startMesh(routes + localities);
  await mesh.channel.callUntil("one");
  assert.deepEqual(await mesh.channel.calls(10), { one: 10 });
  assert.deepEqual(await mesh.channel.calls(10, { "x-canary": "1" }), { two: 10 });
  const { services } = await statusWhen(
    mesh.control.meshService,
    ({ services: [only] }) => only?.endpoints.length === 2,
  );
  const byLabel = ({ labels }: EndpointStatus) => labels["version"];
  assert.deepEqual(services[0]?.endpoints.map((each) => [byLabel(each), each.source, each.labels]).sort(), [
    ["v1", "kubernetes:shop/heyhow:grpc", { app: "heyhow", version: "v1", zone: "a", team: "x" }],
    ["v2", "kubernetes:shop/heyhow:grpc", { app: "heyhow", version: "v2", zone: "b", team: "x" }],
  ]);
});

test("a Pod that terminates is drained: what it works on goes on, and nothing new comes", async () => {
  await using mesh = await startMesh();
  await mesh.channel.callUntil("two");
  const { calls } = mesh.two;
  const slow = mesh.channel.call(60_000, { "x-slow": "1" });
  const other = mesh.channel.call(60_000, { "x-slow": "1" });
  while (mesh.two.calls === calls) await mesh.channel.call();
  const from = mesh.control.log.length;
  putPod(mesh.kubernetes, "p2", mesh.two, "b", terminating);
  await mesh.control.logged({ event: "ack", type: "EDS" }, from);
  assert.deepEqual(await mesh.channel.calls(20), { one: 20 });
  const ended = Promise.race([slow, other]).then(() => "ended");
  assert.equal(await Promise.race([ended, mesh.channel.call()]), "one", "a call was broken");
  const { services } = await statusWhen(mesh.control.meshService, () => true);
  const weights = services[0]?.endpoints.map(({ labels, weight }) => [labels["version"], weight]).sort();
  assert.deepEqual(weights, [
    ["v1", 1],
    ["v2", 0],
  ]);
});

test("a Pod that terminates is called until another one is healthy, so that a rolling update fails no call", async () => {
  await using mesh = await startMesh();
  await mesh.channel.callUntil("one");
  const unborn = await startBackend("two again");
  await unborn[Symbol.asyncDispose]();
  const from = mesh.control.log.length;
  mesh.kubernetes.remove("endpointslices", "p1");
  putPod(mesh.kubernetes, "p3", unborn, "a");
  putPod(mesh.kubernetes, "p2", mesh.two, "b", terminating);
  await mesh.control.logged({ event: "endpoint", address: formatAddress(unborn.address) }, from);
  await mesh.channel.callUntil("two");
  assert.deepEqual(await mesh.channel.calls(20), { two: 20 });
});

test("what the API server does not allow is in the status and the log, the calls go on, and it is over when it is allowed", async () => {
  await using mesh = await startMesh();
  await mesh.channel.callUntil("one");
  for (const verb of ["list", "watch"] as const) mesh.kubernetes.fail(verb, "endpointslices", 403);
  mesh.kubernetes.breakWatches("endpointslices");
  const { discoveryTroubles } = await statusWhen(mesh.control.meshService, (each) => each.discoveryTroubles.length > 0);
  assert.match(
    discoveryTroubles.join("\n"),
    /^kubernetes:shop\/heyhow:grpc: cannot .* apiGroups \["discovery\.k8s\.io"\]/,
  );
  await mesh.control.logged({ event: "discovery-trouble", level: "warn", source: "kubernetes:shop/heyhow:grpc" });
  assert.deepEqual(await mesh.channel.calls(10), { one: 5, two: 5 });
  for (const verb of ["list", "watch"] as const) mesh.kubernetes.fail(verb, "endpointslices", undefined);
  await statusWhen(mesh.control.meshService, (each) => each.discoveryTroubles.length === 0);
  await mesh.control.logged({ event: "discovery-trouble-over" });
});
