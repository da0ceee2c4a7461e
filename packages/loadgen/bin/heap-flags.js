/**
 * The young generation of V8's heap, of one size from the start. Left alone V8 widens it bit by bit for hours, so that a long run takes
 * ever more memory though it keeps nothing; the calls cost the same CPU either way.
 */
export const heapFlags = ["--min-semi-space-size=4", "--max-semi-space-size=4"];
