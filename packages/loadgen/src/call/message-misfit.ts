/** What a template gave for one call does not fit its message; the others may well. Its text says where, and why. */
export class MessageMisfit extends Error {
  override readonly name = "MessageMisfit";

  constructor(problem: string, cause?: unknown) {
    super(`not sent, for the message does not fit: ${problem}`, { cause });
  }
}
