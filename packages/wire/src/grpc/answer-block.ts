import type { HeaderBlock } from "../hpack/decoder.ts";
import { Status, statusName } from "./status.ts";

/** What a header block of an answer means for its call. Made once for each different block. */
export interface AnswerBlock extends HeaderBlock {
  /** Why the block breaks HTTP/2's rules for fields. */
  readonly fault: string | undefined;
  /** 0 without `:status`, as in trailers. */
  readonly httpStatus: number;
  readonly contentType: string | undefined;
  readonly isGrpc: boolean;
  /** -1 without `grpc-status`. */
  readonly grpcCode: number;
  readonly details: string;
  /** `grpc-encoding`, `identity` without one. */
  readonly encoding: string;
}

/** Reads a header block as (part of) a gRPC answer. */
export function readAnswerBlock(block: HeaderBlock): AnswerBlock {
  const value = (name: string) => block.fields.find((field) => field.name === name)?.value;
  const contentType = value("content-type");
  const status = value("grpc-status");
  const message = decodePercent(value("grpc-message") ?? "");
  const known = status === undefined || (/^\d{1,2}$/.test(status) && Number(status) <= Status.UNAUTHENTICATED);
  return {
    ...block,
    fault: faultOf(block),
    httpStatus: Number(value(":status") ?? 0),
    contentType,
    isGrpc: contentType !== undefined && /^application\/grpc(?:$|[+;])/i.test(contentType),
    grpcCode: status === undefined ? -1 : known ? Number(status) : Status.UNKNOWN,
    details: known ? message : `expected a grpc-status from 0 to 16, got ${JSON.stringify(status)}; ${message}`,
    encoding: value("grpc-encoding") ?? "identity",
  };
}

/** The call's end as trailers say it. */
export function describeEnd(block: AnswerBlock): string {
  return block.details === "" && block.grpcCode !== Status.OK ? statusName(block.grpcCode) : block.details;
}

function faultOf(block: HeaderBlock): string | undefined {
  let regular = false;
  let statuses = 0;
  for (const { name, value } of block.fields) {
    if (name.startsWith(":")) {
      if (regular) return `expected pseudo-header fields first, got ${name} after others`;
      if (name !== ":status") return `expected :status, got the pseudo-header field ${name}`;
      if (!/^[1-5]\d\d$/.test(value)) return `expected :status from 100 to 599, got ${JSON.stringify(value)}`;
      statuses++;
    } else {
      regular = true;
      if (name === "" || /[A-Z\0-\x20\x7f-\xff]/.test(name)) {
        return `expected field names in lower case, got ${JSON.stringify(name)}`;
      }
      // RFC 9113, 8.2.1: what hands such a value on as text could be made to send another field.
      if (/[\0\r\n]/.test(value)) {
        return `expected no CR, LF or NUL in the value of ${name}, got ${JSON.stringify(value)}`;
      }
    }
  }
  return statuses > 1 ? "expected one :status, got several" : undefined;
}

/** grpc-message is UTF-8 with what is not printable ASCII percent-encoded; what does not decode is left as it is. */
function decodePercent(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
