import { verdicts } from "../judge/verdict.ts";
import { decodeHistogram } from "../record/hdr.ts";
import { countUpTo } from "../record/histogram.ts";
import type { Report } from "../report/report.ts";
import { statusName } from "../report/status-names.ts";

const boundsS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The result as Prometheus text, for a push gateway or the textfile collector. Seconds throughout; buckets add up. */
export function toPrometheus({ run, target, histograms, rates, accounting, streams, generator }: Report): string {
  const common = labels({ target: target.uri, method: target.method });
  const lines: string[] = [];
  for (const view of ["response", "service"] as const) {
    const name = `hey_loadgen_${view}_seconds`;
    const words = view === "response" ? "from the planned start" : "from the actual start";
    lines.push(`# HELP ${name} Time of calls ${words}.`, `# TYPE ${name} histogram`);
    for (const group of histograms.groups) {
      const histogram = decodeHistogram(group[view]);
      const own = labels({
        target: target.uri,
        method: target.method,
        endpoint: group.endpoint,
        code: statusName(group.code),
      });
      for (const bound of boundsS) {
        lines.push(`${name}_bucket{${own},le="${bound}"} ${countUpTo(histogram, bound * 1_000_000)}`);
      }
      lines.push(`${name}_bucket{${own},le="+Inf"} ${histogram.count}`);
      lines.push(`${name}_sum{${own}} ${histogram.sumUs / 1_000_000}`, `${name}_count{${own}} ${histogram.count}`);
    }
  }
  const gauge = (name: string, help: string, value: number) =>
    lines.push(
      `# HELP hey_loadgen_${name} ${help}`,
      `# TYPE hey_loadgen_${name} gauge`,
      `hey_loadgen_${name}{${common}} ${value}`,
    );
  gauge("planned_calls", "Calls that the plan asked for.", accounting.measured.planned);
  gauge("dropped_calls", "Planned calls that were given up.", accounting.measured.dropped);
  gauge("queued_calls", "Planned calls that were still waiting at the end.", accounting.measured.queued);
  gauge("cancelled_calls", "Calls that were cut off at the end.", accounting.measured.cancelled);
  gauge(
    "ok_calls_per_second",
    "Calls that ended with OK or with another status that was expected, a second.",
    rates.okPerS,
  );
  gauge("partial", "Whether the run was stopped before its plan was done: 1 for yes.", run.partial ? 1 : 0);
  const verdict = "hey_loadgen_generator_verdict";
  lines.push(
    `# HELP ${verdict} Whether the times are the server's (ok) or the generator's own: 1 for what holds.`,
    `# TYPE ${verdict} gauge`,
    ...verdicts.map((each) => `${verdict}{${common},verdict="${each}"} ${each === generator.verdict ? 1 : 0}`),
  );
  gauge(
    "generator_loop_delay_max_seconds",
    "The longest that the generator's event loop stood still.",
    generator.loopDelayMaxMs / 1_000,
  );
  gauge(
    "generator_throttled_seconds",
    "How long the generator was denied the CPU by its limit.",
    generator.throttledMs / 1_000,
  );
  if (target.kind !== "unary") {
    gauge("stream_messages_sent", "Messages that were sent in streams.", streams.sent);
    gauge("stream_messages_received", "Messages of answers.", streams.received);
    gauge("stream_messages_unanswered", "Messages that no answer came for.", streams.unanswered);
    const histogram = decodeHistogram(histograms.roundTrip);
    const name = "hey_loadgen_round_trip_seconds";
    lines.push(`# HELP ${name} From the planned writing of a message to its answer.`, `# TYPE ${name} histogram`);
    for (const bound of boundsS) {
      lines.push(`${name}_bucket{${common},le="${bound}"} ${countUpTo(histogram, bound * 1_000_000)}`);
    }
    lines.push(`${name}_bucket{${common},le="+Inf"} ${histogram.count}`);
    lines.push(`${name}_sum{${common}} ${histogram.sumUs / 1_000_000}`, `${name}_count{${common}} ${histogram.count}`);
  }
  return `${lines.join("\n")}\n`;
}

function labels(values: Readonly<Record<string, string>>): string {
  const escaped = (value: string) => value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(",");
}
