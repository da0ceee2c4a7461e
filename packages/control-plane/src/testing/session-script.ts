import assert from "node:assert/strict";
import { DiscoveryRequest } from "@hey/proto/xds";
import { createSession, type Receipt, type Response } from "../ads/session.ts";
import { type Resource, toResource } from "../resources/resource.ts";
import { type ResourceType, resourceTypes, typeUrls } from "../resources/resource-type.ts";
import type { Snapshot } from "../resources/snapshot.ts";

/** What there is, by type: names with a content each, as in { CDS: { a: "1" } }. For tests. */
export type World = Partial<Record<ResourceType, Readonly<Record<string, string>>>>;

export function snapshotOf(world: World): Snapshot {
  const of = (type: ResourceType): Map<string, Resource> =>
    new Map(
      Object.entries(world[type] ?? {}).map(([name, content]) => [name, toResource(type, name, Buffer.from(content))]),
    );
  const resources = { CDS: of("CDS"), EDS: of("EDS"), LDS: of("LDS"), RDS: of("RDS") };
  return { version: JSON.stringify(world), resources, find: (type, name) => resources[type].get(name) };
}

export interface RequestOptions {
  readonly nonce?: string | undefined;
  readonly version?: string;
  readonly error?: string;
  readonly userAgent?: string;
}

export function requestOf(
  type: ResourceType,
  names: readonly string[],
  options: RequestOptions = {},
): DiscoveryRequest {
  return DiscoveryRequest.fromPartial({
    typeUrl: typeUrls[type],
    resourceNames: names,
    responseNonce: options.nonce ?? "",
    versionInfo: options.version ?? "",
    ...(options.error !== undefined && { errorDetail: { code: 3, message: options.error, details: [] } }),
    ...(options.userAgent !== undefined && { node: { id: "n", userAgentName: options.userAgent } }),
  });
}

/** A session and a world that the test changes at will; responses are given as they would be sent. */
export function scriptSession(first: World) {
  const session = createSession();
  let snapshot = snapshotOf(first);
  return {
    session,
    change(world: World) {
      snapshot = snapshotOf(world);
    },
    ask(type: ResourceType, names: readonly string[], options?: RequestOptions): Receipt {
      return session.receive(requestOf(type, names, options));
    },
    next(): Response | undefined {
      return session.next(snapshot);
    },
    /** Everything that is due now without any answer in between. */
    all(): Response[] {
      const responses: Response[] = [];
      for (let response = session.next(snapshot); response !== undefined; response = session.next(snapshot)) {
        responses.push(response);
        assert.ok(responses.length <= resourceTypes.length, "more than one response of a type went unanswered");
      }
      return responses;
    },
  };
}

export function namesOf(response: Response | undefined): string[] | undefined {
  return response?.resources.map(({ name }) => name);
}

/** "CDS a,b" */
export function brief({ type, resources }: Response): string {
  return `${type} ${resources.map(({ name }) => name).join(",")}`;
}
