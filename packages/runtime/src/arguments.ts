import { parseArgs } from "node:util";
import { nearest } from "./nearest.ts";
import type { Setting, Settings } from "./settings.ts";

/** An argument list taken apart, nothing read yet. */
export interface Arguments {
  /** The texts given for each setting, by its name in the code. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
  /** How many positionals might be the values of unknown flags instead. */
  readonly doubtful: number;
  readonly help: boolean;
  readonly problems: readonly string[];
}

/** Takes an argument list apart and names every flag that is not known or lacks its value; of those of `elsewhere` it tells what is said there. */
export function readArguments(
  settings: Settings,
  argv: readonly string[],
  elsewhere: ReadonlyMap<string, string> = new Map(),
): Arguments {
  const flags = knownFlags(settings);
  const args = [...argv];
  const problems: string[] = [];
  let tokens = tokenize(args, settings);
  // parseArgs takes whatever follows for a flag's value. Where that is a flag, the value is missing: leave the first one
  // out and look again, so that the second is seen too.
  for (let token = findLacking(tokens, flags); token !== undefined; token = findLacking(tokens, flags)) {
    problems.push(
      `${token.rawName}: expected a value${token.value === undefined ? "" : `; got another flag, ${token.value} (as a value: ${token.rawName}=${token.value})`}`,
    );
    args.splice(token.index, 1);
    tokens = tokenize(args, settings);
  }

  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  let help = false;
  let doubtful = 0;
  let afterUnknown = false;
  for (const token of tokens) {
    const wasAfterUnknown = afterUnknown;
    afterUnknown = false;
    if (token.kind === "positional") {
      positionals.push(token.value);
      if (wasAfterUnknown) doubtful++;
    } else if (token.kind === "option") {
      const known = flags.get(token.name);
      if (token.name === "help") help = true;
      else if (known === undefined) {
        const there = elsewhere.get(token.rawName);
        const more = there === undefined ? didYouMean(token, [...flags.keys(), "help"]) : `; ${there}`;
        problems.push(`${token.rawName}: there is no such flag${more}`);
        afterUnknown = token.value === undefined;
      } else if (known.off && token.value !== undefined) {
        problems.push(`${token.rawName}: expected no value; got ${JSON.stringify(token.value)}`);
      } else {
        const text = known.off ? "false" : (token.value ?? "true");
        given.set(known.key, [...(given.get(known.key) ?? []), text]);
      }
    }
  }
  return { given, positionals, doubtful, help, problems };
}

type Token = ReturnType<typeof tokenize>[number];
type OptionToken = Extract<Token, { kind: "option" }>;

interface Flag {
  readonly key: string;
  readonly setting: Setting<unknown>;
  /** It is the `--no-…` of its switch. */
  readonly off: boolean;
}

function knownFlags(settings: Settings): ReadonlyMap<string, Flag> {
  const flags = new Map<string, Flag>();
  for (const [key, setting] of Object.entries(settings)) {
    if (flags.has(setting.flag)) throw new Error(`two settings have the flag --${setting.flag}`);
    flags.set(setting.flag, { key, setting, off: false });
    if (setting.shape === "switch") flags.set(`no-${setting.flag}`, { key, setting, off: true });
  }
  return flags;
}

function tokenize(args: readonly string[], settings: Settings) {
  const options: Record<string, { type: "boolean" | "string"; short?: string }> = {
    help: { type: "boolean", short: "h" },
  };
  for (const { flag, short, shape } of Object.values(settings)) {
    const type = shape === "switch" ? "boolean" : "string";
    options[flag] = short === undefined ? { type } : { type, short };
    if (short === "h") options["help"] = { type: "boolean" };
  }
  return parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function findLacking(tokens: readonly Token[], flags: ReadonlyMap<string, Flag>): OptionToken | undefined {
  return tokens.find((token): token is OptionToken => {
    if (token.kind !== "option") return false;
    const shape = flags.get(token.name)?.setting.shape;
    if (shape !== "value" && shape !== "list") return false;
    return token.value === undefined || (!token.inlineValue && /^-(-|[a-z])/i.test(token.value));
  });
}

function didYouMean({ name, rawName }: OptionToken, names: readonly string[]): string {
  const meant = rawName.startsWith("--") ? nearest(name, names) : undefined;
  return meant === undefined ? "" : `; did you mean --${meant}?`;
}
