import assert from "node:assert/strict";
import { test } from "node:test";
import { diffMesh, editMesh } from "./edit-mesh.ts";

const mesh = `# For people.
services:
  heyhow: # called as xds:///heyhow
    balancing: round_robin
    routes: [{ to: { version: v1 } }]
    sources:
      - static: ["127.0.0.1:1"]
        labels: { version: v1, zone: a }
`;

test("a setting takes the place of the one that is there, or is added; comments stay", () => {
  const edited = editMesh(
    mesh,
    "services:\n  heyhow:\n    balancing: { ring_hash: { header: x-user } }\n    max_calls: 5\n",
  );
  assert.match(edited, /^# For people\.\n/);
  assert.match(edited, /called as xds/);
  assert.match(edited, /^ {4}balancing: \{ ring_hash: \{ header: x-user \} \}$/m);
  assert.match(edited, /^ {4}max_calls: 5$/m);
  assert.match(edited, /127\.0\.0\.1:1/);
});

test("sources are added to, routes replaced", () => {
  const change = `services:
  heyhow:
    routes: [{ to: { version: v2 } }]
    sources:
      - static: ["127.0.0.1:2"]
`;
  const edited = editMesh(mesh, change);
  assert.match(edited, /127\.0\.0\.1:1.*127\.0\.0\.1:2/s);
  assert.match(edited, /version: v2/);
  assert.doesNotMatch(edited, /to: \{ version: v1 \}/);
});

test("what is no YAML, or no mapping, is an error", () => {
  assert.throws(() => editMesh(mesh, "services: {"));
  assert.throws(() => editMesh(mesh, "words"), /expected a mapping/);
});

test("a diff takes a line out, and puts others in its place", () => {
  const without = diffMesh(mesh, ["-    balancing: round_robin"]);
  assert.equal(without, mesh.replace("    balancing: round_robin\n", ""));
  const other = diffMesh(mesh, [
    "-    balancing: round_robin",
    "+    max_calls: 1",
    "+    drop_percent: 2",
    "-services:",
    "+x:",
  ]);
  assert.equal(
    other,
    mesh.replace("    balancing: round_robin", "    max_calls: 1\n    drop_percent: 2").replace("services:", "x:"),
  );
});

test("a line that is not there to be taken out is an error", () => {
  assert.throws(() => diffMesh(mesh, ["-    retries: {}"]), /expected mesh.yaml to have the line "retries: \{\}"/);
  assert.throws(() => diffMesh(mesh, ["+    retries: {}"]), /expected a line to take out/);
});
