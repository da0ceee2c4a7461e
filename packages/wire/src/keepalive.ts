import { longestTimerMs } from "./timer.ts";

/** Pings on a connection from which nothing came for a while. */
export interface KeepaliveOptions {
  /** Silence after which a ping is sent. */
  readonly intervalMs: number;
  /** How long its answer (or anything else) may take; then the connection is given up. */
  readonly timeoutMs: number;
  /** Also while no call is in flight; servers may forbid that with GOAWAY ENHANCE_YOUR_CALM. */
  readonly withoutCalls: boolean;
}

/** What keepalive watches. */
export interface Watched {
  /** When bytes last came, on the clock of `nowMs`. */
  lastReadMs(): number;
  hasCalls(): boolean;
  ping(): void;
  giveUp(silenceMs: number): void;
  nowMs(): number;
}

/** Starts watching; returns what stops it. One timer, set again as it fires: a busy connection costs nothing. */
export function keepAlive(options: KeepaliveOptions, watched: Watched): () => void {
  let timer: NodeJS.Timeout;
  let pingedAtMs: number | undefined;

  const look = () => {
    const nowMs = watched.nowMs();
    const silenceMs = nowMs - watched.lastReadMs();
    if (pingedAtMs !== undefined && watched.lastReadMs() < pingedAtMs) {
      const leftMs = options.timeoutMs - (nowMs - pingedAtMs);
      if (leftMs <= 0) watched.giveUp(silenceMs);
      else again(leftMs);
      return;
    }
    pingedAtMs = undefined;
    if (silenceMs < options.intervalMs) again(options.intervalMs - silenceMs);
    else if (options.withoutCalls || watched.hasCalls()) {
      pingedAtMs = nowMs;
      watched.ping();
      // Whichever comes first: the next ping once this one is answered, or the end.
      again(Math.min(options.intervalMs, options.timeoutMs));
    } else again(options.intervalMs);
  };
  const again = (waitMs: number) => {
    timer = setTimeout(look, Math.min(longestTimerMs, Math.max(1, waitMs)));
    timer.unref();
  };

  again(options.intervalMs);
  return () => clearTimeout(timer);
}
