import { onAnswerBlock, onBareEnd, onEarlyData, onReset } from "./answers.ts";
import type { Calls } from "./calls.ts";
import { type AnswerBlock, readAnswerBlock } from "./grpc/answer-block.ts";
import { Status } from "./grpc/status.ts";
import { HeaderDecoder } from "./hpack/decoder.ts";
import { ErrorCode } from "./http2/error-code.ts";
import { Flag, FrameType, frameName, readUint32 } from "./http2/frame.ts";
import type { FrameHandler } from "./http2/frame-reader.ts";
import { HeaderAssembly } from "./http2/header-assembly.ts";
import type { Output } from "./http2/output.ts";
import { ProtocolError } from "./http2/protocol-error.ts";
import type { Incoming } from "./incoming.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Stream } from "./stream.ts";

/** What frames mean for the connection as a whole. */
export interface ConnectionFrames {
  readonly stopped: boolean;
  onSettings(bytes: Buffer, start: number, end: number): void;
  onPong(payload: Buffer): void;
  onGoAway(lastId: number, errorCode: number, debug: string): void;
}

/** Takes each frame to where it belongs, after checking that it may come as it does. */
export class Frames implements FrameHandler {
  readonly #calls: Calls;
  readonly #incoming: Incoming;
  readonly #outgoing: Outgoing;
  readonly #output: Output;
  readonly #connection: ConnectionFrames;
  readonly #headers: HeaderAssembly;
  readonly #decoder: HeaderDecoder<AnswerBlock>;

