import { addressForm, parseAddress } from "./address.ts";
import { formatDuration, parseDuration } from "./duration.ts";

/** What came of reading a text: the value, or what was expected in its place. */
type Reading<T> = { readonly value: T } | { readonly expected: string };

/** One setting of a program: where it may come from, what it may be, and the words for `--help`. */
export interface Setting<T> {
  /** `value`: the last one given counts. `switch`: needs no value, and has a `--no-…`. `list`: all that are given count. */
  readonly shape: "value" | "switch" | "list";
  readonly flag: string;
  readonly short: string | undefined;
  readonly env: string | undefined;
  readonly help: string;
  readonly placeholder: string;
  readonly default: T;
  /** The default as a person would write it; empty for none. */
  readonly defaultText: string;
  /** Reads what was given: one text, or for a list all of them. */
  read(texts: readonly string[]): Reading<T>;
}

/** The settings of a program by the names that its code uses. */
export type Settings = Readonly<Record<string, Setting<unknown>>>;

/** The values of settings: readonly, and `undefined` only where the default is. */
export type SettingsOf<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

/** What every kind of setting is described by. `default: undefined` makes it one that need not have a value. */
export interface Description<D> {
  /** The flag's name without dashes. */
  readonly flag: string;
  /** One letter, for `-n`. */
  readonly short?: string | undefined;
  /** The environment variable. */
  readonly env?: string | undefined;
  readonly default: D;
  readonly help: string;
  /** What stands for the value in `--help`. */
  readonly placeholder?: string | undefined;
}

/** The type of a setting: T, and `undefined` only if its default D may be. */
type Or<T, D> = T | Extract<D, undefined>;

interface Kind<T> {
  readonly placeholder: string;
  read(text: string): Reading<T>;
  show(value: T): string;
}

function oneValue<T, D extends T | undefined>(description: Description<D>, kind: Kind<T>): Setting<Or<T, D>> {
  return {
    ...names(description, kind.placeholder),
    shape: "value",
    // D is T or undefined, so D is Or<T, D>; the compiler does not reduce the conditional type.
    default: description.default as Or<T, D>,
    defaultText: description.default === undefined ? "" : kind.show(description.default),
    read: (texts) => kind.read(texts.at(-1) ?? ""),
  };
}

function names({ flag, short, env, help, placeholder }: Description<unknown>, fallback: string) {
  return { flag, short, env, help, placeholder: placeholder ?? fallback };
}

/** Any text. */
export function text<D extends string | undefined>(description: Description<D>): Setting<Or<string, D>> {
  return oneValue<string, D>(description, {
    placeholder: "TEXT",
    read: (value) => ({ value }),
    show: (value) => value,
  });
}

interface Range {
  /** The least value taken. */
  readonly min?: number | undefined;
  /** The greatest value taken. */
  readonly max?: number | undefined;
}

/** A whole number in decimal digits. */
export function integer<D extends number | undefined>(description: Description<D> & Range): Setting<Or<number, D>> {
  return oneValue<number, D>(description, {
    placeholder: "N",
    read: (value) =>
      /^-?\d+$/.test(value) && Number.isSafeInteger(Number(value))
        ? inRange(Number(value), "a whole number", description, String)
        : { expected: withRange("a whole number", description, String) },
    show: String,
  });
}

/** A decimal number. */
export function number<D extends number | undefined>(description: Description<D> & Range): Setting<Or<number, D>> {
  return oneValue<number, D>(description, {
    placeholder: "NUMBER",
    read: (value) =>
      /^-?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value) && Number.isFinite(Number(value))
        ? inRange(Number(value), "a number", description, String)
        : { expected: withRange("a number", description, String) },
    show: String,
  });
}

/** A time with its unit, `250ms`, `10s`, `1m30s` or `1h`, in milliseconds; `min` and `max` too. Not negative. */
export function duration<D extends number | undefined>(description: Description<D> & Range): Setting<Or<number, D>> {
  const what = "a duration with its unit (ms, s, m or h), such as 250ms or 1m30s";
  return oneValue<number, D>(description, {
    placeholder: "DURATION",
    read: (value) => {
      const durationMs = parseDuration(value);
      if (durationMs !== undefined) return inRange(durationMs, what, description, formatDuration);
      return { expected: withRange(what, description, formatDuration) };
    },
    show: formatDuration,
  });
}

/** One of a few words. */
export function choice<const C extends readonly string[], D extends C[number] | undefined>(
  description: Description<D> & { readonly choices: C },
): Setting<Or<C[number], D>> {
  return oneValue<C[number], D>(description, {
    placeholder: description.choices.join("|"),
    read: (value) =>
      description.choices.includes(value) ? { value } : { expected: `one of ${description.choices.join(", ")}` },
    show: (value) => value,
  });
}

/**
 * A place to listen or to connect to, checked to be `host:port`, `[v6]:port` or `unix:path`. With `off: true` the word
 * `off` is taken too and gives `undefined`; so does `default: undefined`, which is then the same as `off`.
 */
export function address<D extends string | undefined, const O extends boolean = false>(
  description: Description<D> & { readonly off?: O | undefined },
): Setting<string | Extract<D, undefined> | (O extends true ? undefined : never)> {
  const what = description.off === true ? `${addressForm}, or off` : addressForm;
  return {
    ...names(description, description.off === true ? "HOST:PORT|off" : "HOST:PORT"),
    shape: "value",
    default: description.default as string | Extract<D, undefined>,
    defaultText: description.default ?? (description.off === true ? "off" : ""),
    read: (texts) => {
      const value = texts.at(-1) ?? "";
      // `off: true` is what puts undefined into the type.
      if (description.off === true && value === "off")
        return { value: undefined as O extends true ? undefined : never };
      return parseAddress(value) === undefined ? { expected: what } : { value };
    },
  };
}

const switchWords: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  "1": true,
  false: false,
  no: false,
  off: false,
  "0": false,
};

/** A switch: `--x`, `--no-x`, `--x=false`; from the environment true, yes, on, 1, false, no, off or 0. */
export function flag(description: Description<boolean>): Setting<boolean> {
  return {
    ...names(description, ""),
    shape: "switch",
    default: description.default,
    defaultText: description.default ? "on" : "",
    read: (texts) => {
      const value = switchWords[(texts.at(-1) ?? "").toLowerCase()];
      return value === undefined ? { expected: `one of ${Object.keys(switchWords).join(", ")}` } : { value };
    },
  };
}

/** Texts, one for each time that the flag is given; the environment variable holds them separated by commas, or a line each. */
export function list(description: Description<readonly string[]>): Setting<readonly string[]> {
  return {
    ...names(description, "TEXT"),
    shape: "list",
    default: description.default,
    defaultText: description.default.join(","),
    read: (texts) => ({ value: texts }),
  };
}

function inRange(value: number, what: string, range: Range, show: (bound: number) => string): Reading<number> {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = range;
  return value >= min && value <= max ? { value } : { expected: withRange(what, range, show) };
}

function withRange(what: string, { min, max }: Range, show: (bound: number) => string): string {
  if (min !== undefined && max !== undefined) return `${what}, from ${show(min)} to ${show(max)}`;
  if (min !== undefined) return `${what}, at least ${show(min)}`;
  return max === undefined ? what : `${what}, at most ${show(max)}`;
}
