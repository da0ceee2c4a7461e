import { fromBinary, type JsonValue, toJson } from "@bufbuild/protobuf";
import { ProgramError } from "@hey/runtime";
import type { Slice } from "../plan/slots.ts";
import { ByteWriter } from "./byte-writer.ts";
import { type CompiledMessage, compileMessage, hasMark } from "./compiled-message.ts";
import { type DataFormat, linesOf, pickAtRandom, splitDelimited } from "./data.ts";
import { parseExactly, withExactNumbers } from "./exact-numbers.ts";
import type { Method } from "./method.ts";
import { type GivenMessage, packMessage } from "./packed-message.ts";
import { expressionsOf, firstCall, parseTemplate, type Template } from "./template.ts";

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

function compileText(method: Method, given: MessageData): readonly GivenMessage[] {
  // What some editors put before a text is not part of it.
  const text = given.data.toString().replace(/^\ufeff/, "");
  return given.format === "ndjson" ? compileLines(method, text, given) : compileList(method, text, given);
}

function compileList(method: Method, text: string, { source, seed }: MessageData): readonly GivenMessage[] {
  const template = parseTemplate(text, expressionsOf(seed));
  if (typeof template === "string") throw wrong(source, template);
  const value = parse(template.json, source);
  const values = Array.isArray(value) ? value : [value];
  if (values.length === 0) throw wrong(source, "expected a message or a list of messages; got []");
  return values.map((each, index) =>
    compile(method, each, { template, where: values.length === 1 ? source : `${source}, message ${index + 1}` }),
  );
}

/** Line by line, so that of hundreds of thousands no more is held than what they are compiled to. */
function compileLines(method: Method, text: string, { source, seed }: MessageData): readonly GivenMessage[] {
  const messages: GivenMessage[] = [];
  const expressionOf = expressionsOf(seed);
  for (const { line, number } of linesOf(text)) {
    const where = `${source}, line ${number}`;
    const template = parseTemplate(line, expressionOf);
    if (typeof template === "string") throw wrong(where, template);
    messages.push(compile(method, parse(template.json, where), { template, where }));
  }
  if (messages.length === 0) throw wrong(source, "expected a message of JSON in each line; got no line");
  return messages;
}

function compile(
  { input, registry }: Method,
  value: JsonValue,
  { template, where }: { readonly template: Template; readonly where: string },
): GivenMessage {
  try {
    const write = compileMessage(input, withExactNumbers(input, value), template, registry);
    return { write, fixed: !hasMark(value) };
  } catch (error) {
    throw wrong(where, `expected a ${input.typeName}: ${error instanceof Error ? error.message : error}`);
  }
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
