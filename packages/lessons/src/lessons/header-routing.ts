import { atLeast, exactly, type Finding } from "../finding.ts";
import { lesson } from "../lesson.ts";
import { callsTo, type Sample } from "../sample.ts";

export interface HeaderRoutingSeen {
  readonly before: Sample;
  readonly marked: Sample;
  readonly unmarked: Sample;
}

const calls = 200;
const marked = { "x-canary": "yes" };

export const headerRouting = lesson<HeaderRoutingSeen>({
  name: "header-routing",
  worlds: ["local", "compose"],
  async play({ world, step, sample }) {
    if (world.kind === "compose") await step("start");
    const before = await sample("before: calls with x-canary: yes", { calls, headers: marked });
    await step("route");
    return {
      before,
      marked: await sample("with the route: calls with x-canary: yes", { calls, headers: marked }),
      unmarked: await sample("and calls without", { calls }),
    };
  },
  check: checkHeaderRouting,
});

/** The header alone decides, for every call that has it and for none that has not. */
export function checkHeaderRouting({ before, marked, unmarked }: HeaderRoutingSeen): readonly Finding[] {
  const toV1 = (sample: Sample) => callsTo(sample, ({ version }) => version === "v1");
  const toV2 = (sample: Sample) => callsTo(sample, ({ version }) => version === "v2");
  return [
    atLeast("calls with the header that v1 got before", 1, toV1(before)),
    exactly("calls with the header that v2 gets with the route", marked.calls, toV2(marked)),
    atLeast("calls without it that v1 gets", 1, toV1(unmarked)),
    atLeast("calls without it that v2 gets", 1, toV2(unmarked)),
    exactly("calls that failed", 0, before.failed + marked.failed + unmarked.failed),
  ];
}
