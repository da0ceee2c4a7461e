import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runControlPlane } from "./testing/running-control-plane.ts";

const main = fileURLToPath(new URL("./hey-mesh.ts", import.meta.url));
const mesh = (health: string) => `services: { heyhow: { health: ${health}, sources: [{ static: ["127.0.0.1:1"] }] } }`;

function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args]);
  return { child, stdout: text(child.stdout), stderr: text(child.stderr), closed: once(child, "close") };
}

test("status prints what the control plane knows", async () => {
  await using control = await runControlPlane(mesh("false"));
  const { closed, stdout, stderr } = start("status", "--mesh-service", control.meshService ?? assert.fail());
  const [code] = await closed;
  assert.equal(code, 0, await stderr);
  assert.match(await stdout, /^snapshot [0-9a-f]{16}\n\nservice heyhow, round_robin\n/);
  assert.match(await stdout, /\n {2}127\.0\.0\.1:1 +healthy +static\n\nno xDS clients\n$/);
});

test("watch prints the state again when it changes, and ends well when it is stopped", async () => {
  await using control = await runControlPlane(mesh("false"));
  const child = spawn(process.execPath, [
    main,
    "watch",
    "--json",
    "--mesh-service",
    control.meshService ?? assert.fail(),
  ]);
  const ended = once(child, "close");
  const healths: number[] = [];
  for await (const line of createInterface(child.stdout)) {
    const health = JSON.parse(line).services[0]?.endpoints[0]?.health;
    if (health === healths.at(-1)) continue;
    healths.push(health);
    if (healths.length === 1) await control.replaceMesh(mesh('""'));
    else child.kill("SIGINT");
  }
  assert.deepEqual(healths, [2, 3]);
  assert.equal((await ended)[0], 0);
});

test("no control plane is one clear message and exit code 1", async () => {
  const { closed, stderr } = start("status", "--mesh-service", "127.0.0.1:1");
  assert.equal((await closed)[0], 1);
  assert.match(await stderr, /no answer from a control plane at 127\.0\.0\.1:1: .*ECONNREFUSED/);
});

test("an unknown command is one clear message and exit code 2", async () => {
  const { closed, stderr } = start("statsu");
  assert.equal((await closed)[0], 2);
  assert.match(await stderr, /COMMAND: expected one of status, .*; got "statsu"; did you mean status\?/);
});
