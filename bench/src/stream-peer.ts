#!/usr/bin/env node
/**
 * A peer that answers every call with small messages, as fast as the socket and the client's windows take them: each message is
 * a DATA frame of its own, as servers send them. How many is the `code` of the request. Prints its port, and ends with its stdin.
 */
import net from "node:net";
import { Status } from "@hey/proto/status";

const DATA = 0;
const HEADERS = 1;
const SETTINGS = 4;
const WINDOW_UPDATE = 8;

function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, payload]);
}

function literal(name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
}

const framesPerWrite = 2000;
const encoded = Status.encode(Status.create({ code: 1_000_000, message: "Let's go" })).finish();
const message = Buffer.concat([Buffer.from([0, 0, 0, 0, encoded.length]), encoded]);

function serve(socket: net.Socket): void {
  let rest: Buffer = Buffer.alloc(0);
  let skip = 24;
  let connectionWindow = 65_535;
  let initialWindow = 65_535;
  let current: { id: number; window: number; left: number; batch: Buffer } | undefined;

  const pump = () => {
    while (current !== undefined && !socket.writableNeedDrain) {
      const { left, window, id, batch } = current;
      const count = Math.min(left, framesPerWrite, Math.floor(Math.min(window, connectionWindow) / message.length));
      if (left === 0) {
        socket.write(frame(HEADERS, 5, id, literal("grpc-status", "0")));
        current = undefined;
      } else if (count > 0) {
        current.left -= count;
        current.window -= count * message.length;
        connectionWindow -= count * message.length;
        socket.write(batch.subarray(0, count * (9 + message.length)));
      } else return;
    }
  };
  const take = (type: number, flags: number, id: number, payload: Buffer) => {
    if (type === SETTINGS && (flags & 1) === 0) {
      for (let at = 0; at < payload.length; at += 6) {
        if (payload.readUInt16BE(at) === 4) initialWindow = payload.readUInt32BE(at + 2);
      }
      socket.write(frame(SETTINGS, 1, 0, Buffer.alloc(0)));
    } else if (type === WINDOW_UPDATE) {
      if (id === 0) connectionWindow += payload.readUInt32BE();
      else if (id === current?.id) current.window += payload.readUInt32BE();
    } else if (type === DATA && payload.length > 5) {
      const one = frame(DATA, 0, id, message);
      const batch = Buffer.concat(Array.from({ length: framesPerWrite }, () => one));
      current = { id, window: initialWindow, left: Status.decode(payload.subarray(5)).code, batch };
      const head = Buffer.concat([Buffer.from([0x88]), literal("content-type", "application/grpc")]);
      socket.write(frame(HEADERS, 4, id, head));
    } else if (type === 6 && (flags & 1) === 0) socket.write(frame(6, 1, 0, payload));
    pump();
  };

  socket.setNoDelay(true);
  socket.on("error", () => {});
  socket.on("drain", pump);
  socket.on("data", (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    if (rest.length < skip) return;
    rest = rest.subarray(skip);
    skip = 0;
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const end = 9 + rest.readUIntBE(0, 3);
      take(rest[3] ?? 0, rest[4] ?? 0, rest.readUInt32BE(5), rest.subarray(9, end));
      rest = rest.subarray(end);
    }
  });
  socket.write(frame(SETTINGS, 0, 0, Buffer.alloc(0)));
}

const server = net
  .createServer(serve)
  .listen(0, "127.0.0.1", () => console.log((server.address() as net.AddressInfo).port));
process.stdin.on("end", () => process.exit()).resume();
