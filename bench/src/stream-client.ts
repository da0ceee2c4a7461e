#!/usr/bin/env node
/**
 * One client of the measurement in a process of its own: `stream-client.ts <kind> <target> <messages>` receives one stream, after
 * a fifth of it to warm up, every message decoded and looked at. Prints {"cpuUs", "wallMs", "calls"}.
 */
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { Client, credentials } from "@grpc/grpc-js";
import { Status } from "@hey/proto/status";
import { type CallSink, callServerStream, connect, decodeInPlace } from "@hey/wire";
import { measured } from "./measured.ts";

const [kind = "", target = "", countText] = process.argv.slice(2);
const path = "/bench.Bench/Stream";
const portionBytes = 64 * 1024;
const requestSerialize = (request: Status) => Buffer.from(Status.encode(request).finish());
const responseDeserialize = (bytes: Buffer) => Status.decode(bytes);
const responseDecode = decodeInPlace(BinaryReader, Status);

function check(message: Status): void {
  if (message.message !== "Let's go") throw new Error(`got ${JSON.stringify(message)}`);
}

async function wireSink(): Promise<(count: number) => Promise<void>> {
  const connection = await connect({ target, readBufferBytes: 256 * 1024 });
  const request = connection.prepare({ path, credit: "manual" });
  return (count) =>
    new Promise((resolve, reject) => {
      let received = 0;
      // The server may send no more than what was taken here: the credit is given back in portions.
      let owedBytes = 0;
      const sink: CallSink = {
        onHeaders() {},
        onMessage(_tag, bytes, start, end) {
          check(responseDecode(bytes, start, end));
          received++;
          owedBytes += connection.wireBytes;
          if (owedBytes < portionBytes) return;
          connection.grant(call, owedBytes);
          owedBytes = 0;
        },
        onEnd(_tag, code, answer) {
          if (code === 0 && received === count) resolve();
          else reject(new Error(`${received} of ${count} messages: ${answer.details}`));
        },
        onWritable() {},
      };
      const call = connection.unary(request, sink, 0, requestSerialize(Status.create({ code: count })));
    });
}

async function wireIterator(inPlace: boolean): Promise<(count: number) => Promise<void>> {
  const connection = await connect({ target, readBufferBytes: 256 * 1024 });
  const method = { path, requestSerialize, responseDeserialize, ...(inPlace ? { responseDecode } : {}) };
  return async (count) => {
    let received = 0;
    for await (const message of callServerStream(connection, method, Status.create({ code: count }))) {
      check(message);
      received++;
    }
    if (received !== count) throw new Error(`${received} of ${count} messages`);
  };
}

async function grpcJs(): Promise<(count: number) => Promise<void>> {
  const client = new Client(target, credentials.createInsecure());
  return (count) =>
    new Promise((resolve, reject) => {
      let received = 0;
      client
        .makeServerStreamRequest(path, requestSerialize, responseDeserialize, Status.create({ code: count }))
        .on("data", (message: Status) => {
          check(message);
          received++;
        })
        .on("end", () => (received === count ? resolve() : reject(new Error(`${received} of ${count} messages`))))
        .on("error", reject);
    });
}

const start = {
  wire: wireSink,
  iterator: () => wireIterator(false),
  "in-place": () => wireIterator(true),
  "grpc-js": grpcJs,
}[kind];
if (start === undefined) throw new Error(`no client ${kind}`);
await measured(await start(), Number(countText));
