import type { ConnectionError } from "./connection-error.ts";
import type { KeepaliveOptions } from "./keepalive.ts";
import type { TlsOptions } from "./open-socket.ts";

/** What happens to a connection. Called from its own handlers: none of these may throw. */
export interface ConnectionEvents {
  /** A start was refused before, and there is room now. */
  onRoom?(): void;
  /** No new calls from here on (GOAWAY, or the stream ids are used up); those in flight go on. */
  onDraining?(reason: string): void;
  /** Over; `reason` is undefined after `close()`. */
  onClosed?(reason: ConnectionError | undefined): void;
}

/** How to connect; all but `target` have defaults. */
export interface ConnectOptions {
  /** `host:port`, `[v6]:port` or `unix:path`. */
  readonly target: string;
  /** TLS, with h2 chosen by ALPN; without, HTTP/2 is spoken at once (h2c by prior knowledge). */
  readonly tls?: TlsOptions;
  /** `:authority` of the calls; the target's host and port. */
  readonly authority?: string;
  readonly userAgent?: string;
  /** Until the peer's SETTINGS have come; 20,000. */
  readonly connectTimeoutMs?: number;
  readonly signal?: AbortSignal;
  /** How far the peer may get ahead of the reader of one call; 1 MiB. */
  readonly streamWindowBytes?: number;
  /** How much may be on its way to us for all calls; 16 MiB. */
  readonly connectionWindowBytes?: number;
  /** Longer messages (also after decompression) end their call with RESOURCE_EXHAUSTED; 4 MiB. */
  readonly maxReceiveMessageBytes?: number;
  /** Longer messages of ours (as they are sent) end their call with RESOURCE_EXHAUSTED; no limit. */
  readonly maxSendMessageBytes?: number;
  /** 64 KiB. */
  readonly maxHeaderListBytes?: number;
  /** A limit of ours on calls in flight, under the peer's; none. */
  readonly maxConcurrentCalls?: number;
  /** Where the stream ids begin, odd; 1. Connections whose ids are used up are rare: this makes one. */
  readonly firstStreamId?: number;
  /** What is read at once; 64 KiB. */
  readonly readBufferBytes?: number;
  readonly keepalive?: KeepaliveOptions;
  readonly events?: ConnectionEvents;
}

/** `ConnectOptions` with every default filled in. */
export type CompleteOptions = Required<Omit<ConnectOptions, "tls" | "signal" | "keepalive">> &
  Pick<ConnectOptions, "tls" | "signal" | "keepalive">;

/** @throws RangeError for numbers, and TypeError for words, that make no sense or cannot be sent. */
export function completeOptions(options: ConnectOptions): CompleteOptions {
  const complete: CompleteOptions = {
    authority: options.target.startsWith("unix:") ? "localhost" : options.target,
    userAgent: "hey-wire/0.1",
    connectTimeoutMs: 20_000,
    streamWindowBytes: 1024 * 1024,
    connectionWindowBytes: 16 * 1024 * 1024,
    maxReceiveMessageBytes: 4 * 1024 * 1024,
    maxSendMessageBytes: Number.POSITIVE_INFINITY,
    maxHeaderListBytes: 64 * 1024,
    maxConcurrentCalls: Number.POSITIVE_INFINITY,
    firstStreamId: 1,
    readBufferBytes: 64 * 1024,
    events: {},
    ...options,
  };
  inRange("streamWindowBytes", complete.streamWindowBytes, 1024);
  inRange("connectionWindowBytes", complete.connectionWindowBytes, 65_535);
  inRange("maxHeaderListBytes", complete.maxHeaderListBytes, 1024);
  inRange("readBufferBytes", complete.readBufferBytes, 1024);
  inRange("firstStreamId", complete.firstStreamId, 1);
  if (complete.firstStreamId % 2 === 0) {
    throw new RangeError(`firstStreamId is odd, as a client's streams are, got ${complete.firstStreamId}`);
  }
  atLeast("maxConcurrentCalls", complete.maxConcurrentCalls, 1);
  atLeast("maxReceiveMessageBytes", complete.maxReceiveMessageBytes, 0);
  atLeast("maxSendMessageBytes", complete.maxSendMessageBytes, 0);
  atLeast("connectTimeoutMs", complete.connectTimeoutMs, 0);
  if (complete.keepalive !== undefined) {
    atLeast("keepalive.intervalMs", complete.keepalive.intervalMs, 1);
    atLeast("keepalive.timeoutMs", complete.keepalive.timeoutMs, 1);
  }
  printable("authority", complete.authority);
  printable("userAgent", complete.userAgent);
  return complete;
}

function inRange(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least && value <= 0x7fff_ffff) return;
  throw new RangeError(`${name} is a whole number from ${least} to ${0x7fff_ffff}, got ${value}`);
}

/** Infinity stands for no limit. */
function atLeast(name: string, value: number, least: number): void {
  if (!(value >= least)) throw new RangeError(`${name} is ${least} or more, got ${value}`);
}

function printable(name: string, value: string): void {
  if (!/^[\x20-\x7e]+$/.test(value)) throw new TypeError(`${name} is of printable ASCII, got ${JSON.stringify(value)}`);
}
