import { decodeHistogram } from "../record/hdr.ts";
import { countUpTo, merged, neededFor, percentile } from "../record/histogram.ts";
import type { Report } from "../report/report.ts";

const buckets = 10;
const nsPerUs = 1_000;
const nsPerMs = 1_000_000;
/** As ghz has them. Its readers take whole numbers and nothing else. */
const percentages = [10, 25, 50, 75, 90, 95, 99];

/** The result in the form of ghz's JSON, for tools that read that. Its times are response times; ghz's are service times. */
export function toGhz(report: Report): string {
  const { run, latency, rates, errors, codes, histograms, generator } = report;
  const { count, meanUs, minUs, maxUs } = latency.response;
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
      options: optionsOf(report),
      count,
      total: Math.round(rates.windowMs * nsPerMs),
      average: meanUs * nsPerUs,
      fastest: minUs * nsPerUs,
      slowest: maxUs * nsPerUs,
      rps: rates.finishedPerS,
      errorDistribution: Object.fromEntries(
        errors.map(({ code, shape, count }) => [`rpc error: code = ${goName(code)} desc = ${shape}`, count]),
      ),
      statusCodeDistribution: Object.fromEntries(Object.entries(codes).map(([code, count]) => [goName(code), count])),
      latencyDistribution: percentages
        .filter((percentage) => count >= neededFor(percentage))
        .map((percentage) => ({ percentage, latency: percentile(all, percentage) * nsPerUs })),
      histogram,
      // ghz has each call by itself here, which nobody keeps of an open loop of hours.
      details: [],
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

/** As much of what ghz was told as a report has. What has no value is left out, as ghz does. */
function optionsOf({ run, target, load, rates }: Report) {
  const isOpen = load.model === "open";
  return {
    call: target.method.replace("/", "."),
    host: target.uri,
    insecure: target.tls === undefined ? undefined : !target.tls,
    // Of a rate that changes it is the mean; ghz's readers take whole numbers.
    rps: isOpen ? Math.round(rates.plannedPerS) : undefined,
    async: isOpen || undefined,
    total: load.total,
    concurrency: isOpen ? load.maxInFlight : load.concurrency,
    connections: target.connections,
    duration: Math.round(load.durationMs * nsPerMs),
    timeout: Math.round(target.timeoutMs * nsPerMs),
    CPUs: load.workers,
    name: run.name === "" ? undefined : run.name,
  };
}

/** A status as grpc-go's `codes.Code` prints it, which ghz takes for its name. */
function goName(code: string): string {
  if (code === "OK") return code;
  if (code === "CANCELLED") return "Canceled";
  const number = /^CODE_(\d+)$/.exec(code)?.[1];
  if (number !== undefined) return `Code(${number})`;
  return code.toLowerCase().replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
