import { readFileSync } from "node:fs";
import { posix } from "node:path";

/** Reads a file of the kernel's; undefined where there is none. */
export type ReadText = (path: string) => string | undefined;

/** From this machine. */
export const readIfThere: ReadText = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // Not Linux, another version of cgroups, or not for this user.
  }
};

const mount = "/sys/fs/cgroup";

/**
 * Tells how long the kernel has denied this process the CPU so far, in ms of all cores together, by the limit of its control group
 * and of those above it; 0 where nothing tells. Of version 2 and of version 1.
 */
export function createThrottling(read: ReadText): () => number {
  const paths =
    placesOf(read("/proc/self/cgroup") ?? "").find((place) => place.some((path) => isTold(read(path)))) ?? [];
  return () => paths.reduce((sum, path) => sum + throttledMs(read(path)), 0);
}

/**
 * Where the time may be told: in each list by the group and those above it. A container mostly sees its own group as the root, whatever
 * `/proc/self/cgroup` calls it; and of version 1 the two controllers of the CPU have one folder by two names.
 */
function placesOf(groups: string): readonly (readonly string[])[] {
  const places: string[][] = [];
  for (const line of groups.split("\n")) {
    const [, controllers = "", group = ""] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (group === "") continue;
    if (controllers === "") places.push(upwards(mount, group));
    else if (controllers.split(",").includes("cpu")) {
      places.push(upwards(`${mount}/${controllers}`, group), upwards(`${mount}/cpu`, group));
    }
  }
  return [...places, upwards(mount, "/"), upwards(`${mount}/cpu`, "/")];
}

function upwards(root: string, group: string): string[] {
  const path = posix.join(root, group, "cpu.stat");
  return group === "/" ? [path] : [path, ...upwards(root, posix.dirname(group))];
}

/** `throttled_usec` of version 2, `throttled_time` in ns of version 1. */
const form = /^(throttled_usec|throttled_time) (\d+)$/m;

function isTold(stat: string | undefined): boolean {
  return stat !== undefined && form.test(stat);
}

function throttledMs(stat: string | undefined): number {
  const [, name, time = "0"] = form.exec(stat ?? "") ?? [];
  return Number(time) / (name === "throttled_usec" ? 1_000 : 1_000_000);
}
