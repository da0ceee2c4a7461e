import { issueWords } from "./issue-words.ts";
import { meshSchema } from "./mesh-schema.ts";
import type { Service, Topology } from "./topology.ts";
import { readYaml } from "./yaml-document.ts";

/** A topology, or everything that is wrong with the text, a line each: "line:column path: what was expected". */
export type ParsedTopology =
  | { readonly ok: true; readonly topology: Topology }
  | { readonly ok: false; readonly errors: readonly string[] };

/** What is wrong with a service that only those can tell who make something of it, a line each. */
export type CheckService = (service: Service) => readonly string[];

/** Nobody reads more of them, and what carries them has its limits. */
const mostErrors = 100;

function first(errors: readonly string[]): readonly string[] {
  const [next, ...rest] = errors.slice(mostErrors);
  if (next === undefined) return errors;
  const [place] = next.split(" ", 1);
  return [...errors.slice(0, mostErrors), `${place} here begin ${rest.length + 1} more mistakes`];
}

/** Reads the text of a mesh.yaml. */
export function parseTopology(text: string, check: CheckService = () => []): ParsedTopology {
  const document = readYaml(text);
  if (document.errors.length > 0) return { ok: false, errors: first(document.errors) };
  const parsed = meshSchema.safeParse(document.value, { error: issueWords });
  const mistakes = document.explain(parsed.error?.issues ?? []);
  if (!parsed.success || mistakes.length > 0) return { ok: false, errors: first(mistakes) };
  const errors = parsed.data.services.flatMap((service) =>
    check(service).map((problem) => document.tell(["services", service.name], problem)),
  );
  return errors.length > 0 ? { ok: false, errors: first(errors) } : { ok: true, topology: parsed.data };
}
