import assert from "node:assert/strict";
import { test } from "node:test";
import { type Address, formatAddress, parseAddress } from "./address.ts";

const addresses: readonly (readonly [string, Address])[] = [
  ["127.0.0.1:9990", { kind: "tcp", host: "127.0.0.1", port: 9990 }],
  ["localhost:0", { kind: "tcp", host: "localhost", port: 0 }],
  ["server-1.example:65535", { kind: "tcp", host: "server-1.example", port: 65_535 }],
  ["[::1]:9990", { kind: "tcp", host: "::1", port: 9990 }],
  ["[::ffff:127.0.0.1]:1", { kind: "tcp", host: "::ffff:127.0.0.1", port: 1 }],
  ["unix:/run/hey.sock", { kind: "unix", path: "/run/hey.sock" }],
];

for (const [text, address] of addresses) {
  test(`${text} is an address, and is written the same`, () => {
    assert.deepEqual(parseAddress(text), address);
    assert.equal(formatAddress(address), text);
  });
}

const others = ["", "9990", ":9990", "localhost", "localhost:", "localhost:x", "localhost:65536", "::1:9990", "[::1]"];
for (const text of [...others, "http://localhost:1", "a b:1", "unix:", "localhost:-1", "localhost:1 ", "user@host:1"]) {
  test(`${JSON.stringify(text)} is no address`, () => assert.equal(parseAddress(text), undefined));
}
