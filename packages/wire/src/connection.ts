import { ConnectionError } from "./connection-error.ts";
import type { Metadata } from "./grpc/metadata.ts";
import { Status } from "./grpc/status.ts";
import { ErrorCode } from "./http2/error-code.ts";
import type { Link } from "./link.ts";
import { deriveRequest, type Origin, prepareRequest, type Request, type RequestSpec, requestBlock } from "./request.ts";
import type { CallSink, Stream } from "./stream.ts";

/** Plain counters since the connection was made. */
export interface Statistics {
  readonly callsStarted: number;
  /** Starts refused because the limit of concurrent streams was reached. */
  readonly limitReached: number;
  /** Messages that had to wait for the peer's window or the socket. */
  readonly sendStalls: number;
  /** How often the peer had used up the window of a call. */
  readonly receiveWindowExhausted: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly writes: number;
}

/**
 * One HTTP/2 connection, and gRPC calls on it by numbers and bytes. Made by `connect`; nothing here waits, throws for what the
 * peer does, or allocates per call. The budget is 3 µs of CPU a unary call, system calls included; `npm run bench -- wire` holds it.
 */
export class Connection implements AsyncDisposable {
  readonly #link: Link;
  readonly #origin: Origin;
  #callsStarted = 0;

  constructor(link: Link) {
    this.#link = link;
    const { authority, userAgent, tls } = link.options;
    this.#origin = { scheme: tls === undefined ? "http" : "https", authority, userAgent };
  }

  /** `open`; `draining`: those in flight go on, new calls need another connection; `closed`. */
  get state(): "open" | "draining" | "closed" {
    return this.#link.state;
  }

  /** What ended the connection. */
  get closedBy(): ConnectionError | undefined {
    return this.#link.closedBy;
  }

  /** The target it was made for. */
  get peer(): string {
    return this.#link.options.target;
  }

  /** Calls in flight. */
  get active(): number {
    return this.#link.calls.table.active;
  }

  /** How many calls may be in flight: the peer's SETTINGS_MAX_CONCURRENT_STREAMS or our own limit. */
  get limit(): number {
    return this.#link.limit;
  }

  /** How many calls can be started now. */
  get room(): number {
    return this.#link.free;
  }

  /** `performance.now()` when the bytes now being handled were read. */
  get readAtMs(): number {
    return this.#link.readAtMs;
  }

  /** In `onMessage`: what the message was on the wire, its prefix included; what to `grant` for it. 0 before the first message. */
  get wireBytes(): number {
    return this.#link.incoming.wireBytes;
  }

  get statistics(): Statistics {
    const { room, outgoing, incoming, output, bytesRead } = this.#link;
    return {
      callsStarted: this.#callsStarted,
      limitReached: room.limitReached,
      sendStalls: outgoing.stalls,
      receiveWindowExhausted: incoming.windowExhausted,
      bytesRead,
      bytesWritten: output.bytesWritten,
      writes: output.writes,
    };
  }

