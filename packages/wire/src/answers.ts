import type { Calls } from "./calls.ts";
import { type AnswerBlock, describeEnd } from "./grpc/answer-block.ts";
import { Status, statusOfHttp, statusOfReset } from "./grpc/status.ts";
import { ErrorCode, errorCodeName } from "./http2/error-code.ts";
import type { Stream } from "./stream.ts";

/** What a header block from the peer does to its call (grpc: doc/PROTOCOL-HTTP2.md, "Responses"). */
export function onAnswerBlock(calls: Calls, stream: Stream, block: AnswerBlock, endStream: boolean): void {
  if (block.tooLarge) {
    const details = `expected headers within the limit, got a list of ${block.listBytes} bytes`;
    calls.abort(stream, Status.RESOURCE_EXHAUSTED, details, ErrorCode.CANCEL);
  } else if (block.fault !== undefined) {
    malformed(calls, stream, block.fault);
  } else if (stream.head !== undefined) {
    if (block.httpStatus !== 0) malformed(calls, stream, "expected trailers, got a second :status");
    else if (!endStream) malformed(calls, stream, "expected trailers to end the answer, got ones that do not");
    else onTrailers(calls, stream, block);
  } else if (block.httpStatus === 0) {
    malformed(calls, stream, "expected :status, got headers without it");
  } else if (endStream) {
    onTrailers(calls, stream, block);
  } else if (block.httpStatus >= 200) {
    // Informational answers (1xx) go before the real one and mean nothing here.
    if (block.isGrpc) calls.headers(stream, block);
    else calls.abort(stream, statusOfHttp(block.httpStatus), notGrpc(block), ErrorCode.CANCEL);
  }
}

/** The peer's END_STREAM on DATA: a gRPC answer ends with trailers. */
export function onBareEnd(calls: Calls, stream: Stream): void {
  const httpStatus = stream.head?.httpStatus ?? 0;
  const code = statusOfHttp(httpStatus);
  calls.finishedOddly(stream, {
    code,
    details: `expected trailers with grpc-status, got the end of the stream (HTTP status ${httpStatus})`,
  });
}

/** DATA before any headers. */
export function onEarlyData(calls: Calls, stream: Stream): void {
  malformed(calls, stream, "expected headers first, got DATA");
}

/** RST_STREAM from the peer. */
export function onReset(calls: Calls, stream: Stream, errorCode: number): void {
  const details = `the server reset the call: ${errorCodeName(errorCode)}`;
  if (errorCode === ErrorCode.CANCEL && calls.isPastDeadline(stream)) {
    calls.end(stream, { code: Status.DEADLINE_EXCEEDED, details });
    return;
  }
  calls.end(stream, {
    code: statusOfReset(errorCode),
    details,
    // "The stream was refused before any processing" (RFC 9113, 8.7).
    retrySafe: errorCode === ErrorCode.REFUSED_STREAM,
  });
}

function onTrailers(calls: Calls, stream: Stream, block: AnswerBlock): void {
  if (stream.partialBytes > 0 && block.grpcCode === Status.OK) {
    const details = `expected a whole message, got the end of the answer ${progress(stream)}`;
    calls.finishedOddly(stream, { code: Status.INTERNAL, details, trailer: block });
  } else if (block.grpcCode === Status.OK) {
    calls.finished(stream, block);
  } else if (block.grpcCode >= 0) {
    calls.finishedOddly(stream, { code: block.grpcCode, details: describeEnd(block), trailer: block });
  } else {
    const first = stream.head ?? block;
    const code = statusOfHttp(first.httpStatus);
    const details = first.isGrpc
      ? `expected grpc-status in the trailers, got none (HTTP status ${first.httpStatus})`
      : notGrpc(first);
    calls.finishedOddly(stream, { code, details, trailer: block });
  }
}

function progress(stream: Stream): string {
  if (stream.partialBody === undefined) return `after ${stream.partialBytes} bytes of its prefix`;
  return `after ${stream.partialBytes - 5} of ${stream.partialLength} bytes`;
}

function notGrpc(block: AnswerBlock): string {
  const type =
    block.contentType === undefined ? "no content-type" : `content-type ${JSON.stringify(block.contentType)}`;
  return `expected a gRPC answer, got HTTP status ${block.httpStatus} with ${type}`;
}

function malformed(calls: Calls, stream: Stream, why: string): void {
  calls.abort(stream, Status.INTERNAL, `the server broke HTTP/2: ${why}`, ErrorCode.PROTOCOL_ERROR);
}
