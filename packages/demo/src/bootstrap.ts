/** The xDS bootstrap of a gRPC client: where its control plane is (host:port), and who it is there. */
export function bootstrap(adsAddress: string, nodeId: string): string {
  return `${JSON.stringify(
    {
      xds_servers: [{ server_uri: adsAddress, channel_creds: [{ type: "insecure" }], server_features: ["xds_v3"] }],
      // grpc-js-xds wants the locality to be there, if only empty.
      node: { id: nodeId, locality: {} },
    },
    undefined,
    2,
  )}\n`;
}
