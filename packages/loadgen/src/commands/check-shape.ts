/** The part of JSON Schema that says which fields there are and of which type; what else a schema says is not looked at. */
interface Shape {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: boolean | Shape;
  readonly items?: boolean | Shape;
  readonly prefixItems?: readonly Shape[];
  readonly $defs?: Readonly<Record<string, Shape>>;
}

/** The first place where a value has not the shape that a reader counts on, in words. Fields beyond it do no harm. */
export function shapeProblem(value: unknown, schema: Shape): string | undefined {
  return problemAt("", value, schema, schema.$defs ?? {});
}

function problemAt(path: string, value: unknown, given: Shape, defs: NonNullable<Shape["$defs"]>): string | undefined {
  const shape = given.$ref === undefined ? given : (defs[given.$ref.replace("#/$defs/", "")] ?? {});
  const wrong = (expected: string) => `${path === "" ? "the file" : path}: expected ${expected}; got ${excerpt(value)}`;
  if ("const" in shape && value !== shape.const) return wrong(JSON.stringify(shape.const));
  if (shape.enum?.includes(value) === false) return wrong(`one of ${shape.enum.join(", ")}`);
  const types = shape.type === undefined ? [] : [shape.type].flat();
  if (types.length > 0 && !types.some((type) => isOf(type, value))) return wrong(types.join(" or "));
  if (Array.isArray(value)) {
    return first(value.entries(), ([index, item]) => {
      const of = shape.prefixItems?.[index] ?? shape.items;
      return typeof of === "object" ? problemAt(`${path}/${index}`, item, of, defs) : undefined;
    });
  }
  if (value === null || typeof value !== "object") return undefined;
  const missing = shape.required?.find((key) => !(key in value));
  if (missing !== undefined) return `${path}/${missing}: expected a value; there is none`;
  return first(Object.entries(value), ([key, item]) => {
    const of = shape.properties?.[key] ?? shape.additionalProperties;
    return typeof of === "object" ? problemAt(`${path}/${key}`, item, of, defs) : undefined;
  });
}

function first<T>(items: Iterable<T>, problemOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return value !== null && typeof value === "object" && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function excerpt(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
