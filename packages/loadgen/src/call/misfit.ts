import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonValue,
  type Registry,
  ScalarType,
  toBinary,
} from "@bufbuild/protobuf";
import { nearest } from "@hey/runtime";
import { isRequired, loosened } from "./loosened.ts";

/**
 * The first place where JSON does not fit a message: its path as a JSON pointer, what was expected there, and what came.
 * Undefined where no place is to blame.
 */
export function findMisfit(type: DescMessage, value: JsonValue, registry: Registry, path = ""): string | undefined {
  return inMessage(path, type, value);

  function inMessage(path: string, message: DescMessage, json: JsonValue): string | undefined {
    if (fits(() => toBinary(message, fromJson(message, json, { registry })))) return undefined;
    if (message.typeName.startsWith("google.protobuf.") || !isObject(json)) {
      return `${path === "" ? "the message" : path}: expected ${ofMessage(message)}; got ${shown(json)}`;
    }
    for (const [key, part] of Object.entries(json)) {
      const field = message.fields.find(({ jsonName, name }) => key === jsonName || key === name);
      if (field === undefined) return `${path}/${key}: ${unknownField(message, key)}`;
      if (fits(() => encode(message, { [key]: part }))) continue;
      return inField(`${path}/${key}`, { message, key, field }, part);
    }
    for (const { name, fields } of message.oneofs) {
      const given = fields.flatMap((field) => [field.jsonName, field.name].find((key) => json[key] != null) ?? []);
      if (given.length > 1)
        return `${path === "" ? "the message" : path}: expected one of the oneof ${name}; got ${given.join(", ")}`;
    }
    const missing = message.fields.find(
      (field) => isRequired(field) && json[field.jsonName] === undefined && json[field.name] === undefined,
    );
    if (missing !== undefined) return `${path}/${missing.jsonName}: ${message.typeName} requires it; there is none`;
    return undefined;
  }

  /** One field alone: what else the message requires is not its fault. */
  function encode(message: DescMessage, json: JsonValue): void {
    const part = loosened(message);
    toBinary(part, fromJson(part, json, { registry }));
  }

  function inField(path: string, at: Place, part: JsonValue): string | undefined {
    const { field } = at;
    const alone = (each: JsonValue) => (field.fieldKind === "list" ? [each] : each);
    switch (field.fieldKind) {
      case "list":
        if (!Array.isArray(part)) return `${path}: expected a list; got ${shown(part)}`;
        return first(part.entries(), ([index, each]) =>
          fits(() => encode(at.message, { [at.key]: alone(each) }))
            ? undefined
            : ofKind(`${path}/${index}`, field.listKind, field, each),
        );
      case "map":
        if (!isObject(part)) return `${path}: expected an object of keys and values; got ${shown(part)}`;
        return first(Object.entries(part), ([key, each]) =>
          fits(() => encode(at.message, { [at.key]: { [key]: each } }))
            ? undefined
            : ofEntry(`${path}/${key}`, at, field, each),
        );
      default:
        return ofKind(path, field.fieldKind, field, part);
    }
  }

  function ofEntry(path: string, at: Place, field: DescField & { fieldKind: "map" }, each: JsonValue) {
    const someKey = field.mapKey === ScalarType.BOOL ? "true" : "0";
    if (fits(() => encode(at.message, { [at.key]: { [someKey]: each } }))) {
      return `${path}: expected a key that is ${scalarWords[field.mapKey]}`;
    }
    return ofKind(path, field.mapKind, field, each);
  }

  function ofKind(path: string, kind: "message" | "enum" | "scalar", field: DescField, part: JsonValue) {
    if (kind === "message" && field.message !== undefined) return inMessage(path, field.message, part);
    if (kind === "enum" && field.enum !== undefined) {
      return `${path}: expected one of ${field.enum.values.map(({ name }) => name).join(", ")}; got ${shown(part)}`;
    }
    return `${path}: expected ${field.scalar === undefined ? "another value" : scalarWords[field.scalar]}; got ${shown(part)}`;
  }
}

interface Place {
  readonly message: DescMessage;
  readonly key: string;
  readonly field: DescField;
}

function unknownField({ typeName, fields }: DescMessage, key: string): string {
  const names = fields.map(({ jsonName }) => jsonName);
  const meant = nearest(key, names);
  const there = names.length === 0 ? "it has none" : `there are ${names.join(", ")}`;
  return `${typeName} has no such field; ${meant === undefined ? there : `did you mean ${meant}? (${there})`}`;
}

function ofMessage({ typeName }: DescMessage): string {
  switch (typeName) {
    case "google.protobuf.Timestamp":
      return 'a time such as "2026-01-01T00:00:00Z"';
    case "google.protobuf.Duration":
      return 'a duration in seconds such as "1.5s"';
    default:
      return `an object with the fields of ${typeName}`;
  }
}

export const scalarWords: Readonly<Record<ScalarType, string>> = {
  [ScalarType.DOUBLE]: "a number (double)",
  [ScalarType.FLOAT]: "a number (float)",
  [ScalarType.INT32]: "a whole number from -2147483648 to 2147483647 (int32)",
  [ScalarType.SINT32]: "a whole number from -2147483648 to 2147483647 (sint32)",
  [ScalarType.SFIXED32]: "a whole number from -2147483648 to 2147483647 (sfixed32)",
  [ScalarType.UINT32]: "a whole number from 0 to 4294967295 (uint32)",
  [ScalarType.FIXED32]: "a whole number from 0 to 4294967295 (fixed32)",
  [ScalarType.INT64]: "a whole number of 64 bits, as a number or a text (int64)",
  [ScalarType.SINT64]: "a whole number of 64 bits, as a number or a text (sint64)",
  [ScalarType.SFIXED64]: "a whole number of 64 bits, as a number or a text (sfixed64)",
  [ScalarType.UINT64]: "a whole number of 64 bits from 0, as a number or a text (uint64)",
  [ScalarType.FIXED64]: "a whole number of 64 bits from 0, as a number or a text (fixed64)",
  [ScalarType.BOOL]: "true or false",
  [ScalarType.STRING]: "a text",
  [ScalarType.BYTES]: "bytes, as a text in base64",
};

function fits(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

function first<T>(items: Iterable<T>, problemOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function shown(json: JsonValue): string {
  const text = JSON.stringify(json);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function isObject(json: JsonValue): json is { [key: string]: JsonValue } {
  return json !== null && typeof json === "object" && !Array.isArray(json);
}
