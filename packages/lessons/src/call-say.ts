import { setTimeout as pause } from "node:timers/promises";
import { Metadata, status } from "@grpc/grpc-js";
import type { HeyHow } from "@hey/client";
import { StatusError } from "@hey/rpc";
import type { Call } from "./sample.ts";
import type { CallPlan } from "./world.ts";

const usual = { atATime: 8, deadlineMs: 5_000 };

/** Makes the calls of a plan, and resolves to what became of each, in the order they ended. Stops early at the signal. */
export async function callSay(heyHow: HeyHow, plan: CallPlan, signal: AbortSignal): Promise<readonly Call[]> {
  const { warmUpMs = 0 } = plan;
  if (warmUpMs > 0) {
    const warm = AbortSignal.any([signal, AbortSignal.timeout(warmUpMs)]);
    await makeCalls(heyHow, { ...plan, calls: Number.POSITIVE_INFINITY }, warm);
  }
  return await makeCalls(heyHow, plan, signal);
}

async function makeCalls(heyHow: HeyHow, plan: CallPlan, signal: AbortSignal): Promise<readonly Call[]> {
  const { calls, perSecond, atATime = usual.atATime } = plan;
  const ended: Call[] = [];
  let begun = 0;
  const next = async () => {
    const index = begun++;
    ended.push(await callOnce(heyHow, plan, index));
  };
  if (perSecond === undefined) {
    const caller = async () => {
      while (begun < calls && !signal.aborted) await next();
    };
    await Promise.all(Array.from({ length: Math.min(atATime, calls) }, caller));
    return ended;
  }
  const underWay: Promise<void>[] = [];
  const startedAtMs = performance.now();
  while (begun < calls && !signal.aborted) {
    underWay.push(next());
    const waitMs = startedAtMs + (begun * 1_000) / perSecond - performance.now();
    await pause(Math.max(0, waitMs), undefined, { signal }).catch(() => {});
  }
  await Promise.all(underWay);
  return ended;
}

async function callOnce(heyHow: HeyHow, plan: CallPlan, index: number): Promise<Call> {
  const { request = {}, headers = {}, deadlineMs = usual.deadlineMs } = plan;
  const metadata = new Metadata();
  const own = typeof headers === "function" ? headers(index) : headers;
  for (const [name, value] of Object.entries(own)) metadata.set(name, value);
  let address: string | undefined;
  const onPeer = (peer: string) => {
    address = peer;
  };
  const beganAtMs = performance.now();
  const end = (code: string): Call => ({ index, address, code, beganAtMs, durationMs: performance.now() - beganAtMs });
  try {
    await heyHow.say(request, { deadlineMs, metadata, onPeer });
    return end("OK");
  } catch (error) {
    if (error instanceof StatusError) return end(status[error.code]);
    throw error;
  }
}
