/** One call as its caller saw it. */
export interface Call {
  /** Its number among the calls, in the order they were begun, from 0. */
  readonly index: number;
  /** The address that answered, or was tried last; undefined when none was reached. */
  readonly address: string | undefined;
  /** The status by name, such as OK or UNAVAILABLE. */
  readonly code: string;
  /** When it was begun, on any clock. */
  readonly beganAtMs: number;
  readonly durationMs: number;
}

/** Who answers at an address. */
export interface Server {
  readonly name: string;
  readonly version: string;
  readonly zone: string;
  readonly address: string;
}

/** The calls that went to one server. */
interface Share extends Server {
  readonly calls: number;
  readonly failed: number;
}

/** A number of calls, by what became of them. Times are in milliseconds; undefined without calls. */
export interface Sample {
  readonly calls: number;
  readonly failed: number;
  /** Calls that failed without a server that is known. */
  readonly nowhere: number;
  readonly codes: Readonly<Record<string, number>>;
  readonly shares: readonly Share[];
  /** From the beginning of the first to the end of the last, in milliseconds. */
  readonly tookMs: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/** Every one of the servers has a share, those without a call too. */
export function toSample(calls: readonly Call[], servers: readonly Server[]): Sample {
  const codes: Record<string, number> = {};
  for (const { code } of calls) codes[code] = (codes[code] ?? 0) + 1;
  const shares = servers.map((server) => {
    const own = calls.filter(({ address }) => address === server.address);
    return { ...server, calls: own.length, failed: own.filter(({ code }) => code !== "OK").length };
  });
  const durations = calls.map(({ durationMs }) => durationMs).toSorted((a, b) => a - b);
  return {
    calls: calls.length,
    failed: calls.length - (codes["OK"] ?? 0),
    nowhere: calls.length - shares.reduce((sum, each) => sum + each.calls, 0),
    codes,
    shares,
    tookMs: tookMs(calls),
    p50Ms: percentile(durations, 50),
    p99Ms: percentile(durations, 99),
  };
}

function tookMs(calls: readonly Call[]): number {
  if (calls.length === 0) return 0;
  const began = calls.reduce((least, { beganAtMs }) => Math.min(least, beganAtMs), Number.POSITIVE_INFINITY);
  const ended = calls.reduce((most, call) => Math.max(most, call.beganAtMs + call.durationMs), 0);
  return ended - began;
}

/** Of sorted values the least that so many percent of them do not exceed. */
export function percentile(sorted: readonly number[], percent: number): number | undefined {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)];
}

/** How many of the calls went to the servers that fit. */
export function callsTo({ shares }: Sample, fits: (server: Server) => boolean): number {
  return shares.filter(fits).reduce((sum, { calls }) => sum + calls, 0);
}
