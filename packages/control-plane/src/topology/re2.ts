import { createRequire } from "node:module";

// Clients match by RE2: C++ in grpcio, a port in grpc-go, and in grpc-js-xds the C++ one as WebAssembly, which throws
// where no client of it can catch. So that very build decides, beneath its class RE2, which takes JavaScript's expressions
// for RE2's, keeps each one for ever, and has no more than 16 MB for all of them.

interface Compiled {
  ok(): boolean;
  error(): string;
  delete(): void;
}

interface Re2 {
  WrappedRE2: new (pattern: string, ignoreCase: boolean, multiline: boolean, dotAll: boolean) => Compiled;
}

const require = createRequire(import.meta.url);
let library: Re2 | undefined;
/** What was looked at last: one with classes of Unicode costs 80 ms, and routes are checked as often as endpoints change. */
const known = new Map<string, string | undefined>();
const mostKnown = 1_000;

/** What is wrong with a regular expression in the language that every client has; undefined: nothing. */
export function re2Problem(expression: string): string | undefined {
  if (known.has(expression)) return known.get(expression);
  const problem =
    compileProblem(expression) ?? compileProblem(`^${wholeRe2(expression)}$`) ?? dialectProblem(expression);
  if (known.size >= mostKnown) known.clear();
  known.set(expression, problem);
  return problem;
}

/** The expression as clients are told of it: grpc-js-xds puts ^ and $ around, which bind closer than an alternative. */
export function wholeRe2(expression: string): string {
  return `(?:${expression})`;
}

function compileProblem(pattern: string): string | undefined {
  library ??= require("re2-wasm/build/wasm/re2.js") as Re2;
  const compiled = new library.WrappedRE2(pattern, false, false, false);
  try {
    return compiled.ok() ? undefined : compiled.error();
  } finally {
    compiled.delete();
  }
}

/** What one of the builds lets through and another refuses. */
function dialectProblem(expression: string): string | undefined {
  const tokens: readonly string[] = expression.match(/\\.|\(\?P<\w*>|./gsu) ?? [];
  if (tokens.includes("\\C")) return "invalid escape sequence: \\C";
  const names = tokens.filter((token) => token.startsWith("(?P<"));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? undefined : `duplicate capture group name: ${twice}`;
}
