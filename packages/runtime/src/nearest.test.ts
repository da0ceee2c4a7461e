import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "./nearest.ts";

const names = ["count", "connections", "drain", "log-level", "admin-http", "admin-grpc"];
const cases = [
  ["conut", "count"],
  ["counts", "count"],
  ["log_level", "log-level"],
  ["loglevel", "log-level"],
  ["admin-htpp", "admin-http"],
  ["conn", "connections"],
  ["admin", "admin-http"],
  ["wholly-different", undefined],
  ["x", undefined],
] as const;

for (const [typed, meant] of cases) {
  test(`${typed} was meant to be ${meant ?? "nothing known"}`, () => assert.equal(nearest(typed, names), meant));
}
