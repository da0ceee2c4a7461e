import { ErrorCode } from "./error-code.ts";
import { Flag, FrameType, frameHeaderBytes } from "./frame.ts";
import { ProtocolError } from "./protocol-error.ts";

/** More than this on its way to the kernel, and nothing new is taken until it has gone. */
const highWaterBytes = 256 * 1024;
/** Answers to a peer that asks (PING, SETTINGS) but does not read: past this it is a flood. Resets are bounded by the calls. */
const floodBytes = 1024 * 1024;
const bufferBytes = 64 * 1024;
const pingBytes = 8;

/** Where bytes go; `done` is called when they have left and the buffer may be written again. */
export interface ByteSink {
  write(bytes: Uint8Array, done: () => void): unknown;
}

/**
 * Collects the frames of one turn in one buffer and writes them at once: at the end of a read (`cork` … `uncork`), or in a
 * microtask otherwise. Buffers go round: the kernel usually takes a write whole, so that two suffice.
 */
export class Output {
  /** What is collected so far is `bytes[0, length)`. */
  bytes: Buffer = Buffer.allocUnsafeSlow(bufferBytes);
  length = 0;
  /** The peer does not read: no new calls and no message bytes until `onDrain`. */
  blocked = false;
  bytesWritten = 0;
  writes = 0;
  onDrain: () => void = () => {};
  readonly #sink: ByteSink;
  readonly #spare: Buffer[] = [];
  readonly #leaving: Buffer[] = [];
  readonly #leavingBytes: number[] = [];
  #inFlightBytes = 0;
  /** Answers collected since the peer last read. */
  #answerBytes = 0;
  #corked = false;
  #scheduled = false;
  #stopped = false;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** Makes room for `count` bytes and returns where they begin; they count as collected. */
  reserve(count: number): number {
    const position = this.length;
    this.length += count;
    if (this.length > this.bytes.length) this.#grow(position);
    if (!this.#scheduled && !this.#corked) this.#schedule();
    return position;
  }

  /** Reserves a frame, writes its header, and returns where its payload begins. */
  frame(type: number, flags: number, streamId: number, payloadBytes: number): number {
    const at = this.reserve(frameHeaderBytes + payloadBytes);
    const bytes = this.bytes;
    bytes[at] = payloadBytes >>> 16;
    bytes[at + 1] = payloadBytes >>> 8;
    bytes[at + 2] = payloadBytes;
    bytes[at + 3] = type;
    bytes[at + 4] = flags;
    writeUint32(bytes, at + 5, streamId);
    return at + frameHeaderBytes;
  }

  /** A header block, in as many frames as the peer's limit on one asks for. */
  headers(streamId: number, block: Uint8Array, maxFrameBytes: number): void {
    const { length } = block;
    if (length > maxFrameBytes) {
      this.#continuedHeaders(streamId, block, maxFrameBytes);
      return;
    }
    const at = this.frame(FrameType.HEADERS, Flag.END_HEADERS, streamId, length);
    const { bytes } = this;
    // A short block is copied faster by hand than by a call into native code.
    if (length <= 48) for (let index = 0; index < length; index++) bytes[at + index] = block[index] as number;
    else bytes.set(block, at);
  }

  settings(entries: readonly (readonly [identifier: number, value: number])[]): void {
    let at = this.frame(FrameType.SETTINGS, 0, 0, entries.length * 6);
    for (const [identifier, value] of entries) {
      this.bytes[at] = 0;
      this.bytes[at + 1] = identifier;
      writeUint32(this.bytes, at + 2, value);
      at += 6;
    }
  }

  settingsAck(): void {
    this.#refuseFlood(frameHeaderBytes);
    this.frame(FrameType.SETTINGS, Flag.ACK, 0, 0);
  }

  /** A ping of ours. */
  ping(payload: Uint8Array): void {
    this.#ping(0, payload, 0);
  }

  /** The answer to the peer's, which carried `payload[start, start + 8)`. */
  pong(payload: Uint8Array, start: number): void {
    this.#refuseFlood(frameHeaderBytes + pingBytes);
    this.#ping(Flag.ACK, payload, start);
  }

  windowUpdate(streamId: number, increment: number): void {
    writeUint32(this.bytes, this.frame(FrameType.WINDOW_UPDATE, 0, streamId, 4), increment);
  }

  resetStream(streamId: number, errorCode: number): void {
    const at = this.frame(FrameType.RST_STREAM, 0, streamId, 4);
    writeUint32(this.bytes, at, errorCode);
  }

  /** We never accept streams of the peer's, so that the last one is always 0. */
  goAway(errorCode: number, debug: string): void {
    const text = Buffer.from(debug.slice(0, 200), "latin1");
    const at = this.frame(FrameType.GOAWAY, 0, 0, 8 + text.length);
    writeUint32(this.bytes, at, 0);
    writeUint32(this.bytes, at + 4, errorCode);
    this.bytes.set(text, at + 8);
  }

  /** Holds writes back until `uncork`, which writes all at once. */
  cork(): void {
    this.#corked = true;
  }

  uncork(): void {
    this.#corked = false;
    this.flush();
  }

  flush(): void {
    if (this.length === 0 || this.blocked || this.#stopped) return;
    const { bytes, length } = this;
    this.#leaving.push(bytes);
    this.#leavingBytes.push(length);
    this.#inFlightBytes += length;
    this.blocked = this.#inFlightBytes > highWaterBytes;
    this.bytesWritten += length;
    this.writes++;
    this.bytes = this.#spare.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
    this.length = 0;
    this.#sink.write(length === bytes.length ? bytes : bytes.subarray(0, length), this.#left);
  }

  /** Nothing leaves any more. */
  stop(): void {
    this.#stopped = true;
    this.length = 0;
  }

  readonly #left = (): void => {
    const buffer = this.#leaving.shift();
    this.#inFlightBytes -= this.#leavingBytes.shift() ?? 0;
    if (buffer !== undefined && buffer.length === bufferBytes && this.#spare.length < 4) this.#spare.push(buffer);
    if (!this.blocked || this.#inFlightBytes > highWaterBytes / 2 || this.#stopped) return;
    this.blocked = false;
    this.#answerBytes = 0;
    this.onDrain();
    this.flush();
  };

  readonly #flushScheduled = (): void => {
    this.#scheduled = false;
    if (!this.#corked) this.flush();
  };

  #continuedHeaders(streamId: number, block: Uint8Array, maxFrameBytes: number): void {
    for (let start = 0; start < block.length; start += maxFrameBytes) {
      const part = block.subarray(start, start + maxFrameBytes);
      const flags = start + part.length === block.length ? Flag.END_HEADERS : 0;
      const at = this.frame(start === 0 ? FrameType.HEADERS : FrameType.CONTINUATION, flags, streamId, part.length);
      this.bytes.set(part, at);
    }
  }

  #schedule(): void {
    this.#scheduled = true;
    queueMicrotask(this.#flushScheduled);
  }

  #grow(keepBytes: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length));
    this.bytes.copy(larger, 0, 0, keepBytes);
    this.bytes = larger;
  }

  #ping(flags: number, payload: Uint8Array, start: number): void {
    const at = this.frame(FrameType.PING, flags, 0, pingBytes);
    for (let index = 0; index < pingBytes; index++) this.bytes[at + index] = payload[start + index] as number;
  }

  #refuseFlood(answerBytes: number): void {
    if (!this.blocked) return;
    this.#answerBytes += answerBytes;
    if (this.#answerBytes < floodBytes) return;
    throw new ProtocolError(
      ErrorCode.ENHANCE_YOUR_CALM,
      `expected the peer to read our answers, got ${this.#answerBytes} bytes of its pings and settings to answer while it did not`,
    );
  }
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
