import { BlockCache } from "./block-cache.ts";
import { DynamicTable } from "./dynamic-table.ts";
import { huffmanDecode } from "./huffman.ts";
import { compression, IntegerReader } from "./integer.ts";
import { type Field, fieldSize, firstDynamicIndex, staticTable } from "./static-table.ts";

/** A decoded header block. It may be shared between calls: whoever reads it leaves it as it is. */
export interface HeaderBlock {
  readonly fields: readonly Field[];
  /** The size of the whole list (RFC 9113, 6.5.2), also of what `fields` leaves out. */
  readonly listBytes: number;
  /** The list was larger than the limit, so that `fields` is only its beginning. */
  readonly tooLarge: boolean;
}

/**
 * Decodes header blocks (RFC 7541) to what its `interpret` makes of them. A block that was seen before, with the dynamic table
 * as it was then, is neither decoded nor interpreted again: the same object is returned.
 */
export class HeaderDecoder<Meaning> {
  readonly #table: DynamicTable;
  readonly #tableLimitBytes: number;
  readonly #listLimitBytes: number;
  readonly #cache = new BlockCache<Meaning>();
  readonly #interpret: (block: HeaderBlock) => Meaning;
  readonly #integers = new IntegerReader();
  #scratch = Buffer.allocUnsafe(1024);

  /** `tableBytes` is the SETTINGS_HEADER_TABLE_SIZE and `listLimitBytes` the SETTINGS_MAX_HEADER_LIST_SIZE that the peer was told. */
  constructor(tableBytes: number, listLimitBytes: number, interpret: (block: HeaderBlock) => Meaning) {
    this.#table = new DynamicTable(tableBytes);
    this.#tableLimitBytes = tableBytes;
    this.#listLimitBytes = listLimitBytes;
    this.#interpret = interpret;
  }

  /** @throws ProtocolError COMPRESSION_ERROR: the tables of both sides differ from here on, the connection cannot go on. */
  decode(bytes: Buffer, start: number, end: number): Meaning {
    const version = this.#table.version;
    const seen = this.#cache.find(bytes, start, end, version);
    if (seen !== undefined) return seen;
    const block = this.#interpret(this.#decode(bytes, start, end));
    if (this.#table.version === version) this.#cache.keep(bytes, start, end, version, block);
    return block;
  }

  #decode(bytes: Buffer, start: number, end: number): HeaderBlock {
    const integers = this.#integers;
    integers.position = start;
    const fields: Field[] = [];
    let listBytes = 0;
    let fieldSeen = false;
    while (integers.position < end) {
      const first = bytes[integers.position] as number;
      let field: Field;
      if (first >= 0x80) {
        field = this.#lookUp(integers.read(bytes, end, 7));
      } else if (first >= 0x40) {
        field = this.#literal(bytes, end, 6);
        this.#table.add(field);
      } else if (first >= 0x20) {
        if (fieldSeen) throw compression("a table size update at the beginning", "one after a field");
        this.#resize(integers.read(bytes, end, 5));
        continue;
      } else {
        field = this.#literal(bytes, end, 4);
      }
      fieldSeen = true;
      listBytes += fieldSize(field.name, field.value);
      // What is over the limit is still decoded, for the table's sake, but not kept: a bomb of indexed fields costs no memory.
      if (listBytes <= this.#listLimitBytes) fields.push(field);
    }
    return { fields, listBytes, tooLarge: listBytes > this.#listLimitBytes };
  }

  #resize(maxBytes: number): void {
    if (maxBytes > this.#tableLimitBytes) {
      throw compression(`a table size of at most ${this.#tableLimitBytes} bytes`, `${maxBytes}`);
    }
    this.#table.resize(maxBytes);
  }

  #lookUp(index: number): Field {
    const field = index < firstDynamicIndex ? staticTable[index] : this.#table.at(index - firstDynamicIndex);
    if (field === undefined || index === 0) {
      const last = firstDynamicIndex - 1 + this.#table.count;
      throw compression(`an index from 1 to ${last}`, `${index}`);
    }
    return field;
  }

  #literal(bytes: Buffer, end: number, prefixBits: number): Field {
    const index = this.#integers.read(bytes, end, prefixBits);
    const name = index === 0 ? this.#string(bytes, end) : this.#lookUp(index).name;
    return { name, value: this.#string(bytes, end) };
  }

  #string(bytes: Buffer, end: number): string {
    const integers = this.#integers;
    if (integers.position >= end) throw compression("a string", "the end of the header block");
    const huffman = (bytes[integers.position] as number) >= 0x80;
    const length = integers.read(bytes, end, 7);
    const start = integers.position;
    if (length > end - start)
      throw compression(`a string of ${length} bytes`, `the end of the header block after ${end - start}`);
    integers.position = start + length;
    if (!huffman) return bytes.toString("latin1", start, start + length);
    const room = Math.ceil((length * 8) / 5);
    if (room > this.#scratch.length) this.#scratch = Buffer.allocUnsafe(room * 2);
    return this.#scratch.toString("latin1", 0, huffmanDecode(bytes, start, start + length, this.#scratch));
  }
}
