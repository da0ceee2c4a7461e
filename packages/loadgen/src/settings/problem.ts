/** A problem as a list, with the flag that it is of. */
export function prefixed(flagName: string, problem: string | undefined): readonly string[] {
  return problem === undefined ? [] : [`${flagName}: ${problem}`];
}

/** The problem that a parser returned in place of a value. */
export function problemOf(parsed: unknown): string | undefined {
  return typeof parsed === "string" ? parsed : undefined;
}
