import type { CallContext } from "@hey/rpc";

/** The metadata key, and the trailer, that carries the name of a request through all the servers it reaches. */
export const requestIdKey = "x-request-id";

// It goes into logs and back into headers: printable, without spaces, and no longer than a caller can need.
const acceptable = /^[A-Za-z0-9._:@/+=-]{1,128}$/;

/** The caller's request id when there is exactly one and it is fit for logs and headers; else a new one. */
export function chooseRequestId(came: readonly unknown[], makeId: () => string): string {
  const [only] = came;
  return came.length === 1 && typeof only === "string" && acceptable.test(only) ? only : makeId();
}

/** The request id of a call that the call observer has taken up: it travels back in the trailers. */
export function requestIdOf({ trailers }: Pick<CallContext, "trailers">): string {
  return String(trailers.get(requestIdKey)[0]);
}
