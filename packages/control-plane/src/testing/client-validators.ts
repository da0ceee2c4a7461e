import { createRequire } from "node:module";
import { register } from "@grpc/grpc-js-xds";
import { type ResourceType, typeUrls } from "../resources/resource-type.ts";

/** What the real client says of a resource: undefined when it would accept it, else its words. For tests. */
export type ClientVerdict = (type: ResourceType, message: Uint8Array) => string | undefined;

interface Decoder {
  decode(context: object, resource: object): { readonly error?: string };
}

/** The validators of grpc-js-xds, which is a private part of it: they are what we promise to agree with. */
export function clientValidators(): ClientVerdict {
  register();
  const require = createRequire(import.meta.url);
  const folder = "@grpc/grpc-js-xds/build/src/xds-resource-type";
  const decoders: Record<ResourceType, Decoder> = {
    CDS: require(`${folder}/cluster-resource-type.js`).ClusterResourceType.get(),
    EDS: require(`${folder}/endpoint-resource-type.js`).EndpointResourceType.get(),
    LDS: require(`${folder}/listener-resource-type.js`).ListenerResourceType.get(),
    RDS: require(`${folder}/route-config-resource-type.js`).RouteConfigurationResourceType.get(),
  };
  const context = { server: {}, bootstrap: { certificateProviders: {} } };
  return (type, message) =>
    decoders[type].decode(context, { type_url: typeUrls[type], value: Buffer.from(message) }).error;
}
