import { status } from "@grpc/grpc-js";
import { StatusError } from "@hey/rpc";
import type { Stage } from "./stage.ts";

/** How often to call, and how long each call may take. */
export interface TricklePlan {
  readonly ratePerSecond: number;
  readonly callTimeoutMs: number;
}

/** Longer than the clock's grain, and short enough for the eye. */
const tickMs = 10;

/** Begins unary calls at an even rate until the stop, then waits for those under way. */
export async function trickle(stage: Stage, { ratePerSecond, callTimeoutMs }: TricklePlan): Promise<void> {
  const { clock, stop } = stage;
  const underWay = new Set<Promise<void>>();
  const startedAtMs = clock.nowMs();
  for (let begun = 0; ratePerSecond > 0 && !stop.aborted; ) {
    const due = Math.floor(((clock.nowMs() - startedAtMs) * ratePerSecond) / 1_000) + 1;
    // After the process stood still, a second's worth is made up for at most.
    begun = Math.max(begun, due - Math.ceil(ratePerSecond));
    for (; begun < due; begun++) {
      const call = sayOnce(stage, BigInt(begun), callTimeoutMs).finally(() => underWay.delete(call));
      underWay.add(call);
    }
    const nextAtMs = startedAtMs + (begun * 1_000) / ratePerSecond;
    await clock.pause(Math.max(tickMs, nextAtMs - clock.nowMs()), stop).catch(() => {});
  }
  await Promise.all(underWay);
}

async function sayOnce({ heyHow, score, clock, cut }: Stage, count: bigint, deadlineMs: number): Promise<void> {
  const startedAtMs = clock.nowMs();
  let peer: string | undefined;
  const onPeer = (address: string) => {
    peer = address;
  };
  try {
    const { replica } = await heyHow.say({ count, msg: "hey" }, { deadlineMs, signal: cut, onPeer });
    if (replica === undefined) return;
    if (peer !== undefined) score.seenAt(peer, replica);
    const nowMs = clock.nowMs();
    score.called({ replica, latencyMs: nowMs - startedAtMs, nowMs });
  } catch (error) {
    if (cut.aborted) return;
    if (!(error instanceof StatusError)) throw error;
    const code = status[error.code];
    score.callFailed({ code, peer, words: `Say: ${code}: ${error.message}` });
  }
}
