import type { Connection } from "./connection.ts";
import type { Metadata } from "./grpc/metadata.ts";
import type { Request } from "./request.ts";

/** Different paths and time-outs remembered for each connection. */
const most = 256;
const perConnection = new WeakMap<Connection, Map<string, Request>>();

/** The request of a comfortable call: what calls have in common is prepared once, the metadata is the call's own. */
export function preparedFor(
  connection: Connection,
  path: string,
  options: { readonly timeoutMs?: number; readonly metadata?: Metadata; readonly compress?: "identity" | "gzip" },
  leftMs: number | undefined,
): Request {
  const known = perConnection.get(connection) ?? new Map<string, Request>();
  perConnection.set(connection, known);
  const { timeoutMs, metadata } = options;
  // A time that is still whole is likely the next call's too; what is left after waiting is not.
  const common = leftMs === timeoutMs ? timeoutMs : undefined;
  const key = `${path} ${common} ${options.compress}`;
  let request = known.get(key);
  if (request === undefined) {
    request = connection.prepare({
      path,
      credit: "manual",
      ...(common === undefined ? {} : { timeoutMs: common }),
      ...(options.compress === undefined ? {} : { encoding: options.compress }),
    });
    if (known.size < most) known.set(key, request);
  }
  const ownTimeoutMs = common === undefined ? leftMs : undefined;
  if (metadata === undefined && ownTimeoutMs === undefined) return request;
  return connection.derive(request, { metadata, timeoutMs: ownTimeoutMs });
}
