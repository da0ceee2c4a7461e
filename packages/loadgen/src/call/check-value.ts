import { type DescField, ScalarType } from "@bufbuild/protobuf";
import { type Expectation, type ExpectationOperator, regexOf } from "./expectation.ts";

/** Whether a value that an answer has, or `undefined` for nothing, is as expected. */
export type ValueCheck = (value: unknown) => boolean;

/** What can stand at the end of a path. */
export type Leaf =
  | { readonly kind: "scalar"; readonly scalar: ScalarType }
  | { readonly kind: "enum"; readonly enum: NonNullable<DescField["enum"]> }
  /** A message, a list or a map: there or not. */
  | { readonly kind: "whole"; readonly what: string }
  | { readonly kind: "number-of" };

const floats: ReadonlySet<ScalarType> = new Set([ScalarType.DOUBLE, ScalarType.FLOAT]);

/** Compiles what is said of a value of a type; a text says why it cannot be said. Nothing meets only `== null` and `!=`. */
export function compileCheck(leaf: Leaf, { operator, value }: Expectation): ValueCheck | string {
  if (value.kind === "nothing") {
    if (operator === "==") return (given) => given === undefined;
    return operator === "!=" ? (given) => given !== undefined : "expected == or != before null";
  }
  if (leaf.kind === "whole") return `is ${leaf.what}: expected == null or != null, or a field of it`;
  if (leaf.kind === "enum") {
    if (operator !== "==" && operator !== "!=") return "is an enum: expected == or !=";
    const named = leaf.enum.values.find(({ name, number }) => name === value.text || String(number) === value.text);
    const names = leaf.enum.values.map(({ name }) => name).join(", ");
    if (named === undefined) return `is one of ${names}; got ${value.text}`;
    return compare(operator, named.number);
  }
  const scalar = leaf.kind === "scalar" ? leaf.scalar : ScalarType.INT64;
  if (scalar === ScalarType.STRING || scalar === ScalarType.BYTES) return textCheck(scalar, operator, value);
  if (operator === "=~" || operator === "!~") return `is not a text: expected no ${operator}`;
  if (scalar === ScalarType.BOOL) {
    if ((value.text !== "true" && value.text !== "false") || (operator !== "==" && operator !== "!=")) {
      return "is true or false: expected == or != and one of them";
    }
    return compare(operator, value.text === "true");
  }
  if (floats.has(scalar)) {
    const number = Number(value.text);
    return Number.isNaN(number) ? `is a number; got ${JSON.stringify(value.text)}` : compare(operator, number);
  }
  if (!/^[+-]?\d+$/.test(value.text)) return `is a whole number; got ${JSON.stringify(value.text)}`;
  // JavaScript compares a bigint with a number exactly; == would not do for what is equal in both.
  const whole = BigInt(value.text);
  const check = compare(operator, whole);
  return (given) => check(typeof given === "number" ? BigInt(given) : given);
}

function textCheck(
  scalar: ScalarType,
  operator: ExpectationOperator,
  value: Exclude<Expectation["value"], { kind: "nothing" }>,
): ValueCheck | string {
  const text = (given: unknown) =>
    given instanceof Uint8Array ? Buffer.from(given).toString("base64") : (given as string | undefined);
  if (operator === "=~" || operator === "!~") {
    const regex = regexOf(value);
    if (regex === undefined || scalar === ScalarType.BYTES) return `is bytes: expected == or != and base64`;
    return (given) => (given !== undefined && regex.test(given as string)) === (operator === "=~");
  }
  if (operator !== "==" && operator !== "!=") return "is a text: expected ==, !=, =~ or !~";
  const check = compare(operator, value.text);
  return (given) => check(text(given));
}

function compare<T extends string | number | bigint | boolean>(operator: ExpectationOperator, wanted: T): ValueCheck {
  const of = (holds: (given: T) => boolean) => (given: unknown) => given !== undefined && holds(given as T);
  switch (operator) {
    case "==":
      return (given) => given === wanted;
    case "!=":
      return (given) => given !== wanted;
    case "<":
      return of((given) => given < wanted);
    case "<=":
      return of((given) => given <= wanted);
    case ">":
      return of((given) => given > wanted);
    case ">=":
      return of((given) => given >= wanted);
    default:
      throw new Error(`${operator} compares no values`); // It is compiled elsewhere.
  }
}
