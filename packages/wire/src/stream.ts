import type { Answer } from "./answer.ts";
import type { AnswerBlock } from "./grpc/answer-block.ts";
import type { Packing } from "./grpc/compression.ts";
import type { Request } from "./request.ts";

/** Takes what comes back for any number of calls; `tag` says which. None of these may throw. */
export interface CallSink {
  /** The answer has begun; not called for one that consists of trailers only. `answer` is only valid during the call. */
  onHeaders(tag: number, answer: Answer): void;
  /** One whole message, `bytes[start, end)`: only valid during the call. */
  onMessage(tag: number, bytes: Buffer, start: number, end: number): void;
  /** Instead of `onMessage`, for a compressed message: a copy of it can be kept, to be unpacked when it is wanted. */
  onPacked?(tag: number, packing: Packing, bytes: Buffer, start: number, end: number): void;
  /** Exactly once for each call, and its last. `code` is the gRPC status; `answer` is only valid during the call. */
  onEnd(tag: number, code: number, answer: Answer): void;
  /** What `send` could not place at once has gone. */
  onWritable(tag: number): void;
}

/** Message bytes that wait for the peer's window. */
interface OutgoingQueue {
  readonly chunks: Buffer[];
  /** How much of the first chunk has gone. */
  offset: number;
  /** The request ends with these. */
  last: boolean;
}

/** One call in flight. The objects are kept and used again; `id` is 0 while one is free. */
export interface Stream {
  id: number;
  tag: number;
  sink: CallSink;
  request: Request;
  /** On the connection's clock; Infinity without one. */
  deadlineMs: number;
  /** END_STREAM has left (or waits in the queue's `last`). */
  requestDone: boolean;
  sendWindow: number;
  queue: OutgoingQueue | undefined;
  /** It is in the `Turns` of the connection, perhaps from an earlier call. */
  inTurns: boolean;
  /** What the peer may still send, and what the reader has taken since we last told it. */
  receiveWindow: number;
  owedBytes: number;
  head: AnswerBlock | undefined;
  /** A message of which not all has come: its first five bytes, how many bytes are there, and the body's buffer. */
  partialBytes: number;
  partialFlag: number;
  partialLength: number;
  partialBody: Buffer | undefined;
}

const ignore = () => {};
/** The sink of a free slot. */
export const noSink: CallSink = { onHeaders: ignore, onMessage: ignore, onEnd: ignore, onWritable: ignore };

export function freeStream(request: Request): Stream {
  return {
    id: 0,
    tag: 0,
    sink: noSink,
    request,
    deadlineMs: Number.POSITIVE_INFINITY,
    requestDone: false,
    sendWindow: 0,
    queue: undefined,
    inTurns: false,
    receiveWindow: 0,
    owedBytes: 0,
    head: undefined,
    partialBytes: 0,
    partialFlag: 0,
    partialLength: 0,
    partialBody: undefined,
  };
}
