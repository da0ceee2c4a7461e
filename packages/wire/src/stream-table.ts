import type { Request } from "./request.ts";
import { freeStream, noSink, type Stream } from "./stream.ts";

const largestStreamId = 0x7fff_ffff;

/**
 * The streams in flight. A stream's place is its id modulo the table's size, so that a frame finds its stream without a search;
 * an id whose place a long-lived stream holds is left out, which HTTP/2 allows (RFC 9113, 5.1.1: ids only have to rise).
 */
export class StreamTable {
  #slots: (Stream | undefined)[] = new Array<undefined>(64).fill(undefined);
  #mask = 63;
  #nextId: number;
  active = 0;

  /** `firstId` is odd: a client's streams are. */
  constructor(firstId = 1) {
    this.#nextId = firstId;
  }

  /** The highest id ever used. */
  get lastId(): number {
    return this.#nextId - 2;
  }

  /** No id is left whose place is free. */
  get exhausted(): boolean {
    // Further from the end one is found within a round of the table.
    if (this.#nextId <= largestStreamId - 2 * this.#slots.length) return false;
    let id = this.#nextId;
    while (id <= largestStreamId && (this.#slots[(id >>> 1) & this.#mask]?.id ?? 0) !== 0) id += 2;
    return id > largestStreamId;
  }

  find(id: number): Stream | undefined {
    const stream = this.#slots[(id >>> 1) & this.#mask];
    return stream !== undefined && stream.id === id && id !== 0 ? stream : undefined;
  }

  /** A free slot with the next id. The caller has seen that the table is not exhausted. */
  take(request: Request): Stream {
    if (this.active * 2 >= this.#slots.length) this.#grow();
    let place = (this.#nextId >>> 1) & this.#mask;
    let stream = this.#slots[place];
    while (stream !== undefined && stream.id !== 0) {
      this.#nextId += 2;
      place = (this.#nextId >>> 1) & this.#mask;
      stream = this.#slots[place];
    }
    if (stream === undefined) {
      stream = freeStream(request);
      this.#slots[place] = stream;
    }
    stream.id = this.#nextId;
    this.#nextId += 2;
    this.active++;
    return stream;
  }

  release(stream: Stream): void {
    stream.id = 0;
    stream.sink = noSink;
    stream.head = undefined;
    stream.queue = undefined;
    stream.partialBody = undefined;
    stream.partialBytes = 0;
    this.active--;
  }

  /** The streams in flight, as they are now: the caller may end them on the way. */
  all(): Stream[] {
    return this.#slots.filter((stream): stream is Stream => stream !== undefined && stream.id !== 0);
  }

  /** Places that differ modulo the old size differ modulo the new one. */
  #grow(): void {
    const streams = this.all();
    this.#mask = this.#slots.length * 2 - 1;
    this.#slots = new Array<undefined>(this.#mask + 1).fill(undefined);
    for (const stream of streams) this.#slots[(stream.id >>> 1) & this.#mask] = stream;
  }
}
