import type { Match, StreamShape } from "../plan/stream-shape.ts";
import { type MatchChoice, parseMatch } from "../settings/stream-settings.ts";
import type { Method } from "./method.ts";
import { type MatchField, matchField, numberField } from "./read-field.ts";

/** What the settings say of streams. */
export interface StreamWishes {
  readonly streamCallCount: number | undefined;
  readonly streamCallDuration: number | undefined;
  readonly streamRps: number | undefined;
  readonly streamInterval: number | undefined;
  readonly match: string;
}

/**
 * How the calls of a method with a stream go on; undefined for one without. `given`: how many messages the data has. A text
 * says what does not fit the method.
 */
export function shapeStream(method: Method, wishes: StreamWishes, given: number): StreamShape | undefined | string {
  const { streamCallCount, streamCallDuration, streamRps, streamInterval } = wishes;
  const { kind } = method;
  const paced = Object.entries({ "--stream-rps": streamRps, "--stream-interval": streamInterval });
  const limited = Object.entries({
    "--stream-call-count": streamCallCount,
    "--stream-call-duration": streamCallDuration,
  });
  const refuse = (flags: readonly (readonly [string, unknown])[], expected: string) => {
    const [flag] = flags.find(([, value]) => value !== undefined) ?? [];
    return flag === undefined ? undefined : `${flag}: expected a method ${expected}; ${method.name} is none`;
  };
  const sends = kind === "client_streaming" || kind === "bidi_streaming";
  const problem =
    (kind === "unary" ? refuse(limited, "that takes or gives a stream") : undefined) ??
    (sends ? undefined : refuse(paced, "that takes a stream")) ??
    (kind === "bidi_streaming"
      ? undefined
      : refuse([["--match", wishes.match === "auto" ? undefined : wishes.match]], "that takes and gives a stream"));
  if (problem !== undefined) return problem;
  if (kind === "unary") return undefined;
  const intervalMs = streamRps !== undefined ? 1_000 / streamRps : (streamInterval ?? 0);
  const durationMs = streamCallDuration ?? Number.POSITIVE_INFINITY;
  const messages = streamCallCount ?? (sends && streamCallDuration === undefined ? given : Number.POSITIVE_INFINITY);
  const shape = { sends, messages, intervalMs, durationMs };
  if (kind !== "bidi_streaming") return { ...shape, match: { kind: "none" }, matchWords: "" };
  const choice = parseMatch(wishes.match);
  if (typeof choice === "string") return `--match: ${choice}`;
  const match = matchOf(method, choice);
  return typeof match === "string" ? `--match: ${match}` : { ...shape, ...match };
}

function matchOf(method: Method, choice: MatchChoice): Pick<StreamShape, "match" | "matchWords"> | string {
  const { input, output } = method;
  switch (choice.kind) {
    case "none":
    case "fifo":
      return { match: { kind: choice.kind }, matchWords: choice.kind };
    case "auto": {
      const path = numberField(input, output);
      return matchOf(method, path === undefined ? { kind: "fifo" } : { kind: "field", request: path, answer: path });
    }
    case "field": {
      const { request, answer } = choice;
      const [ofRequest, ofAnswer] = [matchField(input, request), matchField(output, answer)];
      if (typeof ofRequest === "string") return ofRequest;
      if (typeof ofAnswer === "string") return ofAnswer;
      const match = byFields(ofRequest, ofAnswer);
      const words = `field:${request}${request === answer ? "" : `=${answer}`}`;
      return typeof match === "string" ? match : { match, matchWords: words };
    }
  }
}

function byFields(ofRequest: MatchField, ofAnswer: MatchField): Match | string {
  if (ofRequest.kind === ofAnswer.kind) return { kind: "field", ofRequest: ofRequest.read, ofAnswer: ofAnswer.read };
  return `expected two fields of one kind; got a ${ofRequest.kind} in the message and a ${ofAnswer.kind} in the answer`;
}
