import protobuf from "protobufjs";

/** What a name of a type stands for. */
export type TypeKind = "message" | "enum";

/** The types of all files by full name, without a dot before it. */
export type TypeNames = ReadonlyMap<string, TypeKind>;

/** Every type that is declared below a namespace: its full name and what it is. */
export function* declaredTypes(space: protobuf.NamespaceBase): Generator<readonly [string, TypeKind]> {
  for (const nested of space.nestedArray) {
    const name = nested.fullName.slice(1);
    if (nested instanceof protobuf.Enum) yield [name, "enum"];
    else if (nested instanceof protobuf.Type) yield [name, "message"];
    if (nested instanceof protobuf.Namespace) yield* declaredTypes(nested);
  }
}

/** The full name that a name has in a scope, the innermost first, as the language says; undefined when there is none. */
export function resolveType(name: string, scope: string, types: TypeNames): string | undefined {
  if (name.startsWith(".")) return types.has(name.slice(1)) ? name.slice(1) : undefined;
  for (let within = scope; ; within = within.slice(0, Math.max(0, within.lastIndexOf(".")))) {
    const full = within === "" ? name : `${within}.${name}`;
    if (types.has(full)) return full;
    if (within === "") return undefined;
  }
}
