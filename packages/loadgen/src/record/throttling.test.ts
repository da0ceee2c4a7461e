import assert from "node:assert/strict";
import { test } from "node:test";
import { createThrottling, readIfThere } from "./throttling.ts";

/** A machine of which these files can be read. */
const machine = (files: Readonly<Record<string, string>>) => (path: string) => files[path];

const v2 = (us: number) => `usage_usec 900000\nnr_periods 40\nnr_throttled 7\nthrottled_usec ${us}\n`;
const v1 = (ns: number) => `nr_periods 40\nnr_throttled 7\nthrottled_time ${ns}\n`;
const v1Groups =
  "12:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n0::/system.slice/docker.service\n";

for (const [where, files] of [
  ["a container with version 2", { "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.stat": v2(1_500_000) }],
  [
    "a service with version 2, which is not at the root",
    {
      "/proc/self/cgroup": "0::/system.slice/load.service\n",
      "/sys/fs/cgroup/system.slice/load.service/cpu.stat": v2(1_500_000),
    },
  ],
  [
    "a service whose slice above has the limit",
    {
      "/proc/self/cgroup": "0::/load.slice/load.service\n",
      "/sys/fs/cgroup/load.slice/load.service/cpu.stat": "usage_usec 900000\n",
      "/sys/fs/cgroup/load.slice/cpu.stat": v2(1_500_000),
    },
  ],
  [
    "a limit of its own and one above",
    {
      "/proc/self/cgroup": "0::/pod/load\n",
      "/sys/fs/cgroup/pod/load/cpu.stat": v2(500_000),
      "/sys/fs/cgroup/pod/cpu.stat": v2(1_000_000),
    },
  ],
  [
    "a container with version 1, which sees its own group at the root",
    { "/proc/self/cgroup": v1Groups, "/sys/fs/cgroup/cpu,cpuacct/cpu.stat": v1(1_500_000_000) },
  ],
  [
    "a container with version 1, by its other name",
    { "/proc/self/cgroup": v1Groups, "/sys/fs/cgroup/cpu/cpu.stat": v1(1_500_000_000) },
  ],
  [
    "a service with version 1",
    {
      "/proc/self/cgroup": v1Groups,
      "/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.stat": v1(1_500_000_000),
      "/sys/fs/cgroup/cpu/docker/abc/cpu.stat": v1(1_500_000_000),
    },
  ],
  ["where /proc tells nothing", { "/sys/fs/cgroup/cpu.stat": v2(1_500_000) }],
] as const) {
  test(`the CPU that was denied is read in ${where}`, () => {
    assert.equal(createThrottling(machine(files))(), 1_500);
  });
}

test("it is read anew each time", () => {
  const files: Record<string, string> = { "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.stat": v2(0) };
  const deniedMs = createThrottling(machine(files));
  assert.equal(deniedMs(), 0);
  files["/sys/fs/cgroup/cpu.stat"] = v2(2_000);
  assert.equal(deniedMs(), 2);
});

for (const [where, files] of [
  ["without cgroups", {}],
  ["without a limit", { "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.stat": "usage_usec 5\nuser_usec 3\n" }],
] as const) {
  test(`no time is denied ${where}`, () => assert.equal(createThrottling(machine(files))(), 0));
}

test("this machine's own is a time that does not go back", () => {
  const deniedMs = createThrottling(readIfThere);
  const before = deniedMs();
  assert.ok(before >= 0 && deniedMs() >= before, `${before}`);
});
