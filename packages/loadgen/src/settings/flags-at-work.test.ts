import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { ab } from "../ab/ab.ts";
import type { findMax } from "../find-max/find-max.ts";
import { createSchedule } from "../plan/schedule.ts";
import { report, runLoadgen } from "../testing/run-loadgen.ts";
import { startTestServer } from "../testing/test-server.ts";
import type { LoadgenSettings } from "./settings.ts";

/** Where else a flag is seen at work: a test file, and words of the test's name or of its body. */
type Elsewhere = readonly [file: string, words: string];
/** Those of a run, and those that ab and find-max have of their own. */
type Flag = Exclude<keyof LoadgenSettings | keyof typeof ab.settings | keyof typeof findMax.settings, "positionals">;

/** What came to a server of a run with these flags, with its report. */
async function seen(...args: readonly string[]) {
  await using server = await startTestServer();
  const made = await report([...args, server.address]);
  return { ...made, counts: server.calls.map(({ request }) => Number(request.count)), calls: server.calls };
}

/** The most calls that a server had at a time, each of which takes a little. */
async function mostAtOnce(...args: readonly string[]) {
  let [active, most] = [0, 0];
  await using server = await startTestServer({
    async say() {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setTimeout(resolve, 20));
      active--;
    },
  });
  const { accounting } = await report([...args, server.address]);
  return { most, accounting, calls: server.calls.length };
}

/** How many messages of one number and text, each with a chance of its own, are sent by a seed. */
async function drawn(...args: readonly string[]) {
  return (await seen("-d", '{"count":{{randomInt 1 1000000}}}', "-n", "5", "-c", "1", ...args)).counts;
}

