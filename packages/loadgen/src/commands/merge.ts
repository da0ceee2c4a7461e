import { formatDuration, ProgramError } from "@hey/runtime";
import { addUp } from "../drive/accounting.ts";
import { mergeHealth } from "../judge/merge-health.ts";
import { alignRows, gridOf } from "../record/align-rows.ts";
import { createEndpoints } from "../record/endpoints.ts";
import type { ErrorKind } from "../record/errors.ts";
import { decodeHistogram, type EncodedHistogram } from "../record/hdr.ts";
import { type Histogram, merge, merged } from "../record/histogram.ts";
import type { Group } from "../record/recorder.ts";
import { mergeStreamRecordings, type StreamRecording } from "../record/stream-recorder.ts";
import { caveatsOf } from "../report/caveats.ts";
import { createReport } from "../report/create-report.ts";
import type { Rates, Report } from "../report/report.ts";
import { statusCode } from "../report/status-names.ts";
import { measuredFromMs, type OverTime, overTime } from "./over-time.ts";

/**
 * What one recording of all the runs would have given: histograms are added up, nothing is averaged. Runs at the same
 * time, on several machines, add their rates and their CPU up; runs one after another add their time. Throws a ProgramError of exit
 * code 2 for runs of different methods.
 */
export function mergeReports(reports: readonly Report[]): Report {
  const [first] = reports;
  if (first === undefined) throw new Error("nothing to merge");
  for (const { target, run } of reports) {
    if (target.method !== first.target.method) {
      const message = `expected runs of one method; got ${first.target.method} and ${target.method} (${run.startedAt})`;
      throw new ProgramError(message, { exitCode: 2 });
    }
  }
  const startMs = Math.min(...reports.map(measuredFromMs));
  const offsetOf = (report: Report) => (measuredFromMs(report) - startMs) / 1_000;
  const together = overTime(reports);
  const gridS = gridOf(reports.map(({ series }) => ({ rows: series })));
  const endpoints = createEndpoints();
  const groups = new Map<string, Group>();
  const errors = new Map<string, ErrorKind>();
  for (const report of reports) {
    const offsetMs = measuredFromMs(report) - startMs;
    for (const row of report.endpoints) {
      const endpoint = endpoints.numberOf(row.address);
      if (row.name !== "") endpoints.name(endpoint, row.name);
    }
    for (const { endpoint: address, code, response, service } of report.histograms.groups) {
      const endpoint = endpoints.numberOf(address);
      const row = report.endpoints.find((each) => each.address === address);
      const firstMs = offsetMs + (row?.firstS ?? 0) * 1_000;
      const lastMs = offsetMs + (row?.lastS ?? 0) * 1_000;
      const group = groups.get(`${endpoint} ${code}`);
      if (group === undefined) {
        const decoded = { response: decodeHistogram(response), service: decodeHistogram(service) };
        groups.set(`${endpoint} ${code}`, { endpoint, code, ...decoded, firstMs, lastMs });
      } else {
        merge(group.response, decodeHistogram(response));
        merge(group.service, decodeHistogram(service));
        group.firstMs = Math.min(group.firstMs, firstMs);
        group.lastMs = Math.max(group.lastMs, lastMs);
      }
    }
    for (const { code, shape, count, samples } of report.errors) {
      const kind = errors.get(`${code} ${shape}`) ?? { code: statusCode(code), shape, count: 0, samples: [] };
      kind.count += count;
      for (const { atS, endpoint, message } of samples.slice(0, 3 - kind.samples.length)) {
        kind.samples.push({ atMs: offsetMs + atS * 1_000, endpoint: endpoints.numberOf(endpoint), message });
      }
      errors.set(`${code} ${shape}`, kind);
    }
  }
  const all = (of: (report: Report) => EncodedHistogram): Histogram =>
    merged(reports.map((report) => decodeHistogram(of(report))));
  const tally = { finished: 0, ok: 0, messages: 0 };
  const report = createReport({
    name: first.run.name,
    startedAt: new Date(Math.min(...reports.map(({ run }) => Date.parse(run.startedAt)))),
    command: ["hey-loadgen", "merge"],
    failOnSaturation: reports.some(({ run }) => run.failOnSaturation),
    environment: first.environment,
    target: { ...first.target, uri: [...new Set(reports.map(({ target }) => target.uri))].join(" ") },
    load: { ...first.load, plan: [...new Set(reports.map(({ load }) => load.plan))].join(" + ") },
    course: {
      startMs: 0,
      measureMs: 0,
      closedMs: 0,
      planEndMs: 0,
      lastEndMs: 0,
      endReason: reports.find(({ run }) => run.partial)?.run.endReason ?? first.run.endReason,
      warmup: addUp(reports.map(({ accounting }) => accounting.warmup)),
      measured: addUp(reports.map(({ accounting }) => accounting.measured)),
      warmupFailed: reports.reduce((sum, { accounting }) => sum + accounting.warmupFailed, 0),
      inFlight: 0,
    },
    recording: {
      groups: [...groups.values()],
      lateness: all(({ histograms }) => histograms.lateness),
      firstMessage: all(({ histograms }) => histograms.firstMessage),
      messageGap: all(({ histograms }) => histograms.messageGap),
      streams: mergeStreamRecordings(reports.map(streamsOf)),
      errors: [...errors.values()],
      all: tally,
      inWindow: tally,
    },
    endpoints: endpoints.list(),
    series: alignRows(reports.map((each) => ({ rows: each.series, offsetS: offsetOf(each) }))),
    connect: all(({ histograms }) => histograms.connect),
    percentiles: Object.keys(first.latency.response.percentilesUs).map(Number),
    generator: {
      ...mergeHealth(
        reports.map((each) => {
          // The row that most of the second lies in.
          const inRow = (atS: number) => Math.floor((atS + offsetOf(each) + 0.5) / gridS) * gridS;
          const saturatedS = [...new Set(each.generator.saturatedS.map(inRow))];
          return { ...each.generator, saturatedS };
        }),
      ),
      cpuMean: together.mean(({ generator }) => generator.cpuMean),
    },
    retries: reports.reduce((sum, { accounting }) => sum + accounting.retries, 0),
    caveats: [`merged from ${reports.length} reports`, ...mixtures(reports), ...new Set(reports.flatMap(givenCaveats))],
  });
  return { ...report, rates: mergeRates(together) };
}

