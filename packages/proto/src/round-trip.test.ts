import assert from "node:assert/strict";
import { test } from "node:test";
import { HeyHow, LetsGo } from "@hey/proto/tutorial";
import { Hop, ListenRequest, SayRequest, TellResponse } from "@hey/proto/v1";

const edges64 = {
  "one past the safe integers": 2n ** 53n + 1n,
  "the smallest int64": -(2n ** 63n),
  "the largest int64": 2n ** 63n - 1n,
  "minus one": -1n,
};

for (const [name, value] of Object.entries(edges64)) {
  test(`int64 survives the wire at ${name}`, () => {
    const sent = SayRequest.fromPartial({ count: value, workNs: value });
    assert.deepEqual(SayRequest.decode(SayRequest.encode(sent).finish()), sent);
  });
}

for (const value of [0n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n]) {
  test(`uint64 survives the wire at ${value}`, () => {
    const sent = ListenRequest.fromPartial({ fromSequence: value, lastSequence: value });
    assert.deepEqual(ListenRequest.decode(ListenRequest.encode(sent).finish()), sent);
  });
}

test("uint32 survives the wire at its largest", () => {
  const sent = TellResponse.fromPartial({ checksum: 0xffffffff });
  assert.equal(TellResponse.decode(TellResponse.encode(sent).finish()).checksum, 0xffffffff);
});

test("an optional field that is absent is told apart from zero", () => {
  const absent = Hop.decode(Hop.encode(Hop.fromPartial({})).finish());
  const zero = Hop.decode(Hop.encode(Hop.fromPartial({ remainingNs: 0n })).finish());
  assert.equal(absent.remainingNs, undefined);
  assert.equal(zero.remainingNs, 0n);
});

test("a zero value, absent on the wire, is filled in", () => {
  assert.equal(HeyHow.encode(HeyHow.fromPartial({})).finish().length, 0);
  assert.deepEqual(LetsGo.decode(new Uint8Array()), { count: 0, msg: "", anything: "" });
});

test("unknown fields of a newer contract are skipped", () => {
  const newer = Buffer.concat([
    SayRequest.encode(SayRequest.fromPartial({ count: 7n })).finish(),
    Buffer.from([0xfa, 0x7f, 1, 0x41]),
  ]);
  assert.equal(SayRequest.decode(newer).count, 7n);
});
