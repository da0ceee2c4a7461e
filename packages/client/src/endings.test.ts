/** Every way in which a replica can go away under a conversation, against real servers. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import { openChannel } from "./channel.ts";
import { createHeyHow, type HeyHow } from "./hey-how.ts";
import type { Resumption } from "./resume.ts";
import { type ReplicaOptions, startReplica } from "./scripted-replica.ts";

interface Replica extends AsyncDisposable {
  readonly address: string;
}

interface Start {
  readonly name: string;
  /** Called when a Tell has arrived, which then never gets its summary. Without it Tells are answered. */
  readonly onTold?: () => void;
}

/** A way to go away, and what the caller sees of it. */
interface Ending {
  readonly what: string;
  readonly codes: readonly status[];
  start(start: Start): Promise<Replica>;
  /** It comes by itself; the others by disposing the replica. */
  readonly byItself?: boolean;
}

const never = new Promise<never>(() => {});

const inProcess =
  (options: ReplicaOptions) =>
  ({ name, onTold }: Start) => {
    const hang = () => {
      onTold?.();
      return never;
    };
    return startReplica(onTold === undefined ? {} : { tell: hang }, { ...options, name });
  };

/** A replica in a process of its own. Disposing kills it. */
async function spawnReplica({ name, onTold }: Start): Promise<Replica> {
  const tell = "tell: () => { console.log('told'); return new Promise(() => {}); }";
  const script = `
    import { startReplica } from ${JSON.stringify(new URL("./scripted-replica.ts", import.meta.url).href)};
    const replica = await startReplica({ ${onTold === undefined ? "" : tell} }, { name: ${JSON.stringify(name)} });
    console.log(replica.address);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface(child.stdout);
  const [address] = await once(lines, "line");
  lines.on("line", () => onTold?.());
  return {
    address,
    async [Symbol.asyncDispose]() {
      if (child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

const endings: readonly Ending[] = [
  { what: "a drain", codes: [status.UNAVAILABLE], start: inProcess({ drain: { noticeMs: 0, drainMs: 5_000 } }) },
  { what: "a forced stop", codes: [status.CANCELLED], start: inProcess({ endsStreams: false }) },
  {
    what: "a connection's age and grace",
    // Which of the two depends on whether the stream's reset or the connection's end is seen first.
    codes: [status.INTERNAL, status.UNAVAILABLE],
    start: inProcess({
      channelOptions: { "grpc.max_connection_age_ms": 60, "grpc.max_connection_age_grace_ms": 60 },
    }),
    byItself: true,
  },
  { what: "a SIGKILL", codes: [status.UNAVAILABLE], start: spawnReplica },
];

const lastSequence = 100n;
const whole = Array.from({ length: 100 }, (_, index) => BigInt(index + 1));

async function* messages(): AsyncGenerator<string> {
  for (const number of whole) {
    await setTimeout(2);
    yield `hey ${number}`;
  }
}

const kinds = {
  Listen: ({ listen }: HeyHow, onResumed: (resumption: Resumption) => void) =>
    listen({ conversationId: "c", lastSequence, intervalNs: 2_000_000n }, { onResumed }),
  Talk: ({ talk }: HeyHow, onResumed: (resumption: Resumption) => void) =>
    talk({ conversationId: "c", lastSequence, messages: messages() }, { onResumed }),
};

for (const { what, codes, start, byItself } of endings) {
  for (const [kind, converse] of Object.entries(kinds)) {
    test(`${kind} goes on after ${what}, with nothing lost, twice or out of order`, async () => {
      await using one = await start({ name: "one" });
      await using two = await start({ name: "two" });
      using channel = await openChannel({ target: `ipv4:${one.address},${two.address}` });
      const resumptions: Resumption[] = [];
      const numbers: bigint[] = [];
      const names: (string | undefined)[] = [];
      let ended: PromiseLike<void> | undefined;
      for await (const { sequence, replica } of converse(createHeyHow(channel), (event) => resumptions.push(event))) {
        numbers.push(sequence);
        if (replica?.name !== names.at(-1)) names.push(replica?.name);
        if (sequence === 5n && !byItself) ended = (replica?.name === "one" ? one : two)[Symbol.asyncDispose]();
      }
      await ended;
      assert.deepEqual(numbers, whole);
      assert.ok(resumptions.length > 0);
      for (const { code, message, renewal, gapMs } of resumptions) {
        assert.ok(codes.includes(code), `${status[code]}: ${message}`);
        assert.equal(renewal, false);
        assert.ok(gapMs > 0);
      }
      if (!byItself) assert.equal(names.length, 2);
    });
  }

  if (byItself) continue;
  test(`Tell is sent again whole, with its id, after ${what}`, async () => {
    const told = Promise.withResolvers<void>();
    await using one = await start({ name: "one", onTold: told.resolve });
    await using two = await start({ name: "two" });
    using channel = await openChannel({ target: `ipv4:${one.address},${two.address}` });
    const ended = told.promise.then(() => one[Symbol.asyncDispose]());
    const errors: status[] = [];
    // The replica that answers may be first in turn: the one that does not is next.
    while (errors.length === 0) {
      const summary = await createHeyHow(channel).tell(
        { id: "whole", messages: ["hey", "grpc", "let's go"] },
        { deadlineMs: 10_000, onResent: ({ code }) => errors.push(code) },
      );
      assert.deepEqual([summary.id, summary.count, summary.replica?.name], ["whole", 3n, "two"]);
    }
    await ended;
    for (const code of errors) assert.ok(codes.includes(code), status[code]);
  });
}
