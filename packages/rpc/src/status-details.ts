import { Any, BadRequest, ErrorInfo, RetryInfo, Status } from "@hey/proto/status";
import type { ErrorDetail, StatusError } from "./status-error.ts";

/** The trailer that carries a serialized google.rpc.Status beside the status code and message. */
export const detailsTrailer = "grpc-status-details-bin";

const typeUrlPrefix = "type.googleapis.com/google.rpc.";

/** The value of the trailer `grpc-status-details-bin` for this error. */
export function encodeDetails({ code, message, details }: StatusError): Buffer {
  return Buffer.from(Status.encode({ code, message, details: details.map(pack) }).finish());
}

/** The details of a trailer `grpc-status-details-bin`. A trailer that is not a google.rpc.Status has none. */
export function decodeDetails(trailer: Uint8Array): readonly ErrorDetail[] {
  try {
    return Status.decode(trailer).details.map(unpack);
  } catch {
    // A peer's mangled trailer must not hide the status it came with.
    return [];
  }
}

function pack(detail: ErrorDetail): Any {
  switch (detail.kind) {
    case "badRequest":
      return packed("BadRequest", BadRequest.encode({ fieldViolations: detail.violations }).finish());
    case "errorInfo": {
      const metadata = { ...detail.metadata };
      return packed("ErrorInfo", ErrorInfo.encode({ reason: detail.reason, domain: detail.domain, metadata }).finish());
    }
    case "retryInfo": {
      const nanos = BigInt(Math.round(detail.delayMs * 1e6));
      const retryDelay = { seconds: nanos / 1_000_000_000n, nanos: Number(nanos % 1_000_000_000n) };
      return packed("RetryInfo", RetryInfo.encode({ retryDelay }).finish());
    }
    case "other":
      return Any.fromPartial({ typeUrl: detail.typeUrl, value: Buffer.from(detail.value) });
  }
}

function packed(type: string, value: Uint8Array): Any {
  return Any.fromPartial({ typeUrl: typeUrlPrefix + type, value: Buffer.from(value) });
}

function unpack({ typeUrl, value }: Any): ErrorDetail {
  switch (typeUrl) {
    case `${typeUrlPrefix}BadRequest`:
      return { kind: "badRequest", violations: BadRequest.decode(value).fieldViolations };
    case `${typeUrlPrefix}ErrorInfo`: {
      const { reason, domain, metadata } = ErrorInfo.decode(value);
      return { kind: "errorInfo", reason, domain, metadata };
    }
    case `${typeUrlPrefix}RetryInfo`: {
      const { seconds = 0n, nanos = 0 } = RetryInfo.decode(value).retryDelay ?? {};
      return { kind: "retryInfo", delayMs: Number(seconds) * 1_000 + nanos / 1e6 };
    }
    default:
      return { kind: "other", typeUrl, value };
  }
}
