import { isFullState, type ResourceType } from "../resources/resource-type.ts";

/** What a client has asked for, of one type. */
export interface Subscription {
  readonly names: ReadonlySet<string>;
  /** Every resource there is; only of types that are sent as full state. */
  readonly wildcard: boolean;
  /** Whether the client ever gave a name: from then on an empty list means none instead of all. */
  readonly everNamed: boolean;
}

export const nothing: Subscription = { names: new Set(), wildcard: false, everNamed: false };

export interface Asked {
  readonly type: ResourceType;
  readonly names: readonly string[];
  /** Whether an empty list may mean everything; never so for gRPC, which names what it wants. */
  readonly legacyWildcard: boolean;
}

/** The subscription after a request: its names are all that is wanted from now on, not the difference. */
export function subscribe(before: Subscription, { type, names, legacyWildcard }: Asked): Subscription {
  const everNamed = before.everNamed || names.length > 0;
  if (!isFullState(type)) return { names: new Set(names), wildcard: false, everNamed };
  const explicit = names.includes("*");
  const legacy = legacyWildcard && !everNamed;
  return { names: new Set(names.filter((name) => name !== "*")), wildcard: explicit || legacy, everNamed };
}

/** Whether the resource of this name is wanted. */
function wants({ names, wildcard }: Subscription, name: string): boolean {
  return wildcard || names.has(name);
}

/** What was wanted before and is not any more, of the names given. */
export function dropped(after: Subscription, names: Iterable<string>): string[] {
  return Array.from(names).filter((name) => !wants(after, name));
}

/** What a client must be answered about: what it newly asks for, and what it was owed before and still wants. */
export function stillOwed(owed: ReadonlySet<string>, before: Subscription, after: Subscription): ReadonlySet<string> {
  const [had, has] = [before, after].map(({ names, wildcard }) => (wildcard ? new Set([...names, "*"]) : names));
  return new Set([...(has ?? [])].filter((name) => owed.has(name) || !had?.has(name)));
}
