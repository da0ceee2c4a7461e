import { ErrorCode } from "../http2/error-code.ts";

/** The gRPC status codes. */
export const Status = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

const names = Object.keys(Status);

/** The name of a status code, for people. */
export function statusName(code: number): string {
  return names[code] ?? `code ${code}`;
}

/** The status of an answer without grpc-status, by its HTTP status (grpc: doc/http-grpc-status-mapping.md). */
export function statusOfHttp(httpStatus: number): number {
  switch (httpStatus) {
    case 400:
    case 431:
      return Status.INTERNAL;
    case 401:
      return Status.UNAUTHENTICATED;
    case 403:
      return Status.PERMISSION_DENIED;
    case 404:
      return Status.UNIMPLEMENTED;
    case 429:
    case 502:
    case 503:
    case 504:
      return Status.UNAVAILABLE;
    default:
      return Status.UNKNOWN;
  }
}

/** The status of a call that the peer ended by RST_STREAM (grpc: doc/PROTOCOL-HTTP2.md, "Errors"). */
export function statusOfReset(errorCode: number): number {
  switch (errorCode) {
    case ErrorCode.REFUSED_STREAM:
      return Status.UNAVAILABLE;
    case ErrorCode.CANCEL:
      return Status.CANCELLED;
    case ErrorCode.ENHANCE_YOUR_CALM:
      return Status.RESOURCE_EXHAUSTED;
    case ErrorCode.INADEQUATE_SECURITY:
      return Status.PERMISSION_DENIED;
    case ErrorCode.STREAM_CLOSED:
    case ErrorCode.HTTP_1_1_REQUIRED:
      // The specification maps neither.
      return Status.UNKNOWN;
    default:
      return errorCode <= ErrorCode.CONNECT_ERROR ? Status.INTERNAL : Status.UNKNOWN;
  }
}
