import { decodeHistogram } from "../record/hdr.ts";
import { countUpTo, merged } from "../record/histogram.ts";
import type { Report } from "../report/report.ts";

const buckets = 10;
const nsPerUs = 1_000;

/** The result in the form of ghz's JSON, for tools that read that. Its times are response times; ghz's are service times. */
export function toGhz({ run, target, load, latency, rates, errors, codes, histograms, generator }: Report): string {
  const { count, meanUs, minUs, maxUs, percentilesUs } = latency.response;
  const all = merged(histograms.groups.map(({ response }) => decodeHistogram(response)));
  let below = 0;
  const histogram = Array.from({ length: count === 0 ? 0 : buckets + 1 }, (_, index) => {
    const markUs = minUs + ((maxUs - minUs) * index) / buckets;
    const upTo = index === buckets ? all.count : countUpTo(all, Math.floor(markUs));
    const inBucket = upTo - below;
    below = upTo;
    return { mark: markUs / 1_000_000, count: inBucket, frequency: inBucket / count };
  });
  const endReasons: Readonly<Record<string, string>> = { duration: "timeout", signal: "cancel", aborted: "cancel" };
  return `${JSON.stringify(
    {
      name: run.name,
      date: run.startedAt,
      endReason: endReasons[run.endReason] ?? "normal",
      options: {
        call: target.method.replace("/", "."),
        host: target.uri,
        connections: target.connections,
        total: load.total,
        concurrency: load.concurrency,
        duration: Math.round(load.durationMs * 1_000_000),
      },
      count,
      total: Math.round(rates.windowMs * 1_000_000),
      average: meanUs * nsPerUs,
      fastest: minUs * nsPerUs,
      slowest: maxUs * nsPerUs,
      rps: rates.finishedPerS,
      errorDistribution: Object.fromEntries(
        errors.map(({ code, shape, count }) => [`rpc error: code = ${goName(code)} desc = ${shape}`, count]),
      ),
      statusCodeDistribution: Object.fromEntries(Object.entries(codes).map(([code, count]) => [goName(code), count])),
      latencyDistribution: Object.entries(percentilesUs).flatMap(([percent, us]) =>
        us === null ? [] : [{ percentage: Number(percent), latency: us * nsPerUs }],
      ),
      histogram,
      // Texts by name that ghz and its web page keep and show as they are.
      tags: {
        generator: generator.verdict,
        ...(generator.reasons.length === 0 ? {} : { generatorReasons: generator.reasons.join("; ") }),
      },
    },
    undefined,
    1,
  )}\n`;
}

/** A status as grpc-go's `codes.Code` prints it, which ghz takes for its name. */
function goName(code: string): string {
  if (code === "OK") return code;
  if (code === "CANCELLED") return "Canceled";
  const number = /^CODE_(\d+)$/.exec(code)?.[1];
  if (number !== undefined) return `Code(${number})`;
  return code.toLowerCase().replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
