import assert from "node:assert/strict";
import { test } from "node:test";
import { HeyHowService, type ListenRequest, type TalkRequest, type TellRequest } from "@hey/proto/v1";
import { createHandlers, listen } from "@hey/rpc";
import { report, runLoadgen } from "./testing/run-loadgen.ts";

const replica = { name: "replica-1", version: "v1", zone: "a" };
const sayNothing = { count: 0n, msg: "", replica, receivedAtNs: 0n, answeredAtNs: 0n, path: [] };

/** A server that tells what came in each stream; `answers` says what comes back for a message of Talk. */
async function startStreams(answers: (sequence: bigint) => readonly bigint[] = (sequence) => [sequence]) {
  const told: bigint[][] = [];
  const { unary, serverStream, clientStream, bidi } = createHandlers({});
  async function* listening({ lastSequence }: ListenRequest) {
    for (let sequence = 1n; lastSequence === 0n || sequence <= lastSequence; sequence++) {
      yield { sequence, msg: "", replica, sentAtNs: 0n, last: false, padding: Buffer.alloc(0) };
    }
  }
  async function* talking(requests: AsyncIterable<TalkRequest>) {
    const mine: bigint[] = [];
    told.push(mine);
    for await (const { sequence: asked } of requests) {
      mine.push(asked);
      for (const sequence of answers(asked)) {
        yield { sequence, msg: "", replica, receivedAtNs: 0n, answeredAtNs: 0n, last: false };
      }
    }
  }
  async function telling(requests: AsyncIterable<TellRequest>) {
    const mine: bigint[] = [];
    told.push(mine);
    for await (const { sequence } of requests) mine.push(sequence);
    return { id: "", count: BigInt(mine.length), checksum: 0, replica, receivedAtNs: 0n, answeredAtNs: 0n };
  }
  const server = await listen({
    address: "127.0.0.1:0",
    services: [
      [
        HeyHowService,
        {
          say: unary(() => sayNothing),
          listen: serverStream(listening),
          talk: bidi(talking),
          tell: clientStream(telling),
        },
      ],
    ],
    drain: { noticeMs: 0, drainMs: 0 },
  });
  return { told, address: server.address, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const talk = ["--call", "heyhow.v1.HeyHowService/Talk", "-d", '{"conversationId":"c","sequence":{{.MessageNumber}}}'];
const tell = ["--call", "heyhow.v1.HeyHowService/Tell", "-d", '{"id":"t","sequence":{{.MessageNumber}}}'];
const hear = ["--call", "heyhow.v1.HeyHowService/Listen", "-d", '{"conversationId":"c"}'];
const upTo = (last: number) => Array.from({ length: last }, (_, index) => BigInt(index + 1));

for (const engine of ["wire", "grpc-js"]) {
  const one = ["--engine", engine, "-c", "1", "-n", "2"];

  test(`${engine}: --stream-call-count: each call sends so many messages`, async () => {
    await using server = await startStreams();
    const { codes, streams } = await report([...one, ...tell, "--stream-call-count", "700", server.address]);
    assert.deepEqual(server.told, [upTo(700), upTo(700)]);
    assert.deepEqual([codes, streams.sent, streams.received], [{ OK: 2 }, 1_400, 2]);
  });

  test(`${engine}: of an answer without an end as many are taken as --stream-call-count says, and that is no failure`, async () => {
    await using server = await startStreams();
    const { code, codes, streams } = await report([...one, ...hear, "--stream-call-count", "30", server.address]);
    assert.deepEqual([code, codes], [0, { OK: 2 }]);
    assert.deepEqual([streams.received, streams.answersCut, streams.sent], [60, 2, 0]);
  });

  test(`${engine}: --stream-call-duration: each call sends for so long`, async () => {
    await using server = await startStreams();
    const pace = ["--stream-call-duration", "95ms", "--stream-rps", "100"];
    const { codes, latency } = await report([...one, ...tell, ...pace, server.address]);
    assert.deepEqual(server.told, [upTo(10), upTo(10)]);
    assert.deepEqual(codes, { OK: 2 });
    assert.ok(latency.service.minUs >= 95_000, `${latency.service.minUs}`);
  });

  test(`${engine}: an answer without an end is taken for as long as --stream-call-duration says`, async () => {
    await using server = await startStreams();
    const { codes, streams, latency } = await report([
      ...one,
      ...hear,
      "--stream-call-duration",
      "60ms",
      server.address,
    ]);
    assert.deepEqual([codes, streams.answersCut], [{ OK: 2 }, 2]);
    assert.ok(latency.service.minUs >= 60_000, `${latency.service.minUs}`);
  });

  test(`${engine}: --stream-rps is a plan of its own in each call, and each round trip is measured`, async () => {
    await using server = await startStreams();
    const pace = ["--stream-call-count", "12", "--stream-rps", "200"];
    const { latency, target, streams, caveats } = await report([...one, ...talk, ...pace, server.address]);
    assert.equal(target.match, "field:sequence");
    assert.deepEqual([latency.roundTrip.count, latency.messageLateness.count, latency.firstMessage.count], [24, 24, 2]);
    assert.deepEqual([streams.sent, streams.received, streams.unanswered, streams.unmatched], [24, 24, 0, 0]);
    // {"c", n} is five bytes.
    assert.equal(streams.sentBytes, 120);
    assert.ok(latency.service.minUs >= 55_000, `${latency.service.minUs}`);
    assert.doesNotMatch(caveats.join(), /no answer/);
  });

  test(`${engine}: T24: --match decides which message an answer is for`, async () => {
    // Every tenth is dropped, and of each ten the third and the fourth come the wrong way round.
    await using server = await startStreams((sequence) => {
      const digit = sequence % 10n;
      return digit === 0n || digit === 3n ? [] : digit === 4n ? [sequence, sequence - 1n] : [sequence];
    });
    const given = [...one, ...talk, "--stream-call-count", "40"];
    const byNumber = await report([...given, "--match", "field:sequence", server.address]);
    assert.deepEqual([byNumber.streams.unanswered, byNumber.streams.uneven], [8, 0]);
    assert.equal(byNumber.latency.roundTrip.count, 72);
    const byOrder = await report([...given, "--match", "fifo", server.address]);
    assert.deepEqual([byOrder.target.match, byOrder.streams.unanswered, byOrder.streams.uneven], ["fifo", 8, 2]);
    assert.match(byOrder.caveats.join("\n"), /2 streams had not as many answers as messages: matched by order/);
    const not = await report([...given, "--match", "none", server.address]);
    assert.deepEqual([not.latency.roundTrip.count, not.streams.unanswered, not.streams.received], [0, 0, 72]);
  });
}

test("messages that are compressed are matched by what is in them", async () => {
  await using server = await startStreams();
  const args = ["-e", "gzip", "-n", "2", "-c", "1", "--stream-call-count", "9", server.address];
  const { streams, latency } = await report([...talk, ...args]);
  assert.deepEqual([streams.sent, streams.sentBytes, streams.unmatched, latency.roundTrip.count], [18, 90, 0, 18]);
});

test("--stream-interval is the same plan as a time", async () => {
  await using server = await startStreams();
  const { latency } = await report([
    ...tell,
    "-n",
    "1",
    "--stream-interval",
    "10ms",
    "--stream-call-count",
    "6",
    server.address,
  ]);
  assert.equal(latency.messageLateness.count, 6);
  assert.ok(latency.service.minUs >= 50_000, `${latency.service.minUs}`);
});

test("messages of the warm-up's streams are in no figure", async () => {
  await using server = await startStreams();
  const args = ["--rps", "50", "--warmup", "100ms", "-z", "100ms", "--stream-call-count", "4", server.address];
  const { streams, latency } = await report([...talk, ...args]);
  assert.equal(server.told.length, 10);
  assert.deepEqual([streams.sent, latency.roundTrip.count], [20, 20]);
});

test("the summary of streams has their messages, their bytes and their round trips", async () => {
  await using server = await startStreams();
  const args = ["-n", "5", "-c", "1", "--stream-call-count", "20", "--stream-rps", "2000", server.address];
  const { stdout } = await runLoadgen([...talk, ...args, "--quiet"]);
  assert.match(stdout, /messages sent +100, 500 B +\d/);
  assert.match(stdout, /messages received +100, \S+ kB +\d/);
  assert.match(stdout, /^round trip .*\n… from the writing .*\nmessage lateness /m);
  assert.match(stdout, /to its answer \(matched by the field sequence\)/);
});

for (const [what, args, words] of [
  [
    "a pace for a method that takes one message",
    [...hear, "--stream-rps", "5"],
    /--stream-rps: expected a method that takes a stream; .*Listen is none/,
  ],
  [
    "a count for a method without a stream",
    ["--stream-call-count", "5"],
    /--stream-call-count: expected a method that takes or gives a stream; .*Say is none/,
  ],
  [
    "--match for a method without answers to messages",
    [...tell, "--match", "fifo"],
    /--match: expected a method that takes and gives a stream/,
  ],
  [
    "a field that is not there",
    [...talk, "--match", "field:number"],
    /--match: expected a field of heyhow.v1.TalkRequest \(conversationId, sequence, .*got "number"/,
  ],
  [
    "fields of two kinds",
    [...talk, "--match", "field:sequence=msg"],
    /--match: expected two fields of one kind; got a number .* and a text/,
  ],
  ["a match that is none", [...talk, "--match", "lifo"], /--match: expected auto, none, fifo, or field:/],
  ["two paces", [...talk, "--stream-rps", "5", "--stream-interval", "1s"], /expected one of them; got both/],
  [
    "a duration beyond the deadline",
    [...talk, "--stream-call-duration", "1m"],
    /--stream-call-duration: expected less than the call's deadline/,
  ],
] as const) {
  test(`${what} is refused before the run`, async () => {
    const { code, stderr } = await runLoadgen([...args, "127.0.0.1:1"]);
    assert.equal(code, 2);
    assert.match(stderr, words);
  });
}
