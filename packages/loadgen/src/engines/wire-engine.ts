import { type Answer, type CallSink, type Connection, compress, Status } from "@hey/wire";
import type { MessageSource } from "../call/messages.ts";
import { systemClock } from "../drive/clock.ts";
import { StreamCalls } from "../drive/stream-calls.ts";
import { counted } from "../report/format.ts";
import { AnswerChecks } from "./answer-checks.ts";
import { endUnmade } from "./end-unmade.ts";
import { fullNotes } from "./full-notes.ts";
import { ParkedCalls } from "./parked-calls.ts";
import type { Line, Place } from "./place.ts";
import { forWire } from "./security.ts";
import type { Transport, TransportOptions } from "./transport.ts";
import { addressesOf } from "./wire-addresses.ts";
import { openPool, type Pool } from "./wire-pool.ts";

/** Calls over `@hey/wire`, in turn over all connections that have room. Rejects with a ProgramError of exit code 3. */
export async function openWire(options: TransportOptions): Promise<Transport> {
  const { target, path, metadata, timeoutMs, connectTimeoutMs, signal, security, streamWindowBytes } = options;
  const { maxReceiveBytes: maxReceiveMessageBytes, maxSendBytes: maxSendMessageBytes } = options;
  const isPacked = options.compress === "gzip";
  const engine = new WireEngine(options);
  const pool = await openPool({
    lookUp: () => addressesOf(target),
    connections: options.connections,
    request: { path, metadata: metadata.common, timeoutMs, encoding: isPacked ? "gzip" : "identity" },
    connect: {
      ...{ connectTimeoutMs, signal, maxReceiveMessageBytes, maxSendMessageBytes },
      ...{ streamWindowBytes, connectionWindowBytes: Math.max(streamWindowBytes, leastConnectionWindowBytes) },
      ...forWire(security, target),
    },
    sink: (address, connection) => engine.sinkOf(address, connection),
    onRoom: () => engine.onRoom(),
    onOutage: (reason) => engine.onOutage(reason),
  });
  engine.use(pool);
  return {
    engine,
    connectMs: pool.connectMs,
    retries: () => engine.retries,
    notes: () => [...fullNotes([...pool.formerlyFull, ...pool.places]), ...unreachedNotes(pool), ...engine.notes()],
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

function unreachedNotes(pool: Pool): readonly string[] {
  return [...pool.unreached()].map(
    ([address, why]) => `${address} was never reached, its calls went elsewhere: ${why}`,
  );
}

/** Calls that run together must not wait for each other's answers. */
const leastConnectionWindowBytes = 16 * 1024 * 1024;

/** Nothing here allocates for a unary call that goes well. */
class WireEngine {
  readonly name = "wire";
  #pool: Pick<Pool, "places" | "open"> = { places: [], open: 0 };
  readonly #options: TransportOptions;
  /** Of calls that send one, as they go over the wire. */
  readonly #messages: MessageSource;
  readonly #checks: AnswerChecks | undefined;
  readonly #streams: StreamCalls | undefined;
  /** By tag: where the call is, under which id, for which slot, whether it is a repetition. */
  readonly #connection: Connection[] = [];
  readonly #call: number[] = [];
  readonly #slot: number[] = [];
  readonly #again: boolean[] = [];
  /** How many messages its answer has had. */
  readonly #answers: number[] = [];
  /** The method has answers of exactly one message. */
  readonly #onlyOne: boolean;
  /** Calls that wait for a connection, because there is none or none has room for their repetition. */
  readonly #parked: ParkedCalls;
  #turn = 0;
  #largeMessages = 0;
  /** Calls that were made again. */
  retries = 0;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#checks = options.expectations && new AnswerChecks(options.expectations);
    const clock = systemClock();
    this.#parked = new ParkedCalls(clock, (tag) => this.#expire(tag));
    const { kind, shape, messages, events, streamRecorder } = options;
    this.#onlyOne = kind === "unary" || kind === "client_streaming";
    const isPacked = options.compress === "gzip";
    this.#messages = isPacked ? messages.packed(compress) : messages;
    const port = {
      // What streams are matched by is read before it is compressed.
      write: (tag: number, bytes: Uint8Array, length: number) => {
        const connection = this.#connection[tag] as Connection;
        const call = this.#call[tag] as number;
        if (!isPacked) return connection.send(call, bytes, 0, length);
        return connection.send(call, compress(bytes.subarray(0, length)));
      },
      finish: (tag: number) => (this.#connection[tag] as Connection).finish(this.#call[tag] as number),
      cancel: (tag: number) => (this.#connection[tag] as Connection).cancel(this.#call[tag] as number),
    };
    this.#streams =
      shape &&
      new StreamCalls({
        ...{ shape, messages, port, clock, recorder: streamRecorder },
        isMeasured: (tag) => events.isMeasured(tag),
      });
  }

  use(pool: Pool): void {
    this.#pool = pool;
  }

  start(tag: number, slot: number): boolean {
    this.#slot[tag] = slot;
    this.#again[tag] = false;
    if (this.#launch(tag)) return true;
    if (this.#pool.open > 0) return false;
    this.#park(tag);
    return true;
  }

  cancel(tag: number): void {
    if (this.#parked.delete(tag)) return;
    this.#streams?.forget(tag);
    this.#connection[tag]?.cancel(this.#call[tag] as number);
  }

  onRoom(): void {
    for (const tag of this.#parked.tags()) {
      if (!this.#launch(tag, this.#leftMs(tag))) return;
      this.#parked.delete(tag);
      if (!this.#again[tag]) this.#options.events.onWritten(tag, performance.now());
    }
    this.#options.events.onRoom();
  }

  /** As a gRPC channel does: calls wait while a connection is being made, and fail when it cannot be. */
  onOutage(reason: string): void {
    for (const tag of this.#parked.tags()) {
      this.#parked.delete(tag);
      this.#options.events.onEnd(tag, Status.UNAVAILABLE, 0, performance.now(), reason);
    }
    this.#options.events.onRoom();
  }

  notes(): readonly string[] {
    if (this.#largeMessages === 0) return [];
    const what = `${counted(this.#largeMessages, ["message was", "messages were"])} larger than the ${this.#options.streamWindowBytes} bytes`;
    return [`${what} of --stream-window: each has to wait a round trip or more for its rest`];
  }

  #park(tag: number): void {
    this.#parked.add(tag, this.#options.events.startedMs(tag) + this.#options.timeoutMs);
  }

  #expire(tag: number): void {
    const { events, timeoutMs } = this.#options;
    events.onEnd(tag, Status.DEADLINE_EXCEEDED, 0, performance.now(), `no connection within ${timeoutMs} ms`);
  }

  /** What is left of a call's time, in whole ms; undefined without a deadline. */
  #leftMs(tag: number): number | undefined {
    const { events, timeoutMs } = this.#options;
    if (timeoutMs === Number.POSITIVE_INFINITY) return undefined;
    return Math.max(1, Math.ceil(events.startedMs(tag) + timeoutMs - performance.now()));
  }

  /** Starts a call on the next connection that takes it; `leftMs` is its time where that is not the usual one. */
  #launch(tag: number, leftMs?: number): boolean {
    const { places } = this.#pool;
    for (let tried = 0; tried < places.length; tried++) {
      this.#turn = this.#turn + 1 < places.length ? this.#turn + 1 : 0;
      const place = places[this.#turn] as Place;
      const { line } = place;
      if (line === undefined) continue;
      if (this.#launchOn(tag, line, leftMs)) return true;
      const { state, active, limit } = line.connection;
      if (state === "open" && active >= limit) place.fullAt = limit;
    }
    return false;
  }

  #launchOn(tag: number, { connection, request: common, sink }: Line, leftMs: number | undefined): boolean {
    this.#answers[tag] = 0;
    this.#checks?.begin(tag);
    const { shape, metadata } = this.#options;
    // Only what differs is encoded for the call.
    const request =
      metadata.own === undefined && leftMs === undefined
        ? common
        : connection.derive(common, { metadata: metadata.own?.(this.#slot[tag] as number, tag), timeoutMs: leftMs });
    let call: number;
    if (shape?.sends) call = connection.open(request, sink, tag);
    else {
      const messages = this.#messages;
      let length: number;
      try {
        length = messages.make(this.#slot[tag] as number, 0, tag);
      } catch (error) {
        this.#connection[tag] = connection;
        this.#call[tag] = 0;
        return endUnmade(this.#options.events, tag, error);
      }
      call = connection.unary(request, sink, tag, messages.bytes, 0, length);
    }
    this.#connection[tag] = connection;
    this.#call[tag] = call;
    if (call !== 0) this.#streams?.begin(tag, this.#slot[tag] as number);
    return call !== 0;
  }

  sinkOf(address: string, connection: Connection): CallSink {
    const { endpoints, events, streamWindowBytes, onFirstAnswer } = this.#options;
    const endpoint = endpoints.numberOf(address);
    const checks = this.#checks;
    const streams = this.#streams;
    return {
      onHeaders() {},
      onMessage: (tag, bytes, start, end) => {
        if (endpoints.isNameless(endpoint)) onFirstAnswer(endpoint, bytes.subarray(start, end));
        if (end - start > streamWindowBytes) this.#largeMessages++;
        this.#answers[tag] = (this.#answers[tag] as number) + 1;
        checks?.message(tag, bytes.subarray(start, end));
        events.onMessage(tag, connection.readAtMs);
        streams?.received(tag, bytes, start, end, connection.readAtMs); // It may end the call.
      },
      onEnd: (tag, code, answer) => {
        if (code !== Status.OK && this.#makeAgain(tag, answer)) return;
        const odd = code === Status.OK && this.#onlyOne && this.#answers[tag] !== 1;
        const known = odd ? Status.UNIMPLEMENTED : code;
        const status = streams === undefined ? known : streams.end(tag, known);
        // What is read has the time of its reading; a deadline, a lost connection or an end of our own is not read.
        const atMs = code === Status.OK ? connection.readAtMs : performance.now();
        const unmet = checks?.unmet(tag, status);
        const said = streams?.refusal(tag) ?? answer.details;
        const details = odd ? `expected one answer, got ${this.#answers[tag]}` : said;
        events.onEnd(tag, checks?.codeOf(status, unmet) ?? status, endpoint, atMs, unmet ?? details);
      },
      onWritable: (tag) => streams?.writable(tag),
    };
  }

  /** The server has not seen the call: gRPC makes it again, once and without asking (gRFC A6, transparent retries). */
  #makeAgain(tag: number, answer: Answer): boolean {
    if (!answer.retrySafe || this.#again[tag]) return false;
    this.#again[tag] = true;
    this.retries++;
    this.#streams?.forget(tag);
    if (!this.#launch(tag, this.#leftMs(tag))) this.#park(tag);
    return true;
  }
}
