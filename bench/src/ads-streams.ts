import { Client, credentials } from "@grpc/grpc-js";
import {
  AggregatedDiscoveryService,
  ClusterLoadAssignment,
  type DiscoveryRequest,
  type DiscoveryResponse,
  DiscoveryRequest as Request,
} from "@hey/proto/xds";

const { streamAggregatedResources } = AggregatedDiscoveryService;

const typeUrls = {
  LDS: "type.googleapis.com/envoy.config.listener.v3.Listener",
  RDS: "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
  CDS: "type.googleapis.com/envoy.config.cluster.v3.Cluster",
  EDS: "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
} as const;
type Type = keyof typeof typeUrls;

/** A response that came: to which stream, of which type and when; the services that it is about, for EDS alone. */
export interface Arrival {
  readonly stream: number;
  readonly type: Type;
  readonly atMs: number;
  readonly services: readonly string[];
}

export interface Streams extends Disposable {
  /** Told of every response from now on. */
  onArrival: (arrival: Arrival) => void;
  /** Resolves when every stream has been answered in all four types. */
  readonly ready: Promise<void>;
}

/** Clients that speak ADS and nothing more, `perConnection` streams to a connection; each accepts all that it gets. */
export function openStreams(address: string, names: readonly (readonly string[])[], perConnection: number): Streams {
  const clients: Client[] = [];
  const ready = Promise.withResolvers<void>();
  let missing = names.length * Object.keys(typeUrls).length;
  const streams: Streams = {
    onArrival() {},
    ready: ready.promise,
    [Symbol.dispose]() {
      for (const client of clients) client.close();
    },
  };
  for (const [stream, resourceNames] of names.entries()) {
    if (stream % perConnection === 0) {
      clients.push(new Client(address, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 }));
    }
    const { path, requestSerialize, responseDeserialize } = streamAggregatedResources;
    const call = clients
      .at(-1)
      ?.makeBidiStreamRequest<DiscoveryRequest, DiscoveryResponse>(path, requestSerialize, responseDeserialize);
    const seen = new Set<Type>();
    call?.on("error", (error) => ready.reject(error));
    call?.on("data", ({ typeUrl, nonce, versionInfo, resources }: DiscoveryResponse) => {
      const atMs = performance.now();
      const type = (Object.keys(typeUrls) as Type[]).find((each) => typeUrls[each] === typeUrl);
      if (type === undefined) return ready.reject(new Error(`an unknown type: ${typeUrl}`));
      call.write(
        Request.fromPartial({ typeUrl, resourceNames: [...resourceNames], responseNonce: nonce, versionInfo }),
      );
      const services =
        type === "EDS" ? resources.map(({ value }) => ClusterLoadAssignment.decode(value).clusterName) : [];
      streams.onArrival({ stream, type, atMs, services });
      if (seen.has(type)) return;
      seen.add(type);
      missing -= 1;
      if (missing === 0) ready.resolve();
    });
    for (const type of ["CDS", "EDS", "LDS", "RDS"] as const) {
      const node = type === "CDS" ? { node: { id: `bench-${stream}` } } : {};
      call?.write(Request.fromPartial({ ...node, typeUrl: typeUrls[type], resourceNames: [...resourceNames] }));
    }
  }
  return streams;
}