  /** @throws TypeError for a path, a time or metadata that cannot be sent. */
  prepare(spec: RequestSpec): Request {
    return prepareRequest(this.#origin, spec);
  }

  /** `request` with more metadata or another time, for one call. @throws TypeError for metadata that cannot be sent. */
  derive(
    request: Request,
    more: { readonly metadata?: Metadata | undefined; readonly timeoutMs?: number | undefined },
  ): Request {
    return deriveRequest(request, more);
  }

  /**
   * A call whose request is one message, `bytes[start, end)`, copied before this returns. Returns the call's id, or 0 when it
   * was not started: see `room` and `state`, and `onRoom` or `whenRoom` for when to try again.
   */
  unary(request: Request, sink: CallSink, tag: number, bytes: Uint8Array, start = 0, end = bytes.length): number {
    const stream = this.#begin(request, sink, tag);
    if (stream === undefined) return 0;
    const { id } = stream;
    if (end - start > this.#link.options.maxSendMessageBytes) this.#refuseMessage(stream, end - start);
    else if (!stream.requestDone) this.#link.outgoing.message(stream, bytes, start, end, true);
    return id;
  }

  /** A call whose messages follow by `send`. Returns its id, or 0 when it was not started. */
  open(request: Request, sink: CallSink, tag: number): number {
    return this.#begin(request, sink, tag)?.id ?? 0;
  }

  /**
   * One message of a call, `bytes[start, end)`, copied before this returns. False: it waits for the window, and so will all that
   * follow; go on at `onWritable`. A call that has ended takes nothing and returns true.
   */
  send(call: number, bytes: Uint8Array, start = 0, end = bytes.length): boolean {
    const stream = this.#link.calls.table.find(call);
    if (stream === undefined || stream.requestDone) return true;
    if (end - start > this.#link.options.maxSendMessageBytes) {
      this.#refuseMessage(stream, end - start);
      return true;
    }
    return this.#link.outgoing.message(stream, bytes, start, end, false);
  }

  /** The request has no more messages. */
  finish(call: number): void {
    const stream = this.#link.calls.table.find(call);
    if (stream !== undefined) this.#link.outgoing.finish(stream);
  }

  /** Cancels a call; its `onEnd`, with CANCELLED, comes before this returns. One that has ended is left alone. */
  cancel(call: number, details = "cancelled by the caller"): void {
    const stream = this.#link.calls.table.find(call);
    if (stream !== undefined) this.#link.calls.abort(stream, Status.CANCELLED, details, ErrorCode.CANCEL);
  }

  /** With `credit: "manual"`: the reader has taken messages of so many `wireBytes`. */
  grant(call: number, wireBytes: number): void {
    const stream = this.#link.calls.table.find(call);
    if (stream !== undefined) this.#link.incoming.grant(stream, wireBytes);
  }

  /** Writes what was collected now, and not only at the end of the turn. */
  flush(): void {
    this.#link.output.flush();
  }

  /** The round trip in ms. Rejects with ConnectionError when the connection ends before. */
  ping(): Promise<number> {
    return this.#link.ping();
  }

  /** Calls back once, in order of asking, when a call can be started or none ever can; the function returned withdraws it. */
  whenRoom(callback: () => void): () => void {
    const withdraw = this.#link.room.wait(callback);
    if (this.#link.state !== "open") this.#link.room.closeDown();
    else this.#link.offerRoom();
    return withdraw;
  }

  /** No new calls; resolves when those in flight have ended and the socket is closed. */
  async close(): Promise<void> {
    this.#link.drain("closed by us");
    await this.#link.closed.promise;
  }

  /** Ends everything at once; calls in flight end with UNAVAILABLE. */
  destroy(reason = "the connection was destroyed"): void {
    this.#link.fail(new ConnectionError("closed", reason), ErrorCode.NO_ERROR);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #begin(request: Request, sink: CallSink, tag: number): Stream | undefined {
    const link = this.#link;
    const { table } = link.calls;
    if (link.free <= 0) {
      link.room.refuse(link.state === "open" && !link.output.blocked);
      return undefined;
    }
    const stream = link.calls.begin(request, sink, tag);
    stream.sendWindow = link.peer.initialWindowBytes;
    stream.receiveWindow = link.options.streamWindowBytes;
    this.#callsStarted++;
    if (request.listBytes > link.peer.maxHeaderListBytes) {
      this.#refuseHeaders(stream);
      return stream;
    }
    link.output.headers(stream.id, requestBlock(request, link.encoder), link.peer.maxFrameBytes);
    if (table.exhausted) link.drain("the stream ids of the connection are used up");
    return stream;
  }

  /** Its id is left out, as if it had never been: nothing of it is sent. */
  #refuseHeaders(stream: Stream): void {
    const details = `the server takes headers of ${this.#link.peer.maxHeaderListBytes} bytes, the call has ${stream.request.listBytes}`;
    const { calls } = this.#link;
    calls.unsent.add(stream.id);
    this.#refuse(stream, () => calls.end(stream, { code: Status.RESOURCE_EXHAUSTED, details }));
  }

  #refuseMessage(stream: Stream, bytes: number): void {
    const details = `expected messages of at most ${this.#link.options.maxSendMessageBytes} bytes, got one of ${bytes} to send`;
    const { calls } = this.#link;
    this.#refuse(stream, () => calls.abort(stream, Status.RESOURCE_EXHAUSTED, details, ErrorCode.CANCEL));
  }

  /** The end comes after the caller has the id. */
  #refuse(stream: Stream, end: () => void): void {
    const { id } = stream;
    if (stream.requestDone) return;
    stream.requestDone = true;
    queueMicrotask(() => {
      if (stream.id === id) end();
      this.#link.calls.unsent.delete(id);
    });
  }
}
