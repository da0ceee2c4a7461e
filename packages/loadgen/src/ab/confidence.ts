/**
 * How much to leave out at either end of resampled figures, so that what is between them holds the true value with the
 * confidence asked for: a share, below (1 − confidence) / 2 when there are few units. Resampling few units makes intervals
 * too narrow, as dividing by n instead of n − 1 does and taking the normal distribution for Student's; this widens them by
 * both.
 */
export function tailOf(confidence: number, units: number): number {
  const freedom = units - 1;
  const normal = normalQuantile(1 - (1 - confidence) / 2);
  const student =
    normal +
    (normal ** 3 + normal) / (4 * freedom) +
    (5 * normal ** 5 + 16 * normal ** 3 + 3 * normal) / (96 * freedom ** 2);
  return 1 - normalShare(student * Math.sqrt(units / freedom));
}

/** The share of a normal distribution below so many standard deviations from its middle; good to seven places. */
export function normalShare(deviations: number): number {
  const scaled = Math.abs(deviations) / Math.SQRT2;
  const step = 1 / (1 + 0.3275911 * scaled);
  const series =
    step * (0.254829592 + step * (-0.284496736 + step * (1.421413741 + step * (-1.453152027 + step * 1.061405429))));
  const beyond = (series * Math.exp(-(scaled ** 2))) / 2;
  return deviations < 0 ? beyond : 1 - beyond;
}

/** How many standard deviations from the middle such a share of a normal distribution lies below. */
function normalQuantile(share: number): number {
  let [low, high] = [-8, 8];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
