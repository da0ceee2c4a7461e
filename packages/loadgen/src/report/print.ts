import { formatDuration, printable } from "@hey/runtime";
import { isGood } from "../drive/engine.ts";
import { decodeHistogram } from "../record/hdr.ts";
import { countUpTo, merged, neededFor } from "../record/histogram.ts";
import { fold } from "./fold.ts";
import { formatBytes, formatCount, formatRate, formatShare, formatUs } from "./format.ts";
import { observedWords } from "./observed.ts";
import type { Report, View, ViewName } from "./report.ts";
import { failedCalls, statusCode } from "./status-names.ts";
import { table } from "./table.ts";

/** A report as text for a terminal of so many columns, without colours. */
export function printReport(report: Report, columns = Number.POSITIVE_INFINITY): string {
  const prose = (of: (report: Report) => string) => fold(of(report), columns);
  const blocks = [
    prose(heading),
    rates(report),
    latencies(report, columns),
    bars(report),
    endpoints(report, columns),
    codes(report),
    prose(errors),
    prose(thresholds),
    prose(generator),
    prose(caveats),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function heading({ run, target, load, latency, accounting }: Report): string {
  const { uri, method, engine, connections } = target;
  const ended: Record<Report["run"]["endReason"], string> = {
    duration: "",
    total: "",
    signal: "stopped by a signal: this is what there was until then",
    aborted: "aborted: this is what there was until then",
  };
  const links = engine === "wire" ? `, ${connections} connection${connections === 1 ? "" : "s"}` : "";
  return [
    `${run.name === "" ? "" : `${run.name}: `}${method} at ${uri}`,
    `  ${load.model} loop, ${load.plan}; engine ${engine}${links}`,
    load.warmupMs > 0
      ? `  warm-up ${formatDuration(load.warmupMs)}: ${formatCount(accounting.warmup.finished)} calls, not in the figures`
      : "",
    latency.response.count === 0 ? "  no call has ended" : "",
    ended[run.endReason] === "" ? "" : `  ${ended[run.endReason]}`,
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function rates({
  accounting: { measured },
  rates: { windowMs, ...rate },
  load,
  target,
  streams,
  codes,
}: Report): string {
  const rows = [
    [
      "calls",
      `${formatCount(measured.finished)} finished in ${formatUs(windowMs * 1000)}`,
      formatRate(rate.finishedPerS),
    ],
    ["good", goodStatuses(codes), formatRate(rate.okPerS)],
  ];
  if (load.model === "open") {
    rows.unshift(["planned", `${formatCount(measured.planned)} calls`, formatRate(rate.plannedPerS)]);
  }
  const lost = [
    [measured.dropped, "dropped"],
    [measured.queued, "still waiting at the end"],
    [measured.cancelled, "cut off at the end"],
  ] as const;
  for (const [count, what] of lost) if (count > 0) rows.push([what, formatCount(count), ""]);
  const sends = target.kind === "client_streaming" || target.kind === "bidi_streaming";
  const messages = (count: number, bytes: number) => `${formatCount(count)}, ${formatBytes(bytes)}`;
  if (sends) {
    const { sent, sentBytes } = streams;
    rows.push(["messages sent", messages(sent, sentBytes), formatRate(rate.messagesSentPerS)]);
  }
  if (target.kind !== "unary") {
    const { received, receivedBytes } = streams;
    rows.push(["messages received", messages(received, receivedBytes), formatRate(rate.messagesPerS)]);
  }
  if (streams.answersCut > 0) rows.push(["answers", `${formatCount(streams.answersCut)} ended by us, as asked`, ""]);
  return table(["", "", "rate"], rows, { aligned: ["left", "left", "right"] });
}

/** OK alone, unless other statuses were expected: the table of statuses has their names. */
function goodStatuses(codes: Report["codes"]): string {
  const isOther = Object.keys(codes).some((name) => name !== "OK" && isGood(statusCode(name)));
  return isOther ? "status as expected" : "status OK";
}

const viewNames: readonly (readonly [ViewName, string])[] = [
  ["response", "response"],
  ["responseOk", "… of good calls"],
  ["service", "service"],
  ["lateness", "lateness"],
  ["firstMessage", "first message"],
  ["messageGap", "message gap"],
  ["roundTrip", "round trip"],
  ["roundTripWritten", "… from the writing"],
  ["messageLateness", "message lateness"],
];

function latencies({ latency, codes, load, target }: Report, columns: number): string {
  if (latency.response.count === 0) return "";
  const percents = Object.keys(latency.response.percentilesUs);
  const hasFailures = failedCalls(codes) > 0;
  const shown = viewNames.filter(
    ([name]) =>
      latency[name].count > 0 &&
      (name !== "responseOk" || hasFailures) &&
      (name !== "lateness" || load.model === "open") &&
      (name !== "roundTripWritten" || latency.messageLateness.count > 0) &&
      (name !== "firstMessage" || latency.messageGap.count > 0),
  );
  const time = (us: number | null) => (us === null ? "n/a" : formatUs(us));
  const rows = shown.map(([name, words]) => {
    const { minUs, meanUs, maxUs, percentilesUs } = latency[name];
    return [
      words,
      time(minUs),
      time(meanUs),
      ...percents.map((percent) => time(percentilesUs[percent] ?? null)),
      time(maxUs),
    ];
  });
  const head = ["", "min", "mean", ...percents.map((percent) => `p${percent}`), "max"];
  const notes = ["response: from the planned start; service: from the actual start; lateness: between the two"];
  if (latency.roundTrip.count > 0) {
    notes.push(
      latency.messageLateness.count > 0
        ? `round trip: from a message's planned writing to its answer (matched by ${matched(target.match)})`
        : `round trip: from the writing of a message to its answer (matched by ${matched(target.match)})`,
    );
  }
  const scarce = percents.filter((percent) => latency.response.percentilesUs[percent] === null);
  if (scarce.length > 0) {
    const needs = scarce.map((percent) => `p${percent} ${formatCount(neededFor(Number(percent)))}`);
    notes.push(`n/a: too few calls to say; needed are: ${needs.join(", ")}`);
  }
  return [table(head, rows, { columns, spare: ["min", "mean"] }), fold(notes.join("\n"), columns)].join("\n");
}

function matched(match: string): string {
  return match === "fifo" ? "order" : match.replace(/^field:/, "the field ");
}

const barCount = 10;

/** The response times of all calls in stretches that grow by the same factor. */
function bars({ histograms }: Report): string {
  const all = merged(histograms.groups.map(({ response }) => decodeHistogram(response)));
  if (all.count < 2 || all.maxUs < 2 * Math.max(1, all.minUs)) return "";
  const low = Math.max(1, all.minUs);
  const factor = (all.maxUs / low) ** (1 / barCount);
  const limits = Array.from({ length: barCount }, (_, index) => low * factor ** (index + 1));
  let below = 0;
  const counts = limits.map((limit, index) => {
    const upTo = index === barCount - 1 ? all.count : countUpTo(all, Math.floor(limit));
    const count = upTo - below;
    below = upTo;
    return count;
  });
  const most = Math.max(...counts);
  const lines = counts.map((count, index) => {
    const limit = `≤ ${formatUs(index === barCount - 1 ? all.maxUs : (limits[index] ?? 0))}`;
    return `${limit.padStart(12)} ${formatCount(count).padStart(12)} ${"▇".repeat(Math.ceil((count / most) * 40))}`.trimEnd();
  });
  return ["response times of all calls", ...lines].join("\n");
}

function endpoints({ endpoints: rows }: Report, columns: number): string {
  if (rows.length === 0) return "";
  const time = (view: View, percent: string) => {
    const us = view.percentilesUs[percent];
    return us === null || us === undefined ? "n/a" : formatUs(us);
  };
  return table(
    ["endpoint", "name", "calls", "share", "failed", "p50", "p99", "first", "last"],
    rows.map(({ address, name, calls, share, codes, response, firstS, lastS }) => [
      address === "" ? "(no server reached)" : address,
      name,
      formatCount(calls),
      formatShare(share),
      formatCount(failedCalls(codes)),
      time(response, "50"),
      time(response, "99"),
      `${firstS.toFixed(1)} s`,
      `${lastS.toFixed(1)} s`,
    ]),
    { aligned: ["left", "left"], columns },
  );
}

function codes({ codes: counts, latency }: Report): string {
  const rows = Object.entries(counts).map(([code, count]) => [
    code,
    formatCount(count),
    formatShare(count / latency.response.count),
  ]);
  return rows.length === 0 ? "" : table(["status", "calls", "share"], rows);
}

function errors({ errors: kinds }: Report): string {
  if (kinds.length === 0) return "";
  const lines = kinds.slice(0, 10).flatMap(({ code, count, samples: [sample] }) => {
    const where = sample === undefined || sample.endpoint === "" ? "" : ` (${sample.endpoint})`;
    return [`  ${formatCount(count)} × ${code}: ${printable(sample?.message ?? "")}${where}`];
  });
  if (kinds.length > 10) lines.push(`  and ${kinds.length - 10} more kinds, which the JSON report has`);
  return ["errors, each kind by one sample", ...lines].join("\n");
}

function thresholds({ thresholds: results }: Report): string {
  if (results.length === 0) return "";
  const lines = results.map(
    (result) => `  ${result.passed ? "passed" : "FAILED"}  ${result.expression}  (${observedWords(result)})`,
  );
  return ["thresholds", ...lines].join("\n");
}

function generator({ generator: { verdict, reasons, cpuMean } }: Report): string {
  const meaning = {
    ok: "the times are the server's",
    degraded: "some of the times may be the generator's own",
    saturated: "the generator, not the server, is what was measured",
  };
  const head = `generator: ${verdict}, ${formatShare(cpuMean)} of a core (${meaning[verdict]})`;
  return [head, ...reasons.map((reason) => `  ${reason}`)].join("\n");
}

function caveats({ caveats: texts }: Report): string {
  return texts.length === 0 ? "" : ["note", ...texts.map((text) => `  ${text}`)].join("\n");
}
