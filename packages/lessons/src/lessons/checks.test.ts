import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding } from "../finding.ts";
import { sampleOf } from "../scripted-sample.ts";
import { checkCanary } from "./canary.ts";
import { checkDrain } from "./drain.ts";
import { checkScale } from "./scale.ts";

/** A check with what it should be content with, and with what it must not be: each has exactly one thing wrong. */
function holdsFor<Seen>(
  check: (seen: Seen) => readonly Finding[],
  good: Seen,
  bad: Readonly<Record<string, Partial<Seen>>>,
): void {
  test(`${check.name}: holds when all is well`, () => {
    assert.deepEqual(
      check(good).filter(({ holds }) => !holds),
      [],
    );
  });
  for (const [what, change] of Object.entries(bad)) {
    test(`${check.name}: fails for ${what}`, () => {
      const failing = check({ ...good, ...change }).filter(({ holds }) => !holds);
      assert.equal(failing.length, 1, JSON.stringify(failing));
    });
  }
}

holdsFor(
  checkScale,
  {
    before: sampleOf([133, 133, 134]),
    after: sampleOf([100, 100, 100, 100]),
    meanwhile: sampleOf([40, 40, 40, 9]),
    old: ["server-1", "server-2", "server-3"],
  },
  {
    "a failed call before": { before: sampleOf([133, 133, 133], 1) },
    "a failed call meanwhile": { meanwhile: sampleOf([40, 40, 40], 1) },
    "a new server without its share": { after: sampleOf([130, 130, 130, 10]) },
    "a new server with all": { after: sampleOf([0, 0, 0, 400]) },
  },
);

holdsFor(
  checkDrain,
  {
    drained: "server-2",
    underWay: sampleOf([4, 4, 4]),
    after: sampleOf([150, 0, 150]),
    back: sampleOf([100, 100, 100]),
  },
  {
    "one call to the drained": { after: sampleOf([150, 1, 149]) },
    "a failed call after the drain": { after: sampleOf([150, 0, 149], 1) },
    "a failed call among those under way": { underWay: sampleOf([4, 4, 3], 1) },
    "none under way at the drained, which shows nothing": { underWay: sampleOf([6, 0, 6]) },
    "a server that does not come back": { back: sampleOf([150, 0, 150]) },
  },
);

holdsFor(
  checkCanary,
  { before: sampleOf([100, 100, 100]), tenth: sampleOf([450, 450, 100]), half: sampleOf([250, 250, 500]) },
  {
    "a third in place of a tenth": { tenth: sampleOf([333, 333, 333]) },
    "none for the canary": { tenth: sampleOf([500, 500, 0]) },
    "a third in place of a half": { half: sampleOf([333, 333, 333]) },
    "a failed call": { half: sampleOf([250, 250, 500], 1) },
  },
);