  constructor(parts: {
    readonly calls: Calls;
    readonly incoming: Incoming;
    readonly outgoing: Outgoing;
    readonly output: Output;
    readonly connection: ConnectionFrames;
    readonly maxHeaderListBytes: number;
  }) {
    this.#calls = parts.calls;
    this.#incoming = parts.incoming;
    this.#outgoing = parts.outgoing;
    this.#output = parts.output;
    this.#connection = parts.connection;
    this.#decoder = new HeaderDecoder(4096, parts.maxHeaderListBytes, readAnswerBlock);
    this.#headers = new HeaderAssembly(parts.maxHeaderListBytes, (streamId, endStream, bytes, start, end) =>
      this.#block(streamId, endStream, bytes, start, end),
    );
  }

  get stopped(): boolean {
    return this.#connection.stopped;
  }

  onFrame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    const open = this.#headers.openStreamId;
    if (open !== 0 && (type !== FrameType.CONTINUATION || streamId !== open)) {
      throw protocol(`CONTINUATION of stream ${open}`, `${frameName(type)} of stream ${streamId}`);
    }
    switch (type) {
      case FrameType.DATA:
        this.#data(flags, streamId, bytes, start, end);
        return;
      case FrameType.HEADERS:
        this.#headersFrame(flags, streamId, bytes, start, end);
        return;
      case FrameType.CONTINUATION:
        if (open === 0) throw protocol("CONTINUATION only after HEADERS", `one of stream ${streamId}`);
        this.#headers.go(flags, bytes, start, end);
        return;
      case FrameType.WINDOW_UPDATE:
        this.#windowUpdate(streamId, bytes, start, end);
        return;
      case FrameType.RST_STREAM: {
        expectSize(type, end - start, 4);
        const stream = this.#streamOf(type, streamId);
        if (stream !== undefined) onReset(this.#calls, stream, readUint32(bytes, start));
        return;
      }
      case FrameType.SETTINGS:
        expectConnection(type, streamId);
        if ((flags & Flag.ACK) === 0) this.#connection.onSettings(bytes, start, end);
        else expectSize(type, end - start, 0);
        return;
      case FrameType.PING:
        expectConnection(type, streamId);
        expectSize(type, end - start, 8);
        if ((flags & Flag.ACK) === 0) this.#output.pong(bytes, start);
        else this.#connection.onPong(bytes.subarray(start, end));
        return;
      case FrameType.GOAWAY: {
        expectConnection(type, streamId);
        if (end - start < 8) throw size(type, "at least 8", end - start);
        const debug = bytes.toString("latin1", start + 8, Math.min(end, start + 264));
        this.#connection.onGoAway(readUint32(bytes, start) & 0x7fff_ffff, readUint32(bytes, start + 4), debug);
        return;
      }
      case FrameType.PRIORITY:
        expectSize(type, end - start, 5);
        if (streamId === 0) throw protocol("PRIORITY of a stream", "one of stream 0");
        return;
      case FrameType.PUSH_PROMISE:
        throw protocol("no PUSH_PROMISE (SETTINGS_ENABLE_PUSH is 0)", "one");
    }
    // Other types are extensions, to be ignored (RFC 9113, 4.1).
  }

  #data(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    const stream = this.#streamOf(FrameType.DATA, streamId);
    const frameBytes = end - start;
    this.#incoming.count(frameBytes);
    let from = start;
    let to = end;
    if ((flags & Flag.PADDED) !== 0) {
      to -= paddingOf(FrameType.DATA, bytes, start, end, 1);
      from++;
    }
    if (stream === undefined) return;
    if (stream.head === undefined) {
      onEarlyData(this.#calls, stream);
      return;
    }
    this.#incoming.data(stream, frameBytes, bytes, from, to);
    if ((flags & Flag.END_STREAM) !== 0 && stream.id === streamId) onBareEnd(this.#calls, stream);
  }

  #headersFrame(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    let from = start;
    let to = end;
    if ((flags & (Flag.PADDED | Flag.PRIORITY)) !== 0) {
      const priority = (flags & Flag.PRIORITY) !== 0 ? 5 : 0;
      const padded = (flags & Flag.PADDED) !== 0 ? 1 : 0;
      if (padded === 1) to -= paddingOf(FrameType.HEADERS, bytes, start, end, 1 + priority);
      else if (end - start < priority) throw size(FrameType.HEADERS, "at least 5", end - start);
      from += padded + priority;
    }
    this.#streamOf(FrameType.HEADERS, streamId);
    this.#headers.begin(streamId, flags, bytes, from, to);
  }

  #block(streamId: number, endStream: boolean, bytes: Buffer, start: number, end: number): void {
    // Decoded also for a stream that has ended: the table must follow.
    const block = this.#decoder.decode(bytes, start, end);
    const stream = this.#calls.table.find(streamId);
    if (stream !== undefined) onAnswerBlock(this.#calls, stream, block, endStream);
  }

  #windowUpdate(streamId: number, bytes: Buffer, start: number, end: number): void {
    expectSize(FrameType.WINDOW_UPDATE, end - start, 4);
    const increment = readUint32(bytes, start) & 0x7fff_ffff;
    const stream = streamId === 0 ? undefined : this.#streamOf(FrameType.WINDOW_UPDATE, streamId);
    if (streamId !== 0 && stream === undefined) return;
    if (increment === 0 && stream === undefined) throw protocol("a WINDOW_UPDATE above 0", "one of 0");
    if (increment === 0 && stream !== undefined) {
      const details = "the server broke HTTP/2: expected a WINDOW_UPDATE above 0, got one of 0";
      this.#calls.abort(stream, Status.INTERNAL, details, ErrorCode.PROTOCOL_ERROR);
    } else if (!this.#outgoing.widen(stream, increment) && stream !== undefined) {
      const details = `the server broke HTTP/2: expected windows below 2^31, got a WINDOW_UPDATE of ${increment} past that`;
      this.#calls.abort(stream, Status.INTERNAL, details, ErrorCode.FLOW_CONTROL_ERROR);
    }
  }

  /** The stream in flight; undefined for one that has ended, whose frames may still be on their way. */
  #streamOf(type: number, streamId: number): Stream | undefined {
    const stream = this.#calls.table.find(streamId);
    if (stream === undefined && ((streamId & 1) === 0 || streamId > this.#calls.table.lastId)) {
      throw protocol(`${frameName(type)} of a stream that we opened`, `one of stream ${streamId}`);
    }
    return stream;
  }
}

function paddingOf(type: number, bytes: Buffer, start: number, end: number, before: number): number {
  const padding = start < end ? (bytes[start] as number) : 0;
  if (before + padding <= end - start) return padding;
  throw protocol(`padding within the ${frameName(type)} frame of ${end - start} bytes`, `${padding} bytes of it`);
}

function expectConnection(type: number, streamId: number): void {
  if (streamId !== 0) throw protocol(`${frameName(type)} on stream 0`, `one on stream ${streamId}`);
}

function expectSize(type: number, bytes: number, expected: number): void {
  if (bytes !== expected) throw size(type, `${expected}`, bytes);
}

function size(type: number, expected: string, got: number): ProtocolError {
  return new ProtocolError(
    ErrorCode.FRAME_SIZE_ERROR,
    `expected a ${frameName(type)} of ${expected} bytes, got one of ${got}`,
  );
}

function protocol(expected: string, got: string): ProtocolError {
  return new ProtocolError(ErrorCode.PROTOCOL_ERROR, `expected ${expected}, got ${got}`);
}
