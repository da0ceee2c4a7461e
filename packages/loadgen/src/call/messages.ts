import { fromBinary, type JsonValue, toJson } from "@bufbuild/protobuf";
import { ProgramError } from "@hey/runtime";
import type { Slice } from "../plan/slots.ts";
import { ByteWriter } from "./byte-writer.ts";
import { type CompiledMessage, compileMessage, hasMark } from "./compiled-message.ts";
import { type DataFormat, joinLines, pickAtRandom, splitDelimited } from "./data.ts";
import { parseExactly, withExactNumbers } from "./exact-numbers.ts";
import type { Method } from "./method.ts";
import { type GivenMessage, packMessage } from "./packed-message.ts";
import { firstCall, parseTemplate } from "./template.ts";

/** The requests of a run as bytes. */
export interface MessageSource {
  /** Where `make` has put a message; it may be another array after each. */
  readonly bytes: Uint8Array;
  /**
   * Puts the message into `bytes`, from 0 on, and returns its length. `index`: which message of its call, from 0. `tag`: the
   * call's place among those in flight.
   */
  make(slot: number, index: number, tag: number): number;
  /** How many messages a call sends; 1 for methods that take one. */
  readonly perCall: number;
  /** The same messages compressed: once, where they do not differ from call to call. */
  packed(compress: (message: Uint8Array) => Uint8Array): MessageSource;
}

/** Where messages come from. */
export interface MessageData {
  readonly data: Buffer;
  readonly format: DataFormat;
  /** What it is called in messages to the user. */
  readonly source: string;
  /** Which message a call gets, where it sends one of several. */
  readonly order: "turn" | "random";
  /** Repeats what is random. */
  readonly seed: number;
  /** Whose part of the run's calls they are for. */
  readonly slice: Slice;
}

/**
 * Messages encoded or compiled here and now: of JSON or lines of it, with `{{…}}` where they differ (see `parseTemplate`),
 * or binary as they are. Of several, one goes to each call; to a method that takes a stream, all of them in each call.
 * Throws a ProgramError of exit code 2 for what does not fit the method's request.
 */
export function createMessages(method: Method, given: MessageData): MessageSource {
  const compiled =
    given.format === "json" || given.format === "ndjson" ? compileText(method, given) : asTheyAre(method, given);
  const streams = method.kind === "client_streaming" || method.kind === "bidi_streaming";
  const atRandom = given.order === "random" && !streams;
  return sourceOf(compiled);

  function sourceOf(messages: readonly GivenMessage[]): MessageSource {
    const writers = messages.map(({ write }) => write);
    const writer = new ByteWriter();
    const context = { ...firstCall, slice: given.slice };
    return {
      perCall: streams ? writers.length : 1,
      get bytes() {
        return writer.bytes;
      },
      make(slot, index, tag) {
        context.tag = tag;
        context.slot = slot;
        context.index = index;
        writer.length = 0;
        const place = atRandom
          ? pickAtRandom(given.seed, slot, writers.length)
          : (streams ? index : slot) % writers.length;
        (writers[place] as CompiledMessage)(writer, context);
        return writer.length;
      },
      packed: (compress) => sourceOf(messages.map((message) => packMessage(message, compress))),
    };
  }
}

function compileText(method: Method, { data, format, source, seed }: MessageData): readonly GivenMessage[] {
  // What some editors put before a text is not part of it.
  const given = data.toString().replace(/^\ufeff/, "");
  const text = format === "ndjson" ? listOfLines(given, source, seed) : given;
  const template = parseTemplate(text, seed);
  if (typeof template === "string") throw wrong(source, template);
  const value = parse(template.json, source);
  const values = Array.isArray(value) ? value : [value];
  if (values.length === 0) throw wrong(source, "expected a message or a list of messages; got []");
  return values.map((each, index) => {
    try {
      const exact = withExactNumbers(method.input, each);
      const write = compileMessage(method.input, exact, template, method.registry);
      return { write, fixed: !hasMark(each) };
    } catch (error) {
      const where = values.length === 1 ? source : `${source}, message ${index + 1}`;
      throw wrong(where, `expected a ${method.input.typeName}: ${error instanceof Error ? error.message : error}`);
    }
  });
}

function listOfLines(text: string, source: string, seed: number): string {
  const joined = joinLines(text, (line) => {
    const template = parseTemplate(line, seed);
    try {
      JSON.parse(typeof template === "string" ? "" : template.json);
      return true;
    } catch {
      return false;
    }
  });
  if (typeof joined === "string") return joined;
  throw wrong(source, `expected a message of JSON in each line; line ${joined} is none`);
}

function asTheyAre({ input }: Method, { data, format, source }: MessageData): readonly GivenMessage[] {
  const messages = format === "binary" ? [data] : splitDelimited(data);
  if (messages === undefined) throw wrong(source, "expected messages each after its length; the last one is cut off");
  if (messages.length === 0) throw wrong(source, "expected a message, got none");
  for (const [index, message] of messages.entries()) {
    try {
      fromBinary(input, message);
    } catch (error) {
      const reason = error instanceof Error ? error.message : error;
      throw wrong(source, `expected a ${input.typeName} in message ${index + 1}: ${reason}`);
    }
  }
  return messages.map((message) => ({ write: (writer) => writer.raw(message), fixed: true }));
}

function wrong(source: string, problem: string): ProgramError {
  return new ProgramError(`${source}: ${problem}`, { exitCode: 2 });
}

function parse(json: string, source: string): JsonValue {
  try {
    return parseExactly(json);
  } catch (error) {
    throw wrong(source, `expected JSON: ${error instanceof Error ? error.message : error}`);
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
