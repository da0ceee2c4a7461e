/** The symbol that stands for the end of a string and may never be sent (RFC 7541, 5.2). */
export const endOfString = 256;

/**
 * RFC 7541's Huffman code, by code length: the code is canonical (within a length the codes count up with the symbols), so
 * which symbols have which length is all there is to know. A string lists characters, a pair a range of byte values.
 */
const symbolsByLength: readonly (readonly [
  bits: number,
  symbols: readonly (string | number | readonly [number, number])[],
])[] = [
  [5, ["012aceiost"]],
  [6, [" %-./3456789=A_bdfghlmnpru"]],
  [7, [":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz"]],
  [8, ["&*,;XZ"]],
  [10, ['!"()?']],
  [11, ["'+|"]],
  [12, ["#>"]],
  [13, [0x00, "$@[]~"]],
  [14, ["^}"]],
  [15, ["<`{"]],
  [19, ["\\", 0xc3, 0xd0]],
  [20, [0x80, 0x82, 0x83, 0xa2, 0xb8, 0xc2, 0xe0, 0xe2]],
  [21, [0x99, 0xa1, 0xa7, 0xac, 0xb0, 0xb1, 0xb3, 0xd1, 0xd8, 0xd9, 0xe3, 0xe5, 0xe6]],
  [22, [0x81, [0x84, 0x86], 0x88, 0x92, 0x9a, 0x9c, 0xa0, 0xa3, 0xa4, 0xa9, 0xaa, 0xad, 0xb2, 0xb5, [0xb9, 0xbb]]],
  [22, [0xbd, 0xbe, 0xc4, 0xc6, 0xe4, 0xe8, 0xe9]],
  [23, [0x01, 0x87, [0x89, 0x8d], 0x8f, 0x93, [0x95, 0x98], 0x9b, 0x9d, 0x9e, 0xa5, 0xa6, 0xa8, 0xae, 0xaf, 0xb4]],
  [23, [0xb6, 0xb7, 0xbc, 0xbf, 0xc5, 0xe7, 0xef]],
  [24, [0x09, 0x8e, 0x90, 0x91, 0x94, 0x9f, 0xab, 0xce, 0xd7, 0xe1, 0xec, 0xed]],
  [25, [0xc7, 0xcf, 0xea, 0xeb]],
  [26, [0xc0, 0xc1, [0xc8, 0xca], 0xcd, 0xd2, 0xd5, 0xda, 0xdb, 0xee, 0xf0, 0xf2, 0xf3, 0xff]],
  [27, [0xcb, 0xcc, 0xd3, 0xd4, 0xd6, [0xdd, 0xdf], 0xf1, [0xf4, 0xf8], [0xfa, 0xfe]]],
  [28, [[0x02, 0x08], 0x0b, 0x0c, [0x0e, 0x15], [0x17, 0x1f], 0x7f, 0xdc, 0xf9]],
  [30, [0x0a, 0x0d, 0x16, endOfString]],
];

/** The code of each symbol (0 to 255 and the end of string), and its length in bits. */
export interface HuffmanCode {
  readonly codes: Uint32Array;
  readonly bits: Uint8Array;
}

/** Assigns the canonical codes. */
export function huffmanCode(): HuffmanCode {
  const codes = new Uint32Array(257);
  const bits = new Uint8Array(257);
  let code = 0;
  let length = 5;
  for (const [symbolBits, groups] of symbolsByLength) {
    code = code * 2 ** (symbolBits - length);
    length = symbolBits;
    for (const symbol of groups.flatMap(expand)) {
      codes[symbol] = code++;
      bits[symbol] = length;
    }
  }
  return { codes, bits };
}

function expand(group: string | number | readonly [number, number]): readonly number[] {
  if (typeof group === "number") return [group];
  if (typeof group === "string") return [...group].map((character) => character.charCodeAt(0));
  return Array.from({ length: group[1] - group[0] + 1 }, (_, index) => group[0] + index);
}
