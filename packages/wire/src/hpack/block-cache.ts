const slots = 64;
const longestBytes = 512;

interface Entry<Meaning> {
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly block: Meaning;
}

/**
 * Header blocks by their bytes and the version of the table they were decoded with. Each hash has one place, and the newest
 * block takes it: a server's answers to one method are two blocks (headers and trailers), so the places rarely clash.
 */
export class BlockCache<Meaning> {
  readonly #entries: (Entry<Meaning> | undefined)[] = new Array<undefined>(slots).fill(undefined);

  find(bytes: Uint8Array, start: number, end: number, version: number): Meaning | undefined {
    const length = end - start;
    if (length > longestBytes) return undefined;
    const entry = this.#entries[place(bytes, start, end)];
    if (entry === undefined || entry.version !== version || entry.bytes.length !== length) return undefined;
    for (let index = 0; index < length; index++) {
      if (entry.bytes[index] !== bytes[start + index]) return undefined;
    }
    return entry.block;
  }

  keep(bytes: Uint8Array, start: number, end: number, version: number, block: Meaning): void {
    if (end - start > longestBytes) return;
    // A copy: the next read overwrites these bytes, and the `slice` of a Buffer would be a view of them.
    const own = new Uint8Array(bytes.subarray(start, end));
    this.#entries[place(bytes, start, end)] = { version, bytes: own, block };
  }
}

function place(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let index = start; index < end; index++) hash = (Math.imul(hash, 31) + (bytes[index] as number)) | 0;
  return (hash ^ (hash >>> 6) ^ (hash >>> 12)) & (slots - 1);
}
