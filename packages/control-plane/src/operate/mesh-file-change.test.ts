import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { createLatest, StatusError } from "@hey/rpc";
import { createLogger } from "@hey/runtime";
import type { Discover } from "../discovery/discover.ts";
import { createMesh } from "../mesh/mesh.ts";
import { parseTopology } from "../topology/parse-topology.ts";
import { createMeshFileChange } from "./mesh-file-change.ts";
import { noOverrides, type Overrides } from "./overrides.ts";

const logger = createLogger({ name: "test", level: "silent", destination: { write: () => true }, pretty: false });
const meshOf = (source: string, more = "") =>
  `services: { a: { health: false, sources: [{ dns: ${source}, port: 1 }]${more} } }`;

/** A mesh whose file says "disk", and where a source is found when the test says so. */
async function world() {
  const found = new Map<string, PromiseWithResolvers<void>>();
  const finding = (name: string) => {
    const known = found.get(name) ?? Promise.withResolvers<void>();
    found.set(name, known);
    return known;
  };
  const discover: Discover = async function* (source) {
    const name = source.kind === "dns" ? source.name : "";
    await finding(name).promise;
    yield [{ host: "10.0.0.1", port: 1, source: name, labels: {} }];
  };
  // Nothing is in force before it is found: a change then lasts as long as the test wants.
  const mesh = createMesh({ discover, checkHealth: async function* () {}, settleMs: 60_000 });
  const overrides = createLatest<Overrides>(noOverrides);
  const change = createMeshFileChange({ mesh, overrides, logger });
  const save = (source: string) => {
    const parsed = parseTopology(meshOf(source));
    return change.save(parsed.ok ? parsed.topology : assert.fail(parsed.errors.join()));
  };
  finding("disk").resolve();
  await save("disk");
  return {
    change,
    overrides,
    save,
    apply: (source: string, { more = "", force = false } = {}) =>
      change.apply(meshOf(source, more), { peer: "peer", force }),
    find: (source: string) => finding(source).resolve(),
    inForce: () => {
      const [source] = mesh.now.value?.topology.services[0]?.sources ?? [];
      return [source?.kind === "dns" && source.name, change.applied.value ? "by command" : "from the disk"];
    },
    [Symbol.dispose]: () => mesh[Symbol.dispose](),
  };
}

const isRefused = ({ code, message }: StatusError, words: RegExp) =>
  code === status.FAILED_PRECONDITION && words.test(message);
const overtaken = (error: unknown) => error instanceof StatusError && error.code === status.ABORTED;

test("what is applied is in force by command until the file is saved", async () => {
  using all = await world();
  all.find("command");
  assert.deepEqual(await all.apply("command"), ['a.sources.0.name: "disk" → "command"']);
  assert.deepEqual(all.inForce(), ["command", "by command"]);
  all.find("saved");
  await all.save("saved");
  assert.deepEqual(all.inForce(), ["saved", "from the disk"]);
});

test("a file that is saved while another is being applied wins, and who applies is told", async () => {
  using all = await world();
  const applying = all.apply("command");
  all.find("saved");
  const [applied] = await Promise.all([applying.catch((error: unknown) => error), all.save("saved")]);
  assert.ok(overtaken(applied), String(applied));
  assert.deepEqual(all.inForce(), ["saved", "from the disk"]);
});

test("what is applied while a saved file is being put in force wins, and is said to be by command", async () => {
  using all = await world();
  const saving = all.save("saved");
  all.find("command");
  await all.apply("command");
  all.find("saved");
  await saving;
  assert.deepEqual(all.inForce(), ["command", "by command"]);
});

test("of two that are applied at once the later one wins, and only who applied it is told so", async () => {
  using all = await world();
  const first = all.apply("first");
  all.find("second");
  const [told, lines] = await Promise.all([first.catch((error: unknown) => error), all.apply("second")]);
  assert.ok(overtaken(told), String(told));
  assert.deepEqual(lines, ['a.sources.0.name: "disk" → "second"']);
  assert.deepEqual(all.inForce(), ["second", "by command"]);
});

test("what is applied and says the same as the file on the disk is not said to be another", async () => {
  using all = await world();
  all.find("command");
  await all.apply("command");
  await all.apply("disk");
  assert.deepEqual(all.inForce(), ["disk", "from the disk"]);
});

test("what was applied is taken back to the last good file that was on the disk", async () => {
  using all = await world();
  all.find("saved");
  await all.save("saved");
  all.find("command");
  await all.apply("command");
  await all.change.restore();
  assert.deepEqual(all.inForce(), ["saved", "from the disk"]);
});

test("taking back overtakes what is being applied", async () => {
  using all = await world();
  const applying = all.apply("command").catch((error: unknown) => error);
  await all.change.restore();
  assert.ok(overtaken(await applying));
  assert.deepEqual(all.inForce(), ["disk", "from the disk"]);
});

const nowhere = ", routes: [{ to: { version: v9 } }]";

test("a file by which calls fail that do not now is refused once it is known, and applied when it is forced", async () => {
  using all = await world();
  const words = /^calls would fail \(--force applies it all the same\):\nno endpoint of a that may be called is v9$/;
  await assert.rejects(all.apply("disk", { more: nowhere }), (error: StatusError) => isRefused(error, words));
  await assert.rejects(all.change.apply("services: {}", { peer: "", force: false }), (error: StatusError) =>
    isRefused(error, /^calls would fail .*:\na would be gone$/),
  );
  assert.deepEqual(all.inForce(), ["disk", "from the disk"]);
  await all.apply("disk", { more: nowhere, force: true });
  await all.apply("disk", { more: `${nowhere}, max_calls: 5` });
  assert.deepEqual(all.inForce(), ["disk", "by command"]);
});

test("a file is judged by what was found for it, and by what lies over it", async () => {
  using all = await world();
  all.find("command");
  await all.apply("command");
  all.overrides.set({ ...noOverrides, weights: new Map([["10.0.0.1:1", 0]]) });
  // All is drained now: nothing fails by it that does not already.
  await all.apply("disk");
  all.overrides.set(noOverrides);
  const split = [{ labels: { version: "v9" }, weight: 1 }];
  all.overrides.set({ ...noOverrides, services: new Map([["a", { split }]]) });
  await all.apply("command", { more: nowhere });
});