async function withFile(name: string, content: string, use: (path: string) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), "hey-loadgen-test-"));
  try {
    writeFileSync(join(folder, name), content);
    await use(join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Every flag with a test that sees what it does, at the server where it shows there. A new flag without one is a type error. */
const proofs: Readonly<Record<Flag, Elsewhere | (() => Promise<void>)>> = {
  call: ["run.test.ts", "is called, and every message of its answers counted"],
  proto: ["call/contract.test.ts", "a foreign method is found in a .proto file and its imports"],
  importPath: ["call/contract.test.ts", "an import that is missing 2"],
  protoset: ["call/contract.test.ts", "a foreign method is found in a protoset, without asking the server"],
  data: async () => assert.deepEqual((await seen("-d", '{"count":7}', "-n", "2")).counts, [7, 7]),
  dataFile: async () =>
    await withFile("data.json", '[{"count":3},{"count":4}]', async (path) => {
      assert.deepEqual((await seen("-D", path, "-n", "3", "-c", "1")).counts, [3, 4, 3]);
    }),
  dataFormat: async () =>
    await withFile("data.txt", '{"count":3}\n{"count":4}\n', async (path) => {
      assert.deepEqual((await seen("-D", path, "--data-format", "ndjson", "-n", "3", "-c", "1")).counts, [3, 4, 3]);
    }),
  async dataOrder() {
    const data = JSON.stringify([1, 2, 3, 4].map((count) => ({ count })));
    const { counts } = await seen("-d", data, "--data-order", "random", "-n", "40", "-c", "1");
    assert.deepEqual(new Set(counts), new Set([1, 2, 3, 4]));
    assert.notDeepEqual(counts.slice(0, 12), [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
  },
  metadata: ["run.test.ts", "metadata and the deadline reach the server on every call"],
  metadataFile: ["engines/requests.test.ts", "--metadata-file goes with every call, beside --metadata"],
  expect: ["engines/expect.test.ts", "--expect counts an answer that is not as expected as UNEXPECTED"],
  compress: ["engines/requests.test.ts", "compressed requests carry each call's own metadata"],
  maxReceiveSize: ["engines/requests.test.ts", "--max-recv-message-size ends the calls with longer answers"],
  maxSendSize: [
    "engines/requests.test.ts",
    "--max-send-message-size ends the calls with longer messages before the server sees them",
  ],
  timeout: ["run.test.ts", "metadata and the deadline reach the server on every call"],
  streamCallCount: ["streams.test.ts", "--stream-call-count: each call sends so many messages"],
  streamCallDuration: ["streams.test.ts", "--stream-call-duration: each call sends for so long"],
  streamRps: ["streams.test.ts", "--stream-rps is a plan of its own in each call"],
  streamInterval: ["streams.test.ts", "--stream-interval is the same plan as a time"],
  match: ["streams.test.ts", "T24: --match decides which message an answer is for"],
  nameFields: async () => assert.equal((await seen("--name-field", "msg", "-n", "1")).endpoints[0]?.name, "Let's go"),
  total: async () => assert.equal((await seen("-n", "7", "-c", "3")).calls.length, 7),
  workers: ["workers/workers.test.ts", "T32: of 1,003 calls by four workers none is lost and none made twice"],
  duration: async () => assert.equal((await seen("--rps", "100", "-z", "300ms")).calls.length, 30),
  async warmup() {
    const { calls, latency } = await seen("--rps", "100", "--warmup", "200ms", "-z", "200ms");
    assert.deepEqual([calls.length, latency.response.count], [40, 20]);
  },
  concurrency: async () => assert.equal((await mostAtOnce("-c", "3", "-n", "12")).most, 3),
  rps: ["run.test.ts", "open loop keeps to its rate, and its books balance"],
  stages: async () => assert.equal((await seen("--stages", "100ms:100,100ms:200")).calls.length, 30),
  sine: async () => assert.equal((await seen("--sine", "50-150/200ms", "-z", "200ms")).calls.length, 20),
  spike: async () => assert.equal((await seen("--spike", "50-150/100ms/200ms", "-z", "400ms")).calls.length, 40),
  slots: ["slots.test.ts", "calls are made at the offsets of a file"],
  async arrival() {
    const schedule = createSchedule({ kind: "constant", perSecond: 200 }, { kind: "poisson", seed: 3 });
    let expected = 0;
    while (schedule(expected) < 300) expected++;
    assert.notEqual(expected, 60, "a seed whose chance is not the even rate");
    const args = ["--rps", "200", "--arrival", "poisson", "--seed", "3", "-z", "300ms"];
    assert.equal((await seen(...args)).calls.length, expected);
  },
  async seed() {
    const [one, again, other] = [await drawn(), await drawn("--seed", "1"), await drawn("--seed", "2")];
    assert.deepEqual(one, again);
    assert.notDeepEqual(one, other);
  },
  async maxInFlight() {
    const { most, calls } = await mostAtOnce("--rps", "1000", "-n", "10", "--max-in-flight", "2");
    assert.deepEqual([most, calls], [2, 10]);
  },
  async whenFull() {
    const limit = ["--max-in-flight", "1", "--when-full", "drop"];
    const { accounting, calls } = await mostAtOnce("--rps", "1000", "-n", "10", ...limit);
    assert.ok(accounting.measured.dropped > 0);
    assert.equal(calls, 10 - accounting.measured.dropped);
  },
  async drain() {
    const cancelled = Promise.withResolvers<void>();
    await using server = await startTestServer({
      say: (_request, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            cancelled.resolve();
            reject(signal.reason);
          });
        }),
    });
    const { accounting } = await report(["-z", "100ms", "-c", "1", "--drain", "50ms", server.address]);
    assert.equal(accounting.measured.cancelled, 1);
    await cancelled.promise;
  },
  connections: ["engines/connections.test.ts", "T21: five connections are five sockets, and each is used"],
  connectTimeout: ["run.test.ts", "a peer that takes the connection and says nothing is exit code 3 within the limit"],
  async engine() {
    for (const [engine, agent] of [
      ["wire", /^hey-wire/],
      ["grpc-js", /^grpc-node-js/],
    ] as const) {
      const { calls } = await seen("--engine", engine, "-n", "1");
      assert.match(String(calls[0]?.context.metadata.get("user-agent")[0]), agent);
    }
  },
  retries: ["engines/retries.test.ts", "T33: with --retries more attempts than calls are shown"],
  tls: ["engines/security.test.ts", "TLS spoken to a plain port, and plain text to one with TLS"],
  cacert: ["engines/security.test.ts", "--cacert: TLS to a server whose certificate is checked"],
  cert: ["engines/security.test.ts", "--cert and --key: the server knows the caller"],
  key: ["engines/security.test.ts", "--cert and --key: the server knows the caller"],
  skipVerify: ["engines/security.test.ts", "is refused, and taken with --skip-verify"],
  serverName: ["engines/security.test.ts", "--server-name: the certificate is for another name than the target's"],
  authority: ["engines/security.test.ts", "--authority is the :authority of every call"],
  keepalive: ["engines/security.test.ts", "--keepalive pings a silent connection"],
  streamWindow: ["engines/connections.test.ts", "T22: --stream-window is the window that the server is told"],
  adminGrpc: ["main.test.ts", "--admin-grpc answers channelz while the run goes on"],
  output: ["report/outputs.test.ts", "several reports are written at once, whole, and nothing else is left"],
  async percentiles() {
    const { latency } = await seen("-n", "20", "--percentiles", "75,50");
    assert.deepEqual(Object.keys(latency.response.percentilesUs), ["50", "75"]);
  },
  threshold: ["judge/gates.test.ts", "a threshold that holds is exit code 0, one that does not 99"],
  abortOn: ["judge/gates.test.ts", "a condition to abort on ends the run early"],
  failOnSaturation: ["judge/gates.test.ts", "with the flag that is exit code 97"],
  name: async () => assert.equal((await seen("-n", "1", "--name", "a run")).run.name, "a run"),
  async quiet() {
    await using server = await startTestServer();
    const args = ["--rps", "50", "-z", "1100ms", server.address];
    const [quiet, told] = await Promise.all([runLoadgen([...args, "--quiet"]), runLoadgen(args)]);
    assert.equal(quiet.stderr, "");
    assert.match(told.stderr, /\/s {2}of /);
  },
  a: ["ab/side-settings.test.ts", "a side's own words come over the common ones"],
  b: ["ab/ab.test.ts", 'metadata.get("side")[0] === "b"'],
  minDifference: ["ab/judge-sides.test.ts", "a difference below the least that matters is undecided"],
  failIfWorse: [
    "ab/ab.test.ts",
    "of two targets the slower one is worse: told in words, in exact figures, and by the exit",
  ],
  resamples: ["ab/judge-sides.test.ts", "the same calls and the same seed give the same intervals"],
  slo: ["find-max/find-max.test.ts", "a server that is too slow at the lowest rate has no highest one"],
  from: ["find-max/find-max.test.ts", "each rate is driven against the server, shown as it ends"],
  to: ["find-max/find-max.test.ts", "each rate is driven against the server, shown as it ends"],
  precision: ["find-max/search.test.ts", "a finer precision gives a finer rate"],
};

/** Whether a test file has the words in its code, and not in a test that is left out. */
function isTested(text: string, words: string): boolean {
  const lines = text.split("\n");
  return lines.some((line, index) => {
    if (!line.includes(words) || /^\s*(\/\/|\/?\*)/.test(line)) return false;
    const begin = lines.slice(0, index + 1).findLast((each) => /\b(test|it)(\.\w+)?\(/.test(each)) ?? "";
    return !/\.(skip|todo)\(|\b(skip|todo):/.test(begin + line);
  });
}

test("T26: words in a comment, or of a test that is left out, prove nothing", () => {
  assert.ok(isTested('test("a flag works", () => {\n  assert.ok(true);\n});', "a flag works"));
  assert.ok(isTested('test(\n  "a flag works",\n  () => {});', "a flag works"));
  for (const text of [
    "// a flag works",
    "/** a flag works */",
    'test.skip("a flag works", () => {});',
    'test("a flag works", { skip: true }, () => {});',
    'test.todo(\n  "a flag works",\n);',
  ]) {
    assert.ok(!isTested(text, "a flag works"), text);
  }
});

for (const [flag, proof] of Object.entries(proofs)) {
  test(`T26: ${flag} is at work`, async () => {
    if (typeof proof === "function") return await proof();
    const [file, words] = proof;
    const text = readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
    assert.ok(isTested(text, words), `${file} has a test that is run, with the words: ${words}`);
  });
}
