import { ErrorCode } from "./error-code.ts";
import { Flag } from "./frame.ts";
import { ProtocolError } from "./protocol-error.ts";

/** Takes a header block that is whole, `bytes[start, end)`; only valid during the call. */
export type OnBlock = (streamId: number, endStream: boolean, bytes: Buffer, start: number, end: number) => void;

const mostEmptyFrames = 16;

/** Puts header blocks together that come as HEADERS and CONTINUATIONs, up to a limit; one in a single frame is not copied. */
export class HeaderAssembly {
  readonly #limitBytes: number;
  readonly #onBlock: OnBlock;
  #streamId = 0;
  #endStream = false;
  #parts: Buffer = Buffer.alloc(0);
  #length = 0;
  #emptyFrames = 0;

  constructor(limitBytes: number, onBlock: OnBlock) {
    this.#limitBytes = limitBytes;
    this.#onBlock = onBlock;
  }

  /** The stream whose block has begun and goes on in the next frame; 0 for none. */
  get openStreamId(): number {
    return this.#streamId;
  }

  /** HEADERS, without its padding and priority. */
  begin(streamId: number, flags: number, bytes: Buffer, start: number, end: number): void {
    const endStream = (flags & Flag.END_STREAM) !== 0;
    if ((flags & Flag.END_HEADERS) !== 0) {
      this.#onBlock(streamId, endStream, bytes, start, end);
      return;
    }
    this.#streamId = streamId;
    this.#endStream = endStream;
    this.#length = 0;
    this.#emptyFrames = 0;
    this.#add(bytes, start, end);
  }

  /** CONTINUATION of the open stream. @throws ProtocolError when the block gets too long or does not get on. */
  go(flags: number, bytes: Buffer, start: number, end: number): void {
    this.#add(bytes, start, end);
    if ((flags & Flag.END_HEADERS) === 0) return;
    const streamId = this.#streamId;
    this.#streamId = 0;
    this.#onBlock(streamId, this.#endStream, this.#parts, 0, this.#length);
  }

  #add(bytes: Buffer, start: number, end: number): void {
    if (start === end && ++this.#emptyFrames > mostEmptyFrames) {
      throw calm("expected CONTINUATION frames to carry something", `${this.#emptyFrames} empty ones`);
    }
    const length = this.#length + end - start;
    if (length > this.#limitBytes) {
      throw calm(`expected header blocks of at most ${this.#limitBytes} bytes`, "more, over several frames");
    }
    if (length > this.#parts.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.#limitBytes, Math.max(1024, length * 2)));
      this.#parts.copy(larger, 0, 0, this.#length);
      this.#parts = larger;
    }
    bytes.copy(this.#parts, this.#length, start, end);
    this.#length = length;
  }
}

function calm(expected: string, got: string): ProtocolError {
  return new ProtocolError(ErrorCode.ENHANCE_YOUR_CALM, `${expected}, got ${got}`);
}
