import type { DiscoveryRequest } from "@hey/proto/xds";
import type { Response } from "../ads/session.ts";
import { isFullState, type ResourceType, resourceTypes } from "../resources/resource-type.ts";
import { requestOf } from "./session-script.ts";

interface TypeState {
  names: ReadonlySet<string>;
  /** What it has, by name: the version of the content. */
  readonly cache: Map<string, string>;
  nonce: string;
  version: string;
  error: string | undefined;
}

/**
 * An xDS client as small as one can be: it subscribes, keeps what it accepts, refuses what it is told to, and answers
 * every response. Like grpc-js-xds it applies the good part of a response that it refuses, and repeats its last error in
 * requests that only change its names. For the property test.
 */
export function createModelClient(refuses: (version: string) => boolean) {
  const states = new Map<ResourceType, TypeState>();

  function request(type: ResourceType, { names, nonce, version, error }: TypeState): DiscoveryRequest {
    return requestOf(type, [...names], { nonce, version, ...(error !== undefined && { error }) });
  }

  return {
    states,
    /** Wants these from now on, and forgets what it does not want. */
    subscribe(type: ResourceType, names: ReadonlySet<string>): DiscoveryRequest {
      const state = states.get(type) ?? { names, cache: new Map(), nonce: "", version: "", error: undefined };
      states.set(type, state);
      state.names = names;
      for (const name of state.cache.keys()) if (!wants(state, name)) state.cache.delete(name);
      return request(type, state);
    },
    receive({ type, version, nonce, resources }: Response): DiscoveryRequest {
      const state = states.get(type);
      if (state === undefined) throw new Error(`${type} was never asked for`);
      const refused: string[] = [];
      for (const resource of resources) {
        if (refuses(resource.version)) refused.push(resource.name);
        else if (wants(state, resource.name)) state.cache.set(resource.name, resource.version);
      }
      const listed = new Set(resources.map(({ name }) => name));
      if (isFullState(type)) for (const name of state.cache.keys()) if (!listed.has(name)) state.cache.delete(name);
      state.nonce = nonce;
      state.error = refused.length === 0 ? undefined : `refused ${refused.join(",")}`;
      if (refused.length < resources.length || refused.length === 0) state.version = version;
      return request(type, state);
    },
    /** A new stream: the nonces are gone; names, versions and what it has stay. */
    reconnect(): DiscoveryRequest[] {
      return resourceTypes.flatMap((type) => {
        const state = states.get(type);
        if (state === undefined) return [];
        Object.assign(state, { nonce: "", error: undefined });
        return state.names.size === 0 ? [] : [request(type, state)];
      });
    },
  };
}

function wants({ names }: TypeState, name: string): boolean {
  return names.has(name) || names.has("*");
}
