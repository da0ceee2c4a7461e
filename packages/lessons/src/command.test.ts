import assert from "node:assert/strict";
import { test } from "node:test";
import { type Command, readCommand } from "./command.ts";

const addressOf = (program: string) => `address-of-${program}`;

for (const [line, expected] of [
  ["npx hey-mesh split heyhow v1=90 v2=10", { kind: "hey-mesh", words: ["split", "heyhow", "v1=90", "v2=10"] }],
  ["npx hey-mesh drain ADDRESS  # server-2's, as shown", { kind: "hey-mesh", words: ["drain", "address-of-server-2"] }],
  ["kill -9 PID  # control-plane's", { kind: "signal", signal: "SIGKILL", program: "control-plane" }],
  ["kill PID  # server-4's", { kind: "signal", signal: "SIGTERM", program: "server-4" }],
  ["kill -USR2 PID  # npm start's", { kind: "start-again" }],
  ["npx hey-server --name x", { kind: "server", args: ["--name", "x"] }],
  ["docker compose stop server  # all of them", { kind: "compose", words: ["stop", "server"] }],
] satisfies readonly (readonly [string, Command])[]) {
  test(`${line}: ${expected.kind}`, () => assert.deepEqual(readCommand(line, addressOf), expected));
}

for (const [line, expected] of [
  ["rm -r .", /expected hey-mesh, kill, .* got "rm -r ."/],
  ["kill -9 PID", /expected whose it is/],
  ["npx hey-mesh drain ADDRESS  # any", /expected whose it is/],
] as const) {
  test(`${line}: an error that says what was expected`, () =>
    assert.throws(() => readCommand(line, addressOf), expected));
}
