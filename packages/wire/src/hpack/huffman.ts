import { ErrorCode } from "../http2/error-code.ts";
import { ProtocolError } from "../http2/protocol-error.ts";
import { endOfString, huffmanCode } from "./huffman-code.ts";

/*
 * Decoding walks four bits at a time: one table entry per (state, nibble) holds the next state and the symbol that the nibble
 * completed. No code is shorter than five bits, so a nibble completes at most one. A state is a place inside a code.
 */
const symbolShift = 9;
const stateMask = 0x1ff;
const noSymbol = 257;
const fault = 258;

const { codes, bits } = huffmanCode();
const { steps, mayEnd } = buildDecoder();

function buildDecoder(): { steps: Uint32Array; mayEnd: Uint8Array } {
  // Inner nodes are numbered from 0 (the root); a child that is a leaf is -1 - symbol.
  const children: [number, number][] = [[0, 0]];
  for (let symbol = 0; symbol <= endOfString; symbol++) {
    const length = bits[symbol] ?? 0;
    let node = 0;
    for (let bit = length - 1; bit >= 0; bit--) {
      const side = ((codes[symbol] ?? 0) >>> bit) & 1;
      const pair = children[node] as [number, number];
      if (bit === 0) pair[side] = -1 - symbol;
      else {
        if (pair[side] === 0) pair[side] = children.push([0, 0]) - 1;
        node = pair[side] as number;
      }
    }
  }
  const table = new Uint32Array(children.length * 16);
  for (let state = 0; state < children.length; state++) {
    for (let nibble = 0; nibble < 16; nibble++) table[state * 16 + nibble] = step(children, state, nibble);
  }
  // The padding is the beginning of the end-of-string code, all ones, and shorter than a byte.
  const ends = new Uint8Array(children.length);
  for (let depth = 0, node = 0; depth < 8; depth++) {
    ends[node] = 1;
    node = (children[node] as [number, number])[1];
  }
  return { steps: table, mayEnd: ends };
}

function step(children: readonly (readonly [number, number])[], from: number, nibble: number): number {
  let node = from;
  let symbol = noSymbol;
  for (let bit = 3; bit >= 0; bit--) {
    node = (children[node] as [number, number])[(nibble >>> bit) & 1] as number;
    if (node < 0) {
      symbol = -1 - node;
      node = 0;
      if (symbol === endOfString) return fault << symbolShift;
    }
  }
  return (symbol << symbolShift) | node;
}

/** The length in bytes that a string takes when Huffman-coded. */
export function huffmanLength(bytes: Uint8Array): number {
  let total = 0;
  for (const byte of bytes) total += bits[byte] as number;
  return (total + 7) >>> 3;
}

/** Writes the Huffman code of `bytes` at `position` and returns the position after it. */
export function huffmanEncode(bytes: Uint8Array, out: Uint8Array, position: number): number {
  let at = position;
  let pending = 0;
  let pendingBits = 0;
  for (const byte of bytes) {
    let length = bits[byte] as number;
    const code = codes[byte] as number;
    while (length > 0) {
      const take = Math.min(length, 8 - pendingBits);
      length -= take;
      pending = (pending << take) | ((code >>> length) & ((1 << take) - 1));
      pendingBits += take;
      if (pendingBits === 8) {
        out[at++] = pending;
        pending = 0;
        pendingBits = 0;
      }
    }
  }
  if (pendingBits > 0) out[at++] = (pending << (8 - pendingBits)) | ((1 << (8 - pendingBits)) - 1);
  return at;
}

/**
 * Decodes the Huffman string in `bytes[start, end)` to `out` from 0 on and returns its length. `out` needs room for 8/5 of
 * the coded length.
 * @throws ProtocolError COMPRESSION_ERROR for an end-of-string symbol or padding that is too long or not all ones.
 */
export function huffmanDecode(bytes: Uint8Array, start: number, end: number, out: Uint8Array): number {
  let length = 0;
  let state = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    let entry = steps[state * 16 + (byte >>> 4)] as number;
    let symbol = entry >>> symbolShift;
    if (symbol < noSymbol) out[length++] = symbol;
    else if (symbol === fault) throw endOfStringSent();
    entry = steps[(entry & stateMask) * 16 + (byte & 15)] as number;
    symbol = entry >>> symbolShift;
    if (symbol < noSymbol) out[length++] = symbol;
    else if (symbol === fault) throw endOfStringSent();
    state = entry & stateMask;
  }
  if (mayEnd[state] !== 1) {
    throw new ProtocolError(
      ErrorCode.COMPRESSION_ERROR,
      "expected a Huffman string padded with fewer than 8 one bits, got other padding",
    );
  }
  return length;
}

function endOfStringSent(): ProtocolError {
  return new ProtocolError(
    ErrorCode.COMPRESSION_ERROR,
    "expected a Huffman string without its end-of-string symbol, got that symbol",
  );
}
