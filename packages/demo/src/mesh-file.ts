/** Where a server answers, and what it is. */
export interface Endpoint {
  /** ip:port */
  readonly address: string;
  readonly version: string;
  readonly zone: string;
}

/** A mesh.yaml for servers at fixed addresses: one source for each version and zone. Editors check it by the schema. */
export function meshFile(endpoints: readonly Endpoint[], schema: string): string {
  const groups = Map.groupBy(endpoints, ({ version, zone }) => `{ version: ${version}, zone: ${zone} }`);
  const sources = [...groups].map(
    ([labels, group]) => `      - static: [${group.map(({ address }) => `"${address}"`).join(", ")}]
        labels: ${labels}
`,
  );
  return `# yaml-language-server: $schema=${schema}
# Made by npm start for this run. The control plane follows every change to this file while it runs.
services:
  heyhow: # called as xds:///heyhow
    health: heyhow.v1.HeyHowService
    balancing: round_robin
    retries: { codes: [unavailable], attempts: 3, backoff: 50ms }
    sources:
${sources.join("")}`;
}
