import type net from "node:net";
import { TLSSocket } from "node:tls";
import { Calls } from "./calls.ts";
import { ConnectionError } from "./connection-error.ts";
import type { CompleteOptions } from "./connection-options.ts";
import { Frames } from "./frames.ts";
import { Status } from "./grpc/status.ts";
import { HeaderEncoder } from "./hpack/encoder.ts";
import { ErrorCode, errorCodeName } from "./http2/error-code.ts";
import { defaultWindowBytes, preface } from "./http2/frame.ts";
import { FrameReader } from "./http2/frame-reader.ts";
import { Output } from "./http2/output.ts";
import { ProtocolError } from "./http2/protocol-error.ts";
import { initialPeerSettings, readSettings, Setting } from "./http2/settings.ts";
import { Incoming } from "./incoming.ts";
import { keepAlive } from "./keepalive.ts";
import { byteSink, explainSocketError, openSocket, parseTarget } from "./open-socket.ts";
import { Outgoing } from "./outgoing.ts";
import { Pings } from "./pings.ts";
import { Room } from "./room.ts";
import { StreamTable } from "./stream-table.ts";

/** How long a peer that does not read may hold the socket after the end. */
const lingerMs = 1000;

const nowMs = () => performance.now();

/** One socket and the HTTP/2 state on it: how it begins, what ends it, and everything between its frames and its calls. */
export class Link {
  readonly options: CompleteOptions;
  readonly output: Output;
  readonly encoder = new HeaderEncoder();
  readonly peer = initialPeerSettings();
  readonly calls: Calls;
  readonly incoming: Incoming;
  readonly outgoing: Outgoing;
  readonly room = new Room();
  readonly ready = Promise.withResolvers<void>();
  readonly closed = Promise.withResolvers<void>();
  state: "open" | "draining" | "closed" = "open";
  closedBy: ConnectionError | undefined;
  stopped = false;
  settled = false;
  readAtMs = nowMs();
  bytesRead = 0;
  readonly #socket: net.Socket;
  readonly #buffer: Buffer;
  readonly #reader: FrameReader;
  readonly #pings = new Pings();
  #stopKeepalive = () => {};
  #drainReason: ConnectionError | undefined;

