/** The one clock of a run. It never goes back, whatever is done to the time of day. */
export interface Clock {
  /** Milliseconds with a fraction, from some start. */
  now(): number;
  /** Calls back once when it is `atMs`, or soon after; the function returned withdraws it. */
  wakeAt(atMs: number, callback: () => void): () => void;
}

const longestTimerMs = 0x7fff_ffff;

/**
 * `performance.now()` and Node's timers. These fire on whole milliseconds, up to one late: where wakes are at least
 * `fineGapMs` apart, the last millisecond is spent in turns of the event loop instead, which hits the time to some 20 µs.
 * At higher rates that would take a whole core and gain little: several slots fall into each millisecond anyway.
 */
export function systemClock(fineGapMs = 2): Clock {
  const now = () => performance.now();
  return {
    now,
    wakeAt(atMs, callback) {
      let timer: NodeJS.Timeout | undefined;
      let turn: NodeJS.Immediate | undefined;
      const fine = atMs - now() >= fineGapMs;
      const wait = () => {
        const leftMs = atMs - now();
        if (leftMs <= 0) callback();
        else if (fine && leftMs <= 1.2) turn = setImmediate(wait);
        else timer = setTimeout(wait, Math.min(longestTimerMs, fine ? leftMs - 1 : Math.ceil(leftMs)));
      };
      if (atMs <= now()) turn = setImmediate(callback);
      else wait();
      return () => {
        clearTimeout(timer);
        clearImmediate(turn);
      };
    },
  };
}
