import protobuf from "protobufjs";

/** A `.proto` file taken apart, its types not looked up yet. */
export interface ParsedProto {
  /** `proto2`, `proto3`, or an edition such as `2023`. */
  readonly edition: string;
  readonly package: string;
  readonly imports: readonly string[];
  /** What is declared in it, and nothing else. */
  readonly root: protobuf.Root;
}

/** Where something is wrong in a text, both from 1, and what. */
export interface SourceProblem {
  readonly line: number;
  readonly column: number;
  readonly words: string;
}

/** The languages that messages can be made of here. */
const editions = ["proto2", "proto3", "2023", "2024"];

/** Parses the text of a `.proto` file, of proto2, proto3 or an edition. */
export function parseProto(source: string): ParsedProto | SourceProblem {
  try {
    const parsed = protobuf.parse(source, new protobuf.Root(), { keepCase: true });
    const edition = editionOf(source);
    if (!editions.includes(edition)) {
      const words = `expected one of ${editions.join(", ")}, got ${JSON.stringify(edition)}`;
      return { ...lastPlace(source.split("\n"), Number.POSITIVE_INFINITY, `${edition}`), words };
    }
    return {
      edition,
      package: parsed.package ?? "",
      imports: [...(parsed.imports ?? []), ...(parsed.weakImports ?? [])],
      root: parsed.root,
    };
  } catch (error) {
    return problemIn(source, error instanceof Error ? error.message : String(error));
  }
}

/** The parser does not say which one it found; it is the first statement, or proto2. */
function editionOf(source: string): string {
  const { next } = protobuf.tokenize(source, false);
  const statement = next();
  if (statement !== "syntax" && statement !== "edition") return "proto2";
  next(); // =
  next(); // "
  return next() ?? "";
}

/** The parser tells a line and a token; people and editors want the column too. */
function problemIn(source: string, message: string): SourceProblem {
  // protobufjs 8 does not take a group in a oneof, and says neither that nor where.
  const before = message === "field must be a Field" ? /^.*?\boneof\b[^}]*?(?=\bgroup\b)/s.exec(source) : null;
  if (before !== null) {
    const lines = before[0].split("\n");
    const words =
      "a group in a oneof cannot be read here; expected the same as --protoset, which protoc or buf build writes";
    return { line: lines.length, column: (lines.at(-1) ?? "").length + 1, words };
  }
  const [, reason = message, lineText] = /^(.*?)(?: \((?:[^()]*, )?line (\d+)\))?$/s.exec(message) ?? [];
  const [, kind = "", token = "", expected] =
    /^illegal (.*?) ?'(.*?)'(?:, '(.*)' expected)?$/s.exec(reason) ??
    /^()duplicate (?:name|id) '?([^' ]+)/.exec(reason) ??
    [];
  const lines = source.split("\n");
  if (token === "null" && lineText !== undefined) {
    const end = lines.at(-1) ?? "";
    return {
      line: lines.length,
      column: end.length + 1,
      words: `expected ${expected ?? "more"}, got the end of the file`,
    };
  }
  const at = lineText === undefined ? lines.length : Number(lineText);
  const words = kind === "" ? reason : `expected ${expected ?? expectedFor(kind)}, got ${JSON.stringify(token)}`;
  return { ...lastPlace(lines, at, token), words };
}

/** Where a token stands last, up to a line: the parser may have looked ahead. */
function lastPlace(lines: readonly string[], upTo: number, token: string): { line: number; column: number } {
  for (let line = Math.min(upTo, lines.length); token !== "" && line > 0; line--) {
    const index = (lines[line - 1] ?? "").lastIndexOf(token);
    if (index >= 0) return { line, column: index + 1 };
  }
  return { line: upTo, column: 1 };
}

function expectedFor(kind: string): string {
  switch (kind) {
    case "token":
      return "a statement";
    case "syntax":
    case "edition":
      return `one of ${editions.join(", ")}`;
    case "id":
      return "a number";
    default:
      return `a ${kind}`;
  }
}
