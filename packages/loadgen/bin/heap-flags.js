/**
 * The young generation of V8's heap, of one size from the start, and every new thing in it. Left alone V8 widens it bit by bit for hours,
 * and in some runs guesses that numbers which live for a moment live long, and puts them where they are seldom collected: a long run then
 * takes ever more memory though it keeps nothing. The calls cost the same CPU either way.
 */
export const heapFlags = ["--min-semi-space-size=4", "--max-semi-space-size=4", "--no-allocation-site-pretenuring"];