  constructor(options: CompleteOptions) {
    this.options = options;
    this.#buffer = Buffer.allocUnsafeSlow(options.readBufferBytes);
    this.#socket = openSocket({
      address: parseTarget(options.target),
      tls: options.tls,
      buffer: this.#buffer,
      onRead: (length) => this.#read(length),
    });
    this.output = new Output(byteSink(this.#socket));
    this.calls = new Calls(new StreamTable(options.firstStreamId), this.output, nowMs, () => this.#onCallEnded());
    this.incoming = new Incoming(this.output, options, (stream, code, details, errorCode) =>
      this.calls.abort(stream, code, details, errorCode),
    );
    this.outgoing = new Outgoing(this.output, this.peer);
    this.#reader = new FrameReader(
      new Frames({ ...this, connection: this, maxHeaderListBytes: options.maxHeaderListBytes }),
    );
    this.output.onDrain = () => {
      this.outgoing.pump();
      this.offerRoom();
    };
    this.#socket.on("error", (error) => this.#broke(error));
    this.#socket.on("end", () => this.#ended());
    this.#socket.on("close", () => {
      this.#ended();
      this.closed.resolve();
    });
    this.ready.promise.catch(() => {});
    this.#greet();
  }

  /** How many calls can be started now. */
  get free(): number {
    if (this.state !== "open" || this.output.blocked) return 0;
    return Math.max(0, this.limit - this.calls.table.active);
  }

  /** How many calls may be in flight. */
  get limit(): number {
    return Math.min(this.peer.maxConcurrentStreams, this.options.maxConcurrentCalls);
  }

  /** Where the connection is in its making, for the message of a time-out. */
  get connecting(): boolean {
    return this.#socket.connecting;
  }

  /** What the peer has to begin with, for the message that it did not. */
  get expected(): string {
    const isShaking = this.#socket instanceof TLSSocket && !this.#socket.getCipher()?.name;
    return isShaking ? "a TLS handshake" : "HTTP/2 (a SETTINGS frame first)";
  }

  /** What has come of it. */
  get got(): string {
    return this.#reader.unfinished() || "nothing";
  }

  ping(): Promise<number> {
    if (this.closedBy !== undefined) return Promise.reject(this.closedBy);
    const { payload, roundTripMs } = this.#pings.next(nowMs());
    this.output.ping(payload);
    return roundTripMs;
  }

  offerRoom(): void {
    if (this.room.hasWaiting) this.room.offer(this.#hasRoom, this.#onRoom);
  }

  /** No new calls; the end when those in flight have ended. */
  drain(reason: string, error?: ConnectionError): void {
    if (this.state !== "open") return;
    this.state = "draining";
    this.#drainReason = error;
    this.options.events.onDraining?.(reason);
    this.room.closeDown();
    this.#closeWhenIdle();
  }

  /** Ends the connection and all calls at once. `errorCode` is what GOAWAY tells the peer. */
  fail(error: ConnectionError, errorCode: number): void {
    this.#finish(error, errorCode, error.fault === "protocol" ? error.message : "");
  }

  onSettings(bytes: Buffer, start: number, end: number): void {
    const { peer } = this;
    const { initialWindowBytes } = peer;
    readSettings(peer, bytes, start, end);
    this.output.settingsAck();
    this.encoder.limitTable(peer.leastHeaderTableBytes);
    this.encoder.limitTable(peer.headerTableBytes);
    const difference = peer.initialWindowBytes - initialWindowBytes;
    if (difference !== 0) this.outgoing.moveWindows(this.calls.table.all(), difference);
    if (!this.settled) {
      this.settled = true;
      this.#watch();
      this.ready.resolve();
    }
    this.offerRoom();
  }

  onPong(payload: Buffer): void {
    this.#pings.answered(payload, nowMs());
  }

  onGoAway(lastId: number, errorCode: number, debug: string): void {
    const why = `${this.options.target} is closing the connection: GOAWAY ${errorCodeName(errorCode)}${debug && `, "${debug}"`}`;
    this.drain(why, new ConnectionError("lost", why));
    this.calls.endAbove(lastId, { code: Status.UNAVAILABLE, details: why, retrySafe: true });
    this.#closeWhenIdle();
  }

  #greet(): void {
    const { output, options } = this;
    const at = output.reserve(preface.length);
    output.bytes.set(preface, at);
    output.settings([
      [Setting.ENABLE_PUSH, 0],
      [Setting.INITIAL_WINDOW_SIZE, options.streamWindowBytes],
      [Setting.MAX_HEADER_LIST_SIZE, options.maxHeaderListBytes],
    ]);
    const more = options.connectionWindowBytes - defaultWindowBytes;
    if (more > 0) output.windowUpdate(0, more);
  }

  #read(length: number): void {
    this.readAtMs = nowMs();
    this.bytesRead += length;
    if (this.stopped) return;
    this.output.cork();
    try {
      this.#reader.read(this.#buffer, length);
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        this.fail(new ConnectionError("closed", "a callback threw", { cause: error }), ErrorCode.INTERNAL_ERROR);
        throw error;
      }
      this.fail(new ConnectionError("protocol", `${this.options.target}: ${error.message}`), error.errorCode);
    }
    this.output.uncork();
  }

  readonly #hasRoom = () => this.free > 0;
  readonly #onRoom = () => this.options.events.onRoom?.();

  #onCallEnded(): void {
    this.offerRoom();
    if (this.state === "draining") this.#closeWhenIdle();
  }

  #closeWhenIdle(): void {
    if (this.state === "draining" && this.calls.table.active === 0) {
      this.#finish(this.#drainReason, ErrorCode.NO_ERROR, "");
    }
  }

  #watch(): void {
    if (this.options.keepalive === undefined) return;
    const { timeoutMs } = this.options.keepalive;
    this.#stopKeepalive = keepAlive(this.options.keepalive, {
      nowMs,
      lastReadMs: () => this.readAtMs,
      hasCalls: () => this.calls.table.active > 0,
      ping: () => this.output.ping(Buffer.alloc(8)),
      giveUp: () => {
        const message = `${this.options.target} did not answer a keepalive ping within ${timeoutMs} ms`;
        this.fail(new ConnectionError("silent", message), ErrorCode.NO_ERROR);
      },
    });
  }

  #broke(error: Error): void {
    const { target, tls } = this.options;
    this.fail(
      explainSocketError(error, { target, usesTls: tls !== undefined, settled: this.settled }),
      ErrorCode.NO_ERROR,
    );
  }

  #ended(): void {
    if (this.state === "closed") return;
    const { target } = this.options;
    const rest = this.#reader.unfinished();
    const got = `${target} closed the connection${rest && `, after ${rest}`}`;
    const hint = this.options.tls === undefined ? ": does it speak TLS?" : "";
    const message = this.settled ? got : `expected ${this.expected}: ${got}${hint}`;
    this.fail(new ConnectionError(this.settled ? "lost" : "protocol", message), ErrorCode.NO_ERROR);
  }

  #finish(error: ConnectionError | undefined, errorCode: number, debug: string): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.closedBy = error ?? new ConnectionError("closed", "the connection was closed");
    this.stopped = true;
    this.output.goAway(errorCode, debug);
    this.output.flush();
    this.output.stop();
    this.calls.stop();
    this.#stopKeepalive();
    if (this.#socket.connecting) this.#socket.destroy();
    else this.#socket.destroySoon();
    setTimeout(() => this.#socket.destroy(), lingerMs).unref();
    const code = this.closedBy.fault === "protocol" ? Status.INTERNAL : Status.UNAVAILABLE;
    this.calls.endAbove(0, { code, details: this.closedBy.message });
    this.#pings.fail(this.closedBy);
    this.ready.reject(this.closedBy);
    this.room.closeDown();
    this.options.events.onClosed?.(error);
  }
}
