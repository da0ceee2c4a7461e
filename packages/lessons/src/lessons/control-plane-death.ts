import { atLeast, exactly, type Finding } from "../finding.ts";
import { lesson } from "../lesson.ts";
import { callsTo, type Sample } from "../sample.ts";

export interface ControlPlaneDeathSeen {
  readonly drained: string;
  readonly dead: Sample;
  readonly follows: Sample;
  /** The calls that were made from before its death until after its return. */
  readonly meanwhile: Sample;
}

const calls = 300;

export const controlPlaneDeath = lesson<ControlPlaneDeathSeen>({
  name: "control-plane-death",
  worlds: ["local"],
  async play({ step, sample, load, until }) {
    const drained = "server-2";
    const isDrained = ({ name }: { readonly name: string }) => name === drained;
    const meanwhile = await load("all calls from before its death until after its return", {
      ...{ perSecond: 100, tryOnce: true },
    });
    await step("kill");
    const dead = await sample("without a control plane", { calls });
    await step("start-again");
    await step("follow");
    await until("followed", { calls: 20 }, (seen) => callsTo(seen, isDrained) === 0);
    const follows = await sample("with one again, which was told to drain server-2", { calls });
    return { drained, dead, follows, meanwhile: await meanwhile.end() };
  },
  check: checkControlPlaneDeath,
});

/** Nobody notices its death, and everybody follows its successor. */
export function checkControlPlaneDeath(seen: ControlPlaneDeathSeen): readonly Finding[] {
  const { drained, dead, follows, meanwhile } = seen;
  const to = (sample: Sample) => callsTo(sample, ({ name }) => name === drained);
  return [
    exactly("calls that failed without a control plane", 0, dead.failed),
    atLeast(`calls to ${drained} without one`, 1, to(dead)),
    exactly(`calls to ${drained} once the new one was told to drain it`, 0, to(follows)),
    exactly("calls that failed in all of it", 0, follows.failed + meanwhile.failed),
    atLeast("calls made all the while", 1, meanwhile.calls),
  ];
}
