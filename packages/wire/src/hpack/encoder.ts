import { DynamicTable } from "./dynamic-table.ts";
import { huffmanEncode, huffmanLength } from "./huffman.ts";
import { writeInteger } from "./integer.ts";
import { type Field, fieldSize, firstDynamicIndex, staticTable } from "./static-table.ts";

/** We never keep a larger table than this, however large a one the peer allows. */
const largestTableBytes = 4096;

/**
 * Encodes header blocks (RFC 7541). A field is taken into the dynamic table while there is room, and nothing is ever evicted
 * for it: what is in the table keeps its index but for later additions, so that a block encoded once can be sent again as it
 * is while `version` stands still.
 */
export class HeaderEncoder {
  readonly #table = new DynamicTable(4096);
  /** Size updates the next block must begin with, in the peer's order: its smallest limit since, and its last. */
  #pendingSizes: number[] = [];
  #scratch = Buffer.allocUnsafe(4096);

  get version(): number {
    return this.#table.version;
  }

  /** The peer's SETTINGS_HEADER_TABLE_SIZE; the next block says that we follow. */
  limitTable(peerBytes: number): void {
    const bytes = Math.min(peerBytes, largestTableBytes);
    if (bytes === this.#table.maxBytes) return;
    const smallest = Math.min(bytes, ...this.#pendingSizes);
    this.#pendingSizes = smallest < bytes ? [smallest, bytes] : [bytes];
    this.#table.resize(bytes);
  }

  /** The block of `fields` as bytes of its own. Fields not in the table are added when there is room. */
  encode(fields: readonly Field[]): Uint8Array {
    this.#makeRoomFor(fields);
    let at = 0;
    for (const bytes of this.#pendingSizes) at = writeInteger(bytes, 5, 0x20, this.#scratch, at);
    if (this.#pendingSizes.length > 0) {
      this.#pendingSizes = [];
      // A block with size updates is not to be sent twice.
      this.#table.version++;
    }
    for (const field of fields) at = this.#field(field, at);
    return Uint8Array.prototype.slice.call(this.#scratch, 0, at);
  }

  #field(field: Field, position: number): number {
    const exact = this.#indexOf(field, true);
    if (exact > 0) return writeInteger(exact, 7, 0x80, this.#scratch, position);
    const named = this.#indexOf(field, false);
    if (!this.#table.hasRoomFor(fieldSize(field.name, field.value))) {
      return writeLiteral(field, named, { prefixBits: 4, flags: 0 }, this.#scratch, position);
    }
    const end = writeLiteral(field, named, { prefixBits: 6, flags: 0x40 }, this.#scratch, position);
    this.#table.add(field);
    return end;
  }

  #indexOf(field: Field, withValue: boolean): number {
    const matches = (other: Field | undefined) =>
      other?.name === field.name && (!withValue || other.value === field.value);
    const known = staticTable.findIndex(matches);
    if (known > 0) return known;
    for (let index = 0; index < this.#table.count; index++) {
      if (matches(this.#table.at(index))) return firstDynamicIndex + index;
    }
    return 0;
  }

  #makeRoomFor(fields: readonly Field[]): void {
    const most = 16 + longestEncoding(fields);
    if (most > this.#scratch.length) this.#scratch = Buffer.allocUnsafe(most * 2);
  }
}

/** The block of fields that no table may learn, encoded without either side's table: it stays right for ever. */
export function encodeUnindexed(fields: readonly Field[]): Uint8Array {
  const out = Buffer.allocUnsafe(longestEncoding(fields));
  let at = 0;
  for (const field of fields) {
    const named = staticTable.findIndex((other) => other.name === field.name);
    at = writeLiteral(field, Math.max(0, named), { prefixBits: 4, flags: 0 }, out, at);
  }
  return Uint8Array.prototype.slice.call(out, 0, at);
}

function longestEncoding(fields: readonly Field[]): number {
  return fields.reduce((sum, { name, value }) => sum + name.length + value.length + 16, 0);
}

function writeLiteral(
  field: Field,
  nameIndex: number,
  form: { readonly prefixBits: number; readonly flags: number },
  out: Buffer,
  position: number,
): number {
  let at = writeInteger(nameIndex, form.prefixBits, form.flags, out, position);
  if (nameIndex === 0) at = writeString(field.name, out, at);
  return writeString(field.value, out, at);
}

function writeString(text: string, out: Buffer, position: number): number {
  const bytes = Buffer.from(text, "latin1");
  const coded = huffmanLength(bytes);
  if (coded < bytes.length) return huffmanEncode(bytes, out, writeInteger(coded, 7, 0x80, out, position));
  const at = writeInteger(bytes.length, 7, 0, out, position);
  out.set(bytes, at);
  return at + bytes.length;
}
