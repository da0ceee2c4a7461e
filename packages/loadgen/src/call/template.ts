import { randomUUID } from "node:crypto";
import { Draws, scrambled } from "../plan/random.ts";
import { type Slice, whole } from "../plan/slots.ts";
import { callId } from "./call-id.ts";

/** What an expression of a template may depend on. */
export interface TemplateContext {
  /** The call's number, from 0. */
  slot: number;
  /** The message's number in its call, from 0. */
  index: number;
  /** The call's place among those in flight in its thread, from 0. */
  tag: number;
  /** Which of the run's threads that is. */
  readonly slice: Slice;
}

/** The first call of a run. */
export const firstCall: TemplateContext = { slot: 0, index: 0, tag: 0, slice: whole };

/** One `{{…}}`, compiled: its value for a message. Whole numbers come as numbers. */
export interface Expression {
  (context: TemplateContext): string | number;
  /** The least and the most that it gives, where they are set. */
  readonly range?: readonly [least: number, most: number];
}

/** JSON with each `{{…}}` replaced by a mark inside of a string. */
export interface Template {
  readonly json: string;
  readonly expressions: readonly Expression[];
  /** The same with the least, and with the most, that each gives; none where no range is known. */
  readonly extremes: readonly (readonly Expression[])[];
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Finds marks in a string of parsed JSON: the number of the expression is the first group. */
export const markForm = /\ue000(\d+)[\ue001\ue002]/g;

/** Whether a string of parsed JSON is no string but an expression in place of a value. */
export function isBare(text: string): boolean {
  return text.endsWith("\ue002");
}

/**
 * Reads `{{.RequestNumber}}`, `{{.MessageNumber}}`, `{{.UUID}}`, `{{.Timestamp}}`, `{{.TimestampUnix}}` (…Milli, …Nano),
 * `{{.WorkerID}}`, `{{newUUID}}`, `{{randomInt MIN MAX}}` and `{{randomString MIN MAX}}`, with ghz's meanings: numbers
 * from 0, the message's from 1; one `.UUID` per call, wherever it stands; a `.WorkerID` for each place in flight, which
 * makes one call after another. They may stand inside a JSON string or in place of a value. A text says what is wrong.
 */
export function parseTemplate(text: string, expressionOf: ExpressionOf): Template | string {
  const expressions: Expression[] = [];
  let json = "";
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    if (text.startsWith("{{", at) && !/^\{\{\s*(["}]|$)/.test(text.slice(at, at + 40))) {
      const end = text.indexOf("}}", at);
      if (end < 0) return `expected }} after ${JSON.stringify(text.slice(at, at + 30))}`;
      const expression = expressionOf(text.slice(at + 2, end).trim(), expressions.length);
      if (typeof expression === "string") return expression;
      const mark = `\ue000${expressions.push(expression) - 1}`;
      json += inString ? `${mark}\ue001` : `"${mark}\ue002"`;
      at = end + 1;
      continue;
    }
    if (inString && text[at] === "\\") json += text[at++];
    else if (text[at] === '"') inString = !inString;
    json += text[at] ?? "";
  }
  return { json, expressions, extremes: extremesOf(expressions) };
}

function extremesOf(expressions: readonly Expression[]): readonly (readonly Expression[])[] {
  if (expressions.every(({ range }) => range === undefined)) return [];
  return [0, 1].map((end) =>
    expressions.map((each) => (each.range === undefined ? each : () => each.range?.[end] ?? 0)),
  );
}

/** Reads plain text with the same expressions in it, and compiles it. A text says what is wrong. */
export function parseText(text: string, expressionOf: ExpressionOf): Expression | { readonly problem: string } {
  const expressions: Expression[] = [];
  let marked = "";
  let rest = text;
  for (let begin = rest.indexOf("{{"); begin >= 0; begin = rest.indexOf("{{")) {
    const end = rest.indexOf("}}", begin);
    if (end < 0) return { problem: `expected }} after ${JSON.stringify(rest.slice(begin, begin + 30))}` };
    const expression = expressionOf(rest.slice(begin + 2, end).trim(), expressions.length);
    if (typeof expression === "string") return { problem: expression };
    marked += `${rest.slice(0, begin)}\ue000${expressions.push(expression) - 1}\ue001`;
    rest = rest.slice(end + 2);
  }
  return compileText(marked + rest, expressions);
}

/** The expression that a text in braces means, at a place among those of its message. A text says what is wrong. */
type ExpressionOf = (text: string, place: number) => Expression | string;

/** Reads expressions; `seed` repeats what is random. What many messages have at the same place is there once. */
export function expressionsOf(seed: number): ExpressionOf {
  const known = new Map<string, Expression>();
  return (text, place) => {
    const key = `${place} ${text}`;
    const found = known.get(key) ?? parseExpression(text, drawsFor(seed, place));
    if (typeof found !== "string") known.set(key, found);
    return found;
  };
}

/** Begins the draws of an expression for a message, and returns them. */
type DrawsFor = (context: TemplateContext) => Draws;

/** By the call and the message alone, so that a run draws the same with any number of workers. */
function drawsFor(seed: number, place: number): DrawsFor {
  const draws = new Draws();
  const ofPlace = scrambled((scrambled((seed + 1) | 0) + place) | 0);
  return ({ slot, index }) => {
    draws.at(index === 0 ? ofPlace : scrambled(ofPlace ^ index), slot);
    return draws;
  };
}

function between(draws: Draws, min: number, max: number): number {
  return min + Math.floor(draws.next() * (max - min + 1));
}

function parseExpression(text: string, drawsOf: DrawsFor): Expression | string {
  const [name = "", ...args] = text.split(/\s+/);
  const numbers = args.map(Number);
  const [first = 0, second = first] = numbers;
  switch (name) {
    case ".RequestNumber":
      return ({ slot }) => slot;
    case ".MessageNumber":
      return ({ index }) => index + 1;
    case ".WorkerID":
      return workerId;
    case ".UUID":
      return ({ slot }) => callId(slot);
    case "newUUID":
      return () => randomUUID();
    case ".Timestamp":
      return () => new Date().toISOString();
    case ".TimestampUnix":
      return () => Math.floor(Date.now() / 1000);
    case ".TimestampUnixMilli":
      return () => Date.now();
    case ".TimestampUnixNano":
      return () => `${Date.now()}000000`;
    case "randomInt":
      if (numbers.length === 2 && numbers.every(Number.isSafeInteger) && first <= second) {
        const draw: Expression = (context) => between(drawsOf(context), first, second);
        return Object.assign(draw, { range: [first, second] as const });
      }
      return `expected {{randomInt MIN MAX}} with whole numbers; got {{${text}}}`;
    case "randomString":
      if (numbers.length > 0 && numbers.every((each) => Number.isSafeInteger(each) && each >= 0) && first <= second) {
        return (context) => {
          const draws = drawsOf(context);
          let result = "";
          for (let left = between(draws, first, second); left > 0; left--) {
            result += letters[between(draws, 0, letters.length - 1)];
          }
          return result;
        };
      }
      return `expected {{randomString LENGTH}} or {{randomString MIN MAX}}; got {{${text}}}`;
    default:
      return `expected {{.RequestNumber}}, {{.MessageNumber}}, {{.UUID}}, {{.Timestamp}}, {{.TimestampUnix}}, {{randomInt MIN MAX}} or {{randomString MIN MAX}}; got {{${text}}}`;
  }
}

/** By place in flight, of all threads; as many as were ever needed at once. */
const workerIds: string[] = [];

/** A thread has every so manieth of the places, as it has of the slots. */
function workerId({ tag, slice }: TemplateContext): string {
  const worker = tag * slice.count + slice.index;
  workerIds[worker] ??= `g${worker}`;
  return workerIds[worker];
}

/** A text with marks, compiled to what it says for a message. */
export function compileText(text: string, expressions: readonly Expression[]): Expression {
  const parts: (string | Expression)[] = [];
  let from = 0;
  for (const { 0: mark, 1: number, index } of text.matchAll(markForm)) {
    if (index > from) parts.push(text.slice(from, index));
    parts.push(expressions[Number(number)] as Expression);
    from = index + mark.length;
  }
  if (from < text.length) parts.push(text.slice(from));
  const [only] = parts;
  if (parts.length === 1 && typeof only === "function") return only;
  return (context) => {
    let result = "";
    for (const part of parts) result += typeof part === "string" ? part : part(context);
    return result;
  };
}
