import type { ChangeTrafficRequest, Fault as FaultRequest } from "@hey/proto/mesh";
import { clusterName } from "../resources/cluster-name.ts";
import { type Fault, faultCodes } from "../topology/topology.ts";
import type { Change } from "./change-overrides.ts";

/** What a request asks for, or what is wrong with it, a line each. */
export function readChange({ change }: ChangeTrafficRequest): Change | readonly string[] {
  switch (change?.$case) {
    case "split": {
      const { service, targets, force } = change.value;
      const sum = targets.reduce((total, { weight }) => total + weight, 0);
      if (targets.length > 20) return [`split.targets: expected at most 20, got ${targets.length}`];
      if (sum < 1 || sum > 1_000_000)
        return [`split.targets: expected weights that add up to 1 to 1000000, got ${sum}`];
      const names = targets.map(({ labels }) => clusterName(service, labels));
      if (new Set(names).size < names.length) return ["split.targets: expected each set of labels once"];
      return { kind: "split", service, targets, force };
    }
    case "fault":
      return readFault(change.value);
    case "drops": {
      const { service, percent } = change.value;
      const problems = percentProblem("drops.percent", percent);
      return problems.length > 0 ? problems : { kind: "drops", service, percent };
    }
    case "weight": {
      const { weight } = change.value;
      if (weight >= 0 && weight <= 1_000) return { kind: "weight", ...change.value };
      return [`weight.weight: expected 0 to 1000, got ${weight}`];
    }
    case "pause":
      return { kind: "pause", ...change.value };
    case "reset":
      return { kind: "reset", service: change.value.service || undefined };
    case undefined:
      return ["change: expected one, got none"];
  }
}

function readFault(request: FaultRequest): Change | readonly string[] {
  const { service, abortCode, abortPercent, delayMs, delayPercent, byHeader } = request;
  const code = faultCodes.find((each) => each === abortCode);
  const problems = [
    ...percentProblem("fault.abort_percent", abortPercent),
    ...percentProblem("fault.delay_percent", delayPercent),
    ...(abortPercent > 0 && code === undefined
      ? [`fault.abort_code: expected one of ${faultCodes.join(", ")}; got "${abortCode}"`]
      : []),
    ...(delayPercent > 0 && !(delayMs >= 1 && delayMs <= 3_600_000)
      ? [`fault.delay_ms: expected 1 to 3600000, got ${delayMs}`]
      : []),
  ];
  if (problems.length > 0) return problems;
  const fault: Fault = {
    abort: abortPercent > 0 && code !== undefined ? { code, percent: abortPercent } : undefined,
    delay: delayPercent > 0 ? { ms: delayMs, percent: delayPercent } : undefined,
    byHeader,
  };
  return { kind: "fault", service, fault };
}

function percentProblem(field: string, percent: number): readonly string[] {
  return percent >= 0 && percent <= 100 ? [] : [`${field}: expected 0 to 100, got ${percent}`];
}
