/**
 * Numbers in [0, 1) that a seed determines: the same on every machine, so that a run can be repeated. mulberry32, good
 * enough for arrivals and sample data, not for secrets.
 */
export function randomOf(seed: number): () => number {
  const draws = new Draws();
  draws.state = seed | 0;
  return () => draws.next();
}

/** Such numbers by place instead of by turn: whoever draws for a place, and in whatever order, draws the same. */
export class Draws {
  /** As a signed number of 32 bits, which costs nothing to keep. */
  state = 0;

  /** What follows is drawn for a place in the series of `key`; no two places below 2^32 of one series begin alike. */
  at(key: number, place: number): void {
    this.state = scrambled((Math.imul(place, 0x9e37_79b1) + key) | 0);
  }

  next(): number {
    const state = (this.state + 0x6d2b79f5) | 0;
    this.state = state;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }
}

/** A seed for each of several runs that have one between them, so that none repeats what another drew. */
export function seedOf(seed: number, run: number): number {
  return scrambled((Math.imul(run + 1, 0x9e37_79b1) + scrambled(seed | 0)) | 0) >>> 0;
}

/** Another signed number of 32 bits for each: murmur3's last step. */
export function scrambled(number: number): number {
  let mixed = Math.imul(number ^ (number >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}
