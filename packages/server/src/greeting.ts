import type { HeyHow, LetsGo } from "@hey/proto/tutorial";
import type { Hop, Replica, SayRequest, SayResponse } from "@hey/proto/v1";
import { failedAsAsked, outsideOf, refuse } from "./refusals.ts";

/** What every answer says. */
export const letsGo = "Let's go";

/** The longest chain of further calls. */
const maxHops = 3;

/** The longest work or pause that a caller may ask for, in nanoseconds: 60 s. */
export const longestWaitNs = 60_000_000_000n;

/** The replica's side of a conversation. */
export interface Party {
  readonly replica: Replica;
  /** Nanoseconds since the Unix epoch. */
  nowNs(): bigint;
  /** Told the conversation's name once it is known to be fit for logs. */
  named(id: string): void;
}

const maxInt32 = 2 ** 31 - 1;
const maxInt64 = 2n ** 63n - 1n;

/** The tutorial's answer. Throws INVALID_ARGUMENT when there is no number after `count`. */
export function answerTutorial(request: HeyHow, replicaName: string): LetsGo {
  refuse(outsideOf("count", request.count, { min: -(2 ** 31), max: maxInt32 - 1 }));
  return { count: request.count + 1, msg: letsGo, anything: replicaName };
}

/** Throws INVALID_ARGUMENT naming every field of the request that cannot be answered. */
export function checkSay(request: SayRequest): void {
  refuse([
    ...outsideOf("hops", request.hops, { min: 0, max: maxHops }),
    // Each replica of the chain counts one on, and the last one must still fit.
    ...outsideOf("count", request.count, {
      min: -(2n ** 63n),
      max: maxInt64 - BigInt(Math.min(request.hops, maxHops)) - 1n,
    }),
    ...outsideOf("work_ns", request.workNs, { min: 0n, max: longestWaitNs, unit: "ns" }),
    ...outsideOf("fail_percent", request.failPercent, { min: 0, max: 100 }),
  ]);
}

/** What the last replica of the chain is to do before it answers: nothing if somebody else is meant. */
export function troubleFor(request: SayRequest, { name }: Replica): Pick<SayRequest, "workNs" | "failPercent"> {
  const { workNs, failPercent, onlyAt } = request;
  return onlyAt === "" || onlyAt === name ? { workNs, failPercent } : { workNs: 0n, failPercent: 0 };
}

/** Throws UNAVAILABLE for so many of a hundred draws, which are from 0 to below 1. */
export function failByChance(failPercent: number, draw: number): void {
  if (draw * 100 < failPercent) throw failedAsAsked(failPercent);
}

/** The request that a replica with hops to go hands to the next one. */
export function onward(request: SayRequest): SayRequest {
  return { ...request, count: request.count + 1n, hops: request.hops - 1 };
}

/** What one replica knows of its part in a call. */
export interface Part {
  readonly replica: Replica;
  readonly receivedAtNs: bigint;
  readonly answeredAtNs: bigint;
  /** What was left of the deadline when the call came; undefined without one. */
  readonly remainingNs: bigint | undefined;
}

/** The answer of a replica that asked no other (`further` undefined), or of one that passes a further answer on. */
export function answerSay(request: SayRequest, part: Part, further: SayResponse | undefined): SayResponse {
  const { replica, receivedAtNs, answeredAtNs, remainingNs } = part;
  const own: Hop = remainingNs === undefined ? { replica } : { replica, remainingNs };
  return {
    count: further?.count ?? request.count + 1n,
    msg: letsGo,
    replica,
    receivedAtNs,
    answeredAtNs,
    path: further === undefined ? [own] : [own, ...further.path],
  };
}
