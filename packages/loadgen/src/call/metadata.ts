import type { MessageData } from "./messages.ts";
import { expressionsOf, firstCall, parseText, type TemplateContext } from "./template.ts";

/** One entry of metadata: text, or bytes for a name that ends in `-bin`. */
type MetadataEntry = readonly [name: string, value: string | Uint8Array];

/** An entry as it was given: `template` is text with `{{…}}` in it, which every call has anew. */
export type GivenEntry = readonly [name: string, value: MetadataEntry[1] | { readonly template: string }];

/** Whose calls they are for. */
export type CallsOf = Pick<MessageData, "seed" | "slice">;

/** The metadata of calls. */
export interface CallMetadata {
  /** What all calls have. */
  readonly common: readonly MetadataEntry[];
  /** What the call of a slot has beside it, at its place in flight; undefined where no call differs from another. */
  readonly own: ((slot: number, tag: number) => readonly MetadataEntry[]) | undefined;
}

/** Compiles the templates among entries whose form was checked. */
export function compileMetadata(entries: readonly GivenEntry[], { seed, slice }: CallsOf): CallMetadata {
  const common: MetadataEntry[] = [];
  const templates: (readonly [name: string, make: (context: TemplateContext) => string | number])[] = [];
  for (const [name, value] of entries) {
    if (typeof value === "string" || value instanceof Uint8Array) common.push([name, value]);
    else {
      // Draws of their own, so that they do not repeat those of the messages.
      const make = parseText(value.template, expressionsOf(seed + 1 + templates.length));
      if (typeof make === "function") templates.push([name, make]);
    }
  }
  if (templates.length === 0) return { common, own: undefined };
  const context = { ...firstCall, slice };
  return {
    common,
    own(slot, tag) {
      context.tag = tag;
      context.slot = slot;
      return templates.map(([name, make]): MetadataEntry => [name, wireValue(name, String(make(context)))]);
    },
  };
}

/** A value as it is sent: bytes, from base64, for a name that ends in -bin. */
export function wireValue(name: string, text: string): string | Uint8Array {
  return name.endsWith("-bin") ? Buffer.from(text, "base64") : text;
}
