import { address, choice, duration, flag, integer, number, type ParsedSettings, type Positionals } from "@hey/runtime";
import { hintKinds } from "./hints.ts";
import { targetForm, targetProblem } from "./target.ts";

/** hey-client's one argument. */
export const clientPositionals = {
  name: "TARGET",
  help: `where to call: ${targetForm}`,
  min: 1,
  max: 1,
  env: "HEY_TARGET",
  default: "xds:///heyhow",
} as const satisfies Positionals;

/** hey-client's settings. Durations are in milliseconds. */
export const clientSettings = {
  conversations: integer({
    flag: "conversations",
    short: "c",
    env: "HEY_CONVERSATIONS",
    default: 4,
    min: 0,
    max: 10_000,
    help: "how many conversations to hold at a time: Listen and Talk in turn, and now and then a Tell",
  }),
  messages: integer({
    flag: "messages",
    env: "HEY_MESSAGES",
    default: 50,
    min: 1,
    max: 1_000_000,
    help: "how many messages a conversation has; when it has them all the next one begins",
  }),
  interval: duration({
    flag: "interval",
    env: "HEY_INTERVAL",
    default: 100,
    max: 60_000,
    help: "the pause between two messages of a conversation",
  }),
  rate: number({
    flag: "rate",
    env: "HEY_RATE",
    default: 50,
    min: 0,
    max: 10_000,
    placeholder: "PER_SECOND",
    help: "how many unary Say calls to begin in a second",
  }),
  callTimeout: duration({
    flag: "call-timeout",
    env: "HEY_CALL_TIMEOUT",
    default: 2_000,
    min: 1,
    help: "the deadline of each Say",
  }),
  seconds: number({
    flag: "seconds",
    short: "z",
    env: "HEY_SECONDS",
    default: 0,
    min: 0,
    max: 1_000_000,
    placeholder: "SECONDS",
    help: "end by itself after so many seconds; 0: run until stopped",
  }),
  readyTimeout: duration({
    flag: "ready-timeout",
    env: "HEY_READY_TIMEOUT",
    default: 30_000,
    min: 1,
    help: "how long to wait at the start for the target's first answer",
  }),
  hints: choice({
    choices: hintKinds,
    flag: "hints",
    env: "HEY_HINTS",
    default: "none",
    help: "what to suggest after the start: what can be tried with compose, with npm start, or nothing",
  }),
  json: flag({ flag: "json", env: "HEY_JSON", default: false, help: "print the summary as JSON" }),
  adminHttp: address({
    flag: "admin-http",
    env: "HEY_ADMIN_HTTP",
    default: "127.0.0.1:9990",
    off: true,
    help: "where /livez, /readyz and /metrics answer",
  }),
  adminGrpc: address({
    flag: "admin-grpc",
    env: "HEY_ADMIN_GRPC",
    default: "127.0.0.1:9991",
    off: true,
    help: "where gRPC's admin services answer: channelz, and CSDS, which shows what the control plane said",
  }),
};

export type ClientSettings = ParsedSettings<typeof clientSettings>;

/** What is wrong with settings that are right one by one. */
export const clientChecks = [
  ({ positionals: [target = ""] }: ClientSettings): string[] => {
    const problem = targetProblem(target);
    return problem === undefined ? [] : [`${clientPositionals.name}: ${problem}`];
  },
  ({ conversations, rate }: ClientSettings): string[] =>
    conversations > 0 || rate > 0 ? [] : ["--conversations and --rate: expected one of them above 0; got 0 and 0"],
];

/** What `--help` says after the flags. */
export const clientFooter = `On an xds:/// target retries come from the control plane's routes: the xDS resolver replaces the
channel's own service config. On every other target a Say that failed with UNAVAILABLE is made again, three
attempts in all. The xDS bootstrap comes from GRPC_XDS_BOOTSTRAP (a file) or GRPC_XDS_BOOTSTRAP_CONFIG (JSON).

The summary goes to stdout. Exit code: 0 when every message arrived once, 1 when any was lost or duplicated or
the target never answered, 2 for wrong settings. Failed Say calls are shown and do not change it.`;
