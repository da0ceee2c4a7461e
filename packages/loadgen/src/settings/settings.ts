import { parseTarget, targetForm, targetProblem } from "@hey/client";
import { type ParsedSettings, withVariables } from "@hey/runtime";
import { callsChecks, callsSettings } from "./calls-settings.ts";
import { outcomeChecks, outcomeSettings } from "./outcome-settings.ts";
import { prefixed } from "./problem.ts";
import { scheduleChecks, scheduleSettings } from "./schedule-settings.ts";
import { transportChecks, transportSettings } from "./transport-settings.ts";

export const positionals = {
  name: "TARGET",
  help: `whom to call: ${targetForm}`,
  min: 1,
  max: 1,
  env: "HEY_TARGET",
} as const;

/** In the order of --help. */
export const settings = withVariables({
  ...callsSettings,
  ...scheduleSettings,
  ...transportSettings,
  ...outcomeSettings,
});

export type LoadgenSettings = ParsedSettings<typeof settings>;

type Check = (given: LoadgenSettings) => readonly string[];

/** What is wrong with settings that are right one by one. */
export const settingsChecks: readonly Check[] = [
  ({ positionals: [target = ""] }) => prefixed("TARGET", targetProblem(target)),
  ({ engine, positionals: [target = ""] }) =>
    engine === "wire" && parseTarget(target)?.kind === "xds"
      ? ["--engine: wire does not take xds targets; expected grpc-js or auto"]
      : [],
  ({ retries, engine, positionals: [target = ""] }) => {
    if (retries === 0) return [];
    if (engine === "wire") return ["--retries: wire makes none; expected --engine grpc-js or auto"];
    return parseTarget(target)?.kind === "xds" ? ["--retries: on xds targets the control plane decides"] : [];
  },
  ...callsChecks,
  ...scheduleChecks,
  ...transportChecks,
  ...outcomeChecks,
];
