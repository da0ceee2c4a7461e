import assert from "node:assert/strict";
import { test } from "node:test";
import { table } from "./table.ts";

const head = ["", "min", "mean", "p50", "max"];
const rows = [["response", "10.0 ms", "20.0 ms", "20.0 ms", "999 ms"]];

for (const [columns, left, gap] of [
  [100, head, "  "],
  [40, head, " "],
  [34, ["", "mean", "p50", "max"], "  "],
  [25, ["", "p50", "max"], "  "],
  [10, ["", "p50", "max"], " "],
] as const) {
  test(`in ${columns} columns a table has the figures ${left.join(" ")}`, () => {
    const [names = "", values = ""] = table(head, rows, { columns, spare: ["min", "mean"] }).split("\n");
    assert.deepEqual(names.trim().split(/ +/), left.slice(1));
    assert.ok(values.startsWith(`response${gap}`) && !values.startsWith(`response${gap} `), values);
    if (columns > 10) assert.ok(values.length <= columns, values);
  });
}
