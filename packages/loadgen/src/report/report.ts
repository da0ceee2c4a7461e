import type { Accounting } from "../drive/accounting.ts";
import type { EndReason } from "../drive/drive-options.ts";
import type { GeneratorHealth } from "../judge/verdict.ts";
import type { EncodedHistogram } from "../record/hdr.ts";
import type { SeriesRow } from "../record/series.ts";
import type { StreamEnds, StreamTally } from "../record/stream-recorder.ts";

/** The form of the report; changed when a reader would have to change. */
export const reportSchema = "hey-loadgen/1";

/** The result of a run, as `-O json` writes it. Times are µs where a name ends in Us, ms in Ms, s in S. */
export interface Report {
  readonly schema: typeof reportSchema;
  readonly run: {
    readonly name: string;
    /** Wall clock, ISO 8601. */
    readonly startedAt: string;
    /** The run was stopped before its plan was done. */
    readonly partial: boolean;
    readonly endReason: EndReason;
    readonly command: readonly string[];
    /** --fail-on-saturation: a saturated generator is a failure of the run. */
    readonly failOnSaturation: boolean;
  };
  readonly environment: Environment;
  readonly target: TargetDescription;
  readonly load: LoadDescription;
  readonly accounting: {
    readonly measured: Accounting;
    readonly warmup: Accounting;
    readonly warmupFailed: number;
    /** Attempts beyond the first of each call, in the warm-up too. */
    readonly retries: number;
  };
  readonly rates: Rates;
  readonly latency: Readonly<Record<ViewName, View>>;
  /** The messages of streams; zeros for methods without. */
  readonly streams: StreamTally & StreamEnds;
  readonly codes: Readonly<Record<string, number>>;
  readonly endpoints: readonly EndpointRow[];
  readonly errors: readonly ErrorRow[];
  readonly series: readonly SeriesRow[];
  readonly histograms: Histograms;
  /** Whether the figures are the server's, or the generator's own. */
  readonly generator: GeneratorHealth;
  readonly thresholds: readonly ThresholdResult[];
  /** What the tool itself noticed that a reader should know. */
  readonly caveats: readonly string[];
}

/** What became of a threshold. */
export interface ThresholdResult {
  readonly expression: string;
  readonly passed: boolean;
  /** In the unit of the limit; null where there is no such figure. */
  readonly observed: number | null;
  /** Why there is none. */
  readonly reason: string;
}

export interface Environment {
  readonly node: string;
  readonly os: string;
  readonly cpuModel: string;
  readonly cpus: number;
  readonly loadgen: string;
}

export interface TargetDescription {
  readonly uri: string;
  readonly method: string;
  readonly kind: string;
  readonly engine: string;
  readonly connections: number;
  /** How answers of a bidi stream were found to belong to messages, such as `field:sequence`; empty for other methods. */
  readonly match: string;
  /** 0: no deadline. */
  readonly timeoutMs: number;
  /** Missing where the control plane decides, and in reports from before it was kept. */
  readonly tls?: boolean;
}

export interface LoadDescription {
  readonly model: "open" | "closed";
  /** In words, such as "200/s, evenly". */
  readonly plan: string;
  /** 0: as long as it takes. */
  readonly durationMs: number;
  readonly warmupMs: number;
  /** 0: no number was given. */
  readonly total: number;
  /** Of the closed loop; 0 in the open one. */
  readonly concurrency: number;
  /** Of the open loop; 0: no limit. */
  readonly maxInFlight: number;
  readonly whenFull: "queue" | "drop";
  /** How many threads made the calls. */
  readonly workers: number;
}

export interface Rates {
  /** From the end of the warm-up to the end of the plan, or to the last answer when a number of calls was asked for. */
  readonly windowMs: number;
  /** Over the plan's own time: of a run by number until the call after the last one would be due. */
  readonly plannedPerS: number;
  /** Over the same time, or until the last call was started where that is later. */
  readonly startedPerS: number;
  readonly finishedPerS: number;
  readonly okPerS: number;
  /** Messages that came in answers. */
  readonly messagesPerS: number;
  /** Messages of streams that we sent. */
  readonly messagesSentPerS: number;
}

/**
 * `response`: from the planned start. `responseOk`: the same, of calls that ended well. `service`: from the actual start.
 * `lateness`: from the planned to the actual start. `firstMessage`: from the actual start to the first message of an
 * answer. `messageGap`: between the messages of an answer. `roundTrip`: from the planned writing of a message of a bidi stream
 * to its answer; `roundTripWritten`: from its actual writing. `messageLateness`: from the planned to the actual writing of a
 * message of a stream with a pace. `connect`: the making of a connection.
 */
export type ViewName =
  | "response"
  | "responseOk"
  | "service"
  | "lateness"
  | "firstMessage"
  | "messageGap"
  | "roundTrip"
  | "roundTripWritten"
  | "messageLateness"
  | "connect";

export interface View {
  readonly count: number;
  readonly minUs: number;
  readonly meanUs: number;
  readonly maxUs: number;
  readonly deviationUs: number;
  /** By percent; null where there are too few values to say. */
  readonly percentilesUs: Readonly<Record<string, number | null>>;
}

export interface EndpointRow {
  readonly address: string;
  readonly name: string;
  readonly calls: number;
  /** Of all calls, 0 to 1. */
  readonly share: number;
  readonly codes: Readonly<Record<string, number>>;
  readonly response: View;
  /** When the first and the last call ended, in seconds from the start of the measured phase. */
  readonly firstS: number;
  readonly lastS: number;
}

interface ErrorRow {
  readonly code: string;
  readonly shape: string;
  readonly count: number;
  readonly samples: readonly { readonly atS: number; readonly endpoint: string; readonly message: string }[];
}

interface Histograms {
  readonly encoding: "hdr-v2-deflate-base64";
  readonly unit: "us";
  readonly groups: readonly {
    readonly endpoint: string;
    readonly code: number;
    readonly response: EncodedHistogram;
    readonly service: EncodedHistogram;
  }[];
  readonly lateness: EncodedHistogram;
  readonly firstMessage: EncodedHistogram;
  readonly messageGap: EncodedHistogram;
  readonly roundTrip: EncodedHistogram;
  readonly roundTripWritten: EncodedHistogram;
  readonly messageLateness: EncodedHistogram;
  readonly connect: EncodedHistogram;
}
