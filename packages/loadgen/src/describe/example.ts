import { type DescField, type DescMessage, type JsonValue, ScalarType } from "@bufbuild/protobuf";

/** Types with a JSON form of their own; what is written as text cannot be guessed from their fields. */
const wellKnown: Readonly<Record<string, JsonValue>> = {
  "google.protobuf.Timestamp": "2026-01-01T00:00:00Z",
  "google.protobuf.Duration": "1.5s",
  "google.protobuf.FieldMask": "name,value",
  "google.protobuf.Empty": {},
  "google.protobuf.Struct": { name: "value" },
  "google.protobuf.Value": "value",
  "google.protobuf.ListValue": ["value"],
  // Another message, which only its sender knows: this one is in every registry that has Any.
  "google.protobuf.Any": {},
};

/**
 * A message as JSON that can be sent: every field, one element of each list and map, the first of each oneof. A message
 * within itself is left out.
 */
export function exampleOf(message: DescMessage, within: readonly string[] = []): JsonValue {
  const known = wellKnown[message.typeName];
  if (known !== undefined) return known;
  const inside = [...within, message.typeName];
  const wrapped = /^google\.protobuf\.\w+Value$/.test(message.typeName) ? message.fields[0] : undefined;
  if (wrapped?.fieldKind === "scalar") return scalar(wrapped.scalar);
  const fields = message.fields.filter(({ oneof }, index) => {
    return oneof === undefined || message.fields.findIndex((other) => other.oneof === oneof) === index;
  });
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = fieldExample(field, inside);
      return value === undefined ? [] : [[field.jsonName, value] as const];
    }),
  );
}

function fieldExample(field: DescField, within: readonly string[]): JsonValue | undefined {
  switch (field.fieldKind) {
    case "scalar":
      return scalar(field.scalar);
    case "enum":
      return enumName(field.enum);
    case "message":
      return inner(field.message, within);
    case "list": {
      const one = elementOf(field, within);
      return one === undefined ? undefined : [one];
    }
    case "map": {
      const one = elementOf(field, within);
      return one === undefined ? undefined : { [String(scalar(field.mapKey))]: one };
    }
  }
}

function elementOf(
  field: Extract<DescField, { fieldKind: "list" | "map" }>,
  within: readonly string[],
): JsonValue | undefined {
  if (field.message !== undefined) return inner(field.message, within);
  if (field.enum !== undefined) return enumName(field.enum);
  return field.scalar === undefined ? undefined : scalar(field.scalar);
}

function inner(message: DescMessage, within: readonly string[]): JsonValue | undefined {
  return within.includes(message.typeName) ? undefined : exampleOf(message, within);
}

/** The second name: the first is what a field has that nobody set. */
function enumName({ values }: { readonly values: readonly { readonly name: string }[] }): string {
  return (values[1] ?? values[0])?.name ?? "";
}

function scalar(type: ScalarType): JsonValue {
  switch (type) {
    case ScalarType.STRING:
      return "text";
    case ScalarType.BYTES:
      return "Ynl0ZXM=";
    case ScalarType.BOOL:
      return true;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return 1.5;
    // 64-bit numbers are text in JSON, whose numbers end at 2^53.
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return "1";
    default:
      return 1;
  }
}
