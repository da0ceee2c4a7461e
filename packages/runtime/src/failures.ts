/** Settings that were wrong: every problem, one line each. A program ends with exit code 2. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      problems.length === 1
        ? `a setting is wrong: ${problems[0]}`
        : [`${problems.length} settings are wrong:`, ...problems.map((problem) => `  ${problem}`)].join("\n"),
    );
    this.problems = problems;
  }
}

/** A failure that was to be expected, in words for the user: printed on one line, without a stack. Exit code 1 unless told. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
  readonly exitCode: number;

  constructor(message: string, { exitCode = 1, cause }: { readonly exitCode?: number; readonly cause?: unknown } = {}) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}
