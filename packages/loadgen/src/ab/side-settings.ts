import { type ParsedSettings, parseSettings, type Setting, type Settings, SettingsError } from "@hey/runtime";
import { callsSettings } from "../settings/calls-settings.ts";
import { type LoadgenSettings, positionals, settings, settingsChecks } from "../settings/settings.ts";
import { transportSettings } from "../settings/transport-settings.ts";
import { withoutSecrets } from "../settings/without-secrets.ts";
import type { Side } from "./sides.ts";
import { splitWords } from "./split-words.ts";

/** Stands for a flag that was not given, whatever its default. */
const absent = Symbol("not given");

const known = settings as Settings;
const own = new Set(Object.keys({ ...callsSettings, ...transportSettings }));

/** Why there is nothing to choose. */
export const oneThread = "expected 1: ab drives both sides in one thread, so that they meet the same moments";

/** What is common to both sides, and what was said of each. */
export interface SidesGiven {
  /** The settings of a run; of its targets there may be two. */
  readonly common: LoadgenSettings;
  /** The texts of --a and --b. */
  readonly words: Readonly<Record<Side, string>>;
}

/**
 * The settings of each side: those of both, and over them what its own words say, which are flags of a call or of its
 * connections, and perhaps a target. Throws a SettingsError that names every problem.
 */
export function sideSettings({ common, words }: SidesGiven): Readonly<Record<Side, LoadgenSettings>> {
  const problems: string[] = [];
  const of = (side: Side, target: string | undefined): LoadgenSettings => {
    const say = (problem: string) => problems.push(`--${side}: ${problem}`);
    const { positionals: [ownTarget = target] = [], ...given } = read(words[side], say);
    const values: Record<string, unknown> = { ...common, positionals: ownTarget === undefined ? [] : [ownTarget] };
    for (const [key, value] of Object.entries(given)) {
      if (key === "workers") say(`--workers: ${oneThread}`);
      else if (!own.has(key)) say(`--${known[key]?.flag} is for both sides: give it beside --a and --b`);
      // Lists add up, as they do when a flag is given twice.
      else values[key] = known[key]?.shape === "list" ? [...(values[key] as string[]), ...(value as string[])] : value;
    }
    const complete = values as unknown as LoadgenSettings; // Each value was read by its own setting.
    if (ownTarget === undefined) say(`expected a target for side ${side.toUpperCase()}: ${positionals.help}`);
    else for (const check of settingsChecks) for (const problem of check(complete)) say(problem);
    return complete;
  };
  const [first, second = first] = common.positionals;
  const sides = { a: of("a", first), b: of("b", second) };
  if (problems.length > 0) throw new SettingsError([...new Set(problems)]);
  return sides;
}

/** The flags that stand in a text, as far as they can be read, and what else does. */
function read(text: string, say: (problem: string) => void): Partial<ParsedSettings<Settings>> {
  const words = splitWords(text);
  if (typeof words === "string") {
    say(words);
    return {};
  }
  const noDefaults = Object.entries(known).map(([key, setting]): [string, Setting<unknown>] => [
    key,
    { ...setting, default: absent, env: undefined },
  ]);
  const spec = {
    name: "",
    summary: "",
    settings: Object.fromEntries(noDefaults),
    positionals: { name: "TARGET", help: "", min: 0, max: 1 },
  };
  try {
    const { positionals: targets, ...values } = parseSettings<Settings>(spec, words, {});
    const given = Object.entries(values).filter(([, value]) => value !== absent);
    return { ...Object.fromEntries(given), positionals: targets };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    error.problems.forEach(say);
    return {};
  }
}

/** An argument list in which what follows --a or --b is its value, though it begins with dashes. */
export function joinSideWords(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] as string;
    const isSide = (argument === "--a" || argument === "--b") && at + 1 < argv.length;
    joined.push(isSide ? `${argument}=${argv[++at]}` : argument);
  }
  return joined;
}

/** A side's words without what may be secret: the values of metadata. */
export function sideWithoutSecrets(text: string): string {
  const words = splitWords(text);
  if (typeof words === "string") return "…";
  return withoutSecrets(words)
    .map((word) => (/^[^\s'"\\]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}

/** A command line of ab, joined by `joinSideWords`, without what may be secret on either side or for both. */
export function abWithoutSecrets(argv: readonly string[]): readonly string[] {
  return withoutSecrets(argv).map((argument) => {
    const [, side, words = ""] = /^--([ab])=(.*)$/s.exec(argument) ?? [];
    return side === undefined ? argument : `--${side}=${sideWithoutSecrets(words)}`;
  });
}
