import type { z } from "zod";

/** What a setting has to be, in the words of someone who writes YAML. */
const kinds: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "a map",
  record: "a map",
  string: "text",
};

/** What was expected, for mistakes that the schema has no words of its own for; undefined: zod's are good enough. */
export function issueWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${kinds[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `expected ${issue.values
        .map(String)
        .join(", ")
        .replace(/, ([^,]*)$/, " or $1")}`;
    case "too_big":
      return `expected ${issue.inclusive === false ? "<" : "<="}${issue.maximum}${unit(issue.origin)}`;
    case "too_small":
      return `expected ${issue.inclusive === false ? ">" : ">="}${issue.minimum}${unit(issue.origin)}`;
    default:
      return undefined;
  }
}

function unit(origin: string): string {
  return origin === "string" ? " characters" : origin === "array" ? " items" : "";
}
