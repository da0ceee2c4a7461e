import assert from "node:assert/strict";
import { imbalance } from "../drive/accounting.ts";
import { Drive } from "../drive/drive.ts";
import type { CallRecorder, DriveOptions, Mode } from "../drive/drive-options.ts";
import type { EngineEvents } from "../drive/engine.ts";
import { createSchedule } from "../plan/schedule.ts";
import { type ScriptedCall, scriptedClock, scriptedEngine } from "./scripted-engine.ts";

/** When a scene begins on its clock. */
export const startMs = 1_000;

/** A call as the recorder was told of it; times in ms from the start of the run. */
interface Call {
  readonly dueMs: number;
  readonly sentMs: number;
  readonly firstMs: number;
  readonly endMs: number;
  readonly code: number;
}

/** An open loop at a constant rate. */
export function open(perSecond: number, more: Partial<Extract<Mode, { kind: "open" }>> = {}): Mode {
  return {
    kind: "open",
    schedule: () => createSchedule({ kind: "constant", perSecond }),
    maxInFlight: Number.POSITIVE_INFINITY,
    whenFull: "queue",
    ...more,
  };
}

/** The same events, of which messages are told to somebody else too. */
function listened(events: EngineEvents, onMessage: (atMs: number) => void): EngineEvents {
  return {
    onMessage(tag, atMs) {
      events.onMessage(tag, atMs);
      onMessage(atMs);
    },
    onEnd: events.onEnd.bind(events),
    isMeasured: events.isMeasured.bind(events),
    startedMs: events.startedMs.bind(events),
    onWritten: events.onWritten.bind(events),
    onRoom: events.onRoom.bind(events),
  };
}

/** A drive over a scripted engine on a scripted clock; times of calls are from the start of the run. */
export function scene(
  given: Partial<DriveOptions> & { readonly mode: Mode },
  script: (slot: number, nowMs: number) => ScriptedCall,
  limit?: number,
  onMessage: (atMs: number) => void = () => {},
) {
  const clock = scriptedClock(startMs);
  const calls: Call[] = [];
  const gapsMs: number[] = [];
  const recorder: CallRecorder = {
    message: (_atMs, gapMs) => gapsMs.push(gapMs),
    planEnded() {},
    call: (dueMs, sentMs, firstMs, endMs, code) => {
      const since = (ms: number) => ms - startMs;
      calls.push({ dueMs: since(dueMs), sentMs: since(sentMs), firstMs: since(firstMs), endMs: since(endMs), code });
    },
  };
  const drive = new Drive({
    slice: { index: 0, count: 1 },
    warmupMs: 0,
    durationMs: Number.POSITIVE_INFINITY,
    total: Number.POSITIVE_INFINITY,
    drainMs: 60_000,
    clock,
    recorder,
    ...given,
  });
  const engine = scriptedEngine(
    clock,
    listened(drive, onMessage),
    (slot, nowMs) => script(slot, nowMs - startMs),
    limit,
  );
  let ended = false;
  const done = drive.run(engine).then((course) => {
    ended = true;
    return course;
  });
  return {
    clock,
    calls,
    gapsMs,
    drive,
    engine,
    /** Runs to the end, which has to come by `untilMs`, and checks that the books balance. */
    async finish(untilMs: number, latenessMs?: (atMs: number) => number) {
      clock.runTo(startMs + untilMs, latenessMs);
      await Promise.resolve();
      await Promise.resolve();
      assert.ok(ended, "the run has not ended");
      const course = await done;
      assert.deepEqual([...imbalance(course.measured), ...imbalance(course.warmup)], []);
      return course;
    },
  };
}
