import type { ChangeTrafficRequest } from "@hey/proto/mesh";
import { nearest, parseDuration } from "@hey/runtime";

/** What stands on the command line after the flags. */
export interface CommandFlags {
  readonly abort: string | undefined;
  readonly code: string;
  readonly delay: string | undefined;
  readonly byHeader: boolean;
  readonly off: boolean;
  readonly force: boolean;
}

/** What hey-mesh is to do. */
export type Command =
  | { readonly kind: "status" | "watch" }
  | { readonly kind: "diff" | "apply"; readonly file: string }
  | { readonly kind: "change"; readonly change: NonNullable<ChangeTrafficRequest["change"]> };

type Read = (words: readonly string[], flags: CommandFlags) => Command | string;

/** Each command with what it takes, for --help and for errors. */
export const commandForms: readonly (readonly [form: string, words: string])[] = [
  ["status", "the state now"],
  ["watch", "and again after every change"],
  ["split SERVICE LABEL=WEIGHT...", "share calls out: split heyhow v1=90 v2=10; other labels than version as zone:a=1"],
  ["fault SERVICE --abort 30%", "fail calls before they are sent, with --code; --delay 100ms or 100ms:50%; --off"],
  ["drops SERVICE PERCENT", "have clients drop a share of their calls: drops heyhow 20%; 0% for none"],
  ["drain ADDRESS", "no new calls to one endpoint; undrain ADDRESS takes it back"],
  ["weight ADDRESS WEIGHT", "its share compared with the others', whose weight is 1: weight 10.0.0.7:9999 0.1"],
  ["pause SERVICE", "fail every new call at once; resume SERVICE takes it back"],
  ["reset [SERVICE]", "back to what mesh.yaml says"],
  ["diff FILE", "what another mesh.yaml would change; nothing is changed"],
  ["apply FILE", "put it in force until the control plane's own mesh.yaml is saved next"],
];

/** What --code is when it is not given. */
const usualCode = "UNAVAILABLE";
/** The largest sum of a split's weights. */
const mostWeight = 1_000_000;

const readers: Readonly<Record<string, Read>> = {
  status: none("status"),
  watch: none("watch"),
  split: ([service = "", ...targets], { force }) => {
    const read = targets.map(readTarget);
    const wrong = targets.find((_, index) => read[index] === undefined);
    if (wrong !== undefined) return `expected LABEL=WEIGHT, as in v1=90 or zone:a=1; got "${wrong}"`;
    if (service === "" || read.length === 0) return "expected a service and shares: split heyhow v1=90 v2=10";
    const sum = read.reduce((total, target) => total + (target?.weight ?? 0), 0);
    if (sum > mostWeight) return `expected weights that add up to 1 to ${mostWeight}, got ${sum}`;
    return toChange({ $case: "split", value: { service, targets: read.filter((each) => each !== undefined), force } });
  },
  fault: ([service, ...rest], flags) => {
    if (service === undefined || rest.length > 0) return "expected one service: fault heyhow --abort 30%";
    const { abort, code, delay, byHeader, off } = flags;
    if (off === (abort !== undefined || delay !== undefined || byHeader)) {
      return "expected --abort, --delay or --by-header, or else --off";
    }
    const abortPercent = abort === undefined ? 0 : readPercent(abort);
    if (code !== usualCode && abort === undefined) return "--code is for --abort";
    const [time = "", share = "100%", ...more] = delay?.split(":") ?? [];
    const delayMs = delay === undefined ? 0 : parseDuration(time);
    const delayPercent = delay === undefined ? 0 : readPercent(share);
    if (abortPercent === undefined) return `--abort: expected a percentage such as 30%, got "${abort}"`;
    if (delayMs === undefined || delayPercent === undefined || more.length > 0) {
      return `--delay: expected a time, and if wanted a percentage, such as 100ms or 100ms:50%; got "${delay}"`;
    }
    const value = { service, abortCode: code.toUpperCase(), abortPercent, delayMs, delayPercent, byHeader };
    return toChange({ $case: "fault", value });
  },
  drops: ([service, share, ...rest]) => {
    const percent = readPercent(share ?? "");
    if (service === undefined || percent === undefined || rest.length > 0) {
      return "expected a service and a percentage: drops heyhow 20%";
    }
    return toChange({ $case: "drops", value: { service, percent } });
  },
  drain: ([address, ...rest], { force }) => weightOf("drain", { address, weight: 0, force }, rest),
  undrain: ([address, ...rest], { force }) => weightOf("undrain", { address, weight: 1, force }, rest),
  weight: ([address, weight = "", ...rest], { force }) =>
    weightOf("weight", { address, weight: readWeight(weight), force }, rest),
  pause: ([service, ...rest]) => pauseOf("pause", service, rest),
  resume: ([service, ...rest]) => pauseOf("resume", service, rest),
  reset: ([service = "", ...rest]) =>
    rest.length > 0 ? "expected at most one service" : toChange({ $case: "reset", value: { service } }),
  diff: (words) => fileOf("diff", words),
  apply: (words) => fileOf("apply", words),
};

