import type { Sample, Server } from "./sample.ts";
import type { CallPlan } from "./world.ts";

// What a lesson asks of hey-loadgen, and what it reads in its report.

const target = "xds:///heyhow";

/** The flags for a plan's calls, with the report as JSON on stdout. Without a number of calls it goes on until it is stopped. */
export function loadgenArgs(plan: Omit<CallPlan, "calls"> & { readonly calls?: number }): readonly string[] {
  const { calls, atATime = 8, perSecond, warmUpMs = 0, request = {}, headers = {}, deadlineMs = 5_000 } = plan;
  if (typeof headers === "function")
    throw new Error("expected the same headers for all calls: hey-loadgen has no others");
  const seconds = calls === undefined || perSecond === undefined ? 600 : calls / perSecond;
  const load = perSecond === undefined ? ["-c", String(atATime)] : ["--rps", String(perSecond), "-z", `${seconds}s`];
  const total = perSecond === undefined && calls !== undefined ? ["-n", String(calls)] : [];
  // JSON has no bigint, and proto's JSON takes 64-bit numbers as text.
  const data = JSON.stringify(request, (_key, value) => (typeof value === "bigint" ? String(value) : value));
  return [
    ...["--call", "heyhow.v1.HeyHowService/Say", "--data", data, "--timeout", `${deadlineMs}ms`],
    ...["--warmup", `${warmUpMs}ms`, ...load, ...total],
    ...Object.entries(headers).flatMap(([name, value]) => ["--metadata", `${name}=${value}`]),
    ...["-O", "json=-", target],
  ];
}

/** What is read of a report in the form hey-loadgen/1. */
export interface LoadgenReport {
  readonly codes: Readonly<Record<string, number>>;
  readonly rates: { readonly windowMs: number };
  readonly endpoints: readonly {
    readonly address: string;
    readonly codes: Readonly<Record<string, number>>;
  }[];
  readonly latency: {
    readonly response: {
      readonly maxUs: number;
      readonly percentilesUs: Readonly<Record<string, number | null>>;
    };
  };
}

/** A report as a sample of the calls to these servers. */
export function sampleOfReport(
  { codes, rates, endpoints, latency }: LoadgenReport,
  servers: readonly Server[],
): Sample {
  const calls = (by: Readonly<Record<string, number>>) => Object.values(by).reduce((sum, each) => sum + each, 0);
  const shares = servers.map((server) => {
    const { codes: own = {} } = endpoints.find(({ address }) => address === server.address) ?? {};
    return { ...server, calls: calls(own), failed: calls(own) - (own["OK"] ?? 0) };
  });
  const { percentilesUs, maxUs } = latency.response;
  const ms = (percent: string) => {
    const us = percentilesUs[percent];
    return us === undefined || us === null ? undefined : us / 1_000;
  };
  return {
    calls: calls(codes),
    failed: calls(codes) - (codes["OK"] ?? 0),
    nowhere: calls(codes) - shares.reduce((sum, each) => sum + each.calls, 0),
    codes,
    shares,
    // The window ends with the last call that was begun, or later.
    tookMs: rates.windowMs + maxUs / 1_000,
    p50Ms: ms("50"),
    p99Ms: ms("99"),
  };
}
