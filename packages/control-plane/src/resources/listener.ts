import { HttpConnectionManager, Listener, Router } from "@hey/proto/xds";
import { contentHash } from "./content-hash.ts";
import { faultFilter, packFault } from "./fault.ts";
import { fromAds, pack } from "./parts.ts";

/** What a client does with calls to xds:///SERVICE: its filters, and where its routes are. */
export function buildListener(service: string): Listener {
  const plain = HttpConnectionManager.fromPartial({
    routeSpecifier: { $case: "rds", value: { configSource: fromAds, routeConfigName: service } },
    httpFilters: [
      // Always there, and doing nothing: what it does to which calls is said by their route.
      { name: faultFilter, configType: { $case: "typedConfig", value: packFault(undefined) } },
      {
        name: "router",
        configType: {
          $case: "typedConfig",
          value: pack("envoy.extensions.filters.http.router.v3.Router", Router.encode({}).finish()),
        },
      },
    ],
  });
  // gRPC does not read stat_prefix, so it can carry the hash of the rest. grpc-js-xds compares these bytes only as far
  // as the old ones go: a filter added at their end would be taken for no change. A hash near the front changes them
  // all (E2).
  const manager = { ...plain, statPrefix: contentHash([HttpConnectionManager.encode(plain).finish()]) };
  return Listener.fromPartial({
    name: service,
    apiListener: {
      apiListener: pack(
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        HttpConnectionManager.encode(manager).finish(),
      ),
    },
  });
}
