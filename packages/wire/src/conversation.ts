import type { Answer } from "./answer.ts";
import { CallError } from "./call-error.ts";
import type { Connection } from "./connection.ts";
import { compress, type Packing, unpack } from "./grpc/compression.ts";
import type { Metadata } from "./grpc/metadata.ts";
import { Status } from "./grpc/status.ts";
import { Inbox } from "./inbox.ts";
import { preparedFor } from "./prepared.ts";
import type { CallSink } from "./stream.ts";
import { startTimer } from "./timer.ts";

/** One method of a service, as definitions in the style of grpc-js have it. */
export interface Method<Req, Res> {
  readonly path: string;
  readonly requestSerialize: (request: Req) => Uint8Array;
  readonly responseDeserialize: (bytes: Buffer) => Res;
  /** Instead of `responseDeserialize`, without a copy: decodes `bytes[start, end)`, which are only valid during the call. */
  readonly responseDecode?: (bytes: Buffer, start: number, end: number) => Res;
}

export interface CallOptions {
  /** From now; sent as grpc-timeout and kept by the local clock. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly metadata?: Metadata;
  /** Of the request messages; answers are decompressed in any case. */
  readonly compress?: "identity" | "gzip";
  /** The initial metadata, when the answer begins. */
  readonly onHeaders?: (metadata: Metadata) => void;
  /** The trailing metadata of a call that ended with OK; a CallError has its own. */
  readonly onTrailers?: (metadata: Metadata) => void;
}

/** One call, from waiting for room to its end: what the promise and the iterator of the comfortable calls are made of. */
export class Conversation<Req, Res> implements CallSink {
  readonly inbox: Inbox<Res>;
  readonly #connection: Connection;
  readonly #method: Method<Req, Res>;
  readonly #options: CallOptions;
  readonly #startedMs = performance.now();
  #call = 0;
  #packing: Packing = { encoding: "identity", limitBytes: 0 };
  #over = false;
  #onWritable: (() => void) | undefined;
  #withdraw = () => {};
  #stopWaiting: (() => void) | undefined;

