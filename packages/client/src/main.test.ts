/** hey-client as a program against real servers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, credentials, status } from "@grpc/grpc-js";
import { StatusError } from "@hey/rpc";
import { type Script, startReplica } from "./scripted-replica.ts";
import { type Ended, startClient } from "./started-client.ts";

const quick = ["--conversations", "1", "--messages", "10", "--interval", "1ms", "--rate", "0", "--json"];

async function runAgainst(script: Script, flags: readonly string[]): Promise<Ended> {
  await using replica = await startReplica(script);
  using client = startClient(process, [replica.address, ...flags]);
  return await client.ended;
}

test("with replicas that keep to the contract nothing is lost, and the program ends by itself with 0", async () => {
  const { code, stdout, stderr } = await runAgainst({}, ["--seconds", "2", "--json", "--interval", "10ms"]);
  const summary = JSON.parse(stdout);
  assert.equal(code, 0, stderr);
  assert.equal(summary.exitCode, 0);
  const { received, ...faults } = summary.messages;
  assert.ok(received > 0);
  assert.deepEqual(faults, { lost: 0, duplicated: 0, outOfOrder: 0, unasked: 0 });
  assert.ok(summary.calls.ok > 0 && summary.conversations.whole > 0 && summary.tells.whole > 0, stdout);
  assert.equal(summary.conversations.failed + summary.tells.failed + summary.calls.failed, 0);
  const [{ name, version, zone, calls, messages }] = summary.replicas;
  assert.deepEqual([name, version, zone], ["scripted", "v1", "a"]);
  assert.equal(calls, summary.calls.ok);
  assert.equal(messages, received);
  assert.match(stderr, /^waiting for 127\.0\.0\.1:\d+ \.\.\.\n/);
  assert.match(stderr, /^ +1 s {2}\d+ calls? {2}\d+ messages? .*\| scripted v1\/a \d+$/m);
});

/** Skips 3, repeats 5, swaps 6 and 7, and cuts off 9 and 10. */
const faulty = [1n, 2n, 4n, 5n, 5n, 7n, 6n, 8n];
const faults = { lost: 3, duplicated: 1, outOfOrder: 1, unasked: 0 };

test("a Listen that skips, repeats, swaps and cuts the tail is counted exactly, and the exit code is 1", async () => {
  let first = true;
  const script: Script = {
    *listen({ fromSequence, lastSequence }) {
      if (first) yield* faulty;
      else for (let sequence = fromSequence; sequence <= lastSequence; sequence++) yield sequence;
      first = false;
    },
  };
  const { code, stdout } = await runAgainst(script, [...quick, "--seconds", "1"]);
  const { received, ...counted } = JSON.parse(stdout).messages;
  assert.deepEqual(counted, faults, stdout);
  assert.equal(code, 1);
});

test("a Talk that skips, repeats, swaps and cuts the tail is counted exactly, and the exit code is 1", async () => {
  let faultyId: string | undefined;
  const answers = new Map<bigint, readonly bigint[]>([
    [3n, []],
    [5n, [5n, 5n]],
    [6n, []],
    [7n, [7n, 6n]],
    [9n, []],
    [10n, []],
  ]);
  const script: Script = {
    answers({ conversationId, sequence }) {
      faultyId ??= conversationId;
      return (conversationId === faultyId ? answers.get(sequence) : undefined) ?? [sequence];
    },
  };
  const { code, stdout } = await runAgainst(script, [...quick, "--seconds", "1"]);
  const { received, ...counted } = JSON.parse(stdout).messages;
  assert.deepEqual(counted, faults, stdout);
  assert.equal(code, 1);
});

test("a Tell whose summary is not that of what was told makes the exit code 1", async () => {
  const script: Script = { tell: (summary) => ({ ...summary, count: summary.count - 1n }) };
  const { code, stdout } = await runAgainst(script, [...quick, "--seconds", "1"]);
  const { tells, problems } = JSON.parse(stdout);
  assert.ok(tells.wrong > 0, stdout);
  assert.match(problems[0].words, /^Tell: DATA_LOSS: the summary of scripted .* 19 messages for 20$/);
  assert.equal(code, 1);
});

test("failed unary calls are shown and do not change the exit code", async () => {
  let calls = 0;
  const script: Script = {
    say({ count }) {
      if (++calls > 1) throw new StatusError(status.RESOURCE_EXHAUSTED, "no more today");
      return { count, msg: "", replica: undefined, receivedAtNs: 0n, answeredAtNs: 0n, path: [] };
    },
  };
  const { code, stdout } = await runAgainst(script, ["--seconds", "1", "--conversations", "1", "--rate", "20"]);
  assert.match(stdout, /calls +0 answered, .*; \d+ failed \(RESOURCE_EXHAUSTED \d+\)$/m);
  assert.match(stdout, /\d+ × Say: RESOURCE_EXHAUSTED: no more today/);
  assert.equal(code, 0);
});