/** What the words ask for, or what was expected in their place. */
export function readCommand([name = "", ...words]: readonly string[], flags: CommandFlags): Command | string {
  const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (read !== undefined) {
    const command = strayFlag(name, flags) ?? read(words, flags);
    return typeof command === "string" ? `${name}: ${command}` : command;
  }
  const near = nearest(name, Object.keys(readers));
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  return `COMMAND: expected one of ${Object.keys(readers).join(", ")}; got "${name}"${hint}`;
}

/** What is said of a flag that the command would ignore; undefined: there is none. */
function strayFlag(name: string, { abort, code, delay, byHeader, off, force }: CommandFlags): string | undefined {
  const given = [
    ["--abort", abort !== undefined, ["fault"]],
    ["--code", code !== usualCode, ["fault"]],
    ["--delay", delay !== undefined, ["fault"]],
    ["--by-header", byHeader, ["fault"]],
    ["--off", off, ["fault"]],
    ["--force", force, ["split", "drain", "weight", "apply"]],
  ] as const;
  const stray = given.find(([, is, owners]) => is && !owners.some((owner) => owner === name));
  return stray === undefined ? undefined : `${stray[0]} is for ${stray[2].join(", ")}`;
}

function none(kind: "status" | "watch"): Read {
  return (words) => (words.length > 0 ? `expected nothing more, got "${words.join(" ")}"` : { kind });
}

function fileOf(kind: "diff" | "apply", [file, ...rest]: readonly string[]): Command | string {
  return file === undefined || rest.length > 0 ? `expected one file: ${kind} mesh.yaml` : { kind, file };
}

function toChange(change: NonNullable<ChangeTrafficRequest["change"]>): Command {
  return { kind: "change", change };
}

function weightOf(
  name: string,
  { address, ...share }: { readonly address: string | undefined; readonly weight: number; readonly force: boolean },
  rest: readonly string[],
): Command | string {
  if (address !== undefined && share.weight >= 0 && share.weight <= 1_000 && rest.length === 0) {
    return toChange({ $case: "weight", value: { address, ...share } });
  }
  const weightForm = name === "weight" ? " and a weight from 0 to 1000" : "";
  return `expected the address of an endpoint${weightForm}: ${name} 127.0.0.1:9999${weightForm && " 0.5"}`;
}

function pauseOf(name: string, service: string | undefined, rest: readonly string[]): Command | string {
  if (service === undefined || rest.length > 0) return `expected one service: ${name} heyhow`;
  return toChange({ $case: "pause", value: { service, paused: name === "pause" } });
}

/** "v1=90" is about the label `version`; "zone:a,version:v1=90" names its labels. */
function readTarget(text: string) {
  const [, left = "", weight = ""] = /^([^=]+)=(\d+)$/.exec(text) ?? [];
  const pairs = left.split(",").map((pair) => (pair.includes(":") ? pair.split(":") : ["version", pair]));
  if (left === "" || pairs.some((pair) => pair.length !== 2 || pair.includes(""))) return undefined;
  return { labels: Object.fromEntries(pairs) as Record<string, string>, weight: Number(weight) };
}

function readWeight(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

function readPercent(text: string): number | undefined {
  const number = /^(\d+(?:\.\d+)?)%?$/.exec(text)?.[1];
  return number !== undefined && Number(number) <= 100 ? Number(number) : undefined;
}
