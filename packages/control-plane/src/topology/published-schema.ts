import { z } from "zod";
import { meshSchema } from "./mesh-schema.ts";
import { words } from "./mesh-words.ts";
import { eitherAddress } from "./source-schema.ts";

type JsonSchema = z.core.JSONSchema.JSONSchema;

// Draft 7 is what editors have known for longest.
const draft = { io: "input", target: "draft-7", unrepresentable: "any" } as const;

const oneOf = (...keys: readonly string[]) => ({ oneOf: keys.map((key) => ({ required: [key] })) });
const notTogether = (...keys: readonly [string, string][]) => ({
  not: { anyOf: keys.map((pair) => ({ required: pair })) },
});
const needs = (key: string): JsonSchema => ({ type: "object", required: [key] });

/** What the schema checks of whole objects and lists by code, as far as JSON Schema can say it. */
const rules: Readonly<Record<string, JsonSchema>> = {
  "services.*": {
    if: { type: "object", not: { required: ["port"] } },
    // biome-ignore lint/suspicious/noThenProperty: the word is JSON Schema's.
    then: {
      type: "object",
      properties: {
        sources: {
          type: "array",
          // biome-ignore lint/suspicious/noThenProperty: the word is JSON Schema's.
          items: { if: needs("dns"), then: needs("port") },
        },
      },
    },
  },
  sources: { ...oneOf("dns", "static", "kubernetes"), ...notTogether(["kubernetes", "port"]) },
  fault: {
    allOf: [
      {
        anyOf: [
          { required: ["delay"] },
          { required: ["abort"] },
          { type: "object", properties: { by_header: { const: true } }, required: ["by_header"] },
        ],
      },
    ],
  },
  match: notTogether(["path", "prefix"], ["path", "regex"], ["prefix", "regex"]),
  "match.headers.*": oneOf("exact", "prefix", "regex", "present"),
  routes: notTogether(["to", "split"]),
};

/** Of lists. */
const listRules: Readonly<Record<string, JsonSchema>> = {
  split: { contains: { type: "object", properties: { weight: { type: "integer", minimum: 1 } } } },
};

/**
 * mesh.yaml as JSON Schema, by which an editor completes it, explains it and finds most mistakes. It lets through what only
 * the control plane can tell: durations out of their range, zones named twice, regular expressions that are none.
 */
export function publishedSchema(): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(meshSchema, draft);
  const published = describe(schema, []);
  return {
    $schema,
    $id: "urn:hey-control-plane:mesh:1",
    title: "mesh.yaml",
    description: "What the operator says about traffic. The control plane follows it while it runs.",
    ...published,
  } as JsonSchema;
}

/** The schema with the words for every setting in it, and with the rules that code checks. */
function describe(schema: JsonSchema, path: readonly string[]): JsonSchema {
  const own = find(words, path);
  const { properties, additionalProperties, items, anyOf, ...rest } = written(schema, path);
  return {
    ...(own !== undefined && { description: own }),
    ...rest,
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, each]) => [key, describe(each as JsonSchema, [...path, key])]),
      ),
    }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === "object"
          ? describe(additionalProperties, [...path, "*"])
          : additionalProperties,
    }),
    // Items and alternatives are described where they are chosen.
    ...(items !== undefined && { items: plain(describe(items as JsonSchema, path)) }),
    ...(anyOf !== undefined && { anyOf: anyOf.map((each) => plain(describe(each as JsonSchema, path))) }),
    ...(schema.type === "object" && find(rules, path)),
    ...(schema.type === "array" && find(listRules, path)),
  };
}

/** An address is read by code; its schema says nothing. */
function written(schema: JsonSchema, path: readonly string[]): JsonSchema {
  if (path.at(-1) !== "static" || schema.type !== undefined || schema.anyOf !== undefined) return schema;
  const { $schema: _, ...either } = z.toJSONSchema(eitherAddress, draft);
  return either;
}

function plain({ description: _, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

/** What is said of the longest end of the path of which something is said. */
function find<T>(table: Readonly<Record<string, T>>, path: readonly string[]): T | undefined {
  const ends = path.map((_, index) => path.slice(index).join("."));
  const end = ends.find((each) => Object.hasOwn(table, each));
  return end === undefined ? undefined : table[end];
}
