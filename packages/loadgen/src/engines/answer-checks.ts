import type { Expectations } from "../call/expectations.ts";

/** Whether the answers of calls in flight are as expected, by tag. Once a call's is not, the rest of it is not decoded. */
export class AnswerChecks {
  readonly #expectations: Expectations;
  readonly #messages: number[] = [];
  readonly #unmet: (string | undefined)[] = [];

  constructor(expectations: Expectations) {
    this.#expectations = expectations;
  }

  /** A call begins, or begins again. */
  begin(tag: number): void {
    this.#messages[tag] = 0;
    this.#unmet[tag] = undefined;
  }

  message(tag: number, bytes: Uint8Array): void {
    this.#messages[tag] = (this.#messages[tag] as number) + 1;
    this.#unmet[tag] ??= this.#expectations.ofMessage(bytes);
  }

  /** What was wrong with the answer of a call that ended with OK; undefined for a good one. */
  unmet(tag: number): string | undefined {
    return this.#unmet[tag] ?? this.#expectations.ofCount(this.#messages[tag] as number);
  }
}
