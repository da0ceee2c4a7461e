/** A time for people: three digits and the unit that suits it. */
export function formatUs(us: number): string {
  if (us < 999.5) return `${Math.round(us)} µs`;
  if (us < 999_500) return `${digits(us / 1_000)} ms`;
  if (us < 120_000_000) return `${digits(us / 1_000_000)} s`;
  return `${digits(us / 60_000_000)} min`;
}

/** A rate for people. */
export function formatRate(perSecond: number): string {
  return perSecond === 0 ? "0/s" : `${digits(perSecond)}/s`;
}

/** A whole number with its thousands apart. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

/** So many of a thing, or one: `what` with its plural, and with the verb where it has one. */
export function counted(count: number, [one, many]: readonly [one: string, many: string]): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** An amount of data for people, in powers of ten. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${Math.round(bytes)} B`;
  if (bytes < 1_000_000) return `${digits(bytes / 1_000)} kB`;
  return bytes < 1_000_000_000 ? `${digits(bytes / 1_000_000)} MB` : `${digits(bytes / 1_000_000_000)} GB`;
}

/** A share from 0 to 1. */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function digits(value: number): string {
  if (value >= 999.5) return formatCount(value);
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
