import { type DescField, type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { type ReflectList, type ReflectMap, type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { nearest, ProgramError } from "@hey/runtime";
import { statusName } from "../report/status-names.ts";
import { compileCheck, type Leaf, type ValueCheck } from "./check-value.ts";
import { type Expectation, type PathStep, parseExpectation } from "./expectation.ts";
import { acceptedCodes } from "./expected-codes.ts";

/** What has to hold of answers, compiled. */
export interface Expectations {
  /** Whether a call may end with a status: with OK, unless other codes are expected. */
  accepts(status: number): boolean;
  /** What is wrong with a status; undefined for one that is accepted. */
  ofStatus(status: number): string | undefined;
  /** What is wrong with a message of an answer, in words; undefined for a good one. Decodes it. */
  ofMessage(bytes: Uint8Array): string | undefined;
  /** What is wrong with how many messages an answer had. */
  ofCount(messages: number): string | undefined;
}

interface Compiled {
  readonly expression: string;
  readonly check: ValueCheck;
  /** From a whole message to the value; undefined where there is none. */
  readonly read: (message: ReflectMessage) => unknown;
}

/**
 * Compiles expectations for the messages of answers; undefined when there are none. Throws a ProgramError of exit code 2
 * for a field that the message does not have, with the nearest names, for a value that the field cannot have, and for codes
 * that no call can end with.
 */
export function compileExpectations(output: DescMessage, texts: readonly string[]): Expectations | undefined {
  const said = texts.map(parseExpectation).filter((each) => typeof each !== "string"); // Settings are checked before.
  if (said.length === 0) return undefined;
  const ofCodes = said.filter(({ path }) => path === "code");
  const accepted = acceptedCodes(ofCodes);
  if ("problem" in accepted) throw wrong(accepted.expectation, accepted.problem);
  const fields = said.filter((each) => isOfField(each)).map((each) => compile(output, each));
  const counts = said
    .filter(({ path }) => path === "messages")
    .map((each) => ({
      expression: each.expression,
      check: checkFor({ kind: "number-of" }, each, "messages"),
    }));
  return {
    accepts: (status) => accepted.codes.has(status),
    ofStatus(status) {
      if (accepted.codes.has(status)) return undefined;
      return `expected ${ofCodes.map(({ expression }) => expression).join(" and ")}, got ${statusName(status)}`;
    },
    ofMessage(bytes) {
      if (fields.length === 0) return undefined;
      let message: ReflectMessage;
      try {
        message = reflect(output, fromBinary(output, bytes));
      } catch (error) {
        return `expected a ${output.typeName}: ${error instanceof Error ? error.message : error}`;
      }
      for (const { expression, check, read } of fields) {
        const value = read(message);
        if (!check(value)) return `expected ${expression}, got ${show(value)}`;
      }
      return undefined;
    },
    ofCount(messages) {
      const unmet = counts.find(({ check }) => !check(messages));
      return unmet === undefined ? undefined : `expected ${unmet.expression}, got ${messages}`;
    },
  };
}

/** A value as a sample of an error has it: the start of a long text. */
function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value instanceof Uint8Array) return cut(Buffer.from(value).toString("base64"));
  if (typeof value === "string") return JSON.stringify(cut(value));
  return typeof value === "object" ? "something" : String(value);
}

function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function checkFor(leaf: Leaf, expectation: Expectation, what: string): ValueCheck {
  const check = compileCheck(leaf, expectation);
  if (typeof check === "string") throw wrong(expectation, `${what} ${check}`);
  return check;
}

type Read = (from: unknown) => unknown;

/** Where a path stands: what lies there, and how to read it from the whole message. */
interface Place {
  readonly read: Read;
  readonly leaf: Leaf;
  /** For the next step: the message it is, or the list or map. */
  readonly message?: DescMessage | undefined;
  readonly field?: Extract<DescField, { fieldKind: "list" | "map" }> | undefined;
}

/** One that is not of the whole call. */
interface OfField extends Expectation {
  readonly path: readonly PathStep[];
}

function isOfField(expectation: Expectation): expectation is OfField {
  return typeof expectation.path !== "string";
}

