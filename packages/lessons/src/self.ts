import type { Environment } from "@hey/runtime";

/** The process that this is, and what it can do to others. */
export interface Self {
  readonly pid: number;
  /** The Node to run programs with. */
  readonly nodePath: string;
  readonly env: Environment;
  /** For this process; grpc-js-xds reads its bootstrap from there, once. */
  setEnv(name: string, value: string): void;
  /** Throws when there is no such process. */
  kill(pid: number, signal: NodeJS.Signals): void;
  runs(pid: number): boolean;
}

/** Of a process what lessons need of it. */
export function selfOf(running: Pick<NodeJS.Process, "pid" | "execPath" | "env" | "kill">): Self {
  return {
    pid: running.pid,
    nodePath: running.execPath,
    env: running.env,
    setEnv(name, value) {
      running.env[name] = value;
    },
    kill: (pid, signal) => void running.kill(pid, signal),
    runs(pid) {
      try {
        return running.kill(pid, 0);
      } catch {
        return false;
      }
    },
  };
}
