import { fromBinary, type JsonValue, toJson } from "@bufbuild/protobuf";
import { ProgramError } from "@hey/runtime";
import { ByteWriter } from "./byte-writer.ts";
import { type CompiledMessage, compileMessage } from "./compiled-message.ts";
import type { Method } from "./method.ts";
import { parseTemplate } from "./template.ts";

/** The requests of a run as bytes. */
export interface MessageSource {
  /** Where `make` has put a message; it may be another array after each. */
  readonly bytes: Uint8Array;
  /** Puts the message into `bytes`, from 0 on, and returns its length. `index`: which message of its call, from 0. */
  make(slot: number, index: number): number;
  /** How many messages a call sends; 1 for methods that take one. */
  readonly perCall: number;
}

/** Where messages come from. */
export interface MessageText {
  /** JSON, with `{{…}}` where messages differ: see `parseTemplate`. */
  readonly text: string;
  /** What it is called in messages to the user. */
  readonly source: string;
  /** Repeats what is random. */
  readonly seed: number;
}

/**
 * Messages from JSON, encoded or compiled here and now. A list of them is sent in turn, one to a call; to a method that
 * takes a stream, all of them in each call. Throws a ProgramError of exit code 2 for what does not fit the method's request.
 */
export function createMessages(method: Method, { text, source, seed }: MessageText): MessageSource {
  const template = parseTemplate(text, seed);
  if (typeof template === "string") throw new ProgramError(`${source}: ${template}`, { exitCode: 2 });
  const value = parse(template.json, source);
  const values = Array.isArray(value) ? value : [value];
  if (values.length === 0) {
    throw new ProgramError(`${source}: expected a message or a list of messages; got []`, { exitCode: 2 });
  }
  const compiled = values.map((each, index) => {
    try {
      return compileMessage(method.input, each, template.expressions, method.registry);
    } catch (error) {
      const where = values.length === 1 ? source : `${source}, message ${index + 1}`;
      const reason = error instanceof Error ? error.message : String(error);
      throw new ProgramError(`${where}: expected a ${method.input.typeName}: ${reason}`, { exitCode: 2 });
    }
  });
  const streams = method.kind === "client_streaming" || method.kind === "bidi_streaming";
  const writer = new ByteWriter();
  const context = { slot: 0, index: 0 };
  return {
    perCall: streams ? compiled.length : 1,
    get bytes() {
      return writer.bytes;
    },
    make(slot, index) {
      context.slot = slot;
      context.index = index;
      writer.length = 0;
      (compiled[(streams ? index : slot) % compiled.length] as CompiledMessage)(writer, context);
      return writer.length;
    },
  };
}

function parse(json: string, source: string): JsonValue {
  try {
    return JSON.parse(json);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ProgramError(`${source}: expected JSON: ${reason}`, { exitCode: 2 });
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
