import { parseDuration } from "@hey/runtime";
import { type GivenEntry, wireValue } from "../call/metadata.ts";
import { expressionsOf, parseText } from "../call/template.ts";
import type { Stage } from "../plan/schedule.ts";

/**
 * The highest rate of a plan, in calls a second: some thirty times what a core can call. Slots are planned one by one, and above
 * ten times that a second's plan takes longer than a second.
 */
export const mostPerSecond = 10_000_000;

function tooHigh(text: string): string {
  return `expected rates of ${mostPerSecond} a second at most; got ${JSON.stringify(text)}`;
}

/** Reads `30s:100,1m:100-500`: a duration and a rate each, or a rate to begin and one to end with. A text says what is wrong. */
export function parseStages(text: string): readonly Stage[] | string {
  const stages: Stage[] = [];
  for (const part of text.split(",")) {
    const [, durationText = "", from = "", to = from] =
      /^\s*([^:]+):(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?\s*$/.exec(part) ?? [];
    const durationMs = parseDuration(durationText);
    if (durationMs === undefined || durationMs === 0) {
      return `expected DURATION:RATE or DURATION:RATE-RATE, such as 30s:100 or 1m:100-500; got ${JSON.stringify(part)}`;
    }
    stages.push({ durationMs, fromPerSecond: Number(from), toPerSecond: Number(to) });
  }
  if (stages.every(({ fromPerSecond, toPerSecond }) => fromPerSecond + toPerSecond === 0)) {
    return `expected a rate above 0 in at least one stage; got ${JSON.stringify(text)}`;
  }
  const highest = Math.max(...stages.map(({ fromPerSecond, toPerSecond }) => Math.max(fromPerSecond, toPerSecond)));
  return highest > mostPerSecond ? tooHigh(text) : stages;
}

/** A rate that swings, in calls a second. */
export interface Sine {
  readonly mean: number;
  readonly amplitude: number;
  readonly periodMs: number;
}

/** Reads `100-500/30s`: the lowest and the highest rate, and how long one swing is. A text says what is wrong. */
export function parseSine(text: string): Sine | string {
  const [, low, high, period = ""] = /^\s*(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)\/([^/]+?)\s*$/.exec(text) ?? [];
  const periodMs = parseDuration(period);
  const [least, most] = [Number(low), Number(high)];
  if (!periodMs || !(most > 0) || least > most) {
    return `expected LOW-HIGH/PERIOD, such as 100-500/30s; got ${JSON.stringify(text)}`;
  }
  if (most > mostPerSecond) return tooHigh(text);
  return { mean: (least + most) / 2, amplitude: (most - least) / 2, periodMs };
}

/** A rate that another one takes the place of for a part of each period, in calls a second. */
export interface Spike {
  readonly basePerSecond: number;
  readonly peakPerSecond: number;
  readonly peakMs: number;
  readonly periodMs: number;
}

/** Reads `100-1000/5s/30s`: the usual rate and that of the spike, how long a spike is, and how often one comes. */
export function parseSpike(text: string): Spike | string {
  const [, base, peak, length = "", period = ""] =
    /^\s*(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)\/([^/]+?)\/([^/]+?)\s*$/.exec(text) ?? [];
  const [basePerSecond, peakPerSecond] = [Number(base), Number(peak)];
  const [peakMs, periodMs] = [parseDuration(length), parseDuration(period)];
  if (!peakMs || !periodMs || peakMs >= periodMs || !(peakPerSecond > basePerSecond)) {
    const form = "RATE-HIGHER/LENGTH/PERIOD with a length below the period, such as 100-1000/5s/30s";
    return `expected ${form}; got ${JSON.stringify(text)}`;
  }
  if (peakPerSecond > mostPerSecond) return tooHigh(text);
  return { basePerSecond, peakPerSecond, peakMs, periodMs };
}

/** Reads `name=value`, `name: value`, or a JSON object of names and values. A text says what is wrong. */
export function parseMetadata(text: string): readonly GivenEntry[] | string {
  if (text.trimStart().startsWith("{")) return parseObject(text);
  const [, name, value = ""] = /^([^=:]+)(?:=|:\s*)(.*)$/s.exec(text) ?? [];
  return name === undefined ? `expected name=value; got ${JSON.stringify(text)}` : entry(name, value);
}

function parseObject(text: string): readonly GivenEntry[] | string {
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch (error) {
    return `expected a JSON object: ${error instanceof Error ? error.message : String(error)}`;
  }
  const entries: GivenEntry[] = [];
  for (const [name, value] of Object.entries(object ?? {})) {
    if (typeof value !== "string") return `${name}: expected a text; got ${JSON.stringify(value)}`;
    const parsed = entry(name, value);
    if (typeof parsed === "string") return parsed;
    entries.push(...parsed);
  }
  return entries;
}

/** What HTTP/2 has no place for, and what the transport says itself. */
const reserved: ReadonlySet<string> = new Set([
  ...["te", "content-type", "user-agent"],
  ...["connection", "host", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"],
]);

function entry(rawName: string, value: string): readonly GivenEntry[] | string {
  const name = rawName.trim().toLowerCase();
  if (!/^[\w.-]+$/.test(name)) return `expected a name of a-z, 0-9, _, . and -; got ${JSON.stringify(rawName)}`;
  if (name.startsWith("grpc-")) return `${name}: names that begin with grpc- are the protocol's own`;
  if (reserved.has(name))
    return `${name}: the transport sets it itself${name === "host" ? "; for another, --authority" : ""}`;
  if (!name.endsWith("-bin") && !/^[\x20-\x7e]*$/.test(value))
    return `${name}: expected printable ASCII; got ${JSON.stringify(value)}`;
  if (value.includes("{{")) {
    const template = parseText(value, expressionsOf(0));
    if (typeof template !== "function") return `${name}: ${template.problem}`;
    return [[name, { template: value }]];
  }
  if (name.endsWith("-bin")) {
    if (!/^[\w+/-]*={0,2}$/.test(value)) return `${name}: expected base64; got ${JSON.stringify(value)}`;
    return [[name, wireValue(name, value)]];
  }
  return [[name, value]];
}

/** Reads `50,90,99.9`. A text says what is wrong. */
export function parsePercentiles(text: string): readonly number[] | string {
  const percentiles = text.split(",").map((part) => Number(part.trim() === "" ? Number.NaN : part));
  if (percentiles.every((percent) => percent > 0 && percent <= 100)) return percentiles.sort((a, b) => a - b);
  return `expected numbers above 0 and up to 100 with commas between; got ${JSON.stringify(text)}`;
}

/** Reads a share such as `5%`, as 0 to 1; undefined for anything else, 100 % and above included. */
export function parseShare(text: string): number | undefined {
  const [, percent] = /^\s*(\d{1,2}(?:\.\d+)?)\s*%\s*$/.exec(text) ?? [];
  return percent === undefined ? undefined : Number(percent) / 100;
}

/** What is wrong with a share. */
export function shareProblem(text: string): string | undefined {
  if (parseShare(text) !== undefined) return undefined;
  return `expected a share from 0% to below 100%, such as 5%; got ${JSON.stringify(text)}`;
}
