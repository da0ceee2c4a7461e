import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTarget, targetProblem } from "./target.ts";

for (const [text, kind, name] of [
  ["localhost:9999", "host", "localhost:9999"],
  ["[::1]:9999", "host", "[::1]:9999"],
  ["dns:///server:9999", "dns", "server:9999"],
  ["dns:server:9999", "dns", "server:9999"],
  ["ipv4:127.0.0.1:1,127.0.0.1:2", "ip", "127.0.0.1:1,127.0.0.1:2"],
  ["ipv6:[::1]:9999", "ip", "[::1]:9999"],
  ["unix:/run/hey.sock", "unix", "/run/hey.sock"],
  ["xds:///heyhow", "xds", "heyhow"],
] as const) {
  test(`"${text}" is a target of the kind ${kind}`, () => {
    assert.deepEqual(parseTarget(text), { kind, name });
    assert.equal(targetProblem(text), undefined);
  });
}

for (const text of [
  "",
  "localhost",
  "localhost:",
  "localhost:0",
  "localhost:70000",
  "http://localhost:9999",
  "xds:heyhow",
  "xds:///a b",
  "xds:///{a}",
  "unix:",
]) {
  test(`"${text}" is refused with what was expected and what came`, () => {
    assert.equal(parseTarget(text), undefined);
    assert.match(targetProblem(text) ?? "", /^expected host:port, .*; got "/);
  });
}
