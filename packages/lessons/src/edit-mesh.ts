import { isMap, isSeq, parseDocument, type YAMLMap } from "yaml";

/**
 * Writes what a page says into a mesh.yaml, whose comments stay: settings take the place of those that are there, the
 * items of `sources` are added to it. Throws when either is no YAML.
 */
export function editMesh(mesh: string, change: string): string {
  const document = parseDocument(mesh);
  const addition = parseDocument(change);
  for (const { errors } of [document, addition]) if (errors[0] !== undefined) throw errors[0];
  if (!isMap(document.contents) || !isMap(addition.contents)) throw new Error("expected a mapping with services");
  merge(document.contents, addition.contents);
  return document.toString({ lineWidth: 0 });
}

/** Takes out each line that begins with "-" and puts in those that begin with "+". Throws when one is not there to be taken out. */
export function diffMesh(mesh: string, lines: readonly string[]): string {
  const result = mesh.split("\n");
  for (let index = 0; index < lines.length; ) {
    const taken = lines[index] ?? "";
    if (!taken.startsWith("-")) throw new Error(`expected a line to take out before those to put in, got "${taken}"`);
    const at = result.findIndex((line) => line.trim() === taken.slice(1).trim());
    if (at === -1) {
      const line = taken.slice(1).trim();
      throw new Error(`expected mesh.yaml to have the line "${line}", as npm start writes it: it was changed before`);
    }
    const added = lines.slice(index + 1).findIndex((line) => !line.startsWith("+"));
    const end = added === -1 ? lines.length : index + 1 + added;
    result.splice(at, 1, ...lines.slice(index + 1, end).map((line) => line.slice(1)));
    index = end;
  }
  return result.join("\n");
}

/** `sources` is the one list that a lesson adds to; routes and the like are said as a whole. */
const growing = "sources";

function merge(into: YAMLMap, from: YAMLMap): void {
  for (const { key, value } of from.items) {
    const there = into.get(key, true);
    const name = String(key);
    if (isMap(there) && isMap(value)) merge(there, value);
    else if (name === growing && isSeq(there) && isSeq(value)) there.items.push(...value.items);
    else into.set(key, value);
  }
}
