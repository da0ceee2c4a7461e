/** The xDS bootstrap of a gRPC client: where its control plane is (host:port), and who it is there. */
export function bootstrap(adsAddress: string, nodeId: string): string {
  return `${JSON.stringify(
    {
      xds_servers: [{ server_uri: adsAddress, channel_creds: [{ type: "insecure" }], server_features: ["xds_v3"] }],
      node: { id: nodeId },
    },
    undefined,
    2,
  )}\n`;
}
