import { createLatencies, type Latencies } from "./latencies.ts";
import { addCounts, type Counts, noCounts, type Tally } from "./tally.ts";

/** Who answered, as replicas say it in their answers. */
interface ReplicaLabels {
  readonly name: string;
  readonly version: string;
  readonly zone: string;
}

/** One replica's part so far. Times are milliseconds of the run's clock. */
export interface ReplicaScore extends ReplicaLabels {
  /** Unary calls that it answered. */
  readonly calls: number;
  /** Messages of streams that came from it. */
  readonly messages: number;
  /** Unary calls that failed at its address. */
  readonly errors: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly lastSeenMs: number;
}

/** One conversation that went on after a break. */
interface Reconnect {
  readonly atMs: number;
  readonly conversationId: string;
  /** The replica before and the one after; `from` is empty when the break came before the first message. */
  readonly from: string;
  readonly to: string;
  /** The status that the stream ended with. */
  readonly code: string;
  readonly gapMs: number;
  readonly attempts: number;
}

/** How a conversation ended: whole, cut by this client's own stop, or failed for good. */
type ConversationEnd = "whole" | "cut" | "failed";

/** Everything that a run has to show for itself so far. */
export interface ScoreBoard {
  readonly replicas: readonly ReplicaScore[];
  /** Of every conversation, the running ones up to the highest number that has arrived. */
  readonly messages: Counts;
  readonly conversations: Readonly<Record<ConversationEnd | "running", number>>;
  readonly calls: { readonly ok: number; readonly failed: number; readonly byCode: Readonly<Record<string, number>> };
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  /** Wholes told; those sent again; those whose summary was wrong; those that failed otherwise. */
  readonly tells: { readonly whole: number; readonly resent: number; readonly wrong: number; readonly failed: number };
  readonly reconnects: {
    readonly count: number;
    readonly longestGapMs: number;
    /** The newest, at most 1,000. */
    readonly newest: readonly Reconnect[];
  };
  /** Streams that went on because their attempt's deadline had come: nothing broke. */
  readonly renewals: number;
  /** What went wrong, in words, newest last: at most 20, one of a kind. */
  readonly problems: readonly { readonly words: string; readonly count: number }[];
}

/** Keeps the score of a run. */
export interface Score {
  called(call: { readonly replica: ReplicaLabels; readonly latencyMs: number; readonly nowMs: number }): void;
  callFailed(call: { readonly code: string; readonly peer: string | undefined; readonly words: string }): void;
  /** Which replica answers at an address, so that a failure there is counted to it. */
  seenAt(address: string, replica: ReplicaLabels): void;
  heard(replica: ReplicaLabels, nowMs: number): void;
  /** A conversation begins; end it with the number of its last message as far as that was asked for. */
  converse(tally: Tally): (end: ConversationEnd, lastSequence: bigint) => void;
  told(how: keyof ScoreBoard["tells"]): void;
  reconnected(reconnect: Reconnect): void;
  renewed(): void;
  problem(words: string): void;
  board(): ScoreBoard;
  /** Percentiles of the unary calls since this was last asked for. */
  recent(): { readonly p50Ms: number | undefined; readonly p99Ms: number | undefined };
}

const mostReconnects = 1_000;
const mostProblems = 20;

interface Row {
  labels: ReplicaLabels;
  calls: number;
  messages: number;
  errors: number;
  lastSeenMs: number;
  readonly latencies: Latencies;
}

/** Starts at nothing. */
export function createScore(): Score {
  const rows = new Map<string, Row>();
  const byAddress = new Map<string, string>();
  const running = new Set<Tally>();
  const ends = { whole: 0, cut: 0, failed: 0 };
  const byCode: Record<string, number> = {};
  const tells = { whole: 0, resent: 0, wrong: 0, failed: 0 };
  const newest: Reconnect[] = [];
  const problems = new Map<string, number>();
  const all = createLatencies();
  const recently = createLatencies();
  let finished = noCounts;
  let ok = 0;
  let failed = 0;
  let reconnects = 0;
  let longestGapMs = 0;
  let renewals = 0;

  function row(labels: ReplicaLabels): Row {
    let found = rows.get(labels.name);
    if (found === undefined) {
      found = { labels, calls: 0, messages: 0, errors: 0, lastSeenMs: 0, latencies: createLatencies() };
      rows.set(labels.name, found);
    }
    // A replica that was started again under its name may have other labels.
    found.labels = labels;
    return found;
  }

  return {
    called({ replica, latencyMs, nowMs }) {
      const its = row(replica);
      its.calls++;
      its.lastSeenMs = nowMs;
      ok++;
      for (const latencies of [its.latencies, all, recently]) latencies.record(latencyMs);
    },
    callFailed({ code, peer, words }) {
      failed++;
      byCode[code] = (byCode[code] ?? 0) + 1;
      const name = peer === undefined ? undefined : byAddress.get(peer);
      const its = name === undefined ? undefined : rows.get(name);
      if (its !== undefined) its.errors++;
      this.problem(words);
    },
    seenAt(address, { name }) {
      byAddress.set(address, name);
    },
    heard(replica, nowMs) {
      const its = row(replica);
      its.messages++;
      its.lastSeenMs = nowMs;
    },
    converse(tally) {
      running.add(tally);
      return (end, lastSequence) => {
        running.delete(tally);
        ends[end]++;
        finished = addCounts(finished, tally.counts(lastSequence));
      };
    },
    told(how) {
      tells[how]++;
    },
    reconnected(reconnect) {
      reconnects++;
      longestGapMs = Math.max(longestGapMs, reconnect.gapMs);
      newest.push(reconnect);
      if (newest.length > mostReconnects) newest.shift();
    },
    renewed() {
      renewals++;
    },
    problem(words) {
      const count = (problems.get(words) ?? 0) + 1;
      problems.delete(words);
      problems.set(words, count);
      const [oldest] = problems.keys();
      if (problems.size > mostProblems && oldest !== undefined) problems.delete(oldest);
    },
    board() {
      const messages = [...running].map((tally) => tally.counts(tally.highest)).reduce(addCounts, finished);
      const replicas = [...rows.values()].map(({ labels, latencies, calls, messages: heard, errors, lastSeenMs }) => {
        const [p50Ms, p99Ms] = [latencies.percentileMs(50), latencies.percentileMs(99)];
        return { ...labels, calls, messages: heard, errors, p50Ms, p99Ms, lastSeenMs };
      });
      return {
        replicas: replicas.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true })),
        messages,
        conversations: { ...ends, running: running.size },
        calls: { ok, failed, byCode: { ...byCode } },
        p50Ms: all.percentileMs(50),
        p99Ms: all.percentileMs(99),
        tells: { ...tells },
        reconnects: { count: reconnects, longestGapMs, newest: [...newest] },
        renewals,
        problems: [...problems].map(([words, count]) => ({ words, count })),
      };
    },
    recent() {
      const figures = { p50Ms: recently.percentileMs(50), p99Ms: recently.percentileMs(99) };
      recently.reset();
      return figures;
    },
  };
}

/** 1 when anything was lost or duplicated, came unasked, or was summed up wrongly; 0 otherwise. */
export function exitCode({ messages: { lost, duplicated, unasked }, tells }: ScoreBoard): number {
  return lost + duplicated + unasked + tells.wrong > 0 ? 1 : 0;
}
