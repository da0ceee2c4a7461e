import { duration, integer, number, type ParsedSettings, text } from "@hey/runtime";
import { prefixed, problemOf } from "./problem.ts";

/** How calls with a stream go on after their start. */
export const streamSettings = {
  streamCallCount: integer({
    flag: "stream-call-count",
    default: undefined,
    min: 1,
    help: "how many messages each call sends, those of the data again and again; if only the answer is a stream, how many of it are taken",
  }),
  streamCallDuration: duration({
    flag: "stream-call-duration",
    default: undefined,
    min: 1,
    help: "how long each call sends messages, the data again and again; if only the answer is a stream, how long it is taken",
  }),
  streamRps: number({
    flag: "stream-rps",
    default: undefined,
    min: 0.001,
    help: "so many messages a second in each call, by plan from its start, whatever the answers do; default as fast as the server takes them",
  }),
  streamInterval: duration({
    flag: "stream-interval",
    default: undefined,
    min: 1,
    help: "the same as a time: how long after a message the next one is due",
  }),
  match: text({
    flag: "match",
    default: "auto",
    placeholder: "auto|none|fifo|field:PATH",
    help: "which message of a bidi stream an answer is for, for the round trips: field:seq has the same seq in both, field:seq=reply.to other names; fifo: by order; auto: by a number that both have, such as sequence, else by order",
  }),
};

type Given = ParsedSettings<typeof streamSettings>;

/** What is wrong with them that is right one by one. */
export const streamChecks: readonly ((given: Given & { readonly timeout: number }) => readonly string[])[] = [
  ({ streamRps, streamInterval }) =>
    streamRps !== undefined && streamInterval !== undefined
      ? ["--stream-rps and --stream-interval: expected one of them; got both"]
      : [],
  ({ streamCallDuration, timeout }) =>
    streamCallDuration !== undefined && timeout > 0 && timeout <= streamCallDuration
      ? ["--stream-call-duration: expected less than the call's deadline, --timeout; 0s is none"]
      : [],
  ({ match }) => prefixed("--match", problemOf(parseMatch(match))),
];

/** What `--match` says. */
export type MatchChoice =
  | { readonly kind: "auto" | "none" | "fifo" }
  | { readonly kind: "field"; readonly request: string; readonly answer: string };

/** Reads `fifo`, `field:PATH` or `field:PATH=PATH`. A text says what is wrong. */
export function parseMatch(given: string): MatchChoice | string {
  const kind = (["auto", "none", "fifo"] as const).find((each) => each === given);
  if (kind !== undefined) return { kind };
  const [, request, answer = request] = /^field:([\w.]+)(?:=([\w.]+))?$/.exec(given) ?? [];
  if (request !== undefined && answer !== undefined) return { kind: "field", request, answer };
  return `expected auto, none, fifo, or field: and a path such as field:sequence; got ${JSON.stringify(given)}`;
}
