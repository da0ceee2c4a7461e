import { ClientSideWeightedRoundRobin, type LoadBalancingPolicy, RoundRobin, WrrLocality } from "@hey/proto/xds";
import { pack, toDuration } from "./parts.ts";

type PolicyName = "client_side_weighted_round_robin" | "round_robin" | "wrr_locality";

const types: Readonly<Record<PolicyName, string>> = {
  client_side_weighted_round_robin: typeOf("client_side_weighted_round_robin", "ClientSideWeightedRoundRobin"),
  round_robin: typeOf("round_robin", "RoundRobin"),
  wrr_locality: typeOf("wrr_locality", "WrrLocality"),
};

function typeOf(name: PolicyName, message: string): string {
  return `envoy.extensions.load_balancing_policies.${name}.v3.${message}`;
}

/**
 * Within a locality by load, among localities by their weights. A client that cannot weigh by load takes the next policy of
 * the list, in turn: grpc-js-xds without GRPC_EXPERIMENTAL_XDS_WRR_LB=true would otherwise refuse the cluster.
 *
 * Reports come by a stream of each connection, since grpc-js reads its .proto files from the disk again for every report
 * that comes with an answer: 10 to 30 ms of a blocked event loop a call. With the stream it does so once a connection.
 */
export function byLoad(reportEveryMs: number): LoadBalancingPolicy {
  const weighted = ClientSideWeightedRoundRobin.fromPartial({
    enableOobLoadReport: true,
    oobReportingPeriod: toDuration(reportEveryMs),
    // A first report counts at once. Until then an endpoint should be called like the average of the others, but grpc-js
    // takes the average weight for the time between its calls (E9): next to never, and a blackout would make that longer.
    blackoutPeriod: toDuration(0),
    weightUpdatePeriod: toDuration(Math.min(reportEveryMs, usualUpdateMs)),
  });
  const endpointPickingPolicy = {
    policies: [
      toPolicy("client_side_weighted_round_robin", ClientSideWeightedRoundRobin.encode(weighted).finish()),
      toPolicy("round_robin", RoundRobin.encode({}).finish()),
    ],
  };
  return { policies: [toPolicy("wrr_locality", WrrLocality.encode({ endpointPickingPolicy }).finish())] };
}

/** How often clients take weights over when they are told nothing; more often only when there is something to take. */
const usualUpdateMs = 1_000;

function toPolicy(name: PolicyName, encoded: Uint8Array): LoadBalancingPolicy["policies"][number] {
  return { typedExtensionConfig: { name, typedConfig: pack(types[name], encoded) } };
}

/** What clients would refuse: in each list they need one policy that all of them know. */
export function checkPolicy({ policies }: LoadBalancingPolicy): string[] {
  const configs = policies.map(({ typedExtensionConfig }) => typedExtensionConfig?.typedConfig);
  const known = configs
    .filter((any) => any !== undefined)
    .map(({ typeUrl, value }) => ({ type: bare(typeUrl), value }));
  const localities = known.find(({ type }) => type === types.wrr_locality);
  if (localities !== undefined) {
    const { endpointPickingPolicy } = WrrLocality.decode(localities.value);
    return endpointPickingPolicy === undefined
      ? ["has a policy among localities without one within them"]
      : checkPolicy(endpointPickingPolicy);
  }
  if (known.some(({ type }) => type === types.round_robin)) return [];
  return ["has no balancing policy that every gRPC client knows"];
}

function bare(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
}
