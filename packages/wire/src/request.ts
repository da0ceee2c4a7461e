import { acceptedEncodings } from "./grpc/compression.ts";
import { type Metadata, metadataFields } from "./grpc/metadata.ts";
import { timeoutValue } from "./grpc/timeout.ts";
import { encodeUnindexed, type HeaderEncoder } from "./hpack/encoder.ts";
import { type Field, fieldSize } from "./hpack/static-table.ts";

/** What is the same for all calls of a `Request`. */
export interface RequestSpec {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly metadata?: Metadata;
  /** From the start of each call: sent as grpc-timeout, and kept by the local clock. */
  readonly timeoutMs?: number;
  /** Of the request messages, which must be compressed already: see `compress`. */
  readonly encoding?: "identity" | "gzip";
  /**
   * Who gives the peer its window back: the connection as soon as a message was handed over, or (`manual`) the caller by
   * `grant`, so that the peer cannot get further ahead of it than `streamWindowBytes`.
   */
  readonly credit?: "automatic" | "manual";
}

/** The beginning of a call, prepared: its header block is encoded once and copied from then on. Belongs to one connection. */
export interface Request {
  readonly path: string;
  readonly timeoutMs: number;
  /** The compressed-flag of its messages. */
  readonly messageFlag: number;
  readonly manualCredit: boolean;
  /** What the header list counts at the peer. */
  readonly listBytes: number;
  readonly fields: readonly Field[];
  /** Whose block this one begins with, instead of `fields`. */
  readonly base: Request | undefined;
  /** Fields of this call only, encoded without the table. */
  readonly extra: Uint8Array;
  /** The whole block, valid while the encoder's table has this version. */
  block: Uint8Array;
  version: number;
}

/** What the connection says of itself in each request. */
export interface Origin {
  readonly scheme: string;
  readonly authority: string;
  readonly userAgent: string;
}

/** @throws TypeError for a path, a time or metadata that cannot be sent. */
export function prepareRequest(origin: Origin, spec: RequestSpec): Request {
  if (!/^\/[\x21-\x7e]+$/.test(spec.path)) {
    throw new TypeError(`a path is of the form /package.Service/Method, got ${JSON.stringify(spec.path)}`);
  }
  const fields: Field[] = [
    { name: ":method", value: "POST" },
    { name: ":scheme", value: origin.scheme },
    { name: ":path", value: spec.path },
    { name: ":authority", value: origin.authority },
    // Right behind the reserved headers, as gRPC asks for (doc/PROTOCOL-HTTP2.md); one that a derived request adds comes last.
    ...timeoutFields(spec.timeoutMs),
    { name: "te", value: "trailers" },
    { name: "content-type", value: "application/grpc" },
    { name: "user-agent", value: origin.userAgent },
    { name: "grpc-accept-encoding", value: acceptedEncodings },
    ...(spec.encoding === "gzip" ? [{ name: "grpc-encoding", value: "gzip" }] : []),
    ...metadataFields(spec.metadata ?? []),
  ];
  return {
    path: spec.path,
    timeoutMs: spec.timeoutMs ?? Number.POSITIVE_INFINITY,
    messageFlag: spec.encoding === "gzip" ? 1 : 0,
    manualCredit: spec.credit === "manual",
    listBytes: listBytes(fields),
    fields,
    base: undefined,
    extra: new Uint8Array(0),
    block: new Uint8Array(0),
    version: -1,
  };
}

/**
 * The same request with more metadata or another time, for one call: what is added is not learnt by the header table.
 * @throws TypeError for metadata that cannot be sent.
 */
export function deriveRequest(
  request: Request,
  more: { readonly metadata?: Metadata | undefined; readonly timeoutMs?: number | undefined },
): Request {
  const added = metadataFields(more.metadata ?? []);
  const replaced = more.timeoutMs !== undefined && request.timeoutMs !== Number.POSITIVE_INFINITY;
  const fields = replaced ? request.fields.filter(({ name }) => name !== "grpc-timeout") : request.fields;
  const extra = [...timeoutFields(more.timeoutMs), ...added];
  return {
    ...request,
    fields,
    timeoutMs: more.timeoutMs ?? request.timeoutMs,
    base: replaced ? undefined : request,
    extra: replaced ? joined(request.extra, encodeUnindexed(extra)) : encodeUnindexed(extra),
    listBytes: (replaced ? listBytes(fields) : request.listBytes) + listBytes(extra),
    version: -1,
  };
}

/** The header block, encoded only when it was not before with the table as it is. */
export function requestBlock(request: Request, encoder: HeaderEncoder): Uint8Array {
  if (request.version === encoder.version) return request.block;
  const before = encoder.version;
  const encoded = request.base === undefined ? encoder.encode(request.fields) : requestBlock(request.base, encoder);
  const block = request.extra.length === 0 ? encoded : joined(encoded, request.extra);
  if (encoder.version === before) {
    request.block = block;
    request.version = before;
  }
  return block;
}

function timeoutFields(timeoutMs: number | undefined): Field[] {
  if (timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY) return [];
  if (!(timeoutMs >= 0)) throw new TypeError(`a timeoutMs is 0 or more, got ${timeoutMs}`);
  return [{ name: "grpc-timeout", value: timeoutValue(timeoutMs) }];
}

function listBytes(fields: readonly Field[]): number {
  return fields.reduce((sum, { name, value }) => sum + fieldSize(name, value), 0);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
