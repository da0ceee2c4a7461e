import { readArguments } from "./arguments.ts";
import type { Environment } from "./parse-settings.ts";
import type { ProgramSpec } from "./program-spec.ts";
import type { Setting, Settings } from "./settings.ts";

/**
 * The same settings, where each that names no environment variable has the one that its flag stands for: `--max-in-flight`
 * is `HEY_MAX_IN_FLIGHT`. For programs that are set up in files such as a docker-compose.yml; a command that a person types
 * had better not be changed by what the shell happens to hold.
 */
export function withVariables<S extends Settings>(settings: S): S {
  const named = Object.entries(settings).map(([key, setting]): [string, Setting<unknown>] => [
    key,
    { ...setting, env: setting.env ?? `HEY_${setting.flag.toUpperCase().replaceAll("-", "_")}` },
  ]);
  return Object.fromEntries(named) as S; // The same keys with the same kinds of setting.
}

/**
 * The variables that decide a setting or the arguments: those that are set, and over which no flag wins. In the order of
 * `--help`, as `NAME` and the text that it holds.
 */
export function variablesInUse<S extends Settings>(
  { settings, positionals }: Pick<ProgramSpec<S>, "settings" | "positionals">,
  argv: readonly string[],
  env: Environment,
): readonly (readonly [string, string])[] {
  const args = readArguments(settings, argv);
  const names = Object.entries(settings).flatMap(([key, setting]) => (args.given.has(key) ? [] : [setting.env]));
  if (args.positionals.length === args.doubtful) names.push(positionals?.env);
  return names.flatMap((name) => {
    const text = name === undefined ? "" : (env[name] ?? "");
    return name === undefined || text === "" ? [] : [[name, text] as const];
  });
}