function streamsOf({ streams, histograms }: Report): StreamRecording {
  return {
    ...streams,
    roundTrip: decodeHistogram(histograms.roundTrip),
    roundTripWritten: decodeHistogram(histograms.roundTripWritten),
    messageLateness: decodeHistogram(histograms.messageLateness),
    all: streams,
    inWindow: streams,
  };
}

/** What a report says beside what its counts come to, which is said anew of all of them together. */
function givenCaveats({ accounting, load, histograms, streams, caveats }: Report): string[] {
  const response = merged(histograms.groups.map((group) => decodeHistogram(group.response)));
  const counted = caveatsOf({
    ...{ ...accounting, load, streams, response },
    lateness: decodeHistogram(histograms.lateness),
  });
  return caveats.filter((text) => !counted.includes(text));
}

/** What differs between the runs that a reader of one report would take for the same. */
function mixtures(reports: readonly Report[]): string[] {
  const mixed = (what: string, of: (report: Report) => string | undefined) => {
    const values = [...new Set(reports.map(of).filter((value) => value !== undefined))];
    return values.length > 1 ? [`the runs differ in their ${what}: ${values.join(", ")}`] : [];
  };
  return [
    ...mixed("target", ({ target }) => target.uri),
    ...mixed("transport", ({ target: { tls } }) => (tls === undefined ? tls : tls ? "TLS" : "plain text")),
    ...mixed("engine", ({ target }) => target.engine),
    ...mixed("kind of load", ({ load }) => `${load.model} loop`),
    ...mixed("matching of answers to messages", ({ target }) => target.match),
    ...mixed("deadline", ({ target: { timeoutMs } }) => (timeoutMs === 0 ? "none" : formatDuration(timeoutMs))),
  ];
}

function mergeRates({ windowMs, mean }: OverTime): Rates {
  // Of a run by number the plan's own time is not that of its answers.
  const timeOf = (count: number, perS: number, { rates }: Report) =>
    perS > 0 ? (count * 1_000) / perS : rates.windowMs;
  return {
    windowMs,
    plannedPerS: mean(
      ({ rates }) => rates.plannedPerS,
      (report) => timeOf(report.accounting.measured.planned, report.rates.plannedPerS, report),
    ),
    startedPerS: mean(
      ({ rates }) => rates.startedPerS,
      (report) => timeOf(report.accounting.measured.started, report.rates.startedPerS, report),
    ),
    finishedPerS: mean(({ rates }) => rates.finishedPerS),
    okPerS: mean(({ rates }) => rates.okPerS),
    messagesPerS: mean(({ rates }) => rates.messagesPerS),
    messagesSentPerS: mean(({ rates }) => rates.messagesSentPerS),
  };
}
