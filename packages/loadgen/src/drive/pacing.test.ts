import assert from "node:assert/strict";
import { test } from "node:test";
import { randomOf } from "../plan/random.ts";
import { createHistogram, percentile, record } from "../record/histogram.ts";
import { open, scene, startMs } from "../testing/scene.ts";

/** The times between starts as a histogram in µs. */
function gapsOf(starts: readonly { readonly atMs: number }[]) {
  const gaps = createHistogram();
  for (let index = 1; index < starts.length; index++) {
    record(gaps, ((starts[index]?.atMs ?? 0) - (starts[index - 1]?.atMs ?? 0)) * 1000);
  }
  return gaps;
}

for (const perSecond of [500, 2_000, 333]) {
  test(`T4: timers that fire on whole milliseconds, and late, keep ${perSecond}/s to half a percent`, async () => {
    const random = randomOf(4);
    const { finish, engine, calls } = scene({ mode: open(perSecond), durationMs: 5_000 }, () => ({ tookMs: 3 }));
    await finish(10_000, (atMs) => Math.ceil(atMs) - atMs + Math.floor(random() * 2));
    const { starts } = engine;
    const rate = ((starts.length - 1) * 1000) / ((starts.at(-1)?.atMs ?? 0) - (starts[0]?.atMs ?? 0));
    assert.ok(Math.abs(rate / perSecond - 1) <= 0.005, `${rate}/s`);
    assert.equal(starts.length, 5 * perSecond);
    const gapMs = percentile(gapsOf(starts), 99) / 1000;
    assert.ok(gapMs <= 1000 / perSecond + 2, `${gapMs} ms between two starts`);
    const latest = Math.max(...calls.map(({ dueMs, sentMs }) => sentMs - dueMs));
    assert.ok(latest > 0 && latest <= 2, `late by ${latest} ms, and that is recorded`);
  });
}

test("T5: slots keep their times when every wake is late, up to the millionth", async () => {
  const random = randomOf(1);
  const { finish, calls } = scene({ mode: open(99_991), total: 1_000_001 }, () => ({ tookMs: 1 }));
  const { measured } = await finish(1e9, () => random() * 50);
  assert.equal(measured.finished, 1_000_001);
  const last = Math.max(...[calls.at(-1)?.dueMs ?? 0, calls.at(-2)?.dueMs ?? 0]);
  assert.ok(Math.abs(last - 1e9 / 99_991) < 1e-6, `${last}`);
  const latest = calls.reduce((most, { dueMs, sentMs }) => Math.max(most, sentMs - dueMs), 0);
  assert.ok(latest <= 50, `started ${latest} ms late, with wakes that are 50 ms late at the most`);
});

test("T6: after a standstill of the generator the slots missed go out at once, and not one more", async () => {
  const { clock, finish, engine } = scene({ mode: open(100), durationMs: 10_000 }, () => ({ tookMs: 1 }));
  clock.runTo(startMs + 3_005);
  clock.block(1_000);
  await finish(20_000);
  const perBin = new Array<number>(1_000).fill(0);
  for (const { atMs } of engine.starts) {
    const bin = Math.floor((atMs - startMs) / 10);
    perBin[bin] = (perBin[bin] ?? 0) + 1;
  }
  const others = perBin.filter((_, bin) => bin < 301 || bin > 400);
  assert.deepEqual(new Set(others), new Set([1]), "before and after it each 10 ms has its one start");
  assert.deepEqual(perBin.slice(301, 401), [...new Array<number>(99).fill(0), 100]);
});
