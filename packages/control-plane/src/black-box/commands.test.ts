import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { startMesh } from "../testing/commanded-mesh.ts";
import { openChannel } from "../testing/xds-world.ts";

// hey-mesh's commands as typed, and what they do to the calls of a real client.

test("split, fault, pause and reset are followed by a living client, and say what is in force", async () => {
  await using mesh = await startMesh(process);
  using channel = openChannel(mesh.control.ads, "xds:///heyhow");
  await channel.callUntil("v1");

  const said = await mesh.type("split heyhow v1=100 v2=0");
  assert.match(said, /^in force over mesh\.yaml, until the control plane restarts:\n {2}heyhow: split v1=100 v2=0\n/);
  assert.match(
    said,
    /to keep it, write into mesh\.yaml, in place of what is there:\n {2}services:\n {4}heyhow:\n {6}routes:\n {8}- \{ split: /,
  );
  await mesh.followed();
  assert.deepEqual(await channel.calls(30), { v1: 30 });

  await mesh.type("fault heyhow --abort 100% --code ABORTED");
  await channel.callUntil("ABORTED");
  assert.deepEqual(await channel.calls(20), { ABORTED: 20 });
  await mesh.type("pause heyhow");
  await channel.callUntil("UNAVAILABLE");
  assert.match(
    await mesh.type("status", {}),
    /heyhow: split v1=100 v2=0\n {2}heyhow: fault abort 100% with ABORTED\n {2}heyhow: paused/,
  );

  assert.equal(await mesh.type("reset"), "in force: mesh.yaml, and nothing over it\n");
  await channel.callUntil("v2");
  assert.deepEqual(Object.keys(await channel.calls(30)).sort(), ["v1", "v2"]);
});

test("an endpoint is drained and taken back without a failed call", async () => {
  await using mesh = await startMesh(process);
  using channel = openChannel(mesh.control.ads, "xds:///heyhow");
  await channel.callUntil("v1");
  const stop = new AbortController();
  const calling = (async () => {
    const seen = new Set<string>();
    while (!stop.signal.aborted) seen.add(await channel.call());
    return seen;
  })();
  const from = mesh.control.log.length;
  await mesh.type(`drain ${mesh.addresses[0]}`);
  await mesh.control.logged({ event: "ack", type: "EDS" }, from);
  assert.deepEqual(await channel.calls(40), { v2: 40 });
  assert.match(await mesh.type("status", {}), new RegExp(`${mesh.addresses[0]} +\\S.*, drained `));
  await mesh.type(`undrain ${mesh.addresses[0]}`);
  await channel.callUntil("v1");
  stop.abort();
  assert.deepEqual([...(await calling)].sort(), ["v1", "v2"]);
});

test("another file is compared and put in force, until mesh.yaml is saved", async () => {
  await using mesh = await startMesh(process);
  using channel = openChannel(mesh.control.ads, "xds:///heyhow");
  await channel.callUntil("v2");
  const other = `${mesh.control.mesh}.other`;
  const text = await readFile(mesh.control.mesh, "utf8");
  await writeFile(other, `${text}    routes: [{ to: { version: v1 } }]\n`);
  const change = 'heyhow.routes.0.targets.0.labels.version: none → "v1"';
  assert.equal(await mesh.type(`diff ${other}`, {}), `it would change:\n  ${change}\n`);
  assert.deepEqual(Object.keys(await channel.calls(20)).sort(), ["v1", "v2"]);
  assert.match(
    await mesh.type(`apply ${other}`, { event: "mesh-applied" }),
    /^in force until mesh\.yaml is saved next/,
  );
  await mesh.followed();
  assert.deepEqual(await channel.calls(20), { v1: 20 });
  assert.match(await mesh.type("status", {}), /\n {2}another mesh\.yaml, until the one on the disk is saved\n/);
  await mesh.control.replaceMesh(`${text}    max_calls: 1000\n`);
  await channel.callUntil("v2");
  assert.doesNotMatch(await mesh.type("status", {}), /another mesh/);
});

test("a file with mistakes is refused with each of them, and nothing changes", async () => {
  await using mesh = await startMesh(process);
  const other = `${mesh.control.mesh}.other`;
  await writeFile(other, "services: { heyhow: { sources: [{ static: [x] }], balancing: best } }");
  const before = await mesh.type("status", {});
  for (const command of ["diff", "apply"]) {
    const { code, stderr } = await mesh.refused(`${command} ${other}`);
    assert.equal(code, 1);
    assert.match(stderr, /services\.heyhow\.sources\.0\.static\.0: expected an IP address/);
    assert.match(stderr, /services\.heyhow\.balancing: expected round_robin or/);
  }
  assert.equal((await mesh.refused("diff /nowhere.yaml")).code, 2);
  assert.equal(await mesh.type("status", {}), before);
});

test("what cannot be done is refused in words, and changes nothing", async () => {
  await using mesh = await startMesh(process);
  const before = await mesh.type("status", {});
  for (const [line, code, words] of [
    ["pause heyhwo", 1, /no service "heyhwo"; did you mean heyhow\?/],
    ["split heyhow v3=1", 1, /no endpoint of heyhow that may be called is v3: .*there are: v1, v2/],
    ["fault heyhow --abort 5% --code NO", 1, /fault\.abort_code: expected one of CANCELLED, .*; got "NO"/],
    ["drain 10.0.0.1", 1, /no endpoint "10\.0\.0\.1"; there are: 127\.0\.0\.1:\d+, 127/],
    ["split heyhow v1=0", 1, /weights that add up to/],
    ["drian a", 2, /expected one of .*; got "drian"; did you mean drain\?/],
  ] as const) {
    const refused = await mesh.refused(line);
    assert.equal(refused.code, code, line);
    assert.match(refused.stderr, words);
  }
  assert.equal(await mesh.type("status", {}), before);
});
