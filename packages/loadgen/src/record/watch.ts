import { PerformanceObserver, performance } from "node:perf_hooks";
import type { Vital } from "../judge/verdict.ts";
import { createThrottling, readIfThere } from "./throttling.ts";

/** What a process can say of its own use of the machine: `process` has both. */
export interface ProcessUsage {
  cpuUsage(): { readonly user: number; readonly system: number };
  memoryUsage: { rss(): number };
}

export interface Watch extends Disposable {
  /** How it went since the last time. */
  take(): Omit<Vital, "atS" | "measuredS" | "wakeLateMs">;
}

/** How often the event loop is sampled. Finer would cost more than it tells. */
const resolutionMs = 10;

/** Watches this process: its event loop, garbage collection, CPU, and the limits of its container. */
export function watchProcess(usage: ProcessUsage, read = readIfThere): Watch {
  // Not perf_hooks' monitorEventLoopDelay: after its reset it leaves out the first wait, which may be the longest.
  let sampledMs = performance.now();
  let worstMs = 0;
  const sample = () => {
    const nowMs = performance.now();
    worstMs = Math.max(worstMs, nowMs - sampledMs - resolutionMs);
    sampledMs = nowMs;
  };
  const sampling = setInterval(sample, resolutionMs);
  sampling.unref();
  let gcMs = 0;
  const collections = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) gcMs += duration;
  });
  collections.observe({ entryTypes: ["gc"] });
  let atMs = performance.now();
  let cpu = usage.cpuUsage();
  let loop = performance.eventLoopUtilization();
  const throttledMs = createThrottling(read);
  let throttled = throttledMs();
  return {
    take() {
      sample();
      const nowMs = performance.now();
      const nowCpu = usage.cpuUsage();
      const nowLoop = performance.eventLoopUtilization();
      const nowThrottled = throttledMs();
      const lengthMs = nowMs - atMs;
      const vital = {
        lengthS: lengthMs / 1_000,
        loopDelayMs: worstMs,
        utilisation: performance.eventLoopUtilization(nowLoop, loop).utilization,
        cpu: lengthMs > 0 ? (nowCpu.user + nowCpu.system - cpu.user - cpu.system) / 1_000 / lengthMs : 0,
        gcMs,
        throttledMs: nowThrottled - throttled,
        rssBytes: usage.memoryUsage.rss(),
      };
      [atMs, cpu, loop, throttled, gcMs, worstMs] = [nowMs, nowCpu, nowLoop, nowThrottled, 0, 0];
      return vital;
    },
    [Symbol.dispose]() {
      clearInterval(sampling);
      collections.disconnect();
    },
  };
}
