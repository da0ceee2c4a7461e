import type { ServerOptions } from "@grpc/grpc-js";

/** How a connection whose peer says nothing is found out. */
export interface Keepalive {
  /** How often the peer is asked whether it is there, in milliseconds. */
  readonly everyMs: number;
  /** How long it may take to answer. */
  readonly patienceMs: number;
}

export const usualKeepalive: Keepalive = { everyMs: 30_000, patienceMs: 10_000 };

/**
 * What one connection may cost. There is no connection age, and no end to one that is quiet: a client waits longer each time
 * before it opens a stream again (E5).
 */
export function channelOptions({ everyMs, patienceMs }: Keepalive): ServerOptions {
  return {
    "grpc.max_receive_message_length": 2 ** 20,
    "grpc.keepalive_time_ms": everyMs,
    "grpc.keepalive_timeout_ms": patienceMs,
    "grpc.max_concurrent_streams": 1_000,
  };
}
