import assert from "node:assert/strict";
import { test } from "node:test";
import { percentileCurve } from "./charts.ts";

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
