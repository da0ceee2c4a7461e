import type { Environment } from "@hey/runtime";

/** The process that this is, and what it can do to others. */
export interface Self {
  /** The Node to run programs with. */
  readonly nodePath: string;
  readonly env: Environment;
  /** For this process; grpc-js-xds reads its bootstrap from there, once. */
  setEnv(name: string, value: string): void;
  /** Throws when there is no such process. */
  kill(pid: number, signal: NodeJS.Signals): void;
  runs(pid: number): boolean;
}
