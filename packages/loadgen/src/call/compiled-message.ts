import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonValue,
  type Registry,
  ScalarType,
  toBinary,
} from "@bufbuild/protobuf";
import type { ByteWriter } from "./byte-writer.ts";
import { loosened } from "./loosened.ts";
import { MessageMisfit } from "./message-misfit.ts";
import { findMisfit, scalarWords } from "./misfit.ts";
import {
  compileText,
  type Expression,
  firstCall,
  isBare,
  markForm,
  type Template,
  type TemplateContext,
} from "./template.ts";

/** A message as code: writes itself for one call. What does not change is bytes already. */
export type CompiledMessage = (writer: ByteWriter, context: TemplateContext) => void;

type Step = CompiledMessage;

/**
 * Compiles JSON with marks in it (see `parseTemplate`) for a message type: done once, so that a call costs some 0.1 µs for
 * a number or a text. Numbers and texts that depend on the call are written as they are; other types are encoded anew for
 * each call. Throws an Error that says where JSON does not fit, and why: as the first call would have it, or with the
 * least or the most that its random numbers can be. What fits no earlier than then is a MessageMisfit of its call.
 */
export function compileMessage(
  message: DescMessage,
  value: JsonValue,
  { expressions, extremes }: Omit<Template, "json">,
  registry: Registry,
): CompiledMessage {
  const encode = (example: JsonValue): Uint8Array => {
    try {
      return toBinary(message, fromJson(message, example, { registry }));
    } catch (error) {
      const problem = findMisfit(message, example, registry);
      throw problem === undefined ? error : new Error(problem, { cause: error });
    }
  };
  if (!hasMark(value)) return always(encode(value));
  for (const tried of [expressions, ...extremes]) encode(evaluate(value, tried)(firstCall));
  return compile({ expressions, registry }, "", message, value);
}

// What follows stands by itself: a function within another one would keep all that this knows for as long as the message.

/** What the parts of a message are compiled with. */
interface Own {
  readonly expressions: readonly Expression[];
  readonly registry: Registry;
}

interface FieldPart {
  readonly field: DescField;
  readonly key: string;
  readonly part: JsonValue;
}

const nothing = new Uint8Array();

function always(bytes: Uint8Array): Step {
  return (writer) => writer.raw(bytes);
}

function compile(own: Own, path: string, type: DescMessage, json: JsonValue): Step {
  if (!isObject(json) || type.typeName.startsWith("google.protobuf.")) return whole(own, path, type, json);
  const part = loosened(type);
  const steps: Step[] = [];
  const fixed: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(json)) {
    if (hasMark(key)) throw new Error(`${path}/${key.replace(markForm, "{{…}}")}: a field's name cannot differ`);
    const field = type.fields.find(({ jsonName, name }) => key === jsonName || key === name);
    if (!hasMark(value)) fixed[key] = value;
    else if (field === undefined) steps.push(whole(own, path, part, { [key]: value }));
    else steps.push(compileField(own, path, part, { field, key, part: value }));
  }
  const common = toBinary(part, fromJson(part, fixed, { registry: own.registry }));
  const bytes = common.length === 0 ? nothing : common;
  // Fields may come in any order.
  return (writer, context) => {
    writer.raw(bytes);
    for (const step of steps) step(writer, context);
  };
}

function compileField(own: Own, path: string, type: DescMessage, { field, key, part }: FieldPart): Step {
  if (field.fieldKind === "message" && isObject(part) && field.delimitedEncoding === false) {
    const head = field.number * 8 + 2;
    if (!field.message.typeName.startsWith("google.protobuf.")) {
      const inner = compile(own, `${path}/${key}`, field.message, part);
      return (writer, context) => {
        writer.varint(head);
        writer.sized(() => inner(writer, context));
      };
    }
  }
  if (field.fieldKind === "scalar" && typeof part === "string") {
    const text = compileText(part, own.expressions);
    const head = field.number * 8;
    if (field.scalar === ScalarType.STRING) {
      return (writer, context) => {
        writer.varint(head + 2);
        writer.text(String(text(context)));
      };
    }
    const range = varints.get(field.scalar);
    if (range !== undefined) {
      const { least, most } = range;
      const mostExact = Math.min(Number(most), Number.MAX_SAFE_INTEGER);
      return (writer, context) => {
        const given = text(context);
        writer.varint(head);
        const number = typeof given === "number" ? given : wholeForm.test(given) ? Number(given) : Number.NaN;
        if (number >= 0 && number <= mostExact) {
          writer.varint(number);
          return;
        }
        const exact = Number.isNaN(number) ? undefined : BigInt(given);
        if (exact === undefined || exact < least || exact > most) {
          throw new MessageMisfit(
            `${path}/${key}: expected ${scalarWords[field.scalar]}; got ${JSON.stringify(given)}`,
          );
        }
        writer.varint64(exact);
      };
    }
  }
  return whole(own, path, type, { [key]: part });
}

/** Encodes anew each time. */
function whole({ expressions, registry }: Own, path: string, type: DescMessage, json: JsonValue): Step {
  const evaluated = evaluate(json, expressions);
  return (writer, context) => {
    const value = evaluated(context);
    let bytes: Uint8Array;
    try {
      bytes = toBinary(type, fromJson(type, value, { registry }));
    } catch (error) {
      throw new MessageMisfit(findMisfit(type, value, registry, path) ?? String(error), error);
    }
    writer.raw(bytes);
  };
}

const wholeForm = /^-?\d+$/;

/** What is written as a varint as it is, and how far it goes. */
const varints: ReadonlyMap<ScalarType, { readonly least: bigint; readonly most: bigint }> = new Map([
  [ScalarType.INT32, { least: -(2n ** 31n), most: 2n ** 31n - 1n }],
  [ScalarType.INT64, { least: -(2n ** 63n), most: 2n ** 63n - 1n }],
  [ScalarType.UINT32, { least: 0n, most: 2n ** 32n - 1n }],
  [ScalarType.UINT64, { least: 0n, most: 2n ** 64n - 1n }],
]);

/** JSON with marks as what it is for a message: an expression without quotes becomes its value. */
function evaluate(json: JsonValue, expressions: readonly Expression[]): (context: TemplateContext) => JsonValue {
  if (typeof json === "string") {
    if (!hasMark(json)) return () => json;
    const text = compileText(json, expressions);
    // In quotes it is a text, whatever the expression gives.
    return isBare(json) ? text : (context) => String(text(context));
  }
  if (Array.isArray(json)) {
    const parts = json.map((part) => evaluate(part, expressions));
    return (context) => parts.map((part) => part(context));
  }
  if (!isObject(json)) return () => json;
  const parts = Object.entries(json).map(([key, part]) => {
    const name = hasMark(key) ? compileText(key, expressions) : () => key;
    return [name, evaluate(part, expressions)] as const;
  });
  return (context) => Object.fromEntries(parts.map(([name, part]) => [name(context), part(context)]));
}

/** Whether JSON has something in it that differs from call to call. */
export function hasMark(json: JsonValue): boolean {
  if (typeof json === "string") return json.search(markForm) >= 0;
  if (Array.isArray(json)) return json.some(hasMark);
  return isObject(json) && Object.entries(json).some(([key, value]) => hasMark(key) || hasMark(value));
}

function isObject(json: JsonValue): json is { [key: string]: JsonValue } {
  return json !== null && typeof json === "object" && !Array.isArray(json);
}
