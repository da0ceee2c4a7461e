import type { PortKind } from "./lineup.ts";

/** A program that is up. */
export interface Row {
  readonly name: string;
  readonly pid: number;
  /** What else there is to say about it, such as its labels. */
  readonly note: string;
  /** ip:port by kind. */
  readonly addresses: Readonly<Partial<Record<PortKind, string>>>;
}

const columns: readonly (readonly [heading: string, kind: PortKind])[] = [
  ["gRPC", "grpc"],
  ["ADS", "ads"],
  ["mesh", "mesh"],
  ["admin gRPC", "admin-grpc"],
  ["admin HTTP", "admin-http"],
];

/** One line per program with the port of each kind, all on this host. */
export function portList(rows: readonly Row[]): string {
  const cells = [
    ["on 127.0.0.1", "", "pid", ...columns.map(([heading]) => heading)],
    ...rows.map(({ name, note, pid, addresses }) => [
      name,
      note,
      String(pid),
      ...columns.map(([, kind]) => addresses[kind]?.replace(/^.*:/, "") ?? ""),
    ]),
  ];
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0))) ?? [];
  const text = (line: readonly string[]) =>
    line.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)));
  return cells.map((line) => `  ${text(line).join("  ").trimEnd()}\n`).join("");
}
