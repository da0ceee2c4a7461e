import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import type { z } from "zod";
import { findKeyProblems } from "./yaml-keys.ts";

/** A YAML text that remembers where each of its values stands. */
export interface YamlDocument {
  /** What stops the text from being read at all, with line and column. */
  readonly errors: readonly string[];
  readonly value: unknown;
  /** These issues and what is wrong with the keys, one line each: "line:column path: message", in the order of the text. */
  explain(issues: readonly z.core.$ZodIssue[]): readonly string[];
  /** One such line, about the value at a path. */
  tell(path: Path, message: string): string;
}

/** Where the parser's own words are for those who call it. */
const ourWords: Readonly<Record<string, string>> = { MULTIPLE_DOCS: "expected one document: here a second one begins" };

/** What is shown of what came, in characters: it may be the whole of a large file. */
const mostShown = 80;

type Path = readonly PropertyKey[];

interface Problem {
  readonly offset: number;
  readonly path: Path;
  readonly message: string;
}

export function readYaml(text: string): YamlDocument {
  const lines = new LineCounter();
  // Keys are looked at here: the library compares each with all others, and stops reading at the first one that is there twice.
  const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: "error" } as const;
  const document = parseDocument(text, options);
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  const keys = new WeakMap<YAMLMap, ReadonlyMap<string, { readonly key: unknown; readonly value: unknown }>>();

  /** A map's pairs by the names that they have once read, of which the last counts. */
  function pairsOf(map: YAMLMap) {
    const known = keys.get(map) ?? new Map(map.items.map((pair) => [nameOf(pair.key), pair] as const));
    keys.set(map, known);
    return known;
  }

  /** What an alias stands for. */
  function resolved(node: unknown): unknown {
    return isAlias(node) ? node.resolve(document) : node;
  }

  /** The node at a path, through aliases; undefined: there is none. */
  function nodeAt(path: Path): unknown {
    return path.reduce<unknown>((around, step) => {
      const parent = resolved(around);
      if (isMap(parent)) return pairsOf(parent).get(String(step))?.value;
      return isSeq(parent) ? parent.items[Number(step)] : undefined;
    }, document.contents);
  }

  /** Where the node at the path stands or, where the text has none, the nearest one around it. */
  function offsetOf(path: Path): number {
    for (let length = path.length; length > 0; length--) {
      const offset = (nodeAt(path.slice(0, length)) as Node | null | undefined)?.range?.[0];
      if (offset !== undefined) return offset;
    }
    return document.contents?.range?.[0] ?? 0;
  }

  function offsetOfKey(path: Path, key: string): number {
    const parent = resolved(nodeAt(path));
    const pair = isMap(parent) ? pairsOf(parent).get(key) : undefined;
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

  const tell = ({ offset, path, message }: Problem) => `${place(offset)} ${dotted(path)}: ${message}`;

  return {
    ...readOrExplain(),
    tell: (path, message) => tell({ offset: offsetOf(path), path, message }),
    explain(issues) {
      const ofKeys = findKeyProblems(document, place).map(({ name, ...rest }) => ({ ...rest, path: [name] }));
      return [...ofKeys, ...issues.flatMap(problems)].sort((a, b) => a.offset - b.offset).map(tell);
    },
  };

  function problems(issue: z.core.$ZodIssue): readonly Problem[] {
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
        return [{ offset: offsetOf(path), path, message: withWhatCame(issue.message, resolved(nodeAt(path))) }];
    }
  }
}

/** A key as JavaScript's objects have it. */
function nameOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

/** A message that says what was expected, with what stands there; a value of many lines is only named. */
function withWhatCame(message: string, node: unknown): string {
  if (/\bgot /.test(message)) return message;
  if (node === undefined) return `${message}; it is not there`;
  const value = isScalar(node) ? node.value : node;
  if (value === null) return `${message}; got nothing`;
  const text = isCollection(value) ? (isMap(value) ? "a map" : "a list") : JSON.stringify(value);
  const came = isCollection(value) && value.items.length === 0 ? `an empty ${isMap(value) ? "map" : "list"}` : text;
  return `${message}; got ${shortened(came)}`;
}

function dotted(path: Path): string {
  return path.length === 0 ? "the file" : path.map((step) => shortened(String(step))).join(".");
}

function shortened(text: string): string {
  return text.length <= mostShown ? text : `${text.slice(0, mostShown)}… (${text.length} characters)`;
}
