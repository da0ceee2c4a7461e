import { unpack } from "./grpc/compression.ts";
import { Status } from "./grpc/status.ts";
import { ErrorCode } from "./http2/error-code.ts";
import { readUint32 } from "./http2/frame.ts";
import type { Output } from "./http2/output.ts";
import type { Stream } from "./stream.ts";

const prefixBytes = 5;
const firstBodyBytes = 64 * 1024;

/** Ends a call from our side: RST_STREAM to the peer, the status to the sink. */
export type Abort = (stream: Stream, code: number, details: string, errorCode: number) => void;

/** What is fixed for a connection's life about receiving. */
export interface IncomingLimits {
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
  readonly maxReceiveMessageBytes: number;
}

/**
 * DATA from the peer: cut into messages, and counted against the windows. The connection's window is given back as bytes arrive
 * (what a slow reader holds is bounded by its stream's window, and must not hold up the others), a stream's as they are taken.
 */
export class Incoming {
  readonly #output: Output;
  readonly #limits: IncomingLimits;
  readonly #abort: Abort;
  #owedBytes = 0;
  /** How often the peer had used a stream's whole window. */
  windowExhausted = 0;
  /** What the message being handed over was on the wire, its prefix included. */
  wireBytes = 0;

  constructor(output: Output, limits: IncomingLimits, abort: Abort) {
    this.#output = output;
    this.#limits = limits;
    this.#abort = abort;
  }

  /** Gives a DATA frame's payload back for the connection; also for streams that have ended. */
  count(frameBytes: number): void {
    this.#owedBytes += frameBytes;
    if (this.#owedBytes < this.#limits.connectionWindowBytes / 2) return;
    this.#output.windowUpdate(0, this.#owedBytes);
    this.#owedBytes = 0;
  }

  /** A stream's DATA: `frameBytes` with padding, the content in `bytes[start, end)`. */
  data(stream: Stream, frameBytes: number, bytes: Buffer, start: number, end: number): void {
    const id = stream.id;
    stream.receiveWindow -= frameBytes;
    if (stream.receiveWindow <= 0) {
      if (stream.receiveWindow < 0) {
        const details = `expected DATA within the call's window, got ${-stream.receiveWindow} bytes more`;
        this.#abort(stream, Status.INTERNAL, details, ErrorCode.FLOW_CONTROL_ERROR);
        return;
      }
      this.windowExhausted++;
    }
    stream.owedBytes += frameBytes;
    this.#messages(stream, id, bytes, start, end);
    if (stream.id === id) this.#giveBack(stream);
  }

  /** The reader took `bytes` more. */
  grant(stream: Stream, bytes: number): void {
    stream.owedBytes += bytes;
    this.#giveBack(stream);
  }

  #giveBack(stream: Stream): void {
    if (stream.owedBytes < this.#limits.streamWindowBytes / 2) return;
    this.#output.windowUpdate(stream.id, stream.owedBytes);
    stream.receiveWindow += stream.owedBytes;
    stream.owedBytes = 0;
  }

  #messages(stream: Stream, id: number, bytes: Buffer, start: number, end: number): void {
    let at = start;
    if (stream.partialBytes > 0) {
      at = this.#continue(stream, bytes, start, end);
      if (stream.id !== id) return;
    }
    while (end - at >= prefixBytes) {
      const length = readUint32(bytes, at + 1);
      const body = at + prefixBytes;
      if (end - body < length) break;
      const flag = bytes[at] as number;
      at = body + length;
      if (flag === 0 && length <= this.#limits.maxReceiveMessageBytes) {
        this.wireBytes = prefixBytes + length;
        // With manual credit the bytes are owed once the reader has taken the message.
        if (stream.request.manualCredit) stream.owedBytes -= this.wireBytes;
        stream.sink.onMessage(stream.tag, bytes, body, at);
      } else if (this.#accepts(stream, flag, length)) {
        this.#deliver(stream, flag, bytes, body, at);
      }
      // The sink may have ended the call.
      if (stream.id !== id) return;
    }
    if (at < end) this.#continue(stream, bytes, at, end);
  }

  /** Adds to the message that is not whole yet; returns where the next one begins. */
  #continue(stream: Stream, bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (stream.partialBytes < prefixBytes) {
      if (at === end) return end;
      const byte = bytes[at++] as number;
      if (stream.partialBytes === 0) {
        stream.partialFlag = byte;
        stream.partialLength = 0;
      } else stream.partialLength = stream.partialLength * 256 + byte;
      stream.partialBytes++;
    }
    if (stream.partialBody === undefined) {
      if (!this.#accepts(stream, stream.partialFlag, stream.partialLength)) return end;
      // A length is only a promise: the buffer grows with what really comes.
      stream.partialBody = Buffer.allocUnsafeSlow(Math.min(stream.partialLength, firstBodyBytes));
    }
    const have = stream.partialBytes - prefixBytes;
    const count = Math.min(stream.partialLength - have, end - at);
    if (have + count > stream.partialBody.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(stream.partialLength, (have + count) * 2));
      stream.partialBody.copy(larger, 0, 0, have);
      stream.partialBody = larger;
    }
    bytes.copy(stream.partialBody, have, at, at + count);
    stream.partialBytes += count;
    if (have + count < stream.partialLength) return end;
    const body = stream.partialBody;
    stream.partialBody = undefined;
    stream.partialBytes = 0;
    this.#deliver(stream, stream.partialFlag, body, 0, stream.partialLength);
    return at + count;
  }

  #accepts(stream: Stream, flag: number, length: number): boolean {
    const limit = this.#limits.maxReceiveMessageBytes;
    const encoding = stream.head?.encoding ?? "identity";
    if (length > limit) {
      const details = `expected messages of at most ${limit} bytes, got one of ${length}`;
      this.#abort(stream, Status.RESOURCE_EXHAUSTED, details, ErrorCode.CANCEL);
    } else if (flag > 1) {
      this.#abort(stream, Status.INTERNAL, `expected a compressed-flag of 0 or 1, got ${flag}`, ErrorCode.CANCEL);
    } else if (flag === 1 && encoding === "identity") {
      const details = "expected a message as it is (no grpc-encoding), got the compressed-flag";
      this.#abort(stream, Status.INTERNAL, details, ErrorCode.CANCEL);
    } else return true;
    return false;
  }

  #deliver(stream: Stream, flag: number, bytes: Buffer, start: number, end: number): void {
    this.wireBytes = prefixBytes + end - start;
    if (stream.request.manualCredit) stream.owedBytes -= this.wireBytes;
    if (flag === 0) {
      stream.sink.onMessage(stream.tag, bytes, start, end);
      return;
    }
    const packing = {
      encoding: stream.head?.encoding ?? "identity",
      limitBytes: this.#limits.maxReceiveMessageBytes,
    };
    if (stream.sink.onPacked !== undefined) {
      stream.sink.onPacked(stream.tag, packing, bytes, start, end);
      return;
    }
    const message = unpack(packing, bytes, start, end);
    if (Buffer.isBuffer(message)) stream.sink.onMessage(stream.tag, message, 0, message.length);
    else this.#abort(stream, message.code, message.details, ErrorCode.CANCEL);
  }
}
