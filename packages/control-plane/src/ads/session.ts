import type { DiscoveryRequest } from "@hey/proto/xds";
import { type Resource, versionOf } from "../resources/resource.ts";
import { isFullState, type ResourceType, resourceTypeOf, resourceTypes } from "../resources/resource-type.ts";
import type { Snapshot } from "../resources/snapshot.ts";
import { dropped, nothing, type Subscription, stillOwed, subscribe } from "./subscription.ts";

/** A response for the wire. */
export interface Response {
  readonly type: ResourceType;
  readonly version: string;
  readonly nonce: string;
  readonly resources: readonly Resource[];
}

/** What a request turned out to mean. */
export type Receipt =
  | { readonly kind: "subscribed"; readonly type: ResourceType; readonly names: readonly string[] }
  | { readonly kind: "acked" | "stale"; readonly type: ResourceType; readonly version: string }
  | { readonly kind: "nacked"; readonly type: ResourceType; readonly version: string; readonly words: string }
  | { readonly kind: "unknown-type"; readonly typeUrl: string };

/** One type of resource at one client. */
export interface TypeStatus {
  readonly type: ResourceType;
  readonly names: readonly string[];
  readonly sentVersion: string;
  readonly ackedVersion: string;
  /** The client's words when it refused what was sent last; else empty. */
  readonly nack: string;
}

/** So many names of a type that are not in the snapshot is one client told of: what they mean is made for it. */
const mostMade = 100;

/** How much of a client's words over a refused response is kept, in characters. */
const maxWordsLength = 2_000;

/** The protocol's state of one ADS stream. */
export interface Session {
  /** Who is at the other end, by its bootstrap; empty before the first request. */
  readonly nodeId: string;
  /** How many names it has asked for, of all types. */
  readonly names: number;
  /** Takes a request in. What there is to say to it comes from `next`. */
  receive(request: DiscoveryRequest): Receipt;
  /** The next response that the client should have, now counted as sent; undefined when there is none at present. */
  next(snapshot: Snapshot): Response | undefined;
  status(): readonly TypeStatus[];
}

/** Of one type. */
interface State {
  subscription: Subscription;
  /** What the client asked for and has not been answered about: names, "*" for everything. */
  owed: ReadonlySet<string>;
  /** What the client has been sent and still wants, by name. */
  readonly sent: Map<string, Resource>;
  /** Of the last response; undefined before the first one of the stream. */
  last: { readonly nonce: string; readonly version: string } | undefined;
  /** Whether that response was answered. */
  settled: boolean;
  ackedVersion: string;
  nack: string;
}

