import type { Expectations } from "../call/expectations.ts";
import { expectedCode, unexpectedCode } from "../drive/engine.ts";

/** Whether calls in flight end as expected, by tag. Once a call's answer is not, the rest of it is not decoded. */
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

  /** What was wrong with a call that ended with a status; undefined for a good one, and for one that failed by itself. */
  unmet(tag: number, status: number): string | undefined {
    if (this.#expectations.accepts(status)) {
      return this.#unmet[tag] ?? this.#expectations.ofCount(this.#messages[tag] as number);
    }
    return status === 0 ? this.#expectations.ofStatus(status) : undefined;
  }

  /** The code that a call counts under; `unmet` is what was wrong with it. */
  codeOf(status: number, unmet: string | undefined): number {
    if (unmet !== undefined) return unexpectedCode;
    return this.#expectations.accepts(status) ? expectedCode(status) : status;
  }
}
