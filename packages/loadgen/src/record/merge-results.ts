import { addUp } from "../drive/accounting.ts";
import type { Course } from "../drive/drive-options.ts";
import { createEndpoints, type Endpoint } from "./endpoints.ts";
import type { ErrorKind } from "./errors.ts";
import { createHistogram, type Histogram, merge, merged } from "./histogram.ts";
import type { Group, Recording } from "./recorder.ts";
import { mergeStreamRecordings } from "./stream-recorder.ts";

/** What was recorded in one place, with the endpoints that its numbers stand for. */
export interface RecordedPart {
  readonly recording: Recording;
  readonly endpoints: readonly Endpoint[];
}

const samplesEach = 3;

/** What one recording of all of it would have been: counts are added up, nothing is averaged. */
export function mergeRecordings(parts: readonly RecordedPart[]): RecordedPart {
  const endpoints = createEndpoints();
  const groups = new Map<string, Group>();
  const errors = new Map<string, ErrorKind>();
  for (const part of parts) {
    const numbers = part.endpoints.map(({ address, name }) => {
      const number = endpoints.numberOf(address);
      if (name !== "") endpoints.name(number, name);
      return number;
    });
    const numberOf = (endpoint: number) => numbers[endpoint] ?? 0;
    for (const each of part.recording.groups) {
      const endpoint = numberOf(each.endpoint);
      const key = `${endpoint} ${each.code}`;
      const group = groups.get(key) ?? { ...each, endpoint, response: createHistogram(), service: createHistogram() };
      groups.set(key, group);
      merge(group.response, each.response);
      merge(group.service, each.service);
      group.firstMs = Math.min(group.firstMs, each.firstMs);
      group.lastMs = Math.max(group.lastMs, each.lastMs);
    }
    for (const { code, shape, count, samples } of part.recording.errors) {
      const kind = errors.get(`${code} ${shape}`) ?? { code, shape, count: 0, samples: [] };
      errors.set(`${code} ${shape}`, kind);
      kind.count += count;
      for (const sample of samples.slice(0, samplesEach - kind.samples.length)) {
        kind.samples.push({ ...sample, endpoint: numberOf(sample.endpoint) });
      }
    }
  }
  const all = (of: (recording: Recording) => Histogram) => merged(parts.map(({ recording }) => of(recording)));
  const tally = (of: (recording: Recording) => Recording["all"]) => ({
    finished: sum(parts, ({ recording }) => of(recording).finished),
    ok: sum(parts, ({ recording }) => of(recording).ok),
    messages: sum(parts, ({ recording }) => of(recording).messages),
  });
  return {
    endpoints: endpoints.list(),
    recording: {
      groups: [...groups.values()],
      lateness: all(({ lateness }) => lateness),
      firstMessage: all(({ firstMessage }) => firstMessage),
      messageGap: all(({ messageGap }) => messageGap),
      streams: mergeStreamRecordings(parts.map(({ recording }) => recording.streams)),
      errors: [...errors.values()],
      all: tally((recording) => recording.all),
      inWindow: tally((recording) => recording.inWindow),
    },
  };
}

/** The course of several drives on one clock that began together. */
export function mergeCourses(courses: readonly Course[]): Course {
  const [first] = courses;
  if (first === undefined) throw new Error("expected a course at least");
  const last = (of: (course: Course) => number) => Math.max(...courses.map(of));
  const stopped = courses.find(({ endReason }) => endReason === "signal" || endReason === "aborted");
  return {
    ...first,
    closedMs: last(({ closedMs }) => closedMs),
    planEndMs: Math.min(...courses.map(({ planEndMs }) => planEndMs)),
    lastEndMs: last(({ lastEndMs }) => lastEndMs),
    endReason: (stopped ?? first).endReason,
    warmup: addUp(courses.map(({ warmup }) => warmup)),
    measured: addUp(courses.map(({ measured }) => measured)),
    warmupFailed: sum(courses, ({ warmupFailed }) => warmupFailed),
    inFlight: sum(courses, ({ inFlight }) => inFlight),
  };
}

function sum<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((total, each) => total + of(each), 0);
}
