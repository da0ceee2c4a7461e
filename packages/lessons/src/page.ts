/** Where a lesson is played. */
export type WorldKind = "local" | "compose";

const languages = ["sh", "yaml", "diff", "json"] as const;
type Language = (typeof languages)[number];

/** A block of commands or settings that a page has its reader perform. */
export interface Step {
  readonly name: string;
  /** Where it is performed. */
  readonly worlds: readonly WorldKind[];
  /** Commands; settings to write into mesh.yaml, or lines of it to take out (-) and put in (+); a channel's service config. */
  readonly language: Language;
  readonly lines: readonly string[];
}

/** A lesson's page as far as it is played. */
export interface Page {
  readonly title: string;
  readonly steps: readonly Step[];
}

const block = /(?:<!-- step: ([\w-]+)(?:, (local|compose))? -->\n)?^```(\w*)\n(.*?)^```/gms;

/**
 * Reads the steps of a page: its fenced blocks under a comment such as `<!-- step: split -->`. Throws when a block of
 * commands or settings is no step, for such a block would be true by luck alone; `text` is for what is only looked at.
 */
export function readPage(markdown: string): Page {
  const steps = [...markdown.matchAll(block)].flatMap(([, name, world, language, body = ""]): Step[] => {
    if (language === "text") return [];
    const known = languages.find((each) => each === language);
    if (known === undefined) throw new Error(`expected a block of ${languages.join(", ")} or text, got "${language}"`);
    if (name === undefined) throw new Error(`expected <!-- step: NAME --> before the block: ${body.trim()}`);
    const worlds: readonly WorldKind[] = world === undefined ? ["local", "compose"] : [world as WorldKind];
    return [{ name, worlds, language: known, lines: body.trimEnd().split("\n") }];
  });
  const [, title] = /^# (.*)$/m.exec(markdown) ?? [];
  if (title === undefined) throw new Error("expected a title: # What happens");
  return { title, steps };
}
