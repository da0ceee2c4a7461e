import type { Course } from "../drive/drive-options.ts";
import { isGood } from "../drive/engine.ts";
import type { GeneratorHealth } from "../judge/verdict.ts";
import type { Endpoint } from "../record/endpoints.ts";
import { encodeHistogram } from "../record/hdr.ts";
import { deviation, type Histogram, mean, merged, neededFor, percentile } from "../record/histogram.ts";
import { type Group, gather, type Recording } from "../record/recorder.ts";
import type { SeriesRow } from "../record/series.ts";
import { caveatsOf } from "./caveats.ts";
import {
  type EndpointRow,
  type Environment,
  type LoadDescription,
  type Rates,
  type Report,
  reportSchema,
  type TargetDescription,
  type View,
} from "./report.ts";
import { statusName } from "./status-names.ts";

/** What a report is made of. */
export interface RunRecord {
  readonly name: string;
  readonly startedAt: Date;
  readonly command: readonly string[];
  readonly failOnSaturation: boolean;
  readonly environment: Environment;
  readonly target: TargetDescription;
  readonly load: LoadDescription;
  readonly course: Course;
  readonly recording: Recording;
  readonly endpoints: readonly Endpoint[];
  readonly series: readonly SeriesRow[];
  readonly connect: Histogram;
  readonly percentiles: readonly number[];
  readonly generator: GeneratorHealth;
  readonly retries: number;
  readonly caveats: readonly string[];
}

/** Sums a run up. */
export function createReport(run: RunRecord): Report {
  const { course, recording, endpoints, percentiles, connect } = run;
  const { groups, lateness, firstMessage, messageGap, streams } = recording;
  const { roundTrip, roundTripWritten, messageLateness, answersCut, unsent, unanswered, unmatched, uneven } = streams;
  const response = gather(groups, "response");
  const view = (histogram: Histogram) => viewOf(histogram, percentiles);
  const addressOf = (endpoint: number) => endpoints[endpoint]?.address ?? "";
  const partial = course.endReason === "signal" || course.endReason === "aborted";
  return {
    schema: reportSchema,
    run: {
      name: run.name,
      startedAt: run.startedAt.toISOString(),
      partial,
      endReason: course.endReason,
      command: run.command,
      failOnSaturation: run.failOnSaturation,
    },
    environment: run.environment,
    target: run.target,
    load: run.load,
    accounting: {
      measured: course.measured,
      warmup: course.warmup,
      warmupFailed: course.warmupFailed,
      retries: run.retries,
    },
    rates: ratesOf(run),
    latency: {
      response: view(response),
      responseOk: view(gather(groups, "response", ({ code }) => isGood(code))),
      service: view(gather(groups, "service")),
      lateness: view(lateness),
      firstMessage: view(firstMessage),
      messageGap: view(messageGap),
      roundTrip: view(roundTrip),
      roundTripWritten: view(roundTripWritten),
      messageLateness: view(messageLateness),
      connect: view(connect),
    },
    streams: { ...streams.all, answersCut, unsent, unanswered, unmatched, uneven },
    codes: codesOf(groups),
    endpoints: endpointRows(run, response.count),
    errors: recording.errors
      .map(({ code, shape, count, samples }) => ({
        code: statusName(code),
        shape,
        count,
        samples: samples.map(({ atMs, endpoint, message }) => ({
          atS: seconds(atMs - course.measureMs),
          endpoint: addressOf(endpoint),
          message,
        })),
      }))
      .sort((a, b) => b.count - a.count),
    series: run.series,
    histograms: {
      encoding: "hdr-v2-deflate-base64",
      unit: "us",
      groups: groups.map(({ endpoint, code, response, service }) => ({
        endpoint: addressOf(endpoint),
        code,
        response: encodeHistogram(response),
        service: encodeHistogram(service),
      })),
      lateness: encodeHistogram(lateness),
      firstMessage: encodeHistogram(firstMessage),
      messageGap: encodeHistogram(messageGap),
      roundTrip: encodeHistogram(roundTrip),
      roundTripWritten: encodeHistogram(roundTripWritten),
      messageLateness: encodeHistogram(messageLateness),
      connect: encodeHistogram(connect),
    },
    generator: run.generator,
    thresholds: [],
    caveats: [
      ...caveatsOf({
        ...{ ...course, retries: run.retries, load: run.load, response },
        ...{ lateness: run.recording.lateness, streams: run.recording.streams },
      }),
      ...run.caveats,
    ],
  };
}

