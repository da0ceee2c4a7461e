import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";

/**
 * A message type without required fields: to encode a part of a message, where the rest is written beside it. The encoder
 * checks what is required in each message that it is given. What lies deeper stays as strict as it was.
 */
export function loosened(type: DescMessage): DescMessage {
  if (!type.fields.some(isRequired)) return type;
  const copies = new Map(type.fields.map((field) => [field, isRequired(field) ? optional(field) : field]));
  const fields = [...copies.values()];
  return Object.create(type, {
    fields: { value: fields },
    field: { value: Object.fromEntries(fields.map((field) => [field.localName, field])) },
    // A oneof has no required fields.
    members: { value: type.members.map((member) => (member.kind === "field" ? copies.get(member) : member)) },
  });
}

export function isRequired({ presence }: DescField): boolean {
  return presence === FeatureSet_FieldPresence.LEGACY_REQUIRED;
}

function optional(field: DescField): DescField {
  return Object.create(field, { presence: { value: FeatureSet_FieldPresence.EXPLICIT } });
}
