/** How unlikely a draw outside of the bounds is. A year of hourly runs of every lesson would see it once in some years. */
const chance = 1e-6;

/** The least and the most that so many draws of a probability come to, but for one time in a million. */
export function binomialBounds(draws: number, probability: number): { readonly min: number; readonly max: number } {
  let min = 0;
  for (let below = 0; min < draws; min++) {
    below += likelihood(min, draws, probability);
    if (below > chance / 2) break;
  }
  let max = draws;
  for (let above = 0; max > 0; max--) {
    above += likelihood(max, draws, probability);
    if (above > chance / 2) break;
  }
  return { min, max };
}

/** That exactly so many of the draws come true. */
function likelihood(hits: number, draws: number, probability: number): number {
  if (probability <= 0) return hits === 0 ? 1 : 0;
  if (probability >= 1) return hits === draws ? 1 : 0;
  const ways = logFactorial(draws) - logFactorial(hits) - logFactorial(draws - hits);
  return Math.exp(ways + hits * Math.log(probability) + (draws - hits) * Math.log1p(-probability));
}

const logFactorials = [0];

function logFactorial(n: number): number {
  for (let next = logFactorials.length; next <= n; next++) {
    logFactorials.push((logFactorials[next - 1] ?? 0) + Math.log(next));
  }
  return logFactorials[n] ?? 0;
}
