import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { ClusterLbPolicy } from "@hey/proto/xds";
import { createLatest } from "@hey/rpc";
import { createMeshStatus } from "../operate/mesh-status.ts";
import { noOverrides } from "../operate/overrides.ts";
import { statusText } from "../operate/status-text.ts";
import { buildAssignment } from "../resources/endpoint.ts";
import type { Messages } from "../resources/resource-rules.ts";
import { nameByContent } from "../resources/route.ts";
import {
  fault,
  withFilter,
  withFiltersTwice,
  withLimit,
  withOddDomain,
  withOverride,
  withStatPrefix,
} from "../testing/odd-resources.ts";
import { cluster, count, listener, plainRoutes, startResourceWorld } from "../testing/resource-world.ts";
import { plainCluster } from "../testing/test-service.ts";

// A control plane whose own checks let something through: what a real client does with it, and what operators see of that.

type World = Awaited<ReturnType<typeof startResourceWorld>>;

/** What `hey-mesh status` would print. */
function statusOf({ ads }: World): string {
  const mesh = createMeshStatus({
    snapshots: ads.snapshots,
    clients: ads.clients,
    mesh: createLatest(undefined),
    lrs: { reporters: () => [], changes: createLatest({}) },
    configErrors: createLatest([]),
    discoveryTroubles: createLatest([]),
    traffic: { overrides: createLatest(noOverrides) },
    meshFile: { applied: createLatest(false) },
  });
  return statusText(mesh.now());
}

interface Refused {
  readonly type: "LDS" | "RDS" | "CDS" | "EDS";
  readonly bad: Partial<Messages>;
  /** The client's. */
  readonly words: RegExp;
  /** A change of another type, which the client follows all the same. */
  readonly other: Partial<Messages>;
  /** What is sent next in place of the bad one, and what then becomes of calls. */
  readonly good: Partial<Messages>;
  readonly outcome: string;
}

const failing = withFilter(listener, fault(status.DATA_LOSS));
const empty = buildAssignment("a", [], plainCluster);
const limited = withLimit(cluster, 1_000);

const refused: readonly Refused[] = [
  {
    type: "LDS",
    bad: { listeners: [withFiltersTwice(listener)] },
    words: /duplicate HTTP filter name: fault/,
    other: { clusters: [limited] },
    good: { listeners: [failing], routes: [nameByContent(plainRoutes, failing)] },
    outcome: "DATA_LOSS",
  },
  {
    type: "RDS",
    bad: { routes: [withOddDomain(plainRoutes)] },
    words: /domains entry has wildcard in the middle: a\*b/,
    other: { clusters: [limited] },
    good: { routes: [nameByContent(withOverride(plainRoutes, fault(status.DATA_LOSS)), listener)] },
    outcome: "DATA_LOSS",
  },
  {
    type: "CDS",
    bad: { clusters: [{ ...cluster, lbPolicy: ClusterLbPolicy.RANDOM }] },
    words: /unsupported lb_policy: RANDOM/,
    other: { listeners: [withStatPrefix(listener, "other")] },
    good: { clusters: [withLimit(cluster, 0)] },
    outcome: "UNAVAILABLE",
  },
  {
    type: "EDS",
    bad: { assignments: [buildAssignment("a", [{ host: "localhost", port: 1 }], plainCluster)] },
    words: /not a valid IPv4 or IPv6 address: localhost/,
    other: { clusters: [limited] },
    good: { assignments: [empty] },
    outcome: "UNAVAILABLE",
  },
];

for (const { type, bad, words, other, good, outcome } of refused) {
  test(`${type} that a client refuses: it keeps what it had, is not sent the same again, and follows what is good`, async () => {
    await using world = await startResourceWorld();
    await world.channel.callUntil("one");
    const from = world.ads.events.length;
    world.show(bad);
    await world.ads.until((events) => events.includes("nacked"));
    const [client] = world.ads.clients.value;
    const { sentVersion, ackedVersion } = client?.types.find((each) => each.type === type) ?? assert.fail();
    assert.notEqual(sentVersion, ackedVersion);
    const line =
      statusOf(world)
        .split("\n")
        .find((each) => each.includes("REFUSED")) ?? assert.fail(statusOf(world));
    assert.match(line, new RegExp(` ${type} +a +REFUSED ${sentVersion}, keeps ${ackedVersion}: `));
    assert.match(line, words);

    await world.change({ ...bad, ...other }, 1);
    assert.deepEqual(await world.channel.calls(20), { one: 20 });
    const pushes = world.ads.events.slice(from).filter((event) => event.startsWith(type));
    assert.deepEqual(pushes, [`${type} a`], "what was refused was sent again");
    assert.equal(count(world.ads.events, "nacked"), 1);

    world.show({ ...other, ...good });
    await world.channel.callUntil(outcome);
    assert.doesNotMatch(statusOf(world), /REFUSED/);
  });
}

test("operators are told who refused something", async () => {
  await using world = await startResourceWorld();
  await world.channel.callUntil("one");
  world.show({ clusters: [{ ...cluster, lbPolicy: ClusterLbPolicy.RANDOM }] });
  await world.ads.until((events) => events.includes("nacked"));
  const [client] = world.ads.clients.value;
  assert.match(statusOf(world), new RegExp(`^  test  ${client?.peer}  CDS   a      REFUSED `, "m"));
});
