import { bucketOf, highestOf, highestUs } from "./histogram.ts";

/** The stretch that a time in whole µs lies in. There is one for each µs below 16, then eight to each doubling. */
export function stretchOf(us: number): number {
  if (us < 16) return us;
  const doubling = Math.floor(Math.log2(us));
  return 16 + (doubling - 4) * 8 + Math.floor(us / 2 ** (doubling - 3)) - 8;
}

/** The last whole µs of a stretch. */
export function endOf(stretch: number): number {
  if (stretch < 16) return stretch;
  const doubling = 4 + Math.floor((stretch - 16) / 8);
  return (9 + ((stretch - 16) % 8)) * 2 ** (doubling - 3) - 1;
}

/** How many stretches there are. */
export const heatStretches = stretchOf(highestOf(bucketOf(highestUs))) + 1;
