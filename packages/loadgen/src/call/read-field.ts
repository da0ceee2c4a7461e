import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";

/** Reads one field of an encoded message, `bytes[start, end)`: a number (as text where it is too large), or a text. */
export type FieldReader = (bytes: Uint8Array, start: number, end: number) => number | string;

/** A field that messages and their answers can be matched by. */
export interface MatchField {
  readonly kind: "number" | "text";
  readonly read: FieldReader;
}

const zigzags: ReadonlySet<ScalarType> = new Set([ScalarType.SINT32, ScalarType.SINT64]);
const texts: ReadonlySet<ScalarType> = new Set([ScalarType.STRING, ScalarType.BYTES]);
const wholes: ReadonlySet<ScalarType> = new Set([
  ...[ScalarType.INT32, ScalarType.INT64, ScalarType.UINT32, ScalarType.UINT64],
  ...[ScalarType.SINT32, ScalarType.SINT64, ScalarType.FIXED32, ScalarType.FIXED64],
  ...[ScalarType.SFIXED32, ScalarType.SFIXED64],
]);

/** Names that a message's number usually has. */
const numberNames = ["sequence", "sequenceNumber", "sequenceId", "seq", "number", "index", "id"];

/** The path of the field that numbers the messages of both types, by its name; undefined when there is none. */
export function numberField(request: DescMessage, answer: DescMessage): string | undefined {
  return numberNames.find((name) =>
    [request, answer].every((type) => {
      const field = matchField(type, name);
      return typeof field === "object" && field.kind === "number";
    }),
  );
}

/**
 * A field by its path, such as `sequence` or `header.id`: a whole number, a text or bytes. A text says what is wrong. The
 * message is not decoded: its fields are passed over until the one is found, which costs some 50 ns for a small message.
 */
export function matchField(type: DescMessage, path: string): MatchField | string {
  const steps: number[] = [];
  let message: DescMessage = type;
  const names = path.split(".");
  for (const [depth, name] of names.entries()) {
    const field = message.fields.find((each) => each.jsonName === name || each.name === name);
    const known = message.fields.map((each) => each.jsonName).join(", ");
    if (field === undefined) return `expected a field of ${message.typeName} (${known}); got ${JSON.stringify(name)}`;
    steps.push(field.number);
    if (depth < names.length - 1) {
      if (field.fieldKind !== "message" || field.delimitedEncoding) return unfit(field, "a message");
      message = field.message;
    } else if (field.fieldKind === "scalar" && texts.has(field.scalar)) {
      return { kind: "text", read: (bytes, start, end) => read(bytes, start, end, steps, asText) ?? "" };
    } else if (field.fieldKind === "scalar" && wholes.has(field.scalar)) {
      const value = zigzags.has(field.scalar) ? asZigzag : asNumber;
      return { kind: "number", read: (bytes, start, end) => read(bytes, start, end, steps, value) ?? 0 };
    } else return unfit(field, "a whole number, a text or bytes, and one of it");
  }
  return `expected a field; got ${JSON.stringify(path)}`;
}

function unfit(field: DescField, expected: string): string {
  return `expected ${field.parent.typeName}.${field.jsonName} to be ${expected}`;
}

type Value = (bytes: Uint8Array, wireType: number, start: number, end: number) => number | string;

/** The last of a field's values, as protobuf has it; undefined for a message without, or one that is damaged. */
function read(
  bytes: Uint8Array,
  start: number,
  end: number,
  steps: readonly number[],
  value: Value,
  depth = 0,
): number | string | undefined {
  let found: number | string | undefined;
  for (let at = start; at < end; ) {
    const tagEnd = varintEnd(bytes, at, end);
    const tag = Number(varint(bytes, at, tagEnd));
    const wireType = tag & 7;
    let from = tagEnd;
    let to: number;
    if (wireType === 0) to = varintEnd(bytes, from, end);
    else if (wireType === 1) to = from + 8;
    else if (wireType === 5) to = from + 4;
    else if (wireType === 2) {
      const lengthEnd = varintEnd(bytes, from, end);
      to = lengthEnd + Number(varint(bytes, from, lengthEnd));
      from = lengthEnd;
    } else return found; // A group: not of the editions' kind.
    if (to > end || tagEnd === at) return found;
    if (Math.floor(tag / 8) === steps[depth]) {
      if (depth === steps.length - 1) found = value(bytes, wireType, from, to);
      else found = read(bytes, from, to, steps, value, depth + 1) ?? found;
    }
    at = to;
  }
  return found;
}

function varintEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] as number) >= 0x80) at++;
  return Math.min(at + 1, end);
}

function varint(bytes: Uint8Array, start: number, end: number): number | bigint {
  if (end - start <= 4) {
    let small = 0;
    for (let at = end - 1; at >= start; at--) small = small * 128 + ((bytes[at] as number) & 0x7f);
    return small;
  }
  let large = 0n;
  for (let at = end - 1; at >= start; at--) large = large * 128n + BigInt((bytes[at] as number) & 0x7f);
  return large;
}

/** What is too large for a number is a text: as equal or not as the numbers are. */
function exact(value: bigint | number): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function whole(bytes: Uint8Array, wireType: number, start: number, end: number): number | bigint {
  if (wireType === 0) {
    const value = varint(bytes, start, end);
    return typeof value === "bigint" ? BigInt.asIntN(64, value) : value;
  }
  let value = 0n;
  for (let at = end - 1; at >= start; at--) value = value * 256n + BigInt(bytes[at] as number);
  return BigInt.asIntN(8 * (end - start), value);
}

function asNumber(bytes: Uint8Array, wireType: number, start: number, end: number): number | string {
  return exact(whole(bytes, wireType, start, end));
}

function asZigzag(bytes: Uint8Array, _wireType: number, start: number, end: number): number | string {
  const value = BigInt(varint(bytes, start, end));
  return exact((value >> 1n) ^ -(value & 1n));
}

function asText(bytes: Uint8Array, _wireType: number, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
}