/** The figures of a histogram. A percentile needs one value beyond it: p99.9 is null below 1,000 values. */
export function viewOf(histogram: Histogram, percentiles: readonly number[]): View {
  const { count, minUs, maxUs } = histogram;
  return {
    count,
    minUs: count === 0 ? 0 : minUs,
    meanUs: Math.round(mean(histogram)),
    maxUs,
    deviationUs: Math.round(deviation(histogram)),
    percentilesUs: Object.fromEntries(
      percentiles.map((percent) => {
        const enough = count >= neededFor(percent);
        return [String(percent), enough ? percentile(histogram, percent) : null];
      }),
    ),
  };
}

function ratesOf({ course, recording, target }: RunRecord): Rates {
  const { measured, measureMs, closedMs, planEndMs, lastEndMs, endReason } = course;
  // A run by number is over with its last answer; one by time with its time, whatever the drain brings.
  const byNumber = endReason === "total";
  // Whole µs: a difference of two doubles is 190.99999999999977 where 191 ms were asked for.
  const sinceMeasured = (endMs: number) => Math.max(0, Math.round((endMs - measureMs) * 1_000) / 1_000);
  const windowMs = sinceMeasured(byNumber ? Math.max(lastEndMs, closedMs) : closedMs);
  const { finished, ok, messages } = byNumber ? recording.all : recording.inWindow;
  const streamed = byNumber ? recording.streams.all : recording.streams.inWindow;
  const perSecond = (count: number, inMs = windowMs) => (inMs > 0 ? (count * 1000) / inMs : 0);
  return {
    windowMs,
    plannedPerS: perSecond(measured.planned, sinceMeasured(planEndMs)),
    // Once the last call is started the plan still has its slot's own time.
    startedPerS: perSecond(measured.started, sinceMeasured(Math.max(planEndMs, closedMs))),
    finishedPerS: perSecond(finished),
    okPerS: perSecond(ok),
    messagesPerS: perSecond(target.kind === "unary" ? messages : streamed.received),
    messagesSentPerS: perSecond(streamed.sent),
  };
}

function codesOf(groups: readonly Group[]): Readonly<Record<string, number>> {
  const codes = new Map<string, number>();
  for (const { code, response } of [...groups].sort((a, b) => a.code - b.code)) {
    codes.set(statusName(code), (codes.get(statusName(code)) ?? 0) + response.count);
  }
  return Object.fromEntries(codes);
}

function endpointRows({ course, recording, endpoints, percentiles }: RunRecord, total: number): EndpointRow[] {
  return endpoints
    .map((endpoint, number) => ({ endpoint, groups: recording.groups.filter((group) => group.endpoint === number) }))
    .filter(({ groups }) => groups.length > 0)
    .map(({ endpoint, groups }) => {
      const response = merged(groups.map((group) => group.response));
      return {
        ...endpoint,
        calls: response.count,
        share: response.count / total,
        codes: codesOf(groups),
        response: viewOf(response, percentiles),
        firstS: seconds(Math.min(...groups.map(({ firstMs }) => firstMs)) - course.measureMs),
        lastS: seconds(Math.max(...groups.map(({ lastMs }) => lastMs)) - course.measureMs),
      };
    })
    .sort((a, b) => (a.address < b.address ? -1 : 1));
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}
