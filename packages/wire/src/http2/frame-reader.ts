import { ErrorCode } from "./error-code.ts";
import { defaultMaxFrameBytes, FrameType, frameHeaderBytes, frameName, readUint32 } from "./frame.ts";
import { looksLike } from "./other-protocols.ts";
import { ProtocolError } from "./protocol-error.ts";

/** Takes whole frames; the payload is `bytes[start, end)` and only valid during the call. */
export interface FrameHandler {
  onFrame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void;
  /** Checked before each frame: a handler that has stopped gets no more. */
  readonly stopped: boolean;
}

/**
 * Cuts a stream of bytes into frames, however it arrives. A frame that lies whole in what was read is handed on where it is;
 * one that was cut is put together in a buffer of one frame's size, which is all the memory that a peer can make it hold.
 */
export class FrameReader {
  readonly #handler: FrameHandler;
  readonly #carry = Buffer.allocUnsafe(frameHeaderBytes + defaultMaxFrameBytes);
  #carried = 0;
  #first = true;

  constructor(handler: FrameHandler) {
    this.#handler = handler;
  }

  /** @throws ProtocolError for a frame that is too large, or a first frame that is not SETTINGS. */
  read(bytes: Buffer, length: number): void {
    let at = this.#carried > 0 ? this.#complete(bytes, length) : 0;
    const handler = this.#handler;
    while (!handler.stopped && length - at >= frameHeaderBytes) {
      const payload = this.#payloadBytes(bytes, at);
      const start = at + frameHeaderBytes;
      if (length - start < payload) break;
      at = start + payload;
      handler.onFrame(
        bytes[start - 6] as number,
        bytes[start - 5] as number,
        readUint32(bytes, start - 4) & 0x7fff_ffff,
        bytes,
        start,
        at,
      );
    }
    if (handler.stopped || at >= length) return;
    bytes.copy(this.#carry, this.#carried, at, length);
    this.#carried += length - at;
  }

  /** What has come of a frame that is not whole, for the message of a connection that ends here; "" for nothing. */
  unfinished(): string {
    if (this.#carried === 0) return "";
    const other = this.#first ? looksLike(this.#carry, 0, this.#carried) : undefined;
    return other ?? `${this.#carried} bytes of a frame that is not whole`;
  }

  /** Fills the carried frame up from `bytes` and hands it on; returns where the next one begins, `length` if it is not whole yet. */
  #complete(bytes: Buffer, length: number): number {
    const carry = this.#carry;
    let at = 0;
    if (this.#carried < frameHeaderBytes) {
      at = Math.min(frameHeaderBytes - this.#carried, length);
      bytes.copy(carry, this.#carried, 0, at);
      this.#carried += at;
      if (this.#carried < frameHeaderBytes) return length;
    }
    const whole = frameHeaderBytes + this.#payloadBytes(carry, 0);
    const missing = Math.min(whole - this.#carried, length - at);
    bytes.copy(carry, this.#carried, at, at + missing);
    this.#carried += missing;
    if (this.#carried < whole) return length;
    this.#carried = 0;
    const streamId = readUint32(carry, 5) & 0x7fff_ffff;
    this.#handler.onFrame(carry[3] as number, carry[4] as number, streamId, carry, frameHeaderBytes, whole);
    return at + missing;
  }

  #payloadBytes(bytes: Buffer, at: number): number {
    const payload = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    if (this.#first) this.#checkFirst(bytes, at);
    if (payload > defaultMaxFrameBytes) {
      const name = frameName(bytes[at + 3] as number);
      throw new ProtocolError(
        ErrorCode.FRAME_SIZE_ERROR,
        `expected frames of at most ${defaultMaxFrameBytes} bytes, got a ${name} of ${payload}`,
      );
    }
    return payload;
  }

  #checkFirst(bytes: Buffer, at: number): void {
    this.#first = false;
    const type = bytes[at + 3] as number;
    const isSettings = type === FrameType.SETTINGS && ((bytes[at + 4] as number) & 1) === 0;
    const other = looksLike(bytes, at, at + frameHeaderBytes);
    if (isSettings && other === undefined) return;
    const got = other ?? (type <= FrameType.CONTINUATION ? `a ${frameName(type)} frame` : hex(bytes, at));
    throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, `expected HTTP/2 (a SETTINGS frame first), got ${got}`);
  }
}

function hex(bytes: Buffer, at: number): string {
  return `the bytes ${bytes.toString("hex", at, at + frameHeaderBytes)}`;
}