/** Begins a stream. The state of the world variant of xDS v3; nothing in here does I/O or knows the time. */
export function createSession(): Session {
  const states = new Map<ResourceType, State>();
  // No more is kept of a node, which may be as large as a request.
  let node: { readonly id: string; readonly isGrpc: boolean } | undefined;
  let nonces = 0;

  function receive(request: DiscoveryRequest): Receipt {
    // Only a stream's first request says who asks.
    node ??= request.node && { id: request.node.id, isGrpc: request.node.userAgentName.startsWith("gRPC") };
    const type = resourceTypeOf(request.typeUrl);
    if (type === undefined) return { kind: "unknown-type", typeUrl: request.typeUrl };
    const state = states.get(type) ?? newState();
    states.set(type, state);
    const { responseNonce: nonce, resourceNames } = request;
    const legacyWildcard = node?.isGrpc !== true;
    const after = subscribe(state.subscription, { type, names: resourceNames, legacyWildcard });
    if (nonce !== "" && state.last !== undefined && nonce !== state.last.nonce) {
      // The answer to the newer response will repeat the names, so they are not taken from here. But whatever is not
      // among them the client has let go of, and must be sent again should it be among them then.
      for (const name of dropped(after, state.sent.keys())) state.sent.delete(name);
      state.subscription = { ...state.subscription, everNamed: after.everNamed };
      return { kind: "stale", type, version: request.versionInfo };
    }
    state.owed = stillOwed(state.owed, state.subscription, after);
    for (const name of dropped(after, state.sent.keys())) state.sent.delete(name);
    state.subscription = after;
    // A nonce is settled once: grpc-js-xds repeats nonce and error in later requests that only change the names.
    if (nonce === "" || state.last === undefined || state.settled) {
      return { kind: "subscribed", type, names: resourceNames };
    }
    state.settled = true;
    const { version } = state.last;
    if (request.errorDetail === undefined) {
      state.ackedVersion = version;
      state.nack = "";
      return { kind: "acked", type, version };
    }
    state.nack = copyOf(request.errorDetail.message.slice(0, maxWordsLength));
    return { kind: "nacked", type, version, words: state.nack };
  }

  function next(snapshot: Snapshot): Response | undefined {
    for (const type of resourceTypes) {
      const state = states.get(type);
      const due = state && dueOf(type, state, snapshot);
      if (state === undefined || due === undefined) continue;
      // One unanswered response per type bounds what a slow client costs. What refers to this type waits with it.
      if (!state.settled) return undefined;
      return send(type, state, due);
    }
    return undefined;
  }

  /** What the client should be told of the type; undefined when it knows everything. */
  function dueOf(type: ResourceType, state: State, snapshot: Snapshot): Due | undefined {
    const view = viewOf(type, state, snapshot);
    const changed = view.filter((resource) => state.sent.get(resource.name)?.version !== resource.version);
    if (!isFullState(type)) return changed.length === 0 ? undefined : { view, resources: changed };
    const complete = changed.length === 0 && view.length === state.sent.size && state.owed.size === 0;
    return complete ? undefined : { view, resources: view };
  }

  /** All of the type that the client wants and there is, and the clusters that it cannot do without yet. */
  function viewOf(type: ResourceType, state: State, snapshot: Snapshot): Resource[] {
    const { subscription } = state;
    const wanted = subscription.wildcard ? snapshot.resources[type].keys() : subscription.names;
    let made = 0;
    const find = (name: string) => {
      const there = snapshot.resources[type].get(name);
      if (there !== undefined || made === mostMade) return there;
      const found = snapshot.find(type, name);
      if (found !== undefined) made++;
      return found;
    };
    const view = Array.from(wanted, find).filter((resource) => resource !== undefined);
    if (type !== "CDS") return view;
    const seen = new Set(view.map(({ name }) => name));
    const leaving = [...state.sent.values()].filter(({ name }) => !seen.has(name));
    return [...view, ...leaving.filter(({ name }) => mayStillBeCalled(name, subscription, snapshot))];
  }

  /**
   * Make before break: a cluster that left the snapshot stays with a client as long as its routes may lead there. A
   * client that names clusters says when they no longer do, by no longer naming it; of one that takes them all, it is
   * known when it has accepted the routes.
   */
  function mayStillBeCalled(name: string, { names }: Subscription, snapshot: Snapshot): boolean {
    const routed = (["LDS", "RDS"] as const).flatMap((type) => {
      const state = states.get(type);
      return state === undefined ? [] : [{ type, state }];
    });
    if (routed.length === 0) return false;
    if (names.has(name)) return true;
    return !routed.every(
      ({ type, state }) => state.settled && state.nack === "" && dueOf(type, state, snapshot) === undefined,
    );
  }

  function send(type: ResourceType, state: State, { view, resources }: Due): Response {
    nonces += 1;
    const response = { type, version: versionOf(view), nonce: String(nonces), resources };
    state.last = { nonce: response.nonce, version: response.version };
    state.settled = false;
    state.owed = new Set();
    state.sent.clear();
    for (const resource of view) state.sent.set(resource.name, resource);
    return response;
  }

  return {
    get nodeId() {
      return node?.id ?? "";
    },
    get names() {
      return [...states.values()].reduce((sum, { subscription }) => sum + subscription.names.size, 0);
    },
    receive,
    next,
    status: () =>
      resourceTypes.flatMap((type) => {
        const state = states.get(type);
        return state === undefined ? [] : [statusOf(type, state)];
      }),
  };
}

/** A slice of a text keeps all of it alive, which may be a megabyte. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}

interface Due {
  /** Everything of the type that the client then has. */
  readonly view: readonly Resource[];
  /** What goes into the response. */
  readonly resources: readonly Resource[];
}

function newState(): State {
  return {
    subscription: nothing,
    owed: new Set(),
    sent: new Map(),
    last: undefined,
    settled: true,
    ackedVersion: "",
    nack: "",
  };
}

function statusOf(type: ResourceType, { subscription, last, ackedVersion, nack }: State): TypeStatus {
  const names = [...(subscription.wildcard ? ["*"] : []), ...subscription.names];
  return { type, names, sentVersion: last?.version ?? "", ackedVersion, nack };
}
