import { status } from "@grpc/grpc-js";
import { StatusError } from "@hey/rpc";

/**
 * Whether a call failed because its connection or replica went away, so that another replica can go on with it. What
 * grpc-js makes of that: a drain, a SIGKILL and a refused connection are UNAVAILABLE; a forced shutdown is CANCELLED,
 * which is also what the caller's own cancelling is, so ask only when that did not happen; and a connection cut at the
 * end of its age's grace is INTERNAL. A server's own INTERNAL is a bug there, and would only fail again.
 */
export function isBroken(error: unknown): error is StatusError {
  if (!(error instanceof StatusError)) return false;
  switch (error.code) {
    case status.UNAVAILABLE:
    case status.CANCELLED:
      return true;
    case status.INTERNAL:
      return error.message.startsWith("Received RST_STREAM with code ");
    default:
      return false;
  }
}
