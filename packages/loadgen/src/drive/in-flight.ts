/** The calls in flight, by tag: columns instead of objects, so that a call costs no memory. Grows to what is needed. */
export class InFlight {
  /** When the call was planned to start. */
  dueMs = new Float64Array(64);
  /** When it was handed to the transport, which writes it in the same turn, or says later when it did. */
  sentMs = new Float64Array(64);
  /** When the first and the latest message of its answer came; 0 before. */
  firstMs = new Float64Array(64);
  lastMs = new Float64Array(64);
  /** 1 for a tag in use. */
  #busy = new Uint8Array(64);
  #free = Int32Array.from({ length: 64 }, (_, index) => 63 - index);
  #freeCount = 64;

  get count(): number {
    return this.#busy.length - this.#freeCount;
  }

  /** A free tag, in use from now on. */
  take(dueMs: number, sentMs: number): number {
    if (this.#freeCount === 0) this.#grow();
    const tag = this.#free[--this.#freeCount] as number;
    this.#busy[tag] = 1;
    this.dueMs[tag] = dueMs;
    this.sentMs[tag] = sentMs;
    this.firstMs[tag] = 0;
    this.lastMs[tag] = 0;
    return tag;
  }

  isBusy(tag: number): boolean {
    return this.#busy[tag] === 1;
  }

  release(tag: number): void {
    this.#busy[tag] = 0;
    this.#free[this.#freeCount++] = tag;
  }

  /** The tags in use, as they are now. */
  tags(): number[] {
    const tags: number[] = [];
    for (let tag = 0; tag < this.#busy.length; tag++) if (this.#busy[tag] === 1) tags.push(tag);
    return tags;
  }

  #grow(): void {
    const size = this.#busy.length;
    this.dueMs = doubled(this.dueMs);
    this.sentMs = doubled(this.sentMs);
    this.firstMs = doubled(this.firstMs);
    this.lastMs = doubled(this.lastMs);
    const busy = new Uint8Array(2 * size);
    busy.set(this.#busy);
    this.#busy = busy;
    this.#free = Int32Array.from({ length: 2 * size }, (_, index) => 2 * size - 1 - index);
    this.#freeCount = size;
  }
}

function doubled(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(2 * column.length);
  longer.set(column);
  return longer;
}
