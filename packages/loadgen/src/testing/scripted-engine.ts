import type { Clock } from "../drive/clock.ts";
import type { Engine, EngineEvents } from "../drive/engine.ts";

/** A clock for tests that moves only when it is told to, from one appointment to the next. */
export interface ScriptedClock extends Clock {
  /** Keeps every appointment up to this time, in order. `latenessMs`: how late the one of this time is kept. */
  runTo(endMs: number, latenessMs?: (atMs: number) => number): void;
  /** Lets time pass in which nothing is done, as a blocked event loop does. */
  block(forMs: number): void;
}

/** A clock that starts at `startMs`. */
export function scriptedClock(startMs = 1_000): ScriptedClock {
  let now = startMs;
  const appointments = createAgenda();
  return {
    now: () => now,
    wakeAt(atMs, callback) {
      const appointment: Appointment = { atMs, callback };
      appointments.add(appointment);
      return () => {
        appointment.callback = undefined;
      };
    },
    runTo(endMs, latenessMs = () => 0) {
      for (;;) {
        const first = appointments.takeUpTo(endMs);
        if (first === undefined) break;
        if (first.callback === undefined) continue;
        now = Math.max(now, first.atMs + latenessMs(first.atMs));
        first.callback();
      }
      now = Math.max(now, endMs);
    },
    block(forMs) {
      now += forMs;
    },
  };
}

interface Appointment {
  readonly atMs: number;
  callback: (() => void) | undefined;
}

/** Appointments by time, those of one time in the order they were made: a binary heap. */
function createAgenda() {
  const heap: (Appointment & { readonly order: number })[] = [];
  let made = 0;
  const before = (a: number, b: number) => {
    const [first, second] = [heap[a], heap[b]];
    if (first === undefined || second === undefined) return first !== undefined;
    return first.atMs < second.atMs || (first.atMs === second.atMs && first.order < second.order);
  };
  const swap = (a: number, b: number) => {
    [heap[a], heap[b]] = [heap[b] as (typeof heap)[0], heap[a] as (typeof heap)[0]];
  };
  return {
    add(appointment: Appointment) {
      let place = heap.push(Object.assign(appointment, { order: made++ })) - 1;
      for (let above = (place - 1) >> 1; place > 0 && before(place, above); above = (place - 1) >> 1) {
        swap(place, above);
        place = above;
      }
    },
    takeUpTo(endMs: number): Appointment | undefined {
      const first = heap[0];
      if (first === undefined || first.atMs > endMs) return undefined;
      swap(0, heap.length - 1);
      heap.pop();
      for (let place = 0; ; ) {
        const left = 2 * place + 1;
        const below = before(left + 1, left) ? left + 1 : left;
        if (!before(below, place)) break;
        swap(place, below);
        place = below;
      }
      return first;
    },
  };
}

/** How a scripted call goes: how long it takes, its status (0), the endpoint that answers (0), when messages come (the end). */
export interface ScriptedCall {
  readonly tookMs: number;
  readonly code?: number;
  readonly endpoint?: number;
  readonly messagesMs?: readonly number[];
}

export interface ScriptedEngine extends Engine {
  /** When each call was started and for which slot, in order. */
  readonly starts: { readonly slot: number; readonly atMs: number }[];
  readonly cancelled: number;
}

/** An engine for tests without a server: each call goes as `script` says. `limit`: the most calls it takes at a time. */
export function scriptedEngine(
  clock: Clock,
  events: EngineEvents,
  script: (slot: number, nowMs: number) => ScriptedCall,
  limit = Number.POSITIVE_INFINITY,
): ScriptedEngine {
  const starts: { readonly slot: number; readonly atMs: number }[] = [];
  let active = 0;
  let refused = false;
  const engine = {
    name: "scripted",
    starts,
    cancelled: 0,
    start(tag: number, slot: number) {
      if (active >= limit) {
        refused = true;
        return false;
      }
      active++;
      const startedMs = clock.now();
      starts.push({ slot, atMs: startedMs });
      const { tookMs, code = 0, endpoint = 0, messagesMs = code === 0 ? [tookMs] : [] } = script(slot, startedMs);
      for (const ms of messagesMs) clock.wakeAt(startedMs + ms, () => events.onMessage(tag, clock.now()));
      clock.wakeAt(startedMs + tookMs, () => {
        active--;
        events.onEnd(tag, code, endpoint, clock.now(), code === 0 ? "" : "scripted failure");
        if (!refused) return;
        refused = false;
        events.onRoom();
      });
      return true;
    },
    cancel() {
      engine.cancelled++;
    },
  };
  return engine;
}
