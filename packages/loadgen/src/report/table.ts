import { printable } from "@hey/runtime";
import Table from "cli-table3";

const noBorders = Object.fromEntries(
  "top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid"
    .split(" ")
    .map((name) => [name, ""]),
);

/**
 * A table without lines; the first column to the left, the others to the right unless said otherwise. Closer where it would be
 * too wide, and then without the columns that are to spare, one after the other.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  {
    aligned = ["left"],
    columns = Number.POSITIVE_INFINITY,
    spare = [],
  }: { aligned?: readonly ("left" | "right")[]; columns?: number; spare?: readonly string[] } = {},
): string {
  const fits = (drawn: string) => drawn.split("\n").every((line) => line.length <= columns);
  for (const between of ["  ", " "]) {
    const drawn = draw(head, rows, { aligned, between });
    if (fits(drawn) || (between === " " && spare.length === 0)) return drawn;
  }
  const left = head.indexOf(spare[0] ?? "");
  const without = <T>(row: readonly T[]) => row.filter((_, index) => index !== left);
  return table(without(head), rows.map(without), { aligned: without(aligned), columns, spare: spare.slice(1) });
}

function draw(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { aligned, between }: { aligned: readonly ("left" | "right")[]; between: string },
): string {
  const result = new Table({
    head: [...head],
    chars: { ...noBorders, middle: between },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colAligns: head.map((_, index) => aligned[index] ?? "right"),
  });
  result.push(...rows.map((row) => row.map(printable)));
  return result
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
