import { status } from "@grpc/grpc-js";
import { createLatest, type Latest, StatusError } from "@hey/rpc";
import type { Logger } from "@hey/runtime";
import type { Mesh } from "../mesh/mesh.ts";
import { createSnapshotBuilder } from "../resources/snapshot.ts";
import { parseTopology } from "../topology/parse-topology.ts";
import type { Topology } from "../topology/topology.ts";
import { diffTopologies } from "./diff-topologies.ts";

/** Another mesh.yaml, looked at or put in force by command. */
export interface MeshFileChange {
  /** Whether what is in force came by command, and not from the file on the disk. */
  readonly applied: Latest<boolean>;
  /**
   * What the text would change, a line each. Throws a StatusError: INVALID_ARGUMENT with every mistake in its line and column,
   * FAILED_PRECONDITION for what clients would refuse, UNAVAILABLE before the first mesh.
   */
  diff(text: string): readonly string[];
  /**
   * Puts it in force until the file on the disk changes; resolves, to what it changed, once it is. Throws as `diff` does, and
   * ABORTED when something later came into force instead.
   */
  apply(text: string, peer: string): Promise<readonly string[]>;
  /** Puts the file on the disk in force again; resolves once it is, or once something later is. */
  save(topology: Topology): Promise<void>;
}

export interface MeshFileChangeOptions {
  readonly mesh: Mesh;
  readonly logger: Logger;
}

export function createMeshFileChange({ mesh, logger }: MeshFileChangeOptions): MeshFileChange {
  const applied = createLatest(false);

  function read(text: string): { readonly topology: Topology; readonly lines: readonly string[] } {
    const parsed = parseTopology(text);
    if (!parsed.ok) throw new StatusError(status.INVALID_ARGUMENT, parsed.errors.join("\n"));
    const now = mesh.now.value;
    if (now === undefined) throw new StatusError(status.UNAVAILABLE, "no mesh.yaml is in force yet; try again");
    const endpoints = new Map(Array.from(now.tables, ([name, { callable }]) => [name, callable] as const));
    const built = createSnapshotBuilder()({ topology: parsed.topology, endpoints });
    if (!built.ok) {
      throw new StatusError(status.FAILED_PRECONDITION, `clients would refuse this:\n${built.problems.join("\n")}`);
    }
    return { topology: parsed.topology, lines: diffTopologies(now.topology, parsed.topology) };
  }

  return {
    applied,
    diff: (text) => read(text).lines,
    async apply(text, peer) {
      const { topology, lines } = read(text);
      if (!(await mesh.apply(topology))) {
        const what = "the mesh.yaml on the disk was saved, or another one applied, while this one was being looked at";
        throw new StatusError(
          status.ABORTED,
          `${what}: the later one is in force; see hey-mesh status and apply again`,
        );
      }
      applied.set(true);
      logger.info({ event: "mesh-applied", lines, peer }, "another mesh.yaml is in force by command");
      return lines;
    },
    async save(topology) {
      if (await mesh.apply(topology)) applied.set(false);
    },
  };
}
