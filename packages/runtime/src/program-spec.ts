import type { Settings, SettingsOf } from "./settings.ts";

/** What is said about a program's arguments that are no flags. */
export interface Positionals {
  /** What stands for them in `--help`, such as TARGET. */
  readonly name: string;
  readonly help: string;
  readonly min: number;
  readonly max: number;
  /** Where a single one comes from if none is given. */
  readonly env?: string | undefined;
  /** What they are if neither is given; counts towards `min`. */
  readonly default?: string | undefined;
}

/** What a program's run is told: the values of its settings, and its arguments that are no flags. */
export type ParsedSettings<S extends Settings> = SettingsOf<S> & { readonly positionals: readonly string[] };

/** What a program is called and takes. */
export interface ProgramSpec<S extends Settings> {
  readonly name: string;
  /** One sentence for the head of `--help`. */
  readonly summary: string;
  /** What follows the name in the usage line, if "[flags] [TARGET]" is not clear enough. */
  readonly usage?: string | undefined;
  readonly positionals?: Positionals | undefined;
  readonly settings: S;
  /** Each says what is wrong with settings that are right one by one. Asked only if all that it reads are. */
  readonly checks?: readonly ((settings: ParsedSettings<S>) => readonly string[])[] | undefined;
  /** Flags that people know from other programs, with their dashes, and what to tell who gives one. */
  readonly flagsElsewhere?: ReadonlyMap<string, string> | undefined;
  /** Text after the flags in `--help`. */
  readonly footer?: string | undefined;
}
