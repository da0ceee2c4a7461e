/** How a field and a value are compared. */
export type ExpectationOperator = "==" | "!=" | "<" | "<=" | ">" | ">=" | "=~" | "!~";

/** One step of a path: a field by name, or an element of a list or a map. */
export type PathStep =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "element"; readonly key: string };

/** What an expectation compares with. `word`: without quotes, such as `5`, `true` or `KIND_ONE`. */
export type ExpectedValue =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "nothing" };

/** What has to hold of answers, as it is written, such as `msg == "Let's go"` or `messages >= 10`. */
export interface Expectation {
  readonly expression: string;
  /** A word: not a field, but the code that the call ends with, or how many messages its answer has. */
  readonly path: readonly PathStep[] | "code" | "messages";
  readonly operator: ExpectationOperator;
  readonly value: ExpectedValue;
}

const form =
  /^\s*(\.?[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[(?:\d+|[\w.-]+|"(?:[^"\\]|\\.)*")\])*)\s*(==|=~|!=|!~|<=|>=|<|>|=)\s*(.+?)\s*$/s;

const example = `such as 'msg == "Let\\'s go"', 'count >= 1', 'items.length < 10', 'messages == 5' or 'code == NOT_FOUND'`;

/** Reads `PATH OPERATOR VALUE`; a text says what is wrong with it. */
export function parseExpectation(expression: string): Expectation | string {
  const [, pathText, operatorText = "", valueText = ""] = form.exec(expression) ?? [];
  const wrong = (expected: string) => `expected ${expected}; got ${JSON.stringify(expression)}`;
  if (pathText === undefined) return wrong(`PATH OPERATOR VALUE, ${example}`);
  const operator = (operatorText === "=" ? "==" : operatorText) as ExpectationOperator; // The form has no others.
  const value = readValue(valueText);
  if (value === undefined) return wrong("a value that is one word, or a text in double quotes");
  if ((operator === "=~" || operator === "!~") && regexOf(value) === undefined) {
    return wrong(`a regular expression after ${operator}, in double quotes`);
  }
  return {
    expression: expression.trim(),
    path: pathText === "messages" || pathText === "code" ? pathText : pathOf(pathText),
    operator,
    value,
  };
}

/** The regular expression that a value means; undefined when it is none. */
export function regexOf(value: ExpectedValue): RegExp | undefined {
  if (value.kind === "nothing") return undefined;
  try {
    return new RegExp(value.text, "u");
  } catch {
    return undefined;
  }
}

function readValue(text: string): ExpectedValue | undefined {
  if (text === "null") return { kind: "nothing" };
  if (!text.startsWith('"')) return /^[^\s"]+$/.test(text) ? { kind: "word", text } : undefined;
  const [, inside] = /^"((?:[^"\\]|\\.)*)"$/s.exec(text) ?? [];
  // A backslash belongs to the text, where it does not protect a quote: regular expressions are full of them.
  return inside === undefined ? undefined : { kind: "text", text: inside.replaceAll('\\"', '"') };
}

function pathOf(text: string): readonly PathStep[] {
  const steps: PathStep[] = [];
  for (const { 1: name, 2: quoted, 3: key } of text.matchAll(/(\w+)|\["((?:[^"\\]|\\.)*)"\]|\[([^\]"]+)\]/g)) {
    if (name !== undefined) steps.push({ kind: "field", name });
    else steps.push({ kind: "element", key: quoted ?? key ?? "" });
  }
  return steps;
}
