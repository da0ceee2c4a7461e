import { type Environment, type ProgramSpec, type Settings, variablesInUse } from "@hey/runtime";
import { withoutSecrets } from "./without-secrets.ts";

/** A command as it was given: its words, and what it takes. */
export interface GivenCommand {
  /** Such as `hey-loadgen ab`. */
  readonly name: string;
  readonly takes: Pick<ProgramSpec<Settings>, "settings" | "positionals">;
  readonly argv: readonly string[];
  readonly env: Environment;
  /** The words of the command line as they may be shown, if its own flags hide more than metadata. */
  readonly words?: readonly string[];
}

/**
 * The command as a report tells it, to be made again by: what came from environment variables is set by `env` before it.
 * The values of metadata may be secret, and are left out.
 */
export function recordedCommand({ name, takes, argv, env, words }: GivenCommand): readonly string[] {
  const variables = variablesInUse(takes, argv, env).map(([variable, text]) =>
    variable === "HEY_METADATA" ? `${variable}=${hidden(text)}` : `${variable}=${text}`,
  );
  return [
    ...(variables.length === 0 ? [] : ["env", ...variables]),
    ...name.split(" "),
    ...(words ?? withoutSecrets(argv)),
  ];
}

/** `authorization=Bearer x` without what follows the name, of each entry; of JSON nothing is shown. */
function hidden(text: string): string {
  const entries = text.includes("{") ? [text] : text.split(text.includes("\n") ? "\n" : ",");
  return entries.map((entry) => entry.trim().replace(/^([\w.-]+[=:]).*$|^.+$/s, "$1…")).join(",");
}
