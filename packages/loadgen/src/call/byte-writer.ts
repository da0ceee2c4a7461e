const encoder = new TextEncoder();

/** Bytes in the protobuf encoding, written into one buffer that grows when it has to and is used again. */
export class ByteWriter {
  bytes = new Uint8Array(256);
  length = 0;

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A whole number from 0 to 2^53 as a varint. */
  varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.length++] = rest;
  }

  /** A 64-bit number of two's complement as a varint: what negative numbers are. */
  varint64(value: bigint): void {
    this.#reserve(10);
    let rest = BigInt.asUintN(64, value);
    while (rest >= 0x80n) {
      this.bytes[this.length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.length++] = Number(rest);
  }

  /** UTF-8 text after its length. */
  text(text: string): void {
    this.sized(() => {
      this.#reserve(text.length * 3);
      this.length += encoder.encodeInto(text, this.bytes.subarray(this.length)).written;
    });
  }

  /** What `write` writes, after its length. */
  sized(write: () => void): void {
    // Most lengths take one byte; what is longer is moved.
    this.#reserve(1);
    const at = this.length++;
    write();
    const size = this.length - at - 1;
    if (size < 0x80) {
      this.bytes[at] = size;
      return;
    }
    const head = Math.ceil((32 - Math.clz32(size)) / 7);
    this.#reserve(head);
    this.bytes.copyWithin(at + head, at + 1, this.length);
    this.length = at;
    this.varint(size);
    this.length += size;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const longer = new Uint8Array(2 * (this.length + more));
    longer.set(this.bytes.subarray(0, this.length));
    this.bytes = longer;
  }
}
