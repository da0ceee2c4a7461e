import assert from "node:assert/strict";
import { test } from "node:test";
import { createHistogram, record } from "../record/histogram.ts";
import { figuresOf } from "../record/series.ts";
import { heatMap, percentileCurve } from "./charts.ts";

/** The labels below a curve of so many calls that are there on a screen of this size. */
function labels(calls: number, screen: "phone" | "tablet" | "desk"): { readonly text: string; readonly at: number }[] {
  const curve = [
    { us: 100, quantile: 0, count: 1 },
    { us: 9_000, quantile: 1, count: calls },
  ];
  const hidden = { phone: /minor|spare/, tablet: /spare/, desk: /never/ }[screen];
  const html = percentileCurve("calls", [{ role: "a", name: "all", curve }]);
  return Array.from(
    html.matchAll(/<span class="(x[^"]*)" style="left:([\d.]+)%">([^<]*)</g),
    ([, role, at, text = ""]) => ({
      ...{ role: role ?? "", at: Number(at), text },
    }),
  ).filter(({ role }) => !hidden.test(role));
}

test("as many labels are below a chart as there is room for, and the first of them is always there", () => {
  for (const calls of [1, 100, 10_000, 1_000_000, 100_000_000]) {
    for (const [screen, apart] of [
      ["phone", 22],
      ["tablet", 7],
    ] as const) {
      const shown = labels(calls, screen);
      assert.equal(shown[0]?.text, "0 %");
      for (const [index, { at, text }] of shown.slice(1).entries()) {
        assert.ok(at - (shown[index]?.at ?? 0) >= apart, `${text} of ${calls} calls on a ${screen}`);
      }
    }
  }
  const texts = (...given: Parameters<typeof labels>) => labels(...given).map(({ text }) => text);
  assert.deepEqual(texts(4_000, "phone"), ["0 %", "90 %", "99 %", "99.9 %"]);
  assert.deepEqual(texts(4_000, "tablet"), ["0 %", "90 %", "99 %", "99.9 %"]);
  assert.deepEqual(texts(4_000, "desk"), ["0 %", "50 %", "90 %", "99 %", "99.9 %"]);
  assert.deepEqual(texts(500, "tablet"), ["0 %", "50 %", "90 %", "99 %", "99.9 %"]);
});

/** A heat map of one second with a call of each of these times. */
function heatOf(timesUs: readonly number[]): string {
  const response = createHistogram();
  for (const us of timesUs) record(response, us);
  const counts = { planned: 1, started: 1, ok: timesUs.length, failed: 0, inFlight: 0, queued: 0 };
  return heatMap([{ atS: 0, lengthS: 1, ...counts, ...figuresOf(response) }]);
}

/** Where a time stands on the axis of a drawing, by two of its labels: 0 at the bottom, 1 at the top. */
function placeOf(us: number, html: string): number {
  const unit = { µs: 1, ms: 1_000, s: 1_000_000 };
  const ticks = Array.from(
    html.matchAll(/<span class="y" style="bottom:([\d.]+)%">([\d.]+) (µs|ms|s)</g),
    ([, at, value, name]) => ({ at: Number(at) / 100, log: Math.log(Number(value) * unit[name as keyof typeof unit]) }),
  );
  const [low, high] = [ticks[0] ?? assert.fail(), ticks.at(-1) ?? assert.fail()];
  return low.at + ((Math.log(us) - low.log) / (high.log - low.log)) * (high.at - low.at);
}

test("each call is in a cell of the heat map that spans its time on the axis", () => {
  for (const timesUs of [
    [593_000, 610_000, 655_000, 754_000],
    [1, 2, 7, 15, 16, 90],
    [400, 1_000, 5_500, 47_000, 30_000_000],
  ]) {
    const html = heatOf(timesUs);
    const cells = Array.from(html.matchAll(/<rect [^>]* y="([\d.]+)"[^>]* height="([\d.]+)"/g), ([, y, height]) => ({
      ...{ top: 1 - Number(y) / 1_000, bottom: 1 - (Number(y) + Number(height)) / 1_000 },
    }));
    for (const us of timesUs) {
      const at = placeOf(us, html);
      // Labels and cells are written with a digit after the point.
      const around = cells.filter(({ top, bottom }) => at >= bottom - 0.003 && at <= top + 0.003);
      assert.ok(around.length > 0, `${us} µs at ${at.toFixed(3)}: ${JSON.stringify(cells)}`);
    }
    assert.ok(cells.every(({ top, bottom }) => bottom >= -0.001 && top <= 1.001 && top - bottom > 0.005));
  }
});

test("a call that took no time at all is in the heat map", () => {
  assert.match(heatOf([0]), /<rect class="heat"/);
});

test("no two labels beside a heat map say the same", () => {
  for (const timesUs of [[1, 2, 7, 15], [0], [100, 101], [593_000], [3_600_000_000]]) {
    const texts = Array.from(heatOf(timesUs).matchAll(/<span class="y" [^>]*>([^<]*)</g), ([, text]) => text);
    assert.ok(texts.length >= 2, `${texts}`);
    assert.deepEqual([...new Set(texts)], texts);
  }
});
