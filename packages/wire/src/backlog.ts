const prefixBytes = 5;
const firstBytes = 4096;

/** Takes a message out of a backlog: `bytes[start, end)` are only valid during the call. */
export type TakeMessage<R> = (compressed: boolean, bytes: Buffer, start: number, end: number) => R;

/**
 * Messages as they came over the wire, in order and in one buffer: however small they are, they take about as much memory as they took
 * of the peer's window.
 */
export class Backlog {
  #bytes = Buffer.alloc(0);
  #first = 0;
  #end = 0;

  get isEmpty(): boolean {
    return this.#first === this.#end;
  }

  /** What it takes of memory. */
  get heldBytes(): number {
    return this.#bytes.length;
  }

  /** What the first message was on the wire; there has to be one. */
  get firstWireBytes(): number {
    return prefixBytes + this.#bytes.readUInt32BE(this.#first + 1);
  }

  /** Copies `bytes[start, end)` to the end. */
  add(compressed: boolean, bytes: Buffer, start: number, end: number): void {
    this.#makeRoom(prefixBytes + end - start);
    this.#bytes[this.#end] = compressed ? 1 : 0;
    this.#bytes.writeUInt32BE(end - start, this.#end + 1);
    bytes.copy(this.#bytes, this.#end + prefixBytes, start, end);
    this.#end += prefixBytes + end - start;
  }

  /** Hands over the first message, which is then gone; there has to be one. */
  take<R>(take: TakeMessage<R>): R {
    const bytes = this.#bytes;
    const at = this.#first;
    const start = at + prefixBytes;
    const end = at + this.firstWireBytes;
    this.#first = end;
    if (this.isEmpty) this.clear();
    return take(bytes[at] === 1, bytes, start, end);
  }

  clear(): void {
    this.#bytes = Buffer.alloc(0);
    this.#first = 0;
    this.#end = 0;
  }

  #makeRoom(count: number): void {
    const waiting = this.#end - this.#first;
    if (this.#end + count <= this.#bytes.length) return;
    // Moving what waits pays only where much was taken before it: half of the buffer, so that each byte moves once on average.
    const fits = waiting + count <= this.#bytes.length / 2;
    const bytes = fits ? this.#bytes : Buffer.allocUnsafeSlow(Math.max(firstBytes, (waiting + count) * 2));
    this.#bytes.copy(bytes, 0, this.#first, this.#end);
    this.#bytes = bytes;
    this.#first = 0;
    this.#end = waiting;
  }
}