test("a replica that goes away costs a reconnect with its gap, and nothing else", async () => {
  await using one = await startReplica({}, { name: "one", drain: { noticeMs: 0, drainMs: 5_000 } });
  await using two = await startReplica({}, { name: "two" });
  const target = `ipv4:${one.address},${two.address}`;
  using client = startClient(process, [target, "--seconds", "3", "--json", "--conversations", "12"]);
  await client.seen(/\| one .*, two /);
  await one[Symbol.asyncDispose]();
  const { code, stdout } = await client.ended;
  const { messages, reconnects } = JSON.parse(stdout);
  assert.equal(messages.lost + messages.duplicated + messages.outOfOrder, 0);
  assert.ok(reconnects.count > 0);
  assert.ok(reconnects.newest.some(({ from }: { from: string }) => from === "one"));
  for (const { to, code, gapMs } of reconnects.newest) {
    assert.deepEqual([to, code], ["two", "UNAVAILABLE"]);
    assert.ok(gapMs > 0 && gapMs <= reconnects.longestGapMs);
  }
  assert.equal(code, 0, stdout);
});

test("SIGTERM cuts the conversations without counting them as lost, and the summary is printed", async () => {
  await using replica = await startReplica();
  using client = startClient(process, [replica.address, "--messages", "1000000"]);
  await client.seen(/^ +1 s/m);
  client.process.kill("SIGTERM");
  const { code, stdout, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^ messages +\d+ received, 0 lost, 0 duplicated, 0 out of order$/m);
  assert.match(stdout, /^ conversations +[1-9]\d* whole, [1-9]\d* cut by the stop, 0 failed$/m);
  assert.match(stdout, /^ scripted +v1 +a /m);
});

test("a Talk whose answers never come is cut a while after the stop, and what it waited for is not lost", async () => {
  await using replica = await startReplica({ answers: () => new Promise<never>(() => {}) });
  using client = startClient(process, [replica.address, "--conversations", "2", "--rate", "1", "--json"]);
  await client.seen(/^ +1 s/m);
  client.process.kill("SIGTERM");
  const { code, stdout } = await client.ended;
  const { messages, conversations } = JSON.parse(stdout);
  assert.equal(messages.lost, 0);
  assert.ok(conversations.cut >= 1, stdout);
  assert.equal(code, 0);
});

test("the admin ports tell whether it is ready, what it called, and its channels", async () => {
  await using replica = await startReplica();
  const admin = ["--admin-http", "127.0.0.1:0", "--admin-grpc", "127.0.0.1:0"];
  using client = startClient(process, [replica.address, ...admin, "--hints", "npm"]);
  const [, http] = await client.seen(/"kind":"admin-http","address":"([\d.:]+)"/);
  const [, grpc = ""] = await client.seen(/"kind":"admin-grpc","address":"([\d.:]+)"/);
  await client.seen(/^Three things to try, in another terminal:\n {2}kill -9 PID/m);
  await client.seen(/^ +1 s/m);
  const ready = await fetch(`http://${http}/readyz`);
  assert.equal(ready.status, 200);
  const metrics = await (await fetch(`http://${http}/metrics`)).text();
  assert.match(
    metrics,
    /grpc_client_handled_total\{grpc_type="unary",grpc_service="heyhow.v1.HeyHowService",grpc_method="Say",grpc_code="OK"\} [1-9]/,
  );
  await assert.doesNotReject(ask(grpc, "/grpc.channelz.v1.Channelz/GetTopChannels"));
  client.process.kill("SIGTERM");
  assert.equal((await client.ended).code, 0);
});

test("while an xDS target is waited for, /readyz says so and CSDS answers; SIGTERM then ends it with 0", async () => {
  const bootstrap = {
    xds_servers: [{ server_uri: "127.0.0.1:1", channel_creds: [{ type: "insecure" }] }],
    node: { id: "test", locality: {} },
  };
  const env = { ...process.env, GRPC_XDS_BOOTSTRAP: "", GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(bootstrap) };
  const admin = ["--admin-http", "127.0.0.1:0", "--admin-grpc", "127.0.0.1:0"];
  using client = startClient({ execPath: process.execPath, env }, admin);
  const [, http] = await client.seen(/"kind":"admin-http","address":"([\d.:]+)"/);
  const [, grpc = ""] = await client.seen(/"kind":"admin-grpc","address":"([\d.:]+)"/);
  await client.seen(/^waiting for xds:\/\/\/heyhow \.\.\.$/m);
  const ready = await fetch(`http://${http}/readyz`);
  assert.deepEqual([ready.status, await ready.text()], [503, "waiting for xds:///heyhow\n"]);
  await assert.doesNotReject(ask(grpc, "/envoy.service.status.v3.ClientStatusDiscoveryService/FetchClientStatus"));
  client.process.kill("SIGTERM");
  const { code, stdout } = await client.ended;
  assert.deepEqual([code, stdout], [0, ""]);
});

/** Calls a method with an empty message. */
async function ask(address: string, path: string): Promise<void> {
  const admin = new Client(address, credentials.createInsecure());
  const bytes = (message: Buffer) => message;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const call = admin.makeUnaryRequest(path, bytes, bytes, Buffer.alloc(0), (error) => {
    if (error === null) resolve();
    else reject(error);
  });
  try {
    await promise;
  } finally {
    call.cancel();
    admin.close();
  }
}

test("--help says where retries come from and how the program ends", async () => {
  using client = startClient(process, ["--help"]);
  const { code, stdout } = await client.ended;
  assert.equal(code, 0);
  const words = stdout.replace(/\s+/g, " ");
  for (const expected of [
    "On an xds:/// target retries come from the control plane's routes",
    "env HEY_TARGET, default xds:///heyhow",
    "env HEY_RATE, default 50",
    "env HEY_CONVERSATIONS, default 4",
    "-z, --seconds SECONDS",
    "1 when any was lost or duplicated",
  ]) {
    assert.ok(words.includes(expected), expected);
  }
});
