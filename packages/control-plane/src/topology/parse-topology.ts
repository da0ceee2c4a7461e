import { issueWords } from "./issue-words.ts";
import { meshSchema } from "./mesh-schema.ts";
import type { Topology } from "./topology.ts";
import { readYaml } from "./yaml-document.ts";

/** A topology, or everything that is wrong with the text, a line each: "line:column path: what was expected". */
export type ParsedTopology =
  | { readonly ok: true; readonly topology: Topology }
  | { readonly ok: false; readonly errors: readonly string[] };

/** Reads the text of a mesh.yaml. */
export function parseTopology(text: string): ParsedTopology {
  const document = readYaml(text);
  if (document.errors.length > 0) return { ok: false, errors: document.errors };
  const parsed = meshSchema.safeParse(document.value, { error: issueWords });
  if (parsed.success) return { ok: true, topology: parsed.data };
  return { ok: false, errors: document.explain(parsed.error.issues) };
}
