import type { MeshStatus } from "@hey/proto/mesh";

/** Whether every client has accepted all that it was sent. */
export function isSettled({ clients }: Pick<MeshStatus, "clients">): boolean {
  return clients.every(({ resources }) =>
    resources.every(({ sentVersion, ackedVersion, nack }) => nack === "" && sentVersion === ackedVersion),
  );
}
