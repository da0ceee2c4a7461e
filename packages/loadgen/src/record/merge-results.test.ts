import assert from "node:assert/strict";
import { test } from "node:test";
import { randomOf } from "../plan/random.ts";
import { course } from "../testing/sample-run.ts";
import { createEndpoints } from "./endpoints.ts";
import { percentile } from "./histogram.ts";
import { mergeCourses, mergeRecordings } from "./merge-results.ts";
import { createRecorder, gather } from "./recorder.ts";

/** A recorder with endpoints of its own, in the order in which it met them. */
function place() {
  const recorder = createRecorder();
  const endpoints = createEndpoints();
  return {
    call(address: string, endMs: number, tookMs: number, code: number) {
      const endpoint = endpoints.numberOf(address);
      endpoints.name(endpoint, `name of ${address}`);
      const dueMs = endMs - tookMs;
      recorder.call(dueMs, dueMs + 0.1, endMs, endMs, code, endpoint, code === 0 ? "" : `failed at ${endMs}`);
    },
    message(gapMs: number) {
      recorder.message(0, gapMs);
      recorder.streams.sent(1, 1 + gapMs, 5);
      recorder.streams.received(7);
      recorder.streams.roundTrip(1, 1 + gapMs, 2 + 2 * gapMs);
      recorder.streams.unmatched();
      recorder.streams.ended({ answersCut: 1, unsent: 2, unanswered: 3, uneven: 1 });
    },
    part: () => ({ recording: recorder.recording, endpoints: endpoints.list() }),
  };
}

/** Without what stands in another order: groups and endpoints have numbers of their own in each place. */
function normal({ recording, endpoints }: ReturnType<ReturnType<typeof place>["part"]>) {
  const addressOf = (endpoint: number) => endpoints[endpoint]?.address;
  return {
    ...recording,
    groups: recording.groups
      .map(({ endpoint, ...group }) => ({ ...group, address: addressOf(endpoint) }))
      .sort((a, b) => `${a.address} ${a.code}`.localeCompare(`${b.address} ${b.code}`)),
    errors: recording.errors.map(({ code, shape, count }) => ({ code, shape, count })),
  };
}

test("T12: what was recorded in parts is, merged, what one recording would have been", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = randomOf(seed);
    const whole = place();
    const parts = Array.from({ length: 1 + Math.floor(random() * 4) }, place);
    for (let call = 0; call < 500; call++) {
      const part = parts[Math.floor(random() * parts.length)] ?? assert.fail();
      const address = `server-${Math.floor(random() * 3)}`;
      const [tookMs, code] = [1 + random() ** 8 * 5_000, random() < 0.1 ? 14 : 0];
      for (const each of [whole, part]) {
        each.call(address, call, tookMs, code);
        each.message(tookMs / 2);
      }
    }
    assert.deepEqual(normal(mergeRecordings(parts.map((each) => each.part()))), normal(whole.part()));
  }
});

test("T12: a percentile is of the calls of all, and no mean of the parts' own", () => {
  const [quick, mixed] = [place(), place()];
  for (let call = 0; call < 100; call++) quick.call("a", call, 1, 0);
  for (let call = 0; call < 99; call++) mixed.call("a", call, 1, 0);
  mixed.call("a", 99, 1_000, 0);
  const { recording } = mergeRecordings([quick.part(), mixed.part()]);
  const response = gather(recording.groups, "response");
  assert.equal(response.count, 200);
  assert.equal(percentile(response, 99.5), 1_000);
  assert.ok(percentile(response, 99.6) > 990_000);
});

test("samples of an error stay few, and name their endpoint by its number in the whole", () => {
  const [one, two] = [place(), place()];
  one.call("a", 1, 1, 14);
  two.call("b", 1, 1, 0);
  for (let call = 0; call < 9; call++) two.call("c", call, 1, 14);
  const { recording, endpoints } = mergeRecordings([one.part(), two.part()]);
  const [kind] = recording.errors;
  assert.equal(kind?.count, 10);
  assert.deepEqual(
    kind?.samples.map(({ endpoint }) => endpoints[endpoint]?.address),
    ["a", "c", "c"],
  );
});

test("the plan that drives share ends with the first slot that none of them has", () => {
  const ends = [4_250, 4_000, 4_500].map((planEndMs) => ({ ...course, planEndMs }));
  assert.equal(mergeCourses(ends).planEndMs, 4_000);
});

test("books add up, and the last end is the whole's", () => {
  const book = { planned: 3, started: 2, dropped: 1, queued: 0, finished: 1, cancelled: 1 };
  const early = { ...course, closedMs: 10, lastEndMs: 11, measured: book };
  const late = { ...course, closedMs: 12, lastEndMs: 19, measured: book, endReason: "signal" as const };
  const whole = mergeCourses([early, late]);
  assert.deepEqual([whole.closedMs, whole.lastEndMs, whole.endReason], [12, 19, "signal"]);
  assert.deepEqual(whole.measured, { planned: 6, started: 4, dropped: 2, queued: 0, finished: 2, cancelled: 2 });
});
