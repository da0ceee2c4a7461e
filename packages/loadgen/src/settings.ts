import { parseTarget, targetForm, targetProblem } from "@hey/client";
import { address, choice, duration, flag, integer, list, number, type ParsedSettings, text } from "@hey/runtime";
import { parseMethodName } from "./method.ts";
import { outputProblem } from "./outputs.ts";
import { parseMetadata, parsePercentiles, parseStages } from "./parse.ts";
import { parseAbort, parseThreshold } from "./threshold.ts";

export const positionals = {
  name: "TARGET",
  help: `whom to call: ${targetForm}`,
  min: 1,
  max: 1,
  env: "HEY_TARGET",
} as const;

export const settings = {
  call: text({
    flag: "call",
    env: "HEY_CALL",
    default: "heyhow.v1.HeyHowService/Say",
    placeholder: "METHOD",
    help: "the method, package.Service/Method; found in --protoset, else among this project's contracts, else by the server's reflection",
  }),
  protoset: list({
    flag: "protoset",
    default: [],
    placeholder: "FILE",
    help: "a FileDescriptorSet that describes the method, as protoc or buf build writes it",
  }),
  data: text({
    flag: "data",
    short: "d",
    default: undefined,
    placeholder: "JSON",
    help: "the message, or a list of them: sent in turn, or all in each call if the method takes a stream; {{.RequestNumber}} and the like make them differ, see below; @: from stdin; default {}",
  }),
  dataFile: text({
    flag: "data-file",
    short: "D",
    default: undefined,
    placeholder: "FILE",
    help: "the same from a file",
  }),
  metadata: list({
    flag: "metadata",
    short: "m",
    default: [],
    placeholder: "NAME=VALUE",
    help: 'metadata of every call; a JSON object such as {"name":"value"} too; base64 for names that end in -bin',
  }),
  timeout: duration({
    flag: "timeout",
    short: "t",
    default: 20_000,
    help: "each call's deadline, from its actual start; 0s: none",
  }),
  total: integer({ flag: "total", short: "n", default: undefined, min: 1, help: "how many calls to make" }),
  duration: duration({
    flag: "duration",
    short: "z",
    default: undefined,
    min: 1,
    help: "how long to make calls; with -n whatever comes first; default 10s if neither is given",
  }),
  warmup: duration({
    flag: "warmup",
    default: 0,
    help: "make calls for so long before, which are in no figure",
  }),
  concurrency: integer({
    flag: "concurrency",
    short: "c",
    default: undefined,
    min: 1,
    help: "closed loop: so many calls at a time, each answer starts the next; default 50. With a rate: the same as --max-in-flight",
  }),
  rps: number({
    flag: "rps",
    short: "r",
    default: undefined,
    min: 0.001,
    help: "open loop: so many calls a second by plan, whatever the answers do; times count from the planned start",
  }),
  stages: text({
    flag: "stages",
    default: undefined,
    help: "open loop with a rate that changes: 30s:100,1m:100-500 holds 100/s for 30 s, then goes to 500/s in 1 m",
  }),
  arrival: choice({
    flag: "arrival",
    choices: ["even", "poisson"],
    default: "even",
    help: "open loop: calls evenly apart, or at random as independent callers come",
  }),
  seed: integer({ flag: "seed", default: 1, help: "repeats what is random" }),
  maxInFlight: integer({
    flag: "max-in-flight",
    default: undefined,
    min: 1,
    help: "open loop: the most calls at a time; default 10000",
  }),
  whenFull: choice({
    flag: "when-full",
    choices: ["queue", "drop"],
    default: "queue",
    help: "what becomes of a planned call beyond --max-in-flight: it waits, which counts, or is dropped and counted",
  }),
  drain: duration({
    flag: "drain",
    default: 30_000,
    help: "how long calls in flight may take to end after the last was started; after a signal at most 5s",
  }),
  connections: integer({ flag: "connections", default: 1, min: 1, help: "how many connections to each address" }),
  connectTimeout: duration({
    flag: "connect-timeout",
    default: 10_000,
    min: 1,
    help: "how long making the first connection may take",
  }),
  engine: choice({
    flag: "engine",
    choices: ["auto", "wire", "grpc-js"],
    default: "auto",
    help: "auto: wire, which costs far less per call, but for xds targets grpc-js",
  }),
  output: list({
    flag: "output",
    short: "O",
    default: [],
    placeholder: "FORMAT=PATH",
    help: "write the report as text, json, html, ndjson, csv, junit, prometheus, hdr or ghz; PATH -: to stdout; several at once",
  }),
  percentiles: text({
    flag: "percentiles",
    default: "50,90,95,99,99.9,99.99",
    placeholder: "LIST",
    help: "which percentiles to report",
  }),
  nameFields: list({
    flag: "name-field",
    default: ["replica.name", "anything"],
    placeholder: "PATH",
    help: "the field of an answer that names the replica, for the table of endpoints",
  }),
  threshold: list({
    flag: "threshold",
    default: [],
    placeholder: "CONDITION",
    help: "what has to hold of the result, such as response.p99<50ms, errors<1%, rate>=190/s, response.p99{code=OK}<20ms; else exit code 99",
  }),
  abortOn: list({
    flag: "abort-on",
    default: [],
    placeholder: "CONDITION",
    help: "end the run when this has held, such as 'errors>5% for 10s' or 'response.p99>1s for 5s'; exit code 98",
  }),
  failOnSaturation: flag({
    flag: "fail-on-saturation",
    default: false,
    help: "exit code 97 when the generator, not the server, is what was measured",
  }),
  name: text({ flag: "name", default: "", help: "the run's name, for the reports" }),
  quiet: flag({ flag: "quiet", short: "q", default: false, help: "show no progress" }),
  adminGrpc: address({
    flag: "admin-grpc",
    env: "HEY_ADMIN_GRPC",
    default: "127.0.0.1:9991",
    off: true,
    help: "with engine grpc-js: where channelz, and CSDS for xds targets, answer; if the port is taken the run goes on without",
  }),
};

