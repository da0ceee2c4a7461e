import assert from "node:assert/strict";
import { test } from "node:test";
import { type Metadata, type MethodDefinition, status } from "@grpc/grpc-js";
import { HeyHowService, SayResponse, TellResponse } from "@hey/proto/v1";
import { callBidi, callClientStream, callServerStream, callUnary } from "@hey/rpc";
import { startScript } from "./scripted-server.ts";

const deadlineMs = 5_000;
// A field of length 100 with nothing behind it.
const nonsense = Buffer.from([0x0a, 100]);

/** The method, sending bytes as they are. */
function raw<Res>(method: MethodDefinition<never, Res>): MethodDefinition<Buffer, Res> {
  return { ...method, requestSerialize: (bytes) => bytes, requestDeserialize: (bytes) => bytes };
}

async function* told() {
  yield nonsense;
}

test("bytes that are no message are refused once, seen by the observer, with the handler's trailers", async () => {
  const seen: [string, status][] = [];
  await using script = await startScript(
    {
      say: () => SayResponse.fromPartial({}),
      async *listen() {
        yield* [];
      },
      async tell(requests) {
        return TellResponse.fromPartial({ count: BigInt((await Array.fromAsync(requests)).length) });
      },
      async *talk(requests) {
        for await (const _ of requests) yield* [];
      },
    },
    {
      observer: {
        started: ({ trailers }) => trailers.set("x-request-id", "abc"),
        ended: ({ method }, { code }) => void seen.push([method.split("/").at(-1) ?? "", code]),
      },
    },
  );
  const { client } = script;
  const ids: unknown[] = [];
  const options = { deadlineMs, onTrailers: (trailers: Metadata) => void ids.push(trailers.get("x-request-id")[0]) };
  const refused = { code: status.INTERNAL, message: /not the message/ };
  const { say, listen, tell, talk } = HeyHowService;
  await assert.rejects(callUnary(client, raw(say as never), nonsense, options), refused);
  await assert.rejects(Array.fromAsync(callServerStream(client, raw(listen as never), nonsense, options)), refused);
  await assert.rejects(callClientStream(client, raw(tell as never), told(), options), refused);
  await assert.rejects(Array.fromAsync(callBidi(client, raw(talk as never), told(), options)), refused);
  assert.deepEqual(
    seen,
    ["Say", "Listen", "Tell", "Talk"].map((method) => [method, status.INTERNAL]),
  );
  assert.deepEqual(ids, ["abc", "abc", "abc", "abc"]);
});
