import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

// strict: a word of the schema that is mistyped is an error. What a date looks like is not checked: that takes another package.
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, validateFormats: false });
// In this order: the later ones point into the first.
const validators = new Map<string, ValidateFunction>(
  ["report", "ab", "find-max", "calibration"].map((name) => {
    const schema = readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), "utf8");
    return [name, ajv.compile(JSON.parse(schema))];
  }),
);

/** What is wrong with a result, by the published schema of its kind. A field that the schema does not know is wrong, too. */
export function schemaProblems(name: string, text: string): readonly string[] {
  const validate = validators.get(name) ?? assert.fail(name);
  validate(JSON.parse(text));
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}
