import { status } from "@grpc/grpc-js";
import { createLatest, type Latest, StatusError } from "@hey/rpc";
import type { Logger } from "@hey/runtime";
import type { Mesh, MeshNow } from "../mesh/mesh.ts";
import { createSnapshotBuilder } from "../resources/snapshot.ts";
import { parseTopology } from "../topology/parse-topology.ts";
import type { Topology } from "../topology/topology.ts";
import { diffTopologies } from "./diff-topologies.ts";
import { newlyFailing } from "./failing-calls.ts";
import { meshStateOf } from "./mesh-state.ts";
import { applyOverrides, labelWords, type Overrides } from "./overrides.ts";

/** Another mesh.yaml, looked at or put in force by command. */
export interface MeshFileChange {
  /** Whether what is in force came by command, and says something else than the file on the disk. */
  readonly applied: Latest<boolean>;
  /**
   * What the text would change, a line each. Throws a StatusError: INVALID_ARGUMENT with every mistake in its line and column,
   * FAILED_PRECONDITION for what clients would refuse, UNAVAILABLE before the first mesh.
   */
  diff(text: string): readonly string[];
  /**
   * Puts it in force until the file on the disk changes; resolves, to what it changed, once it is. Throws as `diff` does,
   * FAILED_PRECONDITION when calls would fail that do not now, unless it is forced, and ABORTED when something later came into
   * force instead.
   */
  apply(text: string, by: { readonly peer: string; readonly force: boolean }): Promise<readonly string[]>;
  /** Puts the file on the disk in force again; resolves once it is, or once something later is. */
  save(topology: Topology): Promise<void>;
  /** The same for the last good one that was there. */
  restore(): Promise<void>;
}

export interface MeshFileChangeOptions {
  readonly mesh: Mesh;
  /** What lies over it, whatever file is in force. */
  readonly overrides: Latest<Overrides>;
  readonly logger: Logger;
}

export function createMeshFileChange({ mesh, overrides, logger }: MeshFileChangeOptions): MeshFileChange {
  const applied = createLatest(false);
  let onDisk: Topology | undefined;

  function inForce(): MeshNow {
    const now = mesh.now.value;
    if (now === undefined) throw new StatusError(status.UNAVAILABLE, "no mesh.yaml is in force yet; try again");
    return now;
  }

  function read(text: string): { readonly topology: Topology; readonly lines: readonly string[] } {
    const parsed = parseTopology(text);
    if (!parsed.ok) throw new StatusError(status.INVALID_ARGUMENT, parsed.errors.join("\n"));
    const now = inForce();
    const built = createSnapshotBuilder()({ ...meshStateOf(now), topology: parsed.topology });
    if (!built.ok) {
      throw new StatusError(status.FAILED_PRECONDITION, `clients would refuse this:\n${built.problems.join("\n")}`);
    }
    return { topology: parsed.topology, lines: diffTopologies(now.topology, parsed.topology) };
  }

  /** Throws when calls would fail that do not now. */
  function refuseFailing(next: MeshNow) {
    const [before, after] = [inForce(), next].map((each) => applyOverrides(meshStateOf(each), overrides.value));
    const failing = before === undefined || after === undefined ? [] : newlyFailing(before, after);
    if (failing.length === 0) return;
    const lines = failing.map(({ service, labels }) => {
      if (labels === undefined) return `${service} would be gone`;
      return `no endpoint of ${service} that may be called${Object.keys(labels).length === 0 ? "" : ` is ${labelWords(labels)}`}`;
    });
    const insist = "--force applies it all the same";
    throw new StatusError(status.FAILED_PRECONDITION, `calls would fail (${insist}):\n${lines.join("\n")}`);
  }

  async function save(topology: Topology) {
    onDisk = topology;
    if (await mesh.apply(topology)) applied.set(false);
  }

  return {
    applied,
    diff: (text) => read(text).lines,
    async apply(text, { peer, force }) {
      const { topology, lines } = read(text);
      if (!(await mesh.apply(topology, force ? undefined : refuseFailing))) {
        const what =
          "the mesh.yaml on the disk came into force again, or another one was applied, while this one was being looked at";
        throw new StatusError(
          status.ABORTED,
          `${what}: the later one is in force; see hey-mesh status and apply again`,
        );
      }
      applied.set(onDisk === undefined || diffTopologies(onDisk, topology).length > 0);
      logger.info({ event: "mesh-applied", lines, peer }, "another mesh.yaml is in force by command");
      return lines;
    },
    save,
    async restore() {
      if (onDisk !== undefined) await save(onDisk);
    },
  };
}
