import { type Field, fieldSize } from "./static-table.ts";

/**
 * The fields that one direction of a connection has learnt, newest first, evicted from the old end.
 * `version` changes with every change of the contents: two header blocks of the same bytes mean the same while it stands still.
 */
export class DynamicTable {
  #entries: (Field | undefined)[] = new Array(32);
  #newest = -1;
  #count = 0;
  #sizeBytes = 0;
  #maxBytes: number;
  version = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get count(): number {
    return this.#count;
  }

  get maxBytes(): number {
    return this.#maxBytes;
  }

  /** The entry at `index`, 0 being the newest. */
  at(index: number): Field | undefined {
    if (index < 0 || index >= this.#count) return undefined;
    return this.#entries[(this.#newest - index) & (this.#entries.length - 1)];
  }

  /** Whether a field of `sizeBytes` fits without evicting another. */
  hasRoomFor(sizeBytes: number): boolean {
    return this.#sizeBytes + sizeBytes <= this.#maxBytes;
  }

  /** Adds a field, evicting what must go; one larger than the table empties it (RFC 7541, 4.4). */
  add(field: Field): void {
    this.version++;
    const sizeBytes = fieldSize(field.name, field.value);
    this.#evictTo(this.#maxBytes - sizeBytes);
    if (sizeBytes > this.#maxBytes) return;
    if (this.#count === this.#entries.length) this.#grow();
    this.#newest = (this.#newest + 1) & (this.#entries.length - 1);
    this.#entries[this.#newest] = field;
    this.#count++;
    this.#sizeBytes += sizeBytes;
  }

  resize(maxBytes: number): void {
    this.version++;
    this.#maxBytes = maxBytes;
    this.#evictTo(maxBytes);
  }

  #evictTo(sizeBytes: number): void {
    while (this.#count > 0 && this.#sizeBytes > sizeBytes) {
      const oldest = (this.#newest - this.#count + 1) & (this.#entries.length - 1);
      const field = this.#entries[oldest] as Field;
      this.#sizeBytes -= fieldSize(field.name, field.value);
      this.#entries[oldest] = undefined;
      this.#count--;
    }
  }

  #grow(): void {
    const inOrder = Array.from({ length: this.#count }, (_, index) => this.at(this.#count - 1 - index));
    this.#entries = [...inOrder, ...new Array<undefined>(this.#entries.length)];
    this.#newest = this.#count - 1;
  }
}
