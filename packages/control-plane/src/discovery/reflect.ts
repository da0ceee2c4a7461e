import { setTimeout as pause } from "node:timers/promises";
import { createLatest, type Latest } from "@hey/rpc";
import { ApiFailure, forbidden, gone } from "./api-failure.ts";
import type { KubernetesApi, Selection } from "./kubernetes-api.ts";
import { type Named, readVersion } from "./kubernetes-objects.ts";

/** What is known of a selection of objects. */
export interface Reflected<T> {
  /** By their names; the same map, changed. Undefined: never listed. */
  readonly objects: ReadonlyMap<string, T> | undefined;
  /** Why it is no news, and what to do; undefined: all is well. */
  readonly trouble: string | undefined;
  /** Whether that is because it is not allowed. */
  readonly forbidden: boolean;
}

export interface ReflectOptions<T> {
  readonly api: KubernetesApi;
  readonly selection: Selection;
  /** Reads an object; throws for one that it cannot read. */
  readonly read: (object: unknown) => Named<T>;
  readonly timing?: ReflectTiming | undefined;
}

/** In milliseconds. */
export interface ReflectTiming {
  /** The least time between one attempt and the next one, and the longest, to which it doubles. */
  readonly firstPause: number;
  readonly longestPause: number;
  /** After so long everything is listed again, whatever was heard: what went by unheard is found then. */
  readonly relist: number;
  /** Resolves after so long, or when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export async function waitByClock(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => {});
}

const usualTiming: ReflectTiming = { firstPause: 100, longestPause: 10_000, relist: 600_000, wait: waitByClock };

/**
 * Follows a selection of objects until the signal aborts: a list, and from there what happens to it. A connection that
 * breaks is resumed where it was. After everything else there is a new list, by which nothing is lost and nothing goes that
 * is still there; until it has come, what was known stays.
 */
export function reflect<T>(options: ReflectOptions<T>, signal: AbortSignal): Latest<Reflected<T>> {
  const { api, selection, read, timing = usualTiming } = options;
  const reflected = createLatest<Reflected<T>>({ objects: undefined, trouble: undefined, forbidden: false });
  let objects: Map<string, T> | undefined;
  /** Where the next watch begins; undefined: with a list. */
  let version: string | undefined;
  let listedAt = 0;
  let attempts = 0;

  const tell = (trouble?: string, isForbidden = false) => reflected.set({ objects, trouble, forbidden: isForbidden });

  async function list() {
    const listed = new Map<string, T>();
    let state = "";
    for await (const { items, resourceVersion } of api.list(selection, signal)) {
      for (const { name, value } of items.map(read)) listed.set(name, value);
      state = resourceVersion;
    }
    if (state === "") throw new ApiFailure(undefined, `the list of ${selection.resource} has no resourceVersion`);
    objects = listed;
    version = state;
    listedAt = performance.now();
    tell(reflected.value.trouble, reflected.value.forbidden);
  }

  async function watch(from: string, known: Map<string, T>) {
    await api.watch(
      selection,
      from,
      {
        opened: () => tell(),
        event(type, object) {
          attempts = 0;
          if (type === "BOOKMARK") {
            version = readVersion(object);
            return;
          }
          const { name, resourceVersion, value } = read(object);
          if (type === "DELETED") known.delete(name);
          else known.set(name, value);
          version = resourceVersion;
          tell();
        },
      },
      signal,
    );
  }

  async function follow() {
    while (!signal.aborted) {
      const beganAt = performance.now();
      try {
        if (version === undefined || performance.now() - listedAt > timing.relist) await list();
        if (version !== undefined && objects !== undefined) await watch(version, objects);
      } catch (error) {
        if (signal.aborted) return;
        version = undefined;
        const code = error instanceof ApiFailure ? error.code : undefined;
        // That is how the API server says that it has forgotten a state: no trouble.
        if (code !== gone) tell(explain(error, selection), code === forbidden);
      }
      if (performance.now() - beganAt > timing.longestPause) attempts = 0;
      const longest = Math.min(timing.firstPause * 2 ** attempts, timing.longestPause);
      attempts += 1;
      await timing.wait(longest * (0.5 + Math.random() / 2), signal);
    }
  }

  void follow();
  return reflected;
}

function explain(error: unknown, { resource }: Selection): string {
  if (error instanceof ApiFailure) return error.message;
  return `cannot list ${resource}: ${error instanceof Error ? error.message : String(error)}`;
}
