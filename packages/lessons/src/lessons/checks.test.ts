import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding } from "../finding.ts";
import { sampleOf } from "../scripted-sample.ts";
import { checkCanary } from "./canary.ts";
import { checkCircuitBreaking } from "./circuit-breaking.ts";
import { checkControlPlaneDeath } from "./control-plane-death.ts";
import { checkDrain } from "./drain.ts";
import { checkFailover } from "./failover.ts";
import { checkFaults } from "./faults.ts";
import { checkHeaderRouting } from "./header-routing.ts";
import { checkHedging } from "./hedging.ts";
import { checkOutliers } from "./outliers.ts";
import { checkRetries } from "./retries.ts";
import { checkRetryStorm } from "./retry-storm.ts";
import { checkRingHash } from "./ring-hash.ts";
import { checkScale } from "./scale.ts";

/** A check with what it should be content with, and with what it must not be: each has exactly one thing wrong. */
function holdsFor<Seen>(
  check: (seen: Seen) => readonly Finding[],
  good: NoInfer<Seen>,
  bad: Readonly<Record<string, Partial<NoInfer<Seen>>>>,
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
    "a failed call meanwhile": { meanwhile: sampleOf([40, 40, 40, 9], 1) },
    "no long call to the new server, which shows nothing": { meanwhile: sampleOf([40, 40, 40]) },
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
  {
    before: sampleOf([100, 100, 100]),
    tenth: sampleOf([450, 450, 100]),
    half: sampleOf([250, 250, 500]),
    meanwhile: sampleOf([150, 150, 90]),
  },
  {
    "a third in place of a tenth": { tenth: sampleOf([333, 333, 333]) },
    "none for the canary": { tenth: sampleOf([500, 500, 0]) },
    "a third in place of a half": { half: sampleOf([333, 333, 333]) },
    "a failed call": { half: sampleOf([250, 250, 500], 1) },
    "a failed call while the shares change": { meanwhile: sampleOf([150, 150, 90], 1) },
    "no call meanwhile, which shows nothing": { meanwhile: sampleOf([]) },
  },
);

holdsFor(
  checkHeaderRouting,
  { before: sampleOf([66, 67, 67]), marked: sampleOf([0, 0, 200]), unmarked: sampleOf([66, 67, 67]) },
  {
    "one marked call that went to v1": { marked: sampleOf([1, 0, 199]) },
    "unmarked calls that go to v1 only": { unmarked: sampleOf([100, 100, 0]) },
    "unmarked calls that go to v2 only": { unmarked: sampleOf([0, 0, 200]) },
    "a mark that decided without the route, which shows nothing": { before: sampleOf([0, 0, 200]) },
    "a failed call": { unmarked: sampleOf([66, 67, 66], 1) },
  },
);

const delayed = (share: number) => {
  const late = sampleOf([share], 0, 250);
  const onTime = sampleOf([300 - share]);
  const p50Ms = share > 150 ? 250 : 1;
  return { ...onTime, calls: late.calls + onTime.calls, p50Ms, p99Ms: share > 3 ? 250 : 1 };
};

holdsFor(
  checkFaults,
  {
    before: sampleOf([100, 100, 100]),
    aborted: sampleOf([117, 117, 116], 150),
    delayed: delayed(30),
    after: sampleOf([100, 100, 100]),
  },
  {
    "a tenth aborted": { aborted: sampleOf([150, 150, 150], 50) },
    "calls that fail after it": { after: sampleOf([100, 100, 99], 1) },
    "all delayed": { delayed: delayed(300) },
    "none delayed": { delayed: delayed(0) },
    "a delayed call that failed": { delayed: { ...delayed(30), failed: 1 } },
    "failures of a server's own": { aborted: { ...sampleOf([117, 117, 116], 150), nowhere: 149 } },
  },
);

holdsFor(
  checkRetries,
  { without: sampleOf([700, 700, 700], 900), with: sampleOf([973, 973, 973], 81) },
  {
    "retries that were there before, which shows nothing": { without: sampleOf([973, 973, 973], 81) },
    "retries that change nothing": { with: sampleOf([700, 700, 700], 900) },
    "two attempts": { with: sampleOf([910, 910, 910], 270) },
    "four attempts": { with: sampleOf([992, 992, 992], 24) },
    "failures of another kind": { with: { ...sampleOf([973, 973, 973], 81), codes: { UNAVAILABLE: 80, INTERNAL: 1 } } },
  },
);

const storms = (...calls: readonly number[]) => calls.map((each, hops) => ({ hops, calls: each }));

holdsFor(
  checkRetryStorm,
  { everybody: storms(3, 12, 39), firstOnly: storms(3, 6, 9) },
  {
    "a call too few at the back": { everybody: storms(3, 12, 38) },
    "a storm of two hops only": { firstOnly: storms(3, 6, 15) },
  },
);

