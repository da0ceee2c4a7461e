import type { FieldReader } from "../call/read-field.ts";

/** How the answers of a bidi stream are found to belong to its messages. */
export type Match =
  | { readonly kind: "none" }
  /** The n-th answer is for the n-th message. */
  | { readonly kind: "fifo" }
  /** Message and answer have the same value in a field. */
  | { readonly kind: "field"; readonly ofRequest: FieldReader; readonly ofAnswer: FieldReader };

/** How a call with a stream goes on after its start. */
export interface StreamShape {
  /** Whether we send a stream; else one message, and the answer is a stream. */
  readonly sends: boolean;
  /** How many messages are sent, or, if none are, taken of the answer; `Infinity`: as many as the time allows. */
  readonly messages: number;
  /** Message k is due so long after the stream's start, times k; 0: as soon as the peer takes it. */
  readonly intervalMs: number;
  /** How long after its start no more is sent, or taken; `Infinity`: no limit. */
  readonly durationMs: number;
  readonly match: Match;
  /** `match` in words, such as `field:sequence`; empty for what is no bidi stream. */
  readonly matchWords: string;
}
