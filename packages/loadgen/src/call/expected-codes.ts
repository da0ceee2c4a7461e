import { nearest } from "@hey/runtime";
import { statusNames } from "../report/status-names.ts";
import { type Expectation, regexOf } from "./expectation.ts";

/** The codes that calls may end with, or what cannot be said of them. */
export type AcceptedCodes =
  | { readonly codes: ReadonlySet<number> }
  | { readonly expectation: Expectation; readonly problem: string };

/**
 * Those codes of which everything holds that is said of `code`; OK when nothing is. There is no `!=`: what it would
 * accept is every failure but one.
 */
export function acceptedCodes(expectations: readonly Expectation[]): AcceptedCodes {
  let names: readonly string[] = expectations.length === 0 ? ["OK"] : statusNames;
  for (const expectation of expectations) {
    const { operator, value } = expectation;
    const wrong = (problem: string) => ({ expectation, problem: `code ${problem}` });
    if ((operator !== "==" && operator !== "=~") || value.kind === "nothing") {
      return wrong('is that of a status: expected == and its name, or =~ such as "OK|NOT_FOUND" for several');
    }
    const isMeant = operator === "==" ? (name: string) => name === value.text : matcher(value);
    if (!statusNames.some(isMeant)) return wrong(unknown(value.text));
    names = names.filter(isMeant);
    if (names.length === 0)
      return wrong('cannot be all that is expected of it: expected one =~ such as "OK|NOT_FOUND"');
  }
  return { codes: new Set(names.map((name) => statusNames.indexOf(name))) };
}

function matcher(value: Expectation["value"]): (name: string) => boolean {
  const regex = regexOf(value);
  return (name) => regex?.test(name) ?? false;
}

function unknown(text: string): string {
  const near = nearest(text.toUpperCase(), statusNames);
  const meant = near === undefined ? "" : `; did you mean ${near}?`;
  return `is one of ${statusNames.join(", ")}; got ${text}${meant} (a field of that name is .code)`;
}