holdsFor(
  checkOutliers,
  {
    bad: "server-2",
    servers: 3,
    before: sampleOf([100, 0, 100], 100),
    ejected: sampleOf([100, 0, 100]),
    back: sampleOf([100, 100, 100]),
  },
  {
    "no failures before, which shows nothing": { before: sampleOf([100, 100, 100]) },
    "a call to the ejected": { ejected: sampleOf([100, 1, 99]) },
    "a failed call with it ejected": { ejected: sampleOf([100, 0, 99], 1) },
    "a server that does not come back": { back: sampleOf([150, 0, 150]) },
    "a failed call at its return": { back: sampleOf([100, 99, 100], 1) },
  },
);

holdsFor(
  checkFailover,
  {
    before: sampleOf([100, 0, 100]),
    failed: sampleOf([0, 200, 0]),
    back: sampleOf([100, 0, 100]),
    returning: sampleOf([50, 50, 50]),
  },
  {
    "a call to zone b while a is well": { before: sampleOf([100, 1, 99]) },
    "a call to zone a while it is dead": { failed: sampleOf([1, 199, 0]) },
    "a zone that is not given back": { back: sampleOf([0, 200, 0]) },
    "a failed call at the return": { returning: sampleOf([50, 50, 49], 1) },
    "no calls at the return, which shows nothing": { returning: sampleOf([]) },
  },
);

holdsFor(
  checkControlPlaneDeath,
  {
    drained: "server-2",
    dead: sampleOf([100, 100, 100]),
    follows: sampleOf([150, 0, 150]),
    meanwhile: sampleOf([80, 45, 78]),
  },
  {
    "a failed call while it is dead": { dead: sampleOf([100, 100, 99], 1) },
    "a server that was left alone before, which shows nothing": { dead: sampleOf([150, 0, 150]) },
    "a successor that nobody follows": { follows: sampleOf([100, 100, 100]) },
    "a failed call in between": { meanwhile: sampleOf([80, 45, 77], 1) },
    "no calls in between, which shows nothing": { meanwhile: sampleOf([]) },
  },
);

const told = { tookMs: 2_350, p50Ms: 1, p99Ms: 305 };

holdsFor(
  checkCircuitBreaking,
  { before: sampleOf([67, 67, 66], 0, 300), limited: { ...sampleOf([23, 24, 23], 130), ...told } },
  {
    "a call that failed before": { before: sampleOf([67, 67, 65], 1, 300) },
    "more answers than ten at a time can be": { limited: { ...sampleOf([27, 27, 27], 119), ...told } },
    "two at a time in place of ten": { limited: { ...sampleOf([5, 5, 4], 186), ...told } },
    "calls that wait in place of failing": { limited: { ...sampleOf([23, 24, 23], 130), ...told, p50Ms: 300 } },
    "a failure at a server": { limited: { ...sampleOf([23, 24, 23], 130), ...told, nowhere: 129 } },
    "no failures, which shows no limit": { limited: { ...sampleOf([23, 24, 23]), ...told } },
  },
);

/** 900 users, of whom 300 live at each server; the function moves some. */
const homes = (move: (home: string, user: number) => string = (home) => home) =>
  Array.from({ length: 900 }, (_, user) => move(`server-${1 + (user % 3)}`, user));
const next = homes((_, user) => `server-${1 + ((user + 1) % 3)}`);
const withoutServer2 = (also: number) =>
  homes((home, user) => (home === "server-2" || (home === "server-3" && user < 3 * also) ? "server-1" : home));

holdsFor(
  checkRingHash,
  {
    drained: "server-2",
    inTurn: [homes(), next],
    byRing: [homes(), homes()],
    oneLess: withoutServer2(75),
    again: homes(),
  },
  {
    "homes that were there before, which shows nothing": { inTurn: [homes(), homes()] },
    "a user with two homes": { byRing: [homes((home, user) => (user === 0 ? "server-3" : home)), homes()] },
    "a user who stays at the drained": {
      oneLess: withoutServer2(75).map((home, user) => (user === 1 ? "server-2" : home)),
    },
    "nobody moved": { oneLess: withoutServer2(0) },
    "everybody moved": { oneLess: homes((_, user) => (user % 3 === 0 ? "server-3" : "server-1")) },
    "a user who does not come home": { again: homes((home, user) => (user === 0 ? "server-3" : home)) },
  },
);

holdsFor(
  checkHedging,
  {
    slow: "server-2",
    before: { ...sampleOf([12, 12, 12]), p99Ms: 405 },
    hedged: { ...sampleOf([12, 0, 24]), p99Ms: 55 },
    givenUpBefore: 0,
    givenUp: 12,
  },
  {
    "no slow server, which shows nothing": { before: sampleOf([12, 12, 12]) },
    "a tail that stays": { hedged: { ...sampleOf([12, 0, 24]), p99Ms: 400 } },
    "an answer of the slow server": { hedged: { ...sampleOf([12, 1, 23]), p99Ms: 55 } },
    "attempts that nobody gave up": { givenUp: 11 },
    "calls given up without it": { givenUpBefore: 1 },
    "a failed call": { hedged: { ...sampleOf([12, 0, 23], 1), p99Ms: 55 } },
  },
);
