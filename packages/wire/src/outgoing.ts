import { ErrorCode } from "./http2/error-code.ts";
import { defaultWindowBytes, Flag, FrameType, frameHeaderBytes, largestWindowBytes } from "./http2/frame.ts";
import type { Output } from "./http2/output.ts";
import { ProtocolError } from "./http2/protocol-error.ts";
import type { PeerSettings } from "./http2/settings.ts";
import type { Stream } from "./stream.ts";
import { Turns } from "./turns.ts";

const prefixBytes = 5;
const noBytes = new Uint8Array(0);

/** The messages on their way to the peer, within its windows: the connection's, each stream's, and its frame size. */
export class Outgoing {
  readonly #output: Output;
  readonly #peer: PeerSettings;
  #window = defaultWindowBytes;
  /** Streams with queued bytes that wait for the connection's window or the socket, not for their own window: each gets one frame in turn. */
  readonly #turns = new Turns();
  /** Messages that had to wait for a window or the socket. */
  stalls = 0;

  constructor(output: Output, peer: PeerSettings) {
    this.#output = output;
    this.#peer = peer;
  }

  /** Sends (a copy of) one message; false when part of it waits. `last` ends the request with it. */
  message(stream: Stream, bytes: Uint8Array, start: number, end: number, last: boolean): boolean {
    const length = end - start;
    const size = prefixBytes + length;
    const output = this.#output;
    const free = !output.blocked && stream.queue === undefined;
    if (free && size <= this.#window && size <= stream.sendWindow && size <= this.#peer.maxFrameBytes) {
      this.#window -= size;
      stream.sendWindow -= size;
      if (last) stream.requestDone = true;
      const at = output.frame(FrameType.DATA, last ? Flag.END_STREAM : 0, stream.id, size);
      writeMessage(output.bytes, at, stream.request.messageFlag, bytes, start, end);
      return true;
    }
    const chunk = Buffer.allocUnsafe(size);
    writeMessage(chunk, 0, stream.request.messageFlag, bytes, start, end);
    this.#enqueue(stream, chunk, last);
    this.#sendQueued(stream, Number.POSITIVE_INFINITY);
    if (stream.queue === undefined) return true;
    this.#wait(stream);
    this.stalls++;
    return false;
  }

  /** The request ends with what was sent so far. */
  finish(stream: Stream): void {
    if (stream.requestDone) return;
    stream.requestDone = true;
    if (stream.queue === undefined) this.#output.frame(FrameType.DATA, Flag.END_STREAM, stream.id, 0);
    else stream.queue.last = true;
  }

  /** @throws ProtocolError when the window passes 2^31 - 1. A stream's excess is its own error: false. */
  widen(stream: Stream | undefined, increment: number): boolean {
    if (stream === undefined) {
      this.#window += increment;
      if (this.#window > largestWindowBytes) throw tooWide("WINDOW_UPDATE", this.#window);
    } else {
      stream.sendWindow += increment;
      if (stream.sendWindow > largestWindowBytes) return false;
      this.#wait(stream);
    }
    this.pump();
    return true;
  }

  /** A new INITIAL_WINDOW_SIZE moves every stream's window, below zero too (RFC 9113, 6.9.2). */
  moveWindows(streams: readonly Stream[], difference: number): void {
    for (const stream of streams) {
      stream.sendWindow += difference;
      if (stream.sendWindow > largestWindowBytes) throw tooWide("SETTINGS_INITIAL_WINDOW_SIZE", stream.sendWindow);
      this.#wait(stream);
    }
    this.pump();
  }

  /** Sends what the windows and the socket allow, one frame per stream in turn, and tells those whose queue has gone. */
  pump(): void {
    if (this.#turns.isEmpty) return;
    const emptied: Stream[] = [];
    const ids: number[] = [];
    while (this.#window > 0 && !this.#output.blocked) {
      const stream = this.#turns.take();
      if (stream === undefined) break;
      // One that has ended since has nothing to send.
      if (!this.#sendQueued(stream, 1)) continue;
      this.#wait(stream);
      if (stream.queue !== undefined) continue;
      emptied.push(stream);
      ids.push(stream.id);
    }
    emptied.forEach((stream, index) => {
      // An earlier callback may have ended this one.
      if (stream.id === ids[index] && !stream.requestDone) stream.sink.onWritable(stream.tag);
    });
  }

  #enqueue(stream: Stream, chunk: Buffer, last: boolean): void {
    if (last) stream.requestDone = true;
    if (stream.queue === undefined) {
      stream.queue = { chunks: [chunk], offset: 0, last };
    } else {
      stream.queue.chunks.push(chunk);
      stream.queue.last = last;
    }
  }

  #wait(stream: Stream): void {
    if (stream.queue !== undefined && stream.sendWindow > 0) this.#turns.add(stream);
  }

  /** Sends up to `frames` frames of a stream's queue; whether any went. */
  #sendQueued(stream: Stream, frames: number): boolean {
    const queue = stream.queue;
    let sent = 0;
    while (queue !== undefined && sent < frames && !this.#output.blocked) {
      const chunk = queue.chunks[0] ?? noBytes;
      const room = Math.min(this.#window, stream.sendWindow, this.#peer.maxFrameBytes);
      const count = Math.min(room, chunk.length - queue.offset);
      if (count <= 0) break;
      const chunkDone = queue.offset + count === chunk.length;
      const allDone = chunkDone && queue.chunks.length === 1;
      const at = this.#output.frame(FrameType.DATA, allDone && queue.last ? Flag.END_STREAM : 0, stream.id, count);
      this.#output.bytes.set(chunk.subarray(queue.offset, queue.offset + count), at);
      this.#window -= count;
      stream.sendWindow -= count;
      queue.offset = chunkDone ? 0 : queue.offset + count;
      if (chunkDone) queue.chunks.shift();
      sent++;
      if (allDone) {
        stream.queue = undefined;
        break;
      }
      if (this.#output.length > frameHeaderBytes * 8192) this.#output.flush();
    }
    return sent > 0;
  }
}

function writeMessage(
  out: Uint8Array,
  position: number,
  flag: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const length = end - start;
  out[position] = flag;
  out[position + 1] = length >>> 24;
  out[position + 2] = length >>> 16;
  out[position + 3] = length >>> 8;
  out[position + 4] = length;
  const body = position + prefixBytes;
  // Below some dozens of bytes a loop is cheaper than a call into the engine.
  if (length <= 48) for (let index = 0; index < length; index++) out[body + index] = bytes[start + index] as number;
  else if (length === bytes.length) out.set(bytes, body);
  else out.set(bytes.subarray(start, end), body);
}

function tooWide(what: string, bytes: number): ProtocolError {
  return new ProtocolError(
    ErrorCode.FLOW_CONTROL_ERROR,
    `expected windows of at most ${largestWindowBytes} bytes, got a ${what} that makes one of ${bytes}`,
  );
}
