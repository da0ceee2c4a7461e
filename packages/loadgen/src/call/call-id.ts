import { randomBytes } from "node:crypto";
import { scrambled } from "../plan/random.ts";

/** Of this run: 128 bits. */
let run: Int32Array | undefined;

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * The UUID of a call (version 4): the same wherever the call's messages and metadata have it, another one in each call and
 * each run. Made of the call's number, so that nothing has to be kept for it; below 0.2 µs.
 */
export function callId(slot: number): string {
  run ??= Int32Array.from({ length: 4 }, () => randomBytes(4).readInt32LE());
  const number = Math.imul(slot, 0x9e37_79b1);
  const a = scrambled((number + (run[0] as number)) | 0);
  const b = scrambled(number ^ (run[1] as number));
  const c = scrambled((number + (run[2] as number)) | 0);
  const d = scrambled(number ^ (run[3] as number));
  return `${pair(a >>> 16)}${pair(a)}-${pair(b >>> 16)}-${pair((b & 0x0fff) | 0x4000)}-${pair(((c >>> 16) & 0x3fff) | 0x8000)}-${pair(c)}${pair(d >>> 16)}${pair(d)}`;
}

/** The lower 16 bits. */
function pair(bits: number): string {
  return `${hex[(bits >>> 8) & 0xff]}${hex[bits & 0xff]}`;
}
