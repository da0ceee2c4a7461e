import assert from "node:assert/strict";
import { test } from "node:test";
import { readable, readOpenedPort } from "./log-lines.ts";

test("a listening event is an opened port, and no other line is", () => {
  const line = '{"level":"info","event":"listening","kind":"ads","address":"127.0.0.1:40001","msg":"listening"}';
  assert.deepEqual(readOpenedPort(line), { kind: "ads", address: "127.0.0.1:40001" });
  for (const other of ['{"level":"info","event":"stopped","msg":"stopped"}', "listening", "{ not JSON", ""]) {
    assert.equal(readOpenedPort(other), undefined, other);
  }
});

test("an event is shown as its level and words, with the error's; any other line as it is", () => {
  const lines = [
    ['{"level":"info","time":"2026-11-23T06:00:00Z","msg":"listening","address":"x"}', "info: listening"],
    ['{"level":"fatal","err":{"message":"no such file"},"msg":"a bug"}', "fatal: a bug: no such file"],
    ["hey-server: the port is taken", "hey-server: the port is taken"],
    ["{ not JSON", "{ not JSON"],
  ] as const;
  for (const [line, shown] of lines) assert.equal(readable(line), shown);
});
