import { type Listener, Listener as ListenerCodec, RetryPolicy, RouteConfiguration } from "@hey/proto/xds";
import { contentHash } from "../content-hash.ts";
import type { Retries } from "../topology.ts";
import { toDuration } from "./parts.ts";

export interface RouteInput {
  readonly service: string;
  readonly cluster: string;
  readonly retries: Retries | undefined;
  readonly listener: Listener;
}

/** Where the calls to a service go. */
export function buildRoutes({ service, cluster, retries, listener }: RouteInput): RouteConfiguration {
  const plain = RouteConfiguration.fromPartial({
    name: service,
    virtualHosts: [
      {
        name: service,
        // The listener is one target's already, and a client may override its authority.
        domains: ["*"],
        routes: [
          {
            name: "every call",
            match: { pathSpecifier: { $case: "prefix", value: "" } },
            action: {
              $case: "route",
              value: {
                clusterSpecifier: { $case: "cluster", value: cluster },
                ...(retries && { retryPolicy: retryPolicy(retries) }),
              },
            },
          },
        ],
      },
    ],
  });
  return nameByContent(plain, listener);
}

/**
 * Puts the hash of the listener and of the routes into the name of each virtual host, which nobody reads. grpc-js-xds
 * does not apply a new listener until its routes change (E1), and overlooks a change of routes that only adds a key (E2):
 * by the name, every change of either is a change of the routes that it can see.
 */
export function nameByContent(routes: RouteConfiguration, listener: Listener): RouteConfiguration {
  const hash = contentHash([ListenerCodec.encode(listener).finish(), RouteConfiguration.encode(routes).finish()]);
  return {
    ...routes,
    virtualHosts: routes.virtualHosts.map((host) => ({ ...host, name: `${host.name} ${hash}` })),
  };
}

/**
 * grpc-js-xds adds the seconds of an interval to its nanoseconds as text: 1 s becomes 10 s, 1.5 s becomes 10.5 s. No
 * interval that is sent reaches a second, so all clients wait alike.
 */
const longestIntervalMs = 999;

function retryPolicy({ codes, attempts, backoffMs }: Retries): RetryPolicy {
  return RetryPolicy.fromPartial({
    retryOn: codes.join(","),
    numRetries: attempts - 1,
    retryBackOff: {
      baseInterval: toDuration(backoffMs),
      maxInterval: toDuration(Math.min(10 * backoffMs, longestIntervalMs)),
    },
  });
}
