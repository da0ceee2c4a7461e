/** The part of JSON Schema that says which fields there are and of which type; what else a schema says is not looked at. */
export interface Shape {
  readonly $id?: string;
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: boolean | Shape;
  readonly items?: boolean | Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly prefixItems?: readonly Shape[];
  readonly $defs?: Readonly<Record<string, Shape>>;
}

/**
 * The first place where a value has not the shape that a reader counts on, in words. Fields beyond it do no harm.
 * `others`: schemas that this one points into by their `$id`.
 */
export function shapeProblem(value: unknown, schema: Shape, others: readonly Shape[] = []): string | undefined {
  return problemAt("", value, { shape: schema, root: schema, others });
}

/** A shape, and where what it points to is found. */
interface Place {
  readonly shape: Shape;
  readonly root: Shape;
  readonly others: readonly Shape[];
}

/** Follows a `$ref`: a name among the `$defs` of this schema or of another one, or another one whole. */
function resolve(place: Place): Place {
  const { shape, root, others } = place;
  if (shape.$ref === undefined) return place;
  const [id = "", path = ""] = shape.$ref.split("#");
  const schema = id === "" ? root : others.find(({ $id }) => $id === id);
  const found = path === "" ? schema : schema?.$defs?.[path.replace("/$defs/", "")];
  if (schema === undefined || found === undefined) throw new Error(`the schema points to nothing: ${shape.$ref}`);
  return { shape: found, root: schema, others };
}

function problemAt(path: string, value: unknown, given: Place): string | undefined {
  const place = resolve(given);
  const { shape } = place;
  const wrong = (expected: string) => `${path === "" ? "the file" : path}: expected ${expected}; got ${excerpt(value)}`;
  const alternatives = shape.anyOf ?? shape.oneOf;
  if (alternatives !== undefined) {
    const problems = alternatives.map((each) => problemAt(path, value, { ...place, shape: each }));
    // Of several, the one that the value says it is: whose constants, such as a kind, are the value's.
    return problems.includes(undefined)
      ? undefined
      : (problems[alternatives.findIndex((each) => isMeant(each, value))] ??
          wrong("one of the forms that the schema has"));
  }
  if ("const" in shape && value !== shape.const) return wrong(JSON.stringify(shape.const));
  if (shape.enum?.includes(value) === false) return wrong(`one of ${shape.enum.join(", ")}`);
  const types = shape.type === undefined ? [] : [shape.type].flat();
  if (types.length > 0 && !types.some((type) => isOf(type, value))) return wrong(types.join(" or "));
  if (Array.isArray(value)) {
    return first(value.entries(), ([index, item]) => {
      const of = shape.prefixItems?.[index] ?? shape.items;
      return typeof of === "object" ? problemAt(`${path}/${index}`, item, { ...place, shape: of }) : undefined;
    });
  }
  if (value === null || typeof value !== "object") return undefined;
  const missing = shape.required?.find((key) => !(key in value));
  if (missing !== undefined) return `${path}/${missing}: expected a value; there is none`;
  return first(Object.entries(value), ([key, item]) => {
    const of = shape.properties?.[key] ?? shape.additionalProperties;
    return typeof of === "object" ? problemAt(`${path}/${key}`, item, { ...place, shape: of }) : undefined;
  });
}

function isMeant({ properties = {}, $ref }: Shape, value: unknown): boolean {
  if (value === null || typeof value !== "object") return $ref !== undefined;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return Object.entries(properties).every(([key, of]) => !("const" in of) || of.const === fields[key]);
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
