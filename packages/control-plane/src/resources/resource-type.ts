/** The types of resource, in the order in which changes are sent: what is referred to before what refers to it. */
export const resourceTypes = ["CDS", "EDS", "LDS", "RDS"] as const;
export type ResourceType = (typeof resourceTypes)[number];

const prefix = "type.googleapis.com/envoy.config";

/** The type URL of each type, in requests, responses and each resource's Any. */
export const typeUrls: Readonly<Record<ResourceType, string>> = {
  CDS: `${prefix}.cluster.v3.Cluster`,
  EDS: `${prefix}.endpoint.v3.ClusterLoadAssignment`,
  LDS: `${prefix}.listener.v3.Listener`,
  RDS: `${prefix}.route.v3.RouteConfiguration`,
};

const byUrl = new Map(resourceTypes.map((type) => [typeUrls[type], type]));

/** The type with this URL; undefined for one that this control plane does not serve. */
export function resourceTypeOf(typeUrl: string): ResourceType | undefined {
  return byUrl.get(typeUrl);
}

/**
 * Whether a response of the type holds every resource subscribed to, so that leaving one out deletes it at the client.
 * Responses of the other types hold what changed, and leaving one out means nothing.
 */
export function isFullState(type: ResourceType): boolean {
  return type === "CDS" || type === "LDS";
}
