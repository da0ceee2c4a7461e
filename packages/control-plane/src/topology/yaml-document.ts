import { isCollection, isMap, LineCounter, type Node, parseDocument, visit } from "yaml";
import type { z } from "zod";

/** A YAML text that remembers where each of its values stands. */
export interface YamlDocument {
  /** What stops the text from being YAML at all, with line and column. */
  readonly errors: readonly string[];
  readonly value: unknown;
  /** One line per problem, "line:column path: message", in the order of the text. */
  explain(issues: readonly z.core.$ZodIssue[]): readonly string[];
  /** One such line, about the value at a path. */
  tell(path: Path, message: string): string;
}

/** Where the parser's own words are for those who call it. */
const ourWords: Readonly<Record<string, string>> = { MULTIPLE_DOCS: "expected one document: here a second one begins" };

type Path = readonly PropertyKey[];

export function readYaml(text: string): YamlDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };

  /** The node at the path or, where the text has none, the nearest one around it. */
  function offsetOf(path: Path): number {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as Node | null | undefined;
      if (node?.range) return node.range[0];
    }
    return document.contents?.range?.[0] ?? 0;
  }

  function offsetOfKey(path: Path, key: string): number {
    const parent = path.length === 0 ? document.contents : document.getIn(path, true);
    const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === key) : undefined;
    return (pair?.key as Node | undefined)?.range?.[0] ?? offsetOf(path);
  }

  /** What the text says; throws for aliases that lead nowhere or, as an attack does, to far too much. */
  function read(): unknown {
    visit(document, {
      Alias(_, alias) {
        if (alias.resolve(document) !== undefined) return;
        throw new Error(`${place(alias.range?.[0] ?? 0)} *${alias.source}: there is no &${alias.source} before it`);
      },
    });
    try {
      return document.toJS();
    } catch (error) {
      throw new Error(`${place(0)} ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  function readOrExplain(): Pick<YamlDocument, "errors" | "value"> {
    const errors = [...document.errors, ...document.warnings].map(
      ({ pos, code, message }) => `${place(pos[0])} ${ourWords[code] ?? message}`,
    );
    if (document.errors.length > 0) return { errors, value: undefined };
    try {
      return { errors, value: read() };
    } catch (error) {
      return { errors: [...errors, error instanceof Error ? error.message : String(error)], value: undefined };
    }
  }

  return {
    ...readOrExplain(),
    tell: (path, message) => `${place(offsetOf(path))} ${dotted(path)}: ${message}`,
    explain(issues) {
      return issues
        .flatMap((issue) => problems(issue))
        .sort((a, b) => a.offset - b.offset)
        .map(({ offset, path, message }) => `${place(offset)} ${dotted(path)}: ${message}`);
    },
  };

  function problems(issue: z.core.$ZodIssue) {
    const { code, path } = issue;
    switch (code) {
      case "unrecognized_keys":
        return issue.keys.map((key) => ({
          offset: offsetOfKey(path, key),
          path: [...path, key],
          message: "no such setting",
        }));
      case "invalid_key":
        return issue.issues.map(({ message }) => ({
          offset: offsetOfKey(path.slice(0, -1), String(path.at(-1))),
          path,
          message,
        }));
      default:
        return [{ offset: offsetOf(path), path, message: withWhatCame(issue.message, document.getIn(path, false)) }];
    }
  }
}

/** A message that says what was expected, with what stands there; a value of many lines is only named. */
function withWhatCame(message: string, value: unknown): string {
  if (/\bgot /.test(message)) return message;
  if (value === undefined) return `${message}; it is not there`;
  if (value === null) return `${message}; got nothing`;
  const text = isCollection(value) ? (isMap(value) ? "a map" : "a list") : JSON.stringify(value);
  const came = isCollection(value) && value.items.length === 0 ? `an empty ${isMap(value) ? "map" : "list"}` : text;
  return `${message}; got ${came}`;
}

function dotted(path: Path): string {
  return path.length === 0 ? "the file" : path.map(String).join(".");
}
