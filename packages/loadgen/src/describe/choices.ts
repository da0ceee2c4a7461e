import type { DescMessage } from "@bufbuild/protobuf";

/** What an example leaves out: for each oneof of a message, and of the messages within it, the fields of which it takes one. */
export function choicesOf(message: DescMessage, seen: Set<string> = new Set()): readonly string[] {
  // Those have a JSON form of their own.
  if (seen.has(message.typeName) || message.typeName.startsWith("google.protobuf.")) return [];
  seen.add(message.typeName);
  const own = message.oneofs
    .filter(({ fields }) => fields.length > 1)
    .map(({ name, fields }) => `${message.typeName}, ${name}: ${fields.map(({ jsonName }) => jsonName).join(" or ")}`);
  const inner = message.fields.flatMap((field) => (field.message === undefined ? [] : choicesOf(field.message, seen)));
  return [...own, ...inner];
}
