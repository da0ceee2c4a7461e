import { targetProblem } from "@hey/client";
import { address, duration, integer, type SettingsOf, text } from "@hey/runtime";

/** The longest duration that may be set, in milliseconds: node's timers fire at once when told more than 24.8 days. */
const longest = 24 * 3_600_000;

/** hey-server's settings; `hostName` is the replica's name unless it is told another. */
export function serverSettings(hostName: string) {
  return {
    listen: address({
      flag: "listen",
      env: "HEY_LISTEN",
      default: "0.0.0.0:9999",
      help: "where to take calls; port 0 is the system's choice",
    }),
    name: text({ flag: "name", env: "HEY_NAME", default: hostName, help: "the replica's name, in every answer" }),
    versionLabel: text({
      flag: "version-label",
      env: "HEY_VERSION",
      default: "v1",
      help: "the replica's version, in every answer",
    }),
    zone: text({ flag: "zone", env: "HEY_ZONE", default: "a", help: "the replica's zone, in every answer" }),
    next: text({
      flag: "next",
      env: "HEY_NEXT",
      default: undefined,
      placeholder: "TARGET",
      help: "where a Say with hops goes on to, such as xds:///heyhow or localhost:9998",
    }),
    notice: duration({
      flag: "notice",
      env: "HEY_NOTICE",
      default: 1_000,
      max: longest,
      help: "after SIGTERM, how long to say NOT_SERVING before open streams are ended",
    }),
    drain: duration({
      flag: "drain",
      env: "HEY_DRAIN",
      default: 8_000,
      max: longest,
      help: "after the notice, how long calls may take to end before they are cut off",
    }),
    maxCalls: integer({
      flag: "max-calls",
      env: "HEY_MAX_CALLS",
      default: 1_000,
      min: 1,
      help: "the calls in flight that count as full use in the load reports (ORCA); not a limit",
    }),
    maxConcurrentStreams: integer({
      flag: "max-concurrent-streams",
      env: "HEY_MAX_CONCURRENT_STREAMS",
      default: 1_000,
      min: 1,
      help: "the most calls at a time on one connection; further ones wait at the caller",
    }),
    maxMessageBytes: integer({
      flag: "max-message-bytes",
      env: "HEY_MAX_MESSAGE_BYTES",
      default: 4 * 1_048_576,
      min: 1_024,
      help: "the largest message taken or sent; a larger one is RESOURCE_EXHAUSTED",
    }),
    connectionAge: duration({
      flag: "connection-age",
      env: "HEY_CONNECTION_AGE",
      default: 600_000,
      max: longest,
      help: "how old a connection may get before its caller is told to open another, give or take a tenth; 0s: any age",
    }),
    connectionAgeGrace: duration({
      flag: "connection-age-grace",
      env: "HEY_CONNECTION_AGE_GRACE",
      default: 300_000,
      min: 100,
      max: longest,
      help: "how long calls on a connection past its age may go on; streams are ended a little sooner",
    }),
    keepaliveTime: duration({
      flag: "keepalive-time",
      env: "HEY_KEEPALIVE_TIME",
      default: 30_000,
      max: longest,
      help: "how often a silent connection is asked for a sign of life; 0s: never",
    }),
    keepaliveTimeout: duration({
      flag: "keepalive-timeout",
      env: "HEY_KEEPALIVE_TIMEOUT",
      default: 10_000,
      min: 1,
      max: longest,
      help: "how long that sign may take before the connection is given up",
    }),
    slowCall: duration({
      flag: "slow-call",
      env: "HEY_SLOW_CALL",
      default: 1_000,
      max: longest,
      help: "from when on a call is logged as slow; calls that answer with a stream never are",
    }),
    logLinesPerSecond: integer({
      flag: "log-lines-per-second",
      env: "HEY_LOG_LINES_PER_SECOND",
      default: 20,
      min: 1,
      help: "the most log lines about calls in a second; the rest are counted in one more line",
    }),
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
      help: "where gRPC's admin services (channelz) answer",
    }),
  };
}

/** What is wrong with settings that are right one by one. */
export function settingsProblems({ next }: Pick<ServerSettings, "next">): readonly string[] {
  const problem = next === undefined ? undefined : targetProblem(next);
  return problem === undefined ? [] : [`--next: ${problem}`];
}

/** Everything a server needs to be told. Durations are in milliseconds. */
export type ServerSettings = SettingsOf<ReturnType<typeof serverSettings>>;
