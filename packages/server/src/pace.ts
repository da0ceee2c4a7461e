/** How long a run of calls took. */
export interface Pace {
  readonly calls: number;
  readonly seconds: number;
}

/** Times every run of so many calls, from the start of the first to the end of the last. */
export function createPace(callsPerRun: number): { ended(startedMs: number, endedMs: number): Pace | undefined } {
  let calls = 0;
  let beganMs = 0;
  return {
    ended(startedMs, endedMs) {
      if (calls === 0) beganMs = startedMs;
      calls++;
      if (calls < callsPerRun) return undefined;
      calls = 0;
      return { calls: callsPerRun, seconds: (endedMs - beganMs) / 1_000 };
    },
  };
}
