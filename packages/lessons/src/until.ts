import { setTimeout as pause } from "node:timers/promises";

/** Longer than anything takes here on a machine that is busy. */
const limitMs = 20_000;
const stepMs = 50;

/** Asks until the answer is good, and resolves to it. Rejects with the last answer, in words, after 20 s. */
export async function until<T>(
  what: string,
  ask: () => Promise<T> | T,
  good: (answer: T) => boolean,
  signal?: AbortSignal,
): Promise<T> {
  const endAtMs = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    if (performance.now() > endAtMs) {
      const words = typeof answer === "string" ? `\n${answer}` : JSON.stringify(answer, numbers);
      throw new Error(`not ${what} after ${limitMs / 1_000} s: ${words}`);
    }
    await pause(stepMs, undefined, { signal });
  }
}

/** JSON has no bigint. */
function numbers(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
