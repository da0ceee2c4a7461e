import type { CallSink, Metadata } from "../index.ts";

/** How one call ended. */
export interface Ended {
  readonly code: number;
  readonly details: string;
  readonly retrySafe: boolean;
  readonly messages: readonly string[];
  readonly trailers: Metadata;
}

/** A sink for any number of calls that keeps what came; `ended(tag)` waits for the end of one. */
export class RecordingSink implements CallSink {
  readonly #messages = new Map<number, string[]>();
  readonly #ends = new Map<number, PromiseWithResolvers<Ended>>();
  readonly writable: number[] = [];

  ended(tag: number): Promise<Ended> {
    return this.#end(tag).promise;
  }

  messages(tag: number): string[] {
    const known = this.#messages.get(tag) ?? [];
    this.#messages.set(tag, known);
    return known;
  }

  onHeaders(): void {}

  onMessage(tag: number, bytes: Buffer, start: number, end: number): void {
    this.messages(tag).push(bytes.toString("latin1", start, end));
  }

  onEnd(tag: number, code: number, answer: Parameters<CallSink["onEnd"]>[2]): void {
    const { details, retrySafe } = answer;
    this.#end(tag).resolve({ code, details, retrySafe, messages: this.messages(tag), trailers: answer.trailers() });
  }

  onWritable(tag: number): void {
    this.writable.push(tag);
  }

  #end(tag: number): PromiseWithResolvers<Ended> {
    const known = this.#ends.get(tag) ?? Promise.withResolvers<Ended>();
    this.#ends.set(tag, known);
    return known;
  }
}
