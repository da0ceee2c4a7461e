import { isCollection, isMap, LineCounter, type Node, parseDocument } from "yaml";
import type { z } from "zod";

/** A YAML text that remembers where each of its values stands. */
export interface YamlDocument {
  /** What stops the text from being YAML at all, with line and column. */
  readonly errors: readonly string[];
  readonly value: unknown;
  /** One line per problem, "line:column path: message", in the order of the text. */
  explain(issues: readonly z.core.$ZodIssue[]): readonly string[];
}

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

  return {
    errors: [...document.errors, ...document.warnings].map(({ pos, message }) => `${place(pos[0])} ${message}`),
    value: document.errors.length > 0 ? undefined : document.toJS(),
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
  if (/\b(got|received) /.test(message) || value === undefined) return message;
  const text = isCollection(value) ? (isMap(value) ? "a map" : "a list") : JSON.stringify(value);
  const came = isCollection(value) && value.items.length === 0 ? `an empty ${isMap(value) ? "map" : "list"}` : text;
  return `${message}; got ${came}`;
}

function dotted(path: Path): string {
  return path.length === 0 ? "the file" : path.map(String).join(".");
}
