import hdr from "hdr-histogram-js";
import { createHistogram, type Histogram, highestUs } from "./histogram.ts";

/** A histogram as text: HdrHistogram's own compressed form, which its libraries in every language read; and its exact edges. */
export interface EncodedHistogram {
  /** HdrHistogram V2, deflated, base64; values in µs. */
  readonly hdr: string;
  readonly count: number;
  readonly sumUs: number;
  /** 0 without values. */
  readonly minUs: number;
  readonly maxUs: number;
  readonly clamped: number;
}

const shape = { bitBucketSize: 64, highestTrackableValue: highestUs, numberOfSignificantValueDigits: 3 } as const;

/** Writes a histogram down without loss. */
export function encodeHistogram(histogram: Histogram): EncodedHistogram {
  const theirs = hdr.build(shape) as hdr.JsHistogram;
  for (let index = 0; index < histogram.counts.length; index++) {
    const count = histogram.counts[index] as number;
    if (count > 0) theirs.recordValueWithCount(theirs.valueFromIndex(index), count);
  }
  const { count, sumUs, maxUs, clamped } = histogram;
  const minUs = count === 0 ? 0 : histogram.minUs;
  return { hdr: hdr.encodeIntoCompressedBase64(theirs), count, sumUs, minUs, maxUs, clamped };
}

/** Reads what `encodeHistogram` wrote. Throws an Error for anything else. */
export function decodeHistogram(encoded: EncodedHistogram): Histogram {
  const theirs = hdr.decodeFromCompressedBase64(encoded.hdr, 64) as hdr.JsHistogram;
  const histogram = createHistogram();
  if (theirs.totalCount !== encoded.count) {
    throw new Error(`expected a histogram of ${encoded.count} values; it has ${theirs.totalCount}`);
  }
  const counts = new Float64Array(theirs.countsArrayLength);
  for (let index = 0; index < counts.length; index++) counts[index] = theirs.getCountAtIndex(index);
  const { count, sumUs, maxUs, clamped } = encoded;
  const minUs = count === 0 ? Number.POSITIVE_INFINITY : encoded.minUs;
  return Object.assign(histogram, { counts, count, sumUs, minUs, maxUs, clamped });
}
