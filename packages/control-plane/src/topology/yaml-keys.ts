import { type Document, isScalar, type Node, visit } from "yaml";

interface KeyProblem {
  readonly offset: number;
  readonly name: string;
  readonly message: string;
}

/** What is wrong with the keys of all maps: those that are no names, and those that are there twice, of which all but one would be lost. */
export function findKeyProblems(document: Document, place: (offset: number) => string): readonly KeyProblem[] {
  const problems: KeyProblem[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Map<string, number>();
      for (const { key } of map.items) {
        const offset = (key as Node | null)?.range?.[0] ?? map.range?.[0] ?? 0;
        if (!isScalar(key)) {
          problems.push({ offset, name: "a key", message: "expected a name" });
          continue;
        }
        const name = String(key.value);
        const before = seen.get(name);
        // JavaScript's objects have it already, and what checks them passes it over.
        if (name === "__proto__") problems.push({ offset, name, message: "expected another name: this one is taken" });
        if (before !== undefined) {
          problems.push({ offset, name, message: `expected a unique key; it stands at ${place(before)} already` });
        }
        seen.set(name, offset);
      }
    },
  });
  return problems;
}
