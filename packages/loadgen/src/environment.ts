import { arch, cpus, platform, release } from "node:os";
import type { Environment } from "./report/report.ts";
import { version } from "./version.ts";

/** The machine and the programs that a measurement was made with. */
export function environmentOf(nodeVersion: string): Environment {
  return {
    node: nodeVersion,
    os: `${platform()} ${release()} ${arch()}`,
    cpuModel: cpus()[0]?.model.trim() ?? "",
    cpus: cpus().length,
    loadgen: version,
  };
}
