import { setTimeout as pause } from "node:timers/promises";
import { Client, connectivityState, credentials, status } from "@grpc/grpc-js";
import { HealthService, ServingStatus } from "@hey/proto/health";
import { callServerStream, ownConnection, StatusError } from "@hey/rpc";
import { formatAddress, type SocketAddress } from "../topology/topology.ts";

/** What a health check can find. */
export type Health = "healthy" | "unhealthy";

/**
 * A server is often known before it listens, so a refused connection is tried again soon: grpc-js's own 1 s to 120 s would
 * be what a new replica waits for its first call.
 */
const channelOptions = {
  // A new channel must mean a new connection.
  ...ownConnection,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 500,
  // A peer that is gone without a word is noticed by this and nothing else.
  "grpc.keepalive_time_ms": 10_000,
  "grpc.keepalive_timeout_ms": 3_000,
};

/** How long an endpoint that may be healthy can stay silent before it is not. */
const doubtMs = 1_000;
/**
 * How long one that is not can stay silent before it is tried on a new connection, the first time; then twice as long, and
 * so on. Connecting has no time limit, and grpc-js never closes a connection whose peer has not said a word.
 */
const firstRetryMs = 5_000;
const longestRetryMs = 300_000;
/** The least time from one stream's opening to the next one's: a server that ends every stream is not asked in a loop. */
const reopenPauseMs = 100;

/**
 * Watches one server by grpc.health.v1 until the signal aborts: what it says, and each change. A stream that breaks is
 * opened again at once, for connections end of old age too; the endpoint is unhealthy only when that fails or answers
 * anything but SERVING. A server without the health service is healthy as long as it is connected.
 */
export async function* watchHealth(
  address: SocketAddress,
  service: string,
  signal: AbortSignal,
  retryAfterMs = firstRetryMs,
): AsyncGenerator<Health, void, undefined> {
  const connect = () => new Client(target(address), credentials.createInsecure(), channelOptions);
  let client = connect();
  let told: Health | undefined;
  let retryMs = retryAfterMs;
  try {
    while (!signal.aborted) {
      const openedAt = performance.now();
      const mayBeHealthy = told !== "unhealthy";
      const limitMs = mayBeHealthy ? doubtMs : retryMs;
      for await (const said of watchOnce(client, service, { mayBeHealthy, limitMs, signal })) {
        const health = said === "silent" ? "unhealthy" : said;
        if (health !== told) yield health;
        told = health;
        if (said !== "silent") retryMs = retryAfterMs;
        else if (!mayBeHealthy) {
          client.close();
          client = connect();
          retryMs = Math.min(2 * retryMs, longestRetryMs);
        }
      }
      const early = reopenPauseMs - (performance.now() - openedAt);
      if (early > 0) await pause(early, undefined, { signal }).catch(() => {});
    }
  } finally {
    client.close();
  }
}

interface WatchOnce {
  readonly mayBeHealthy: boolean;
  /** How long the first answer may take. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** One stream: what it says, and if it says nothing that it failed or that it was silent. */
async function* watchOnce(
  client: Client,
  service: string,
  { mayBeHealthy, limitMs, signal }: WatchOnce,
): AsyncGenerator<Health | "silent", void, undefined> {
  const silence = new AbortController();
  const limit = setTimeout(() => silence.abort(), limitMs);
  const options = {
    deadlineMs: Number.POSITIVE_INFINITY,
    // Found to be down, it is waited for; else a refused connection is the answer.
    waitForReady: !mayBeHealthy,
    signal: AbortSignal.any([signal, silence.signal]),
  };
  let answered = false;
  try {
    for await (const { status: said } of callServerStream(client, HealthService.watch, { service }, options)) {
      clearTimeout(limit);
      answered = true;
      yield said === ServingStatus.SERVING ? "healthy" : "unhealthy";
    }
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof StatusError && error.code === status.UNIMPLEMENTED) {
      clearTimeout(limit);
      yield "healthy";
      await disconnected(client, signal);
      return;
    }
  } finally {
    clearTimeout(limit);
  }
  if (!answered) yield silence.signal.aborted ? "silent" : "unhealthy";
}

/** Resolves when the channel has lost its connection, or when the signal aborts. */
async function disconnected(client: Client, signal: AbortSignal): Promise<void> {
  const channel = client.getChannel();
  while (!signal.aborted && channel.getConnectivityState(false) === connectivityState.READY) {
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
      channel.watchConnectivityState(connectivityState.READY, Number.POSITIVE_INFINITY, () => resolve());
    });
  }
}

function target(address: SocketAddress): string {
  return `${address.host.includes(":") ? "ipv6" : "ipv4"}:${formatAddress(address)}`;
}
