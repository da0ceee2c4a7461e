import { type Metadata, type ServiceError, type StatusObject, status } from "@grpc/grpc-js";
import { decodeDetails, detailsTrailer, encodeDetails } from "./status-details.ts";
import { StatusError } from "./status-error.ts";

/** What a caller is told of a bug: nothing of its text, which may hold secrets and is in the server's log. */
const bugMessage = "internal error: the cause is in the server's log";

/**
 * Turns whatever a handler threw into the error its caller gets. A bug, which is anything but a StatusError, becomes
 * INTERNAL without its text and is handed back beside it for the log.
 */
export function errorForCaller(thrown: unknown): { readonly error: StatusError; readonly bug?: unknown } {
  if (thrown instanceof StatusError) return { error: thrown };
  return { error: new StatusError(status.INTERNAL, bugMessage), bug: thrown };
}

/** A StatusError as grpc-js sends it: details go into the trailers beside those the handler set. */
export function statusObject(error: StatusError, trailers: Metadata): StatusObject {
  const metadata = trailers.clone();
  if (error.details.length > 0) metadata.set(detailsTrailer, encodeDetails(error));
  return { code: error.code, details: error.message, metadata };
}

/**
 * Turns whatever a call failed with into a StatusError, its details read from the trailers. What is not a gRPC status
 * is a bug of this process and comes out as INTERNAL with the original as `cause`.
 */
export function toStatusError(thrown: unknown): StatusError {
  if (thrown instanceof StatusError) return thrown;
  if (!isServiceError(thrown)) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new StatusError(status.INTERNAL, message, [], { cause: thrown });
  }
  const trailer = thrown.metadata?.get(detailsTrailer)[0];
  const details = trailer instanceof Buffer ? decodeDetails(trailer) : [];
  return new StatusError(thrown.code, thrown.details, details, { cause: thrown });
}

function isServiceError(thrown: unknown): thrown is ServiceError {
  return (
    thrown instanceof Error &&
    "code" in thrown &&
    typeof thrown.code === "number" &&
    "details" in thrown &&
    typeof thrown.details === "string"
  );
}
