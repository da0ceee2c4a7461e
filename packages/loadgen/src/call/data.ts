import { scrambled } from "../plan/random.ts";

/** How data is written. `delimited`: binary messages, each after its length as a varint. */
export const dataFormats = ["json", "ndjson", "binary", "delimited"] as const;
export type DataFormat = (typeof dataFormats)[number];

/** The format that a file's name means; JSON for every other name. */
export function formatOf(path: string): DataFormat {
  if (/\.(ndjson|jsonl)$/.test(path)) return "ndjson";
  return /\.(bin|binpb|pb)$/.test(path) ? "binary" : "json";
}

/** The lines of a text that are not empty, each with its number in it. */
export function* linesOf(text: string): Generator<{ readonly line: string; readonly number: number }> {
  for (let from = 0, number = 1; from < text.length; number++) {
    const end = text.indexOf("\n", from);
    const line = text.slice(from, end < 0 ? text.length : end).trim();
    if (line !== "") yield { line, number };
    from = end < 0 ? text.length : end + 1;
  }
}

/** The messages of delimited bytes; undefined when a length goes beyond them. */
export function splitDelimited(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 28) return undefined;
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    if (at + length > bytes.length) return undefined;
    messages.push(bytes.subarray(at, at + length));
    at += length;
  }
  return messages;
}

/** Which of so many messages a call at random gets: the same for a slot in every worker and every run with the seed. */
export function pickAtRandom(seed: number, slot: number, count: number): number {
  const mixed = scrambled(Math.imul((seed + 1) ^ slot, 0x9e37_79b1)) >>> 0;
  return Math.floor((mixed / 0x1_0000_0000) * count);
}