  constructor(connection: Connection, method: Method<Req, Res>, options: CallOptions) {
    this.#connection = connection;
    this.#method = method;
    this.#options = options;
    this.inbox = new Inbox(
      (wireBytes) => connection.grant(this.#call, wireBytes),
      (compressed, bytes, start, end) => this.#read(compressed, bytes, start, end),
    );
  }

  get over(): boolean {
    return this.#over;
  }

  /** Starts the call as soon as there is room: with `only`, its one message; then `started` may `send`. */
  start(only: Req | undefined, started: () => void): void {
    if (this.#options.signal?.aborted) this.#abort();
    if (this.#over) return;
    const isStarted = this.#tryStart(only);
    this.#options.signal?.addEventListener("abort", this.#abort, { once: true });
    if (isStarted) {
      started();
      return;
    }
    if (this.#connection.state !== "open") {
      const details = this.#connection.closedBy?.message ?? "the connection takes no new calls";
      this.#fail({ code: Status.UNAVAILABLE, details, retrySafe: true });
      return;
    }
    this.#withdraw = this.#connection.whenRoom(() => this.start(only, started));
    const { timeoutMs } = this.#options;
    if (timeoutMs === undefined || this.#stopWaiting !== undefined || this.#over) return;
    this.#stopWaiting = startTimer(timeoutMs, () => {
      if (this.#call !== 0) return;
      const details = `no room for the call within ${timeoutMs} ms: the server allows ${this.#connection.limit} at once`;
      this.#fail({ code: Status.DEADLINE_EXCEEDED, details, retrySafe: true });
    });
  }

  /** Sends a message; resolves when the next may follow (also when the call is over). */
  send(request: Req): Promise<void> | undefined {
    if (this.#connection.send(this.#call, this.#encode(request)) || this.#over) return undefined;
    return new Promise((resolve) => {
      this.#onWritable = resolve;
    });
  }

  finish(): void {
    this.#connection.finish(this.#call);
  }

  cancel(details: string): void {
    if (this.#over) return;
    if (this.#call === 0) this.#fail({ code: Status.CANCELLED, details });
    else this.#connection.cancel(this.#call, details);
  }

  onHeaders(_tag: number, answer: Answer): void {
    if (this.#options.onHeaders !== undefined) this.#tell("onHeaders", answer.headers());
  }

  onMessage(_tag: number, bytes: Buffer, start: number, end: number): void {
    if (this.inbox.isCrowded) this.inbox.keep(false, bytes, start, end);
    else this.#put(false, bytes, start, end);
  }

  onPacked(_tag: number, packing: Packing, bytes: Buffer, start: number, end: number): void {
    this.#packing = packing;
    if (this.inbox.isAwaited) this.#put(true, bytes, start, end);
    else this.inbox.keep(true, bytes, start, end);
  }

  onEnd(_tag: number, code: number, answer: Answer): void {
    const trailers = answer.trailers();
    if (code !== Status.OK) {
      this.#settle(new CallError({ code, details: answer.details, trailers, retrySafe: answer.retrySafe }));
      return;
    }
    this.#tell("onTrailers", trailers);
    this.#settle(undefined);
  }

  onWritable(): void {
    const resume = this.#onWritable;
    this.#onWritable = undefined;
    resume?.();
  }

  readonly #abort = (): void => {
    const reason: unknown = this.#options.signal?.reason;
    this.cancel(reason instanceof Error ? reason.message : "aborted by its signal");
  };

  #put(compressed: boolean, bytes: Buffer, start: number, end: number): void {
    const message = this.#read(compressed, bytes, start, end);
    if (!(message instanceof CallError)) this.inbox.put(message, this.#connection.wireBytes);
  }

  /** The message, or what the call ends with because there is none in it. */
  #read(compressed: boolean, bytes: Buffer, start: number, end: number): Res | CallError {
    try {
      if (!compressed) return this.#decode(bytes, start, end);
      const message = unpack(this.#packing, bytes, start, end);
      return Buffer.isBuffer(message) ? this.#decode(message, 0, message.length) : this.#failed(message);
    } catch (error) {
      const details = `cannot decode an answer: ${(error as Error).message}`;
      return this.#failed({ code: Status.INTERNAL, details });
    }
  }

  #decode(bytes: Buffer, start: number, end: number): Res {
    if (this.#method.responseDecode !== undefined) return this.#method.responseDecode(bytes, start, end);
    // A copy: a decoded message may keep parts of the bytes it was made of, and these are used again.
    const copy = Buffer.allocUnsafe(end - start);
    bytes.copy(copy, 0, start, end);
    return this.#method.responseDeserialize(copy);
  }

  /** What the caller's own function throws is this call's end, and not the connection's. */
  #tell(name: "onHeaders" | "onTrailers", metadata: Metadata): void {
    try {
      this.#options[name]?.(metadata);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#fail({ code: Status.INTERNAL, details: `${name} threw: ${why}`, cause });
    }
  }

  #failed(end: { code: number; details: string }): CallError {
    this.#fail(end);
    return new CallError(end);
  }

  #tryStart(only: Req | undefined): boolean {
    const { timeoutMs } = this.#options;
    const waitedMs = this.#stopWaiting === undefined ? 0 : performance.now() - this.#startedMs;
    const leftMs = waitedMs === 0 || timeoutMs === undefined ? timeoutMs : Math.max(0.001, timeoutMs - waitedMs);
    const request = preparedFor(this.#connection, this.#method.path, this.#options, leftMs);
    this.#call =
      only === undefined
        ? this.#connection.open(request, this, 0)
        : this.#connection.unary(request, this, 0, this.#encode(only));
    return this.#call !== 0;
  }

  #encode(request: Req): Uint8Array {
    const bytes = this.#method.requestSerialize(request);
    return this.#options.compress === "gzip" ? compress(bytes) : bytes;
  }

  /** Ends the call from here: the peer is told when it knows of it. */
  #fail(end: { code: number; details: string; retrySafe?: boolean; cause?: unknown }): void {
    this.#settle(new CallError(end));
    this.#connection.cancel(this.#call, end.details);
  }

  #settle(error: CallError | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#withdraw();
    this.#stopWaiting?.();
    this.#options.signal?.removeEventListener("abort", this.#abort);
    this.inbox.end(error);
    this.onWritable();
  }
}
