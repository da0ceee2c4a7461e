import { parseArgs } from "node:util";
import { settings } from "./settings.ts";

const metadata = settings.metadata.flag;

/** Which flags take a value: what the parser of the settings goes by. */
const options = Object.fromEntries(
  Object.values(settings).map(({ flag, short, shape }) => {
    const type = shape === "switch" ? ("boolean" as const) : ("string" as const);
    return [flag, short === undefined ? { type } : { type, short }];
  }),
);

/** A command line without what may be secret: the values of metadata, however they were given (`-m x`, `-qmx`, `--metadata=x`). */
export function withoutSecrets(argv: readonly string[]): readonly string[] {
  const shown = [...argv];
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind !== "option" || token.name !== metadata || token.value === undefined) continue;
    // A value of its own word is the next one; else it is the end of its flag's.
    const at = token.inlineValue ? token.index : token.index + 1;
    const flags = token.inlineValue ? (argv[at] as string).slice(0, -token.value.length || undefined) : "";
    shown[at] = flags + token.value.replace(/^([\w.-]+[=:]).*$|^.+$/s, "$1…");
  }
  return shown;
}
