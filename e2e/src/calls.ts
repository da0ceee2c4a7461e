import assert from "node:assert/strict";
import type { Call } from "./xds-callers.ts";

/** Whether the last 40 calls were answered by these servers. */
export function calledAre(...names: readonly string[]) {
  return (calls: readonly Call[]) => calls.length >= 40 && namesOf(calls.slice(-40)).join() === names.join();
}

/** Who answered, each once. */
export function namesOf(calls: readonly Call[]): readonly string[] {
  return [...new Set(calls.filter(({ code }) => code === "OK").map(({ replica }) => replica))].sort();
}

/** Those that were not answered. */
export function failed(calls: readonly Call[]): readonly Call[] {
  return calls.filter(({ code }) => code !== "OK");
}

/** Whether about such a share of the last hundred calls went to v2: within 0.15, five standard deviations for a tenth. */
export function isNear(calls: readonly Call[], share: number): boolean {
  const last = calls.slice(-100);
  return last.length === 100 && Math.abs(last.filter(({ version }) => version === "v2").length / 100 - share) < 0.15;
}

/** That so many of `count` calls are the share that chance gives: six standard deviations, one run in five hundred million. */
export function assertShare(seen: number, count: number, share: number): void {
  const spread = 6 * Math.sqrt(count * share * (1 - share));
  const expected = count * share;
  assert.ok(Math.abs(seen - expected) < spread, `${seen} of ${count}, expected ${expected} ± ${spread}`);
}
