import type { MeshStatus } from "@hey/proto/mesh";

/** Whether every client has accepted all that it was sent. */
export function isSettled({ clients }: Pick<MeshStatus, "clients">): boolean {
  return clients.every(({ resources }) =>
    resources.every(({ sentVersion, ackedVersion, nack }) => nack === "" && sentVersion === ackedVersion),
  );
}

/** What a lesson could not take back: changes by command that were there before it. Undefined when there are none. */
export function changeProblem({ overrides }: Pick<MeshStatus, "overrides">): string | undefined {
  if (overrides.length === 0) return undefined;
  return `expected nothing that was changed by command (npx hey-mesh reset takes it back), got: ${overrides.join("; ")}`;
}
