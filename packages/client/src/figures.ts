/** A count with thousands set apart. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** Milliseconds with three digits, such as 0.12 ms, 4.56 ms or 1,234 ms. */
export function milliseconds(valueMs: number | undefined): string {
  if (valueMs === undefined) return "-";
  const decimals = valueMs < 10 ? 2 : valueMs < 100 ? 1 : 0;
  return `${valueMs.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals })} ms`;
}

/** How many of a thing, in words: "1 call", "2 calls". */
export function plural(value: number, thing: string): string {
  return `${count(value)} ${thing}${value === 1 ? "" : "s"}`;
}
