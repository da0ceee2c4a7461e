import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { status } from "@grpc/grpc-js";
import { HeyHowService, SayRequest, SayResponse } from "@hey/proto/v1";
import { callUnary, ownConnection, StatusError } from "@hey/rpc";
import { type ChannelSettings, openChannel, usualRetries } from "./channel.ts";
import { type Script, startReplica } from "./scripted-replica.ts";

const deadlineMs = 10_000;

async function say(settings: ChannelSettings): Promise<string> {
  using channel = await openChannel(settings);
  const { replica } = await callUnary(channel, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs });
  return replica?.name ?? "";
}

for (const form of ["", "dns:///", "dns:", "ipv4:"]) {
  test(`a target may be written as ${form}host:port`, async () => {
    await using replica = await startReplica();
    assert.equal(await say({ target: `${form}${replica.address}` }), "scripted");
  });
}

test("a target may be a Unix socket", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hey-"));
  after(() => rmSync(folder, { recursive: true }));
  const address = `unix:${join(folder, "replica.sock")}`;
  await using _replica = await startReplica({}, { address });
  assert.equal(await say({ target: address }), "scripted");
});

test("a list of addresses is called in turn", async () => {
  await using one = await startReplica({}, { name: "one" });
  await using two = await startReplica({}, { name: "two" });
  using channel = await openChannel({ target: `ipv4:${one.address},${two.address}` });
  const names = new Set<string | undefined>();
  while (names.size < 2) {
    const { replica } = await callUnary(channel, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs });
    names.add(replica?.name);
  }
  assert.deepEqual([...names].sort(), ["one", "two"]);
});

test("a malformed target is a usage error that says what was expected and what came", async () => {
  await assert.rejects(openChannel({ target: "http://localhost:9999" }), {
    name: "ProgramError",
    exitCode: 2,
    message: /^the target: expected host:port, .*xds:\/\/\/service; got "http:\/\/localhost:9999"$/,
  });
});

/** Fails the first two calls with this code, then answers. */
function failsTwice(code: status): Script {
  let calls = 0;
  return {
    say() {
      calls++;
      if (calls < 3) throw new StatusError(code, "not yet");
      return SayResponse.fromPartial({ replica: { name: "third time" } });
    },
  };
}

test("retries given to a plain target make a failed call again, for the named codes alone", async () => {
  await using replica = await startReplica(failsTwice(status.UNAVAILABLE));
  assert.equal(await say({ target: replica.address, retries: usualRetries }), "third time");
  await using other = await startReplica(failsTwice(status.RESOURCE_EXHAUSTED));
  await assert.rejects(say({ target: other.address, retries: usualRetries }), { code: status.RESOURCE_EXHAUSTED });
});

test("without retries a failed call fails", async () => {
  await using replica = await startReplica(failsTwice(status.UNAVAILABLE));
  await assert.rejects(say({ target: replica.address }), { code: status.UNAVAILABLE });
});

test("channels share a connection unless each is given one of its own", async () => {
  const peers = new Set<string>();
  const script: Script = {
    say(_, { peer }) {
      peers.add(peer);
      return SayResponse.fromPartial({});
    },
  };
  await using replica = await startReplica(script);
  const target = replica.address;
  const open = async (options: ChannelSettings["options"]) => {
    peers.clear();
    using one = await openChannel({ target, options });
    using two = await openChannel({ target, options });
    for (const channel of [one, two]) {
      await callUnary(channel, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs });
    }
    return peers.size;
  };
  assert.equal(await open({}), 1);
  assert.equal(await open(ownConnection), 2);
});

test("a proxy in the environment is not asked", async () => {
  process.env["http_proxy"] = "http://127.0.0.1:1";
  after(() => delete process.env["http_proxy"]);
  await using replica = await startReplica();
  assert.equal(await say({ target: replica.address }), "scripted");
});
