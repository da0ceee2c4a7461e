import { readArguments } from "./arguments.ts";
import { SettingsError } from "./failures.ts";
import type { ParsedSettings, Positionals, ProgramSpec } from "./program-spec.ts";
import type { Settings } from "./settings.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings of a program: a flag wins over the environment variable, that over the default. A variable set to the
 * empty text counts as not set. Throws one SettingsError that names every problem; `--help` is ignored.
 */
export function parseSettings<S extends Settings>(
  spec: ProgramSpec<S>,
  argv: readonly string[],
  env: Environment,
): ParsedSettings<S> {
  const args = readArguments(spec.settings, argv, spec.flagsElsewhere);
  const problems = [...args.problems];
  const values: Record<string, unknown> = {};
  const wrong = new Set<PropertyKey>();
  for (const [key, setting] of Object.entries(spec.settings)) {
    const flagTexts = args.given.get(key);
    const envText = setting.env === undefined ? "" : (env[setting.env] ?? "");
    if (flagTexts === undefined && envText === "") {
      values[key] = setting.default;
      continue;
    }
    const texts = flagTexts ?? (setting.shape === "list" ? splitList(envText) : [envText]);
    const reading = setting.read(texts);
    if ("value" in reading) values[key] = reading.value;
    else {
      wrong.add(key);
      const source = flagTexts === undefined ? `${setting.env} (environment variable)` : `--${setting.flag}`;
      problems.push(`${source}: expected ${reading.expected}; got ${quote(texts.at(-1) ?? "")}`);
    }
  }
  const positionals = choosePositionals(spec.positionals, args.positionals, env);
  const miscounted = checkPositionals(spec.positionals, positionals, args.doubtful);
  problems.push(...miscounted);
  if (miscounted.length > 0 || args.doubtful > 0) wrong.add("positionals");

  // Every key of S has been read by its own setting; what could not be is in `wrong`, and nobody gets to see it.
  const parsed = { ...values, positionals } as unknown as ParsedSettings<S>;
  const guarded = refusing(parsed, wrong);
  for (const check of spec.checks ?? []) problems.push(...unlessRefused(() => check(guarded)));
  if (problems.length > 0) throw new SettingsError(problems);
  return parsed;
}

const refused = Symbol("read a setting that is wrong by itself");

/** The same values, of which some may not be read. */
function refusing<T extends object>(values: T, forbidden: ReadonlySet<PropertyKey>): T {
  return new Proxy(values, {
    get(target, key) {
      if (forbidden.has(key)) throw refused;
      return Reflect.get(target, key);
    },
  });
}

function unlessRefused(check: () => readonly string[]): readonly string[] {
  try {
    return check();
  } catch (thrown) {
    if (thrown === refused) return [];
    throw thrown;
  }
}

/** Separated by commas; where there is a line end, by line ends alone, since some texts have commas of their own. */
function splitList(envText: string): readonly string[] {
  return envText
    .split(envText.includes("\n") ? "\n" : ",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function choosePositionals(spec: Positionals | undefined, given: readonly string[], env: Environment) {
  if (spec === undefined || given.length > 0) return given;
  const single = (spec.env === undefined ? "" : env[spec.env]) || spec.default;
  return single === undefined ? [] : [single];
}

function checkPositionals(spec: Positionals | undefined, positionals: readonly string[], doubtful: number): string[] {
  const { name, min, max } = spec ?? { name: "", min: 0, max: 0 };
  if (positionals.length < min) return [`${name}: expected ${count(min, max)}; got ${positionals.length}`];
  // What follows an unknown flag may have been its value, and that flag is reported already.
  if (positionals.length - doubtful <= max) return [];
  const extra = positionals.slice(max).map(quote).join(" ");
  return [max === 0 ? `${extra}: expected no arguments but flags` : `${extra}: expected ${count(min, max)} ${name}`];
}

function count(min: number, max: number): string {
  if (min === max) return String(min);
  return max === Number.POSITIVE_INFINITY ? `${min} or more` : `${min} to ${max}`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
