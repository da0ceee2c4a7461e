import { type Answer, type CallSink, type Connection, compress, Status } from "@hey/wire";
import { unexpectedCode } from "../drive/engine.ts";
import { AnswerChecks } from "./answer-checks.ts";
import { fullNotes } from "./full-notes.ts";
import { forWire } from "./security.ts";
import type { Transport, TransportOptions } from "./transport.ts";
import { addressesOf } from "./wire-addresses.ts";
import { type Line, openPool, type Place, type Pool } from "./wire-pool.ts";

/** Calls over `@hey/wire`, in turn over all connections that have room. Rejects with a ProgramError of exit code 3. */
export async function openWire(options: TransportOptions): Promise<Transport> {
  const { target, path, metadata, timeoutMs, connectTimeoutMs, signal, security, streamWindowBytes } = options;
  const { maxReceiveBytes: maxReceiveMessageBytes, maxSendBytes: maxSendMessageBytes } = options;
  const isPacked = options.compress === "gzip";
  const engine = new WireEngine(isPacked ? { ...options, messages: options.messages.packed(compress) } : options);
  const pool = await openPool({
    addresses: await addressesOf(target),
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
    notes: () => [...fullNotes(pool.places), ...engine.notes()],
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/** Calls that run together must not wait for each other's answers. */
const leastConnectionWindowBytes = 16 * 1024 * 1024;

/** Nothing here allocates for a unary call that goes well. */
class WireEngine {
  readonly name = "wire";
  #pool: Pick<Pool, "places" | "open"> = { places: [], open: 0 };
  readonly #options: TransportOptions;
  readonly #takesStream: boolean;
  readonly #checks: AnswerChecks | undefined;
  /** By tag: where the call is, under which id, for which slot, how many messages were sent, whether it is a repetition. */
  readonly #connection: Connection[] = [];
  readonly #call: number[] = [];
  readonly #slot: number[] = [];
  readonly #sent: number[] = [];
  readonly #again: boolean[] = [];
  /** Calls that wait for a connection, because there is none or none has room for their repetition. */
  readonly #parked = new Set<number>();
  #turn = 0;
  #largeMessages = 0;
  /** Calls that were made again. */
  retries = 0;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#checks = options.expectations && new AnswerChecks(options.expectations);
    this.#takesStream = options.kind === "client_streaming" || options.kind === "bidi_streaming";
  }

  use(pool: Pool): void {
    this.#pool = pool;
  }

  start(tag: number, slot: number): boolean {
    this.#slot[tag] = slot;
    this.#again[tag] = false;
    if (this.#launch(tag)) return true;
    if (this.#pool.open > 0) return false;
    this.#parked.add(tag);
    return true;
  }

  cancel(tag: number): void {
    if (this.#parked.delete(tag)) return;
    this.#connection[tag]?.cancel(this.#call[tag] as number);
  }

  onRoom(): void {
    for (const tag of this.#parked) {
      if (!this.#launch(tag)) return;
      this.#parked.delete(tag);
    }
    this.#options.events.onRoom();
  }

  /** As a gRPC channel does: calls wait while a connection is being made, and fail when it cannot be. */
  onOutage(reason: string): void {
    for (const tag of [...this.#parked]) {
      this.#parked.delete(tag);
      this.#options.events.onEnd(tag, Status.UNAVAILABLE, 0, performance.now(), reason);
    }
    this.#options.events.onRoom();
  }

  notes(): readonly string[] {
    if (this.#largeMessages === 0) return [];
    const what = `${this.#largeMessages} messages were larger than the ${this.#options.streamWindowBytes} bytes`;
    return [`${what} of --stream-window: each had to wait a round trip or more for its rest`];
  }

  /** Starts a call on the next connection that takes it. */
  #launch(tag: number): boolean {
    const { places } = this.#pool;
    for (let tried = 0; tried < places.length; tried++) {
      this.#turn = this.#turn + 1 < places.length ? this.#turn + 1 : 0;
      const place = places[this.#turn] as Place;
      const { line } = place;
      if (line === undefined) continue;
      if (this.#launchOn(tag, line)) return true;
      if (line.connection.room === 0) place.fullAt = line.connection.limit;
    }
    return false;
  }

  #launchOn(tag: number, { connection, request: common, sink }: Line): boolean {
    this.#checks?.begin(tag);
    const { own } = this.#options.metadata;
    // Only what differs is encoded for the call.
    const request =
      own === undefined ? common : connection.derive(common, { metadata: own(this.#slot[tag] as number) });
    if (this.#takesStream) {
      const call = connection.open(request, sink, tag);
      if (call === 0) return false;
      this.#connection[tag] = connection;
      this.#call[tag] = call;
      this.#sent[tag] = 0;
      this.#send(tag);
      return true;
    }
    const { messages } = this.#options;
    const length = messages.make(this.#slot[tag] as number, 0);
    const call = connection.unary(request, sink, tag, messages.bytes, 0, length);
    this.#connection[tag] = connection;
    this.#call[tag] = call;
    return call !== 0;
  }

  /** Sends a call's messages as far as the peer takes them; the rest goes on at onWritable. */
  #send(tag: number): void {
    const { messages } = this.#options;
    const connection = this.#connection[tag] as Connection;
    const call = this.#call[tag] as number;
    for (let index = this.#sent[tag] as number; index < messages.perCall; index++) {
      const length = messages.make(this.#slot[tag] as number, index);
      this.#sent[tag] = index + 1;
      if (!connection.send(call, messages.bytes, 0, length)) return;
    }
    connection.finish(call);
  }

  sinkOf(address: string, connection: Connection): CallSink {
    const { endpoints, events, streamWindowBytes, onFirstAnswer } = this.#options;
    const endpoint = endpoints.numberOf(address);
    const checks = this.#checks;
    return {
      onHeaders() {},
      onMessage: (tag, bytes, start, end) => {
        if (endpoints.isNameless(endpoint)) onFirstAnswer(endpoint, bytes.subarray(start, end));
        if (end - start > streamWindowBytes) this.#largeMessages++;
        checks?.message(tag, bytes.subarray(start, end));
        events.onMessage(tag, connection.readAtMs);
      },
      onEnd: (tag, code, answer) => {
        // What is read has the time of its reading; a deadline or a lost connection is not read.
        if (code !== Status.OK) {
          this.#fail(tag, code, endpoint, answer);
          return;
        }
        const unmet = checks?.unmet(tag);
        if (unmet === undefined) events.onEnd(tag, code, endpoint, connection.readAtMs, "");
        else events.onEnd(tag, unexpectedCode, endpoint, connection.readAtMs, unmet);
      },
      onWritable: (tag) => this.#send(tag),
    };
  }

  #fail(tag: number, code: number, endpoint: number, answer: Answer): void {
    // The server has not seen the call: gRPC makes it again, once and without asking (gRFC A6, transparent retries).
    if (answer.retrySafe && !this.#again[tag]) {
      this.#again[tag] = true;
      this.retries++;
      if (!this.#launch(tag)) this.#parked.add(tag);
      return;
    }
    this.#options.events.onEnd(tag, code, endpoint, performance.now(), answer.details);
  }
}
