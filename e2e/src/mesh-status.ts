import assert from "node:assert/strict";
import type { ControlPlane } from "./local-mesh.ts";

/** What `hey-mesh status --json` prints, as far as it is looked at. */
interface Status {
  readonly configErrors: readonly string[];
  readonly services: readonly { readonly balancing: string }[];
  readonly calls: readonly {
    readonly nodeId: string;
    readonly clusters: readonly { readonly localities: readonly { readonly succeeded: string }[] }[];
  }[];
  readonly clients: readonly {
    readonly nodeId: string;
    readonly resources: readonly Readonly<Record<"type" | "sentVersion" | "ackedVersion" | "nack", string>>[];
  }[];
}

/** Waits until the newest mesh.yaml, which balances so, is what clients are told. */
export async function inForce({ heyMesh }: ControlPlane, balancing: string): Promise<void> {
  for (const endAtMs = performance.now() + 20_000; ; ) {
    const { configErrors, services }: Status = JSON.parse(await heyMesh("status", "--json"));
    assert.deepEqual(configErrors, []);
    if (services[0]?.balancing === balancing) return;
    assert.ok(performance.now() < endAtMs, `still ${services[0]?.balancing}`);
  }
}

/** The versions that a client has accepted, by type, once it has accepted all that it was sent. Rejects on a refusal. */
export async function acceptedBy({ heyMesh }: ControlPlane, id: string): Promise<Readonly<Record<string, string>>> {
  for (const endAtMs = performance.now() + 20_000; ; ) {
    const status: Status = JSON.parse(await heyMesh("status", "--json"));
    const resources = status.clients.find(({ nodeId }) => nodeId === id)?.resources ?? [];
    for (const { type, nack } of resources) assert.equal(nack ?? "", "", `${type} was refused`);
    const settled = resources.length === 4 && resources.every((each) => each.sentVersion === each.ackedVersion);
    if (settled) return Object.fromEntries(resources.map(({ type, ackedVersion }) => [type, ackedVersion]));
    assert.ok(performance.now() < endAtMs, `not all accepted: ${JSON.stringify(resources)}`);
  }
}

/** Waits until a client has reported that many good calls. */
export async function reportedBy({ heyMesh }: ControlPlane, id: string, count: number): Promise<void> {
  for (const endAtMs = performance.now() + 20_000; ; ) {
    const { calls }: Status = JSON.parse(await heyMesh("status", "--json"));
    const clusters = calls.filter(({ nodeId }) => nodeId === id).flatMap((each) => each.clusters);
    const good = clusters.flatMap(({ localities }) => localities).map(({ succeeded }) => Number(succeeded));
    if (good.reduce((sum, each) => sum + each, 0) >= count) return;
    assert.ok(performance.now() < endAtMs, `${count} calls were not reported, but ${JSON.stringify(calls)}`);
  }
}
