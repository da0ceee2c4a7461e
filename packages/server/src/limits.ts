import type { ServerOptions } from "@grpc/grpc-js";
import type { ServerSettings } from "./settings.ts";

/** What the server allows its callers, in grpc-js's words. */
export function channelOptions(settings: ServerSettings): ServerOptions {
  return {
    "grpc.max_concurrent_streams": settings.maxConcurrentStreams,
    "grpc.max_receive_message_length": settings.maxMessageBytes,
    "grpc.max_send_message_length": settings.maxMessageBytes,
    "grpc.keepalive_time_ms": settings.keepaliveTime,
    "grpc.keepalive_timeout_ms": settings.keepaliveTimeout,
    ...(settings.connectionAge > 0 && {
      "grpc.max_connection_age_ms": settings.connectionAge,
      "grpc.max_connection_age_grace_ms": settings.connectionAgeGrace,
    }),
  };
}

const widestMarginMs = 5_000;

/**
 * The longest that a stream may last, in milliseconds; undefined when connections may get any age. A stream begins at
 * the latest when its connection is told to go, so one that ends a tenth of the grace before the grace does is never
 * cut off: its caller gets UNAVAILABLE and resumes, instead of the INTERNAL of a broken transport.
 */
export function longestStreamMs({
  connectionAge,
  connectionAgeGrace,
}: Pick<ServerSettings, "connectionAge" | "connectionAgeGrace">): number | undefined {
  if (connectionAge === 0) return undefined;
  return connectionAgeGrace - Math.min(connectionAgeGrace / 10, widestMarginMs);
}
