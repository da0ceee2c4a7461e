/** The control plane with the xDS clients of three languages: nothing may depend on one client's habits. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertShare, calledAre, failed, isNear, namesOf } from "./calls.ts";
import { type ControlPlane, type LocalMesh, openLocalMesh, type Server } from "./local-mesh.ts";
import { acceptedBy, inForce, reportedBy } from "./mesh-status.ts";
import { openRelay } from "./relay.ts";
import {
  type Call,
  type CallerCommand,
  goCaller,
  NotInstalled,
  nodeCaller,
  pythonCaller,
  startCaller,
} from "./xds-callers.ts";

/** The command, or why there is none: then its tests are skipped, and fail where they are required. */
function find(what: string, make: typeof goCaller): { command: CallerCommand; skip: false } | { skip: string } {
  try {
    const { command, remove } = make();
    after(remove);
    return { command, skip: false };
  } catch (error) {
    // What is there and does not build is a failure.
    if (process.env["HEY_E2E"] === "required" || !(error instanceof NotInstalled)) throw error;
    return { skip: `SKIPPED: ${what} is not installed, so that the control plane is not tested with its client` };
  }
}

let mesh: LocalMesh;
let servers: Server[];
let controlPlane: ControlPlane;

before(async () => {
  mesh = await openLocalMesh();
  const kinds = [
    ["server-1", "v1"],
    ["server-2", "v1"],
    ["server-3", "v2"],
    ["server-4", "v2"],
  ] as const;
  servers = await Promise.all(kinds.map(([name, version]) => mesh.startServer(name, version)));
  await mesh.write(servers.slice(0, 2));
  controlPlane = await mesh.startControlPlane("control-plane");
});
after(() => mesh[Symbol.asyncDispose]());

