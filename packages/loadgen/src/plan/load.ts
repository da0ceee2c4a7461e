import { formatDuration } from "@hey/runtime";
import type { Mode } from "../drive/drive-options.ts";
import { counted } from "../report/format.ts";
import type { LoadDescription } from "../report/report.ts";
import { parseSine, parseSpike, parseStages } from "../settings/parse.ts";
import type { LoadgenSettings } from "../settings/settings.ts";
import { type Arrival, createSchedule, type Load, lengthMs } from "./schedule.ts";

/** What the settings say about when calls are made. */
export interface LoadPlan {
  readonly mode: Mode;
  /** Infinity: until `total`. */
  readonly durationMs: number;
  /** Infinity: until the time is up. */
  readonly total: number;
  readonly description: LoadDescription;
}

const usual = { concurrency: 50, maxInFlight: 10_000, durationMs: 10_000 };

/** The plan of a run. `trace`: the offsets in ms of `--slots`, if there are any. */
export function createPlan(settings: LoadgenSettings, trace: ArrayLike<number> = []): LoadPlan {
  const { warmup, arrival: arrivalKind, seed, whenFull, concurrency, maxInFlight } = settings;
  const load = loadOf(settings, trace);
  const total = settings.total ?? Number.POSITIVE_INFINITY;
  const untilTotal = settings.duration === undefined && settings.total !== undefined;
  const planLength = load === undefined ? Number.POSITIVE_INFINITY : lengthMs(load);
  const durationMs = Number.isFinite(planLength)
    ? Math.min(Math.max(0, planLength - warmup), settings.duration ?? Number.POSITIVE_INFINITY)
    : (settings.duration ?? (untilTotal ? Number.POSITIVE_INFINITY : usual.durationMs));
  const common = {
    durationMs: Number.isFinite(durationMs) ? durationMs : 0,
    warmupMs: warmup,
    total: settings.total ?? 0,
    whenFull,
    workers: settings.workers,
  };
  if (load === undefined) {
    const atATime = concurrency ?? usual.concurrency;
    const plan = `${atATime} at a time${ending(durationMs, total)}${by(settings)}`;
    const description: LoadDescription = { ...common, model: "closed", plan, concurrency: atATime, maxInFlight: 0 };
    return { mode: { kind: "closed", concurrency: atATime }, durationMs, total, description };
  }
  const arrival: Arrival = arrivalKind === "poisson" ? { kind: "poisson", seed } : { kind: "even" };
  const limit = maxInFlight ?? concurrency ?? usual.maxInFlight;
  const manner = arrival.kind === "even" ? "evenly" : `at random (Poisson, seed ${seed})`;
  const description: LoadDescription = {
    ...common,
    model: "open",
    plan: `${wordsOf(load, settings)}${load.kind === "trace" ? "" : `, ${manner}`}${ending(durationMs, total)}${by(settings)}`,
    concurrency: 0,
    maxInFlight: limit,
  };
  const mode: Mode = { kind: "open", schedule: () => createSchedule(load, arrival), maxInFlight: limit, whenFull };
  return { mode, durationMs, total, description };
}

function loadOf({ rps, stages, sine, spike, slots }: LoadgenSettings, trace: ArrayLike<number>): Load | undefined {
  if (rps !== undefined) return { kind: "constant", perSecond: rps };
  if (slots !== undefined) return { kind: "trace", offsetsMs: trace };
  // Settings are checked before: what is there can be read.
  const parsed = {
    stages: stages === undefined ? "" : parseStages(stages),
    sine: sine === undefined ? "" : parseSine(sine),
    spike: spike === undefined ? "" : parseSpike(spike),
  };
  if (typeof parsed.stages === "object") return { kind: "stages", stages: parsed.stages };
  if (typeof parsed.sine === "object") return { kind: "sine", ...parsed.sine };
  if (typeof parsed.spike === "object") return { kind: "spike", ...parsed.spike };
  return undefined;
}

function wordsOf(load: Load, { stages, sine, spike, slots }: LoadgenSettings): string {
  switch (load.kind) {
    case "constant":
      return `${load.perSecond}/s`;
    case "stages":
      return `stages ${stages}`;
    case "sine":
      return `sine ${sine}`;
    case "spike":
      return `spikes ${spike}`;
    case "trace":
      return `${load.offsetsMs.length} slots of ${slots}`;
  }
}

function by({ workers }: LoadgenSettings): string {
  return workers === 1 ? "" : `, by ${workers} workers`;
}

function ending(durationMs: number, total: number): string {
  const time = Number.isFinite(durationMs) ? `, for ${formatDuration(durationMs)}` : "";
  return Number.isFinite(total)
    ? `${time}, ${counted(total, ["call", "calls"])}${time === "" ? "" : " at most"}`
    : time;
}
