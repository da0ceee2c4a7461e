import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ab, runAb } from "./ab/ab.ts";
import { readSlots } from "./read-slots.ts";
import { invocation, report, runCommand, runLoadgen } from "./testing/run-loadgen.ts";
import { startTestServer } from "./testing/test-server.ts";

const folder = mkdtempSync(join(tmpdir(), "hey-loadgen-test-"));
test.after(() => rmSync(folder, { recursive: true }));
let files = 0;

function file(content: string): string {
  const path = join(folder, `slots-${files++}.txt`);
  writeFileSync(path, content);
  return path;
}

test("offsets are read with their units, or with one for all", async () => {
  const own = file("# a morning\n0ms\n\n1.5 ms\r\n250us\n".replace("250us", "2000us\n0.1s\n1m"));
  assert.deepEqual(Array.from(await readSlots(own)), [0, 1.5, 2, 100, 60_000]);
  assert.deepEqual(Array.from(await readSlots(file("unit: s\n0.25\n1e0\n1500ms"))), [250, 1_000, 1_500]);
});

test("a million offsets take 8 MB", async () => {
  const lines = Array.from({ length: 1_000_000 }, (_, slot) => slot / 10);
  const offsetsMs = await readSlots(file(`unit: ms\n${lines.join("\n")}\n`));
  assert.equal(offsetsMs.byteLength, 8_000_000);
  assert.deepEqual([offsetsMs[123_456], offsetsMs.at(-1)], [12_345.6, 99_999.9]);
});

for (const [what, content, words] of [
  [
    "no unit",
    "1ms\n2\n",
    /line 2: expected an offset with its unit \(.*\), such as 12.5ms, or a line such as "unit: ms" before; got "2"/,
  ],
  ["what is no offset", "1ms\n\n# x\nsoon\n", /line 4: expected an offset from the start, such as 12.5ms; got "soon"/],
  [
    "an offset before the one before it",
    "5ms\n7ms\n6.5ms\n",
    /line 3: expected at least 7 ms, the offset before it; got "6.5ms"/,
  ],
  ["a negative offset", "-1ms\n", /line 1: expected an offset from the start/],
  ["a unit that is none", "unit: days\n1\n", /line 1: expected a unit \(ns, us, ms, s, m or h\); got "unit: days"/],
  ["a unit too late", "1ms\nunit: s\n2\n", /line 2: expected the unit before the first offset/],
  ["a unit within an offset that is none", "1 fortnight\n", /line 1: expected an offset from the start/],
  ["nothing", "# only words\n", /slots-\d+\.txt: expected at least one offset; got none/],
  ["a line without an end", "1".repeat(200_000), /line 1: expected an offset a line; got a line without an end/],
] as const) {
  test(`a file with ${what} is refused before the run`, async () => {
    const { code, stderr } = await runLoadgen(["--slots", file(content), "127.0.0.1:1"]);
    assert.equal(code, 2);
    assert.match(stderr, words);
  });
}

test("a file that is not there, and a second way to say when, are refused", async () => {
  const missing = await runLoadgen(["--slots", join(folder, "none"), "127.0.0.1:1"]);
  assert.deepEqual([missing.code, /--slots .*cannot read it: ENOENT/.test(missing.stderr)], [2, true]);
  const both = await runLoadgen(["--slots", "x", "--rps", "5", "--arrival", "poisson", "127.0.0.1:1"]);
  assert.match(both.stderr, /--rps and --slots: expected one of them; got 2/);
  assert.match(both.stderr, /--arrival: expected even beside --slots/);
});

/** Forty calls, 5 ms apart, of which two are due at once. */
const forty = file(`unit: ms\n${Array.from({ length: 40 }, (_, slot) => 5 * Math.min(slot, 38)).join("\n")}\n`);
const counted = ["--slots", forty, "-d", '{"count":{{.RequestNumber}}}'];

async function seen(...args: readonly string[]) {
  await using server = await startTestServer();
  const made = await report([...counted, ...args, server.address]);
  return { ...made, numbers: server.calls.map(({ request }) => Number(request.count)).sort((a, b) => a - b) };
}

const upTo = (count: number) => Array.from({ length: count }, (_, slot) => slot);

test("calls are made at the offsets of a file, and the run is over with the last one", async () => {
  const { numbers, load, rates, accounting } = await seen();
  assert.deepEqual(numbers, upTo(40));
  assert.equal(load.plan, `40 slots of ${forty}, for 191ms`);
  assert.deepEqual([rates.windowMs, accounting.measured.planned], [191, 40]);
});

test("-z and -n cut a file of slots short", async () => {
  assert.deepEqual((await seen("-z", "100ms")).numbers, upTo(20));
  assert.deepEqual((await seen("-n", "7")).numbers, upTo(7));
});

test("--warmup takes the first slots of a file", async () => {
  const { numbers, latency } = await seen("--warmup", "100ms");
  assert.deepEqual([numbers.length, latency.response.count], [40, 20]);
});

test("workers share the slots of a file out", async () => {
  const { numbers, accounting } = await seen("--workers", "2");
  assert.equal(numbers.length, 40);
  assert.equal(accounting.measured.planned, 40);
});

test("the sides of ab share the slots of a file out", async () => {
  await using server = await startTestServer();
  const args = [...counted, "--quiet", "-O", "json=-", server.address, server.address];
  const command = {
    ...ab,
    run: (given: Parameters<typeof runAb>[0], io: Parameters<typeof runAb>[1]) => runAb(given, io, invocation),
  };
  const { stdout, stderr } = await runCommand(command, args);
  assert.ok(stdout !== "", stderr);
  const { a, b } = JSON.parse(stdout);
  assert.deepEqual([a.latency.response.count, b.latency.response.count, server.calls.length], [20, 20, 40]);
});
