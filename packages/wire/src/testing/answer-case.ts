import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameType } from "../http2/frame.ts";
import { connect } from "../index.ts";
import { answer, settings } from "./peer-frames.ts";
import { RecordingSink } from "./recording-sink.ts";
import { startPeer } from "./scripted-peer.ts";

/** What a server answers, and what becomes of the call. */
export interface AnswerCase {
  readonly title: string;
  /** What the server answers the call on stream 1 with. */
  readonly answer: readonly Buffer[];
  readonly code: number;
  readonly details?: RegExp;
  readonly messages?: readonly string[];
  readonly retrySafe?: boolean;
  /** The RST_STREAM that the server gets. */
  readonly reset?: number;
}

/** A test for each: the call ends so, and the connection takes another one behind it. */
export function testAnswers(cases: readonly AnswerCase[]): void {
  for (const { title, answer: script, code, details, messages, retrySafe, reset: expected } of cases) {
    test(`${title}: status ${code}, and the connection goes on`, { timeout: 10_000 }, async () => {
      await using peer = await startPeer();
      const connecting = connect({
        target: peer.target,
        maxReceiveMessageBytes: 1000,
        maxHeaderListBytes: 2048,
        streamWindowBytes: 4096,
      });
      const far = await peer.accept();
      far.send(settings());
      const connection = await connecting;
      const sink = new RecordingSink();
      const request = connection.prepare({ path: "/a.B/C" });
      assert.equal(connection.unary(request, sink, 7, Buffer.from("request")), 1);
      assert.equal(await far.nextCall(), 1);
      far.send(...script);
      const ended = await sink.ended(7);
      assert.equal(ended.code, code, ended.details);
      if (details !== undefined) assert.match(ended.details, details);
      if (messages !== undefined) assert.deepEqual(ended.messages, messages);
      assert.equal(ended.retrySafe, retrySafe ?? false);
      if (expected !== undefined) {
        const sent = await far.next(({ type }) => type === FrameType.RST_STREAM);
        assert.equal(sent.payload.readUInt32BE(), expected);
        assert.equal(sent.streamId, 1);
      }

      connection.unary(request, sink, 8, Buffer.from("again"));
      assert.equal(await far.nextCall(), 3);
      far.send(answer(3, "still here"));
      assert.deepEqual((await sink.ended(8)).messages, ["still here"]);
      connection.destroy();
    });
  }
}
