#!/usr/bin/env node
/**
 * One client of the measurement in a process of its own: `unary-client.ts <kind> <target> <calls> <in flight>`. Warms up with a
 * fifth of the calls, then prints {"cpuUs", "wallMs", "calls"} of the rest.
 */
import { credentials, makeClientConstructor } from "@grpc/grpc-js";
import { HeyHow, TutorialService } from "@hey/proto/tutorial";
import { type CallSink, callUnary, connect, Status } from "@hey/wire";
import { measured } from "./measured.ts";

const [kind = "", target = "", callsText, inFlightText] = process.argv.slice(2);
const calls = Number(callsText);
const inFlight = Number(inFlightText);
const method = TutorialService.heyhow;

/** Makes `count` calls, `inFlight` at a time. */
type Run = (count: number) => Promise<void>;

/** The low-level door: numbers and bytes, a message that differs on each call. */
async function wireRaw(): Promise<Run> {
  const connection = await connect({ target });
  const request = connection.prepare({ path: method.path, timeoutMs: 10_000 });
  const message = Buffer.from(method.requestSerialize(HeyHow.create({ count: 1_000_000, msg: "How are you" })));
  return (count) =>
    new Promise((resolve, reject) => {
      let started = 0;
      let ended = 0;
      let messages = 0;
      const next = (tag: number) => {
        started++;
        message[2] = 0x80 | (started & 127);
        if (connection.unary(request, sink, tag, message) === 0) throw new Error("no room");
      };
      const sink: CallSink = {
        onHeaders() {},
        onMessage() {
          messages++;
        },
        onEnd(tag, code, answer) {
          if (code !== Status.OK) reject(new Error(answer.details));
          ended++;
          if (started < count) next(tag);
          else if (ended === count) {
            if (messages === count) resolve();
            else reject(new Error(`${messages} answers to ${count} calls`));
          }
        },
        onWritable() {},
      };
      for (let tag = 0; tag < inFlight; tag++) next(tag);
    });
}

/** The comfortable door. */
async function wirePromises(): Promise<Run> {
  const connection = await connect({ target });
  return (count) =>
    loops(count, (index) =>
      callUnary(connection, method, HeyHow.create({ count: index, msg: "How are you" }), { timeoutMs: 10_000 }),
    );
}

async function grpcJs(): Promise<Run> {
  const Client = makeClientConstructor(TutorialService, "HeyHowService");
  const client = new Client(target, credentials.createInsecure());
  return (count) =>
    loops(
      count,
      (index) =>
        new Promise((resolve, reject) =>
          client.makeUnaryRequest(
            method.path,
            method.requestSerialize,
            method.responseDeserialize,
            HeyHow.create({ count: index, msg: "How are you" }),
            { deadline: Date.now() + 10_000 },
            (error, value) => (error === null ? resolve(value) : reject(error)),
          ),
        ),
    );
}

async function loops(count: number, call: (index: number) => Promise<unknown>): Promise<void> {
  let started = 0;
  const loop = async () => {
    while (started < count) await call(++started);
  };
  await Promise.all(Array.from({ length: inFlight }, loop));
}

const kinds: Readonly<Record<string, () => Promise<Run>>> = {
  wire: wireRaw,
  promises: wirePromises,
  "grpc-js": grpcJs,
};
const start = kinds[kind];
if (start === undefined) throw new Error(`no client ${kind}`);
await measured(await start(), calls);
