import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { startMesh } from "../testing/commanded-mesh.ts";
import { openChannel } from "../testing/xds-world.ts";

// What a command can do to what mesh.yaml says, and what it is kept from, by the calls of a real client.

test("a command can switch off the drops, the fault and the drain of mesh.yaml", async () => {
  const firstAddress = (address: string) => `{ address: "${address}", weight: 0 }`;
  const more = "    drop_percent: 100\n    fault: { abort: { code: ABORTED, percent: 100 } }\n";
  await using mesh = await startMesh(process, { firstAddress, more });
  using channel = openChannel(mesh.control.ads, "xds:///heyhow");
  await channel.callUntil("ABORTED");
  const keep = "to keep it, write into mesh\\.yaml, in place of what is there:\n {2}services:\n {4}heyhow:\n";
  const saidOfFault = new RegExp(
    `\n {2}heyhow: fault none\n${keep} {6}routes:\n {8}- \\{\\}\n {6}# take out: fault\n$`,
  );
  assert.match(await mesh.type("fault heyhow --off"), saidOfFault);
  await channel.callUntil("UNAVAILABLE");
  const saidOfDrops = /\n {2}heyhow: drops 0% of the calls\nto keep it, .*\n {6}# take out: drop_percent\n$/s;
  assert.match(await mesh.type("drops heyhow 0%"), saidOfDrops);
  await channel.callUntil("v2");
  await mesh.followed();
  assert.deepEqual(await channel.calls(20), { v2: 20 });
  const saidOfWeight = new RegExp(`\n {2}${mesh.addresses[0]}: weight 1\n${keep} {6}sources:\n {8}- \\{ static: `);
  assert.match(await mesh.type(`undrain ${mesh.addresses[0]}`), saidOfWeight);
  await channel.callUntil("v1");
  assert.equal(await mesh.type("reset"), "in force: mesh.yaml, and nothing over it\n");
  await channel.callUntil("ABORTED");
});

test("reset takes back another file that was applied, and says so while it does not", async () => {
  await using mesh = await startMesh(process);
  using channel = openChannel(mesh.control.ads, "xds:///heyhow");
  await channel.callUntil("v1");
  const other = `${mesh.control.mesh}.other`;
  const text = await readFile(mesh.control.mesh, "utf8");
  await writeFile(other, `${text}    drop_percent: 100\n`);
  await mesh.type(`apply ${other}`, { event: "mesh-applied" });
  await channel.callUntil("UNAVAILABLE");
  const another = "another mesh.yaml, until the one on the disk is saved";
  assert.match(await mesh.type("reset heyhow"), new RegExp(`^in force over mesh\\.yaml, .*:\n {2}${another}\n$`));
  assert.equal(await mesh.type("reset"), "in force: mesh.yaml, and nothing over it\n");
  await mesh.followed();
  assert.deepEqual(Object.keys(await channel.calls(20)).sort(), ["v1", "v2"]);
  assert.doesNotMatch(await mesh.type("status", {}), /another mesh/);
});

test("what would leave calls without a server is refused in whatever order, and fails no call", async () => {
  await using mesh = await startMesh(process);
  using channel = openChannel(mesh.control.ads, "xds:///heyhow");
  await channel.callUntil("v1");
  const [v1, v2] = mesh.addresses;
  await mesh.type("split heyhow v1=0 v2=100");
  assert.match(
    (await mesh.refused(`drain ${v2}`)).stderr,
    new RegExp(`${v2} is the last endpoint that takes calls to v2 of heyhow: they would fail; .*--force`),
  );
  await mesh.type(`drain ${v1}`);
  assert.match((await mesh.refused("split heyhow v1=100")).stderr, /no endpoint of heyhow that may be called is v1/);
  const other = `${mesh.control.mesh}.other`;
  const text = await readFile(mesh.control.mesh, "utf8");
  await writeFile(other, `${text}    routes: [{ match: { path: /a.B/C }, to: { version: v9 } }]\n`);
  assert.match(
    (await mesh.refused(`apply ${other}`)).stderr,
    /calls would fail \(--force applies it all the same\):\n.*no endpoint of heyhow that may be called is v9/,
  );
  await mesh.followed();
  assert.deepEqual(await channel.calls(20), { v2: 20 });

  await mesh.type(`drain ${v2} --force`);
  await channel.callUntil("UNAVAILABLE");
  await mesh.type(`apply ${other} --force`, { event: "mesh-applied" });
  await mesh.type("reset");
  await channel.callUntil("v2");
});

/** What is promised, from the moment that the control plane makes the change. */
const promisedMs = 1_000;

test("each command is followed by every call that begins a second later", async () => {
  await using mesh = await startMesh(process);
  using channel = openChannel(mesh.control.ads, "xds:///heyhow");
  await channel.callUntil("v1");
  for (const [command, wanted] of [
    ["split heyhow v1=100 v2=0", "v1"],
    ["fault heyhow --abort 100% --code ABORTED", "ABORTED"],
    ["pause heyhow", "UNAVAILABLE"],
    ["resume heyhow", "ABORTED"],
    ["reset", "v2"],
    [`drain ${mesh.addresses[0]}`, "v2"],
  ] as const) {
    const from = mesh.control.log.length;
    const typed = mesh.type(command);
    const { time } = await mesh.control.logged({ event: "traffic-changed" }, from);
    // Calls go on all the while, as a client's do; the control plane's own log says when the second began.
    const endsAt = Date.parse(String(time)) + promisedMs;
    while (Date.now() < endsAt) {
      await channel.call();
      // A call that a fault aborts never leaves the process: control plane and client, both in it, must have their turn.
      await new Promise(setImmediate);
    }
    if (command === "reset") await channel.callUntil(wanted);
    else assert.deepEqual(await channel.calls(20), { [wanted]: 20 }, command);
    await typed;
  }
});
