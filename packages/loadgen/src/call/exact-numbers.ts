import { type DescField, type DescMessage, type JsonValue, ScalarType } from "@bufbuild/protobuf";

/** Stands before the digits of a whole number that a JavaScript number cannot hold, in parsed JSON. */
const mark = "\ue003";

/** Reads JSON; whole numbers beyond 2^53 are kept with all their digits, for `withExactNumbers` to place. */
export function parseExactly(text: string): JsonValue {
  // Looking at each value is dear, and most data has no such number.
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value, context?: { readonly source?: string }) => {
    const isRounded = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
    const source = context?.source ?? "";
    return isRounded && /^-?\d+$/.test(source) ? mark + source : value;
  });
}

const exact: ReadonlySet<ScalarType | undefined> = new Set([
  ...[ScalarType.INT64, ScalarType.SINT64, ScalarType.SFIXED64, ScalarType.UINT64, ScalarType.FIXED64],
]);

/** Parsed JSON of a message with each of those numbers as its field takes it: of 64 bits as a text, else as a number. */
export function withExactNumbers(type: DescMessage, json: JsonValue): JsonValue {
  if (!JSON.stringify(json).includes(mark)) return json;
  return inMessage(type, json);

  function inMessage(message: DescMessage, value: JsonValue): JsonValue {
    if (/^google\.protobuf\.U?Int64Value$/.test(message.typeName)) return placed(value, true);
    if (!isObject(value)) return placed(value, false);
    return mapped(value, (key, part) => {
      const field = message.fields.find(({ jsonName, name }) => key === jsonName || key === name);
      return field === undefined ? placed(part, false) : inField(field, part);
    });
  }

  function inField(field: DescField, value: JsonValue): JsonValue {
    const one = (each: JsonValue) =>
      field.message === undefined ? placed(each, exact.has(field.scalar)) : inMessage(field.message, each);
    if (field.fieldKind === "list" && Array.isArray(value)) return value.map(one);
    return field.fieldKind === "map" && isObject(value) ? mapped(value, (_key, each) => one(each)) : one(value);
  }
}

function placed(value: JsonValue, asText: boolean): JsonValue {
  if (Array.isArray(value)) return value.map((each) => placed(each, asText));
  if (isObject(value)) return mapped(value, (_key, each) => placed(each, asText));
  if (typeof value !== "string" || !value.startsWith(mark)) return value;
  return asText ? value.slice(mark.length) : Number(value.slice(mark.length));
}

function mapped(value: { [key: string]: JsonValue }, of: (key: string, each: JsonValue) => JsonValue): JsonValue {
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, of(key, each)]));
}

function isObject(json: JsonValue): json is { [key: string]: JsonValue } {
  return json !== null && typeof json === "object" && !Array.isArray(json);
}