for (const [language, found] of [
  ["grpc-js-xds", find("Node", nodeCaller)],
  ["grpc-go", find("Go", goCaller)],
  ["grpcio for Python", find("Python with grpcio and protobuf", pythonCaller)],
] as const) {
  const command = found.skip === false ? found.command : ([""] as const);
  const limit = { timeout: 120_000, skip: found.skip };
  const start = (ads: string, id: string) => startCaller(command, { ads, id });
  // A caller that starts while the last test's settings are in force would be given those.
  const begin = async (first: readonly Server[]) => {
    await mesh.write(first);
    await controlPlane.heyMesh("reset");
    await inForce(controlPlane, "round_robin");
  };

  test(`${language}: servers come and leave, and no call fails`, limit, async () => {
    await begin(servers.slice(0, 2));
    await using caller = start(controlPlane.ads, "scale");
    await caller.until("both called", calledAre("server-1", "server-2"));
    await mesh.write(servers);
    await caller.until("all four called", calledAre("server-1", "server-2", "server-3", "server-4"));
    await Promise.all(servers.slice(2).map((server) => server.stop()));
    const left = await caller.next(50);
    await Promise.all(
      servers.slice(2).map(async ({ name, version, address }, index) => {
        servers[2 + index] = await mesh.startServer(name, version, address);
      }),
    );
    assert.deepEqual(namesOf(left), ["server-1", "server-2"]);
    assert.deepEqual(failed(caller.calls), []);
    await caller.until("all four called again", calledAre("server-1", "server-2", "server-3", "server-4"));
    assert.deepEqual(failed(caller.calls), []);
  });

  test(`${language}: a split of 90 to 10 by command is followed, and taken back`, limit, async () => {
    await begin(servers);
    await using caller = start(controlPlane.ads, "split");
    await caller.until("all four called", calledAre("server-1", "server-2", "server-3", "server-4"));
    await controlPlane.heyMesh("split", "heyhow", "v1=90", "v2=10");
    await caller.until("nine in ten to v1", (calls) => isNear(calls, 0.1));
    const count = 500;
    const second = (await caller.next(count)).filter(({ version }) => version === "v2").length;
    assertShare(second, count, 0.1);
    await controlPlane.heyMesh("reset");
    await caller.until("half to each", (calls) => isNear(calls, 0.5));
    for (const version of ["v1", "v2"]) {
      await controlPlane.heyMesh("split", "heyhow", `${version}=1`);
      await caller.until(`${version} only`, (calls) => calls.length > 0 && calls.at(-1)?.version === version);
      await controlPlane.heyMesh("reset");
    }
    assert.deepEqual(failed(caller.calls), []);
  });

  test(`${language}: a fault by command fails its share, and none once it is taken back`, limit, async () => {
    await begin(servers);
    await using caller = start(controlPlane.ads, "fault");
    await caller.until("all four called", calledAre("server-1", "server-2", "server-3", "server-4"));
    assert.deepEqual(failed(caller.calls), []);
    await controlPlane.heyMesh("fault", "heyhow", "--abort", "40%", "--code", "DATA_LOSS");
    const calls = await caller.until("some fail", (since) => failed(since).length > 0);
    // Go writes it differently.
    assert.match(failed(calls)[0]?.code ?? "", /^(DATA_LOSS|DataLoss)$/);
    const count = 200;
    assertShare(failed(await caller.next(count)).length, count, 0.4);
    await controlPlane.heyMesh("reset");
    await caller.until("none fails", (since) => since.length > 60 && failed(since.slice(-60)).length === 0);
  });

  test(
    `${language}: a weight, a share of drops and a pause by command are followed, and resumed calls are answered`,
    limit,
    async () => {
      await begin(servers.slice(0, 2));
      const [light] = servers;
      assert.ok(light);
      const toLight = (calls: readonly Call[]) => calls.filter(({ replica }) => replica === light.name).length;
      await using caller = start(controlPlane.ads, "weight");
      await caller.until("both called", calledAre("server-1", "server-2"));
      await controlPlane.heyMesh("weight", light.address, "0.25");
      // A quarter of the other's share is a fifth of the calls.
      await caller.until("fewer to the light one", (calls) => calls.length >= 60 && toLight(calls.slice(-60)) < 24);
      assertShare(toLight(await caller.next(120)), 120, 0.2);
      assert.deepEqual(failed(caller.calls), []);
      await controlPlane.heyMesh("drops", "heyhow", "40%");
      await caller.until("some dropped", (calls) => failed(calls).length > 0);
      assertShare(failed(await caller.next(100)).length, 100, 0.4);
      await controlPlane.heyMesh("pause", "heyhow");
      await caller.until("all fail", (calls) => calls.length >= 30 && failed(calls.slice(-30)).length === 30);
      // Python and Go write it differently.
      for (const { code } of failed(caller.calls)) assert.match(code, /^(UNAVAILABLE|Unavailable)$/);
      await controlPlane.heyMesh("resume", "heyhow");
      await caller.until("answered again", (calls) => calls.some(({ code }) => code === "OK"));
    },
  );

  test(
    `${language}: a drained endpoint is called no more, until it is taken back, and no call fails`,
    limit,
    async () => {
      await begin(servers);
      const [drained] = servers;
      assert.ok(drained);
      await using caller = start(controlPlane.ads, "drain");
      await caller.until("all four called", calledAre("server-1", "server-2", "server-3", "server-4"));
      await controlPlane.heyMesh("drain", drained.address);
      await caller.until("three called", calledAre("server-2", "server-3", "server-4"));
      assert.deepEqual(namesOf(await caller.next(60)), ["server-2", "server-3", "server-4"]);
      await controlPlane.heyMesh("undrain", drained.address);
      await caller.until("all four called again", calledAre("server-1", "server-2", "server-3", "server-4"));
      assert.deepEqual(failed(caller.calls), []);
    },
  );

  test(
    `${language}: a control plane that is killed fails no call, and is followed once it is back`,
    limit,
    async () => {
      await begin(servers.slice(0, 2));
      const { ads } = controlPlane;
      await using caller = start(ads, "restart");
      await caller.until("both called", calledAre("server-1", "server-2"));
      await controlPlane.kill();
      await caller.next(100);
      await mesh.write(servers);
      controlPlane = await mesh.startControlPlane("control-plane", ads);
      await caller.until("all four called", calledAre("server-1", "server-2", "server-3", "server-4"));
      assert.deepEqual(failed(caller.calls), []);
    },
  );

  test(
    `${language}: a service that is gone when the control plane is back, and comes back as it was, is called again`,
    limit,
    async () => {
      await begin(servers.slice(0, 2));
      const { ads } = controlPlane;
      await using caller = start(ads, "taken-out");
      await caller.until("both called", calledAre("server-1", "server-2"));
      await controlPlane.kill();
      await mesh.write(servers.slice(0, 2), [], "other");
      controlPlane = await mesh.startControlPlane("control-plane", ads);
      await caller.until("failed at once", (calls) => calls.some(({ code }) => /^UNAVAILABLE$/i.test(code)));
      await mesh.write(servers.slice(0, 2));
      await caller.until("both called again", calledAre("server-1", "server-2"));
    },
  );

  test(`${language}: of two control planes either will do, to and fro`, limit, async () => {
    await begin(servers);
    const second = await mesh.startControlPlane("second");
    await using relay = await openRelay(controlPlane.ads);
    await using caller = start(relay.address, "two");
    await caller.until("all four called", calledAre("server-1", "server-2", "server-3", "server-4"));
    const versions = await acceptedBy(controlPlane, "two");
    for (const each of [second, controlPlane, second]) {
      relay.pointAt(each.ads);
      assert.deepEqual(await acceptedBy(each, "two"), versions);
      await caller.next(50);
    }
    await mesh.write(servers.slice(0, 3));
    await caller.until("three called", calledAre("server-1", "server-2", "server-3"));
    assert.deepEqual(failed(caller.calls), []);
    assert.ok(relay.connections >= 4, `${relay.connections} connections`);
    await second.kill();
  });

  test(`${language}: balancing by load fails no call, and the calls are reported`, limit, async () => {
    await mesh.write(servers.slice(0, 2), ["balancing: weighted_by_load"]);
    await inForce(controlPlane, "weighted_by_load");
    await using caller = start(controlPlane.ads, "load");
    await caller.until("both called", calledAre("server-1", "server-2"));
    assert.deepEqual(failed(caller.calls), []);
    await reportedBy(controlPlane, "load", 40);
  });

  test(
    `${language}: a route by regular expression or by a header that is not there takes its calls alone`,
    limit,
    async () => {
      for (const [match, version] of [
        ["regex: '/x|/heyhow[.].*'", "v2"],
        // A part of the path is not the path.
        ["regex: '/heyhow.v1.HeyHowService/S|/x'", "v1"],
        ["headers: { x-none: { present: false } }", "v2"],
        ["headers: { x-none: { present: true } }", "v1"],
        ["headers: { x-none: { regex: '|.*' } }", "v1"],
      ] as const) {
        const routes = ["routes:", `  - { match: { ${match} }, to: { version: v2 } }`, "  - { to: { version: v1 } }"];
        await begin(servers);
        await mesh.write(servers, ["balancing: { ring_hash: { header: x-user } }", ...routes]);
        await inForce(controlPlane, "ring_hash");
        await using caller = start(controlPlane.ads, "routes");
        // The first ones are called while the clusters are announced. A share of the calls never gives so many.
        const wanted = (call: Call) => call.version === version;
        await caller.until(`${match} to ${version}`, (calls) => calls.length >= 40 && calls.slice(-40).every(wanted));
        assert.deepEqual(failed(caller.calls), []);
      }
    },
  );

  test(`${language}: whatever mesh.yaml can say is accepted`, limit, async () => {
    await mesh.write(servers, everything);
    await inForce(controlPlane, "ring_hash");
    await using caller = start(controlPlane.ads, "everything");
    await caller.next(20);
    assert.deepEqual(Object.keys(await acceptedBy(controlPlane, "everything")).sort(), ["CDS", "EDS", "LDS", "RDS"]);
    const answered = (await caller.next(100)).filter(({ code }) => code === "OK").length;
    // Two in a hundred fail on purpose, and some of those are called again.
    assert.ok(answered > 85, `${answered} of 100 answered`);
    await acceptedBy(controlPlane, "everything");
  });
}

/** Every kind of setting of a service. */
const everything = [
  "health: heyhow.v1.HeyHowService",
  "balancing: { ring_hash: { header: x-user } }",
  "outliers: { failure_percent: 80, min_calls: 50 }",
  "max_calls: 1000",
  "localities: [{ zone: a, weight: 2 }, { zone: b, weight: 1 }, { zone: c, priority: 1 }]",
  "drop_percent: 1",
  "fault: { delay: { time: 1ms, percent: 10 }, abort: { percent: 1 }, by_header: true }",
  "retries: { codes: [unavailable], attempts: 3, backoff: 50ms }",
  "routes:",
  '  - match: { regex: "/heyhow\\\\.v1\\\\..*", headers: { x-canary: { prefix: "y" } } }',
  "    to: { version: v2 }",
  "    timeout: 5s",
  "  - split: [{ to: { version: v1 }, weight: 90 }, { to: { version: v2 }, weight: 10 }]",
];
