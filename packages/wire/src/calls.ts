import { AnswerView } from "./answer.ts";
import { Deadlines } from "./deadlines.ts";
import type { AnswerBlock } from "./grpc/answer-block.ts";
import { Status } from "./grpc/status.ts";
import { ErrorCode } from "./http2/error-code.ts";
import type { Output } from "./http2/output.ts";
import type { Request } from "./request.ts";
import type { CallSink, Stream } from "./stream.ts";
import type { StreamTable } from "./stream-table.ts";

/** How a call ended. */
export interface Ending {
  readonly code: number;
  readonly details: string;
  readonly trailer?: AnswerBlock | undefined;
  readonly retrySafe?: boolean;
}

/** The calls in flight: how they begin, and the one place where they end. */
export class Calls {
  readonly table: StreamTable;
  /** Ids of which nothing was sent: the peer, to whom they are idle, must not hear of their end (RFC 9113, 5.1). */
  readonly unsent = new Set<number>();
  readonly #output: Output;
  readonly #nowMs: () => number;
  readonly #deadlines: Deadlines;
  readonly #onEnded: () => void;
  readonly #answer = new AnswerView();
  #answerInUse = false;

  constructor(table: StreamTable, output: Output, nowMs: () => number, onEnded: () => void) {
    this.table = table;
    this.#output = output;
    this.#nowMs = nowMs;
    this.#onEnded = onEnded;
    this.#deadlines = new Deadlines(
      () => this.table.all(),
      (stream) => this.#expire(stream),
      nowMs,
    );
  }

  /** A stream for a new call, whose windows the caller sets; nothing is sent yet. */
  begin(request: Request, sink: CallSink, tag: number): Stream {
    const stream = this.table.take(request);
    stream.tag = tag;
    stream.sink = sink;
    stream.request = request;
    stream.requestDone = false;
    stream.owedBytes = 0;
    if (request.timeoutMs === Number.POSITIVE_INFINITY) stream.deadlineMs = Number.POSITIVE_INFINITY;
    else {
      stream.deadlineMs = this.#nowMs() + request.timeoutMs;
      this.#deadlines.add(stream.deadlineMs);
    }
    return stream;
  }

  /** The answer has begun. */
  headers(stream: Stream, head: AnswerBlock): void {
    stream.head = head;
    const answer = this.#take();
    answer.head = head;
    answer.trailer = undefined;
    answer.details = "";
    answer.retrySafe = false;
    stream.sink.onHeaders(stream.tag, answer);
    this.#answerInUse = false;
  }

  /** The peer has ended the answer; a request that goes on is cut off. */
  finished(stream: Stream, block: AnswerBlock): void {
    this.#resetUnfinished(stream);
    this.#end(stream, block.grpcCode, block.details, block, false);
  }

  /** Ends a call without telling the peer. */
  end(stream: Stream, ending: Ending): void {
    this.#end(stream, ending.code, ending.details, ending.trailer, ending.retrySafe ?? false);
  }

  /** The peer has ended the stream, but not as a gRPC server does. */
  finishedOddly(stream: Stream, ending: Ending): void {
    this.#resetUnfinished(stream);
    this.end(stream, ending);
  }

  /** Ends a call from our side. */
  abort(stream: Stream, code: number, details: string, errorCode: number): void {
    if (!this.unsent.has(stream.id)) this.#output.resetStream(stream.id, errorCode);
    this.#end(stream, code, details, undefined, false);
  }

  /** A peer may see the deadline before us, and cancels: the cause is the deadline all the same. */
  isPastDeadline(stream: Stream): boolean {
    return stream.deadlineMs <= this.#nowMs();
  }

  /** Ends all calls with ids above `lastId`. */
  endAbove(lastId: number, ending: Ending): void {
    for (const stream of this.table.all()) if (stream.id > lastId) this.end(stream, ending);
  }

  stop(): void {
    this.#deadlines.stop();
  }

  #expire(stream: Stream): void {
    const details = `no answer within ${stream.request.timeoutMs} ms`;
    this.abort(stream, Status.DEADLINE_EXCEEDED, details, ErrorCode.CANCEL);
  }

  #resetUnfinished(stream: Stream): void {
    if (!stream.requestDone || stream.queue !== undefined) this.#output.resetStream(stream.id, ErrorCode.NO_ERROR);
  }

  #end(stream: Stream, code: number, details: string, trailer: AnswerBlock | undefined, retrySafe: boolean): void {
    const { sink, tag } = stream;
    const answer = this.#take();
    answer.head = stream.head;
    answer.trailer = trailer;
    answer.details = details;
    answer.retrySafe = retrySafe;
    // Free before the callback: it may start the next call.
    this.table.release(stream);
    sink.onEnd(tag, code, answer);
    this.#answerInUse = false;
    this.#onEnded();
  }

  /** The one view, or a fresh one for a call that ends inside another's callback. */
  #take(): AnswerView {
    if (this.#answerInUse) return new AnswerView();
    this.#answerInUse = true;
    return this.#answer;
  }
}