function compile(output: DescMessage, expectation: OfField): Compiled {
  let place: Place = {
    read: (message) => message,
    leaf: { kind: "whole", what: `a ${output.typeName}` },
    message: output,
  };
  let walked = "";
  for (const step of expectation.path) {
    place =
      step.kind === "element"
        ? element(place, step, { expectation, walked })
        : member(place, step, { expectation, walked });
    walked += step.kind === "element" ? `[${step.key}]` : `${walked === "" ? "" : "."}${step.name}`;
  }
  return { expression: expectation.expression, check: checkFor(place.leaf, expectation, walked), read: place.read };
}

interface Walk {
  readonly expectation: Expectation;
  readonly walked: string;
}

/** A field of a message, or the length of a list or map. */
function member(place: Place, { name }: Extract<PathStep, { kind: "field" }>, { expectation, walked }: Walk): Place {
  const { read, message, field: many } = place;
  if (many !== undefined) {
    if (name !== "length")
      throw wrong(expectation, `${walked} is a list or a map: expected ${walked}[…] or ${walked}.length`);
    return { read: (from) => (read(from) as ReflectList | ReflectMap | undefined)?.size, leaf: { kind: "number-of" } };
  }
  if (message === undefined) throw wrong(expectation, `${walked} has no fields; got .${name} after it`);
  const field = message.fields.find((each) => each.name === name || each.jsonName === name);
  if (field === undefined) throw unknownField(expectation, message, name);
  return {
    ...placeOf(field),
    read: (from) => {
      const within = read(from) as ReflectMessage | undefined;
      if (within === undefined) return undefined;
      // What can be unset and is holds nothing; what cannot holds its zero.
      return field.fieldKind === "list" || field.fieldKind === "map" || !tracksPresence(field) || within.isSet(field)
        ? within.get(field)
        : undefined;
    },
  };
}

/** One element of a list by its number, from 0, or of a map by its key. */
function element(place: Place, { key }: Extract<PathStep, { kind: "element" }>, { expectation, walked }: Walk): Place {
  const { read, field } = place;
  if (field === undefined) throw wrong(expectation, `${walked} is neither a list nor a map; got [${key}] after it`);
  if (field.fieldKind === "list") {
    if (!/^\d+$/.test(key))
      throw wrong(expectation, `${walked} is a list: expected a number from 0 in […]; got ${key}`);
    return { ...elementOf(field), read: (from) => (read(from) as ReflectList | undefined)?.get(Number(key)) };
  }
  return {
    ...elementOf(field),
    read: (from) => {
      const map = read(from) as ReflectMap | undefined;
      // Keys are texts, numbers, bigints or booleans: each has one way to be written.
      for (const [each, value] of map ?? []) if (String(each) === key) return value;
      return undefined;
    },
  };
}

/** Without presence a field that is not on the wire has its zero. */
function tracksPresence({ presence }: DescField): boolean {
  return presence !== FeatureSet_FieldPresence.IMPLICIT;
}

function placeOf(field: DescField): Omit<Place, "read"> {
  if (field.fieldKind === "list" || field.fieldKind === "map") {
    return { field, leaf: { kind: "whole", what: `a ${field.fieldKind}` } };
  }
  return elementOf(field);
}

function elementOf({ scalar, enum: enumeration, message }: DescField): Omit<Place, "read"> {
  if (message !== undefined) return { message, leaf: { kind: "whole", what: `a ${message.typeName}` } };
  if (enumeration !== undefined) return { leaf: { kind: "enum", enum: enumeration } };
  if (scalar !== undefined) return { leaf: { kind: "scalar", scalar } };
  throw new Error("a field is a scalar, an enum or a message");
}

function unknownField(expectation: Expectation, { typeName, fields }: DescMessage, name: string): ProgramError {
  const names = fields.map((field) => field.name);
  const near = nearest(name, [...names, ...fields.map((field) => field.jsonName)]);
  const all = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
  return wrong(
    expectation,
    `${typeName} has no field ${name}; ${near === undefined ? all : `did you mean ${near}? (${all})`}`,
  );
}

function wrong({ expression }: Expectation, problem: string): ProgramError {
  return new ProgramError(`--expect ${JSON.stringify(expression)}: ${problem}`, { exitCode: 2 });
}