export type LoadgenSettings = ParsedSettings<typeof settings>;

type Check = (given: LoadgenSettings) => readonly string[];

/** What is wrong with settings that are right one by one. */
export const settingsChecks: readonly Check[] = [
  ({ positionals: [target = ""] }) => prefixed("TARGET", targetProblem(target)),
  ({ call }) =>
    parseMethodName(call) === undefined ? [`--call: expected package.Service/Method; got ${JSON.stringify(call)}`] : [],
  ({ stages }) => (stages === undefined ? [] : prefixed("--stages", problemOf(parseStages(stages)))),
  ({ rps, stages }) =>
    rps !== undefined && stages !== undefined ? ["--rps and --stages: expected one of them; got both"] : [],
  ({ stages, total, duration }) =>
    stages !== undefined && (total !== undefined || duration !== undefined)
      ? ["--stages: expected neither -n nor -z beside it; the stages say how long"]
      : [],
  ({ engine, positionals: [target = ""] }) =>
    engine === "wire" && parseTarget(target)?.kind === "xds"
      ? ["--engine: wire does not take xds targets; expected grpc-js or auto"]
      : [],
  ({ data, dataFile }) =>
    data !== undefined && dataFile !== undefined ? ["-d and -D: expected one of them; got both"] : [],
  ({ metadata }) => metadata.flatMap((entry) => prefixed("--metadata", problemOf(parseMetadata(entry)))),
  ({ percentiles }) => prefixed("--percentiles", problemOf(parsePercentiles(percentiles))),
  ({ threshold }) => threshold.flatMap((each) => prefixed("--threshold", problemOf(parseThreshold(each)))),
  ({ abortOn }) => abortOn.flatMap((each) => prefixed("--abort-on", problemOf(parseAbort(each)))),
  ({ output }) => output.flatMap((each) => prefixed("--output", outputProblem(each))),
];

function prefixed(flagName: string, problem: string | undefined): readonly string[] {
  return problem === undefined ? [] : [`${flagName}: ${problem}`];
}

function problemOf(parsed: unknown): string | undefined {
  return typeof parsed === "string" ? parsed : undefined;
}
