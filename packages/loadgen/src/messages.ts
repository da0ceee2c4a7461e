import { fromBinary, fromJson, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { ProgramError } from "@hey/runtime";
import type { Method } from "./method.ts";

/** The requests of a run as bytes. */
export interface MessageSource {
  /** Where `make` puts a message; another array after a call of it. */
  bytes: Uint8Array;
  /** Puts the message into `bytes`, from 0 on, and returns its length. `index`: which message of its call, from 0. */
  make(slot: number, index: number): number;
  /** How many messages a call sends; 1 for methods that take one. */
  readonly perCall: number;
}

/**
 * Messages from JSON, encoded here and now: a call costs nothing more. A list of them is sent in turn, one to a call; to
 * a method that takes a stream, all of them in each call. Throws a ProgramError of exit code 2 for JSON that does not
 * fit the method's request.
 */
export function createMessages(method: Method, json: string, source: string): MessageSource {
  const value = parse(json, source);
  const values = Array.isArray(value) ? value : [value];
  if (values.length === 0)
    throw new ProgramError(`${source}: expected a message or a list of messages; got []`, { exitCode: 2 });
  const encoded = values.map((each, index) =>
    encode(method, each, values.length === 1 ? source : `${source}, message ${index + 1}`),
  );
  const streams = method.kind === "client_streaming" || method.kind === "bidi_streaming";
  const messages: MessageSource = {
    bytes: new Uint8Array(),
    perCall: streams ? encoded.length : 1,
    make(slot, index) {
      messages.bytes = encoded[(streams ? index : slot) % encoded.length] as Uint8Array;
      return messages.bytes.length;
    },
  };
  return messages;
}

function parse(json: string, source: string): JsonValue {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new ProgramError(`${source}: expected JSON: ${error instanceof Error ? error.message : String(error)}`, {
      exitCode: 2,
    });
  }
}

function encode({ input, registry }: Method, value: JsonValue, source: string): Uint8Array {
  try {
    return toBinary(input, fromJson(input, value, { registry }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ProgramError(`${source}: expected a ${input.typeName}: ${reason}`, { exitCode: 2 });
  }
}

/**
 * Reads the name of whoever answered from an answer: the first of `fields` (paths of JSON names, such as
 * `replica.name`) that holds a text. Undefined for an answer without.
 */
export function readName(
  { output, registry }: Method,
  bytes: Uint8Array,
  fields: readonly string[],
): string | undefined {
  let answer: JsonValue;
  try {
    answer = toJson(output, fromBinary(output, bytes), { registry });
  } catch {
    return undefined; // An answer of another type is the caller's business, not the table's.
  }
  for (const path of fields) {
    const value = path.split(".").reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), answer);
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object";
}
