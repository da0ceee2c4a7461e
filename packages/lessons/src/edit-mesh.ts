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
