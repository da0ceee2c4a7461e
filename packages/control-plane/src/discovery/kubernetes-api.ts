import type {
  ConfigurationOptions,
  KubeConfig,
  Observable,
  RequestContext,
  ResponseContext,
} from "@kubernetes/client-node";
import { ApiFailure, type Asked, toApiFailure } from "./api-failure.ts";

/** Objects of one kind in one namespace. */
export interface Selection {
  readonly resource: Asked["resource"];
  /** Undefined: that of the kubeconfig's context, or the one that this program runs in. */
  readonly namespace: string | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

interface Page {
  readonly items: readonly unknown[];
  /** The state of the cluster that the whole list is of. */
  readonly resourceVersion: string;
}

type EventType = "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";

interface WatchHooks {
  /** The API server has begun to answer. */
  opened(): void;
  /** Ends the watch by throwing. */
  event(type: EventType, object: unknown): void;
}

/** A Kubernetes API server. Whatever fails is an ApiFailure. */
export interface KubernetesApi {
  list(selection: Selection, signal: AbortSignal): AsyncIterable<Page>;
  /**
   * Everything that happened after a state of the cluster. Resolves when the answer ends, as it does every few minutes, or
   * breaks, or is silent for too long; rejects when there is none, and for an event that is an error.
   */
  watch(selection: Selection, resourceVersion: string, hooks: WatchHooks, signal: AbortSignal): Promise<void>;
}

export interface KubernetesApiOptions {
  /** Undefined: $KUBECONFIG, ~/.kube/config, or the service account of the Pod that this program runs in. */
  readonly kubeconfig: string | undefined;
  /** How long a list may take, in milliseconds. */
  readonly listMs?: number;
  /**
   * How long a watch may be silent, in milliseconds. The API server says something every minute (a bookmark), so that a
   * connection with nobody at its other end is noticed by this.
   */
  readonly silentMs?: number;
}

const pageSize = 500;
/** A list that is longer is refused: nobody means to have it in memory, and clients could not take it. */
const mostObjects = 20_000;
/** How long the API server goes on with one watch. */
const watchSeconds = 240;

const paths = {
  services: (namespace: string) => `/api/v1/namespaces/${namespace}/services`,
  pods: (namespace: string) => `/api/v1/namespaces/${namespace}/pods`,
  endpointslices: (namespace: string) => `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
} as const;

export function createKubernetesApi({
  kubeconfig,
  listMs = 15_000,
  silentMs = 75_000,
}: KubernetesApiOptions): KubernetesApi {
  let connection: ReturnType<typeof connect> | undefined;

  async function connected() {
    connection ??= connect(kubeconfig, silentMs);
    return await connection;
  }

  /** The next attempt reads the kubeconfig anew: its credentials may have been replaced. */
  function failed(error: unknown, asked: Asked): ApiFailure {
    connection = undefined;
    return toApiFailure(error, asked);
  }

  return {
    async *list({ resource, namespace: given, ...selectors }, signal) {
      const asked = { verb: "list" as const, resource, namespace: given ?? "" };
      try {
        const { lists, namespace, endedBy } = await connected();
        asked.namespace ||= namespace;
        const options = endedBy(AbortSignal.any([signal, AbortSignal.timeout(listMs)]));
        let count = 0;
        let next: string | undefined;
        do {
          const request = {
            namespace: asked.namespace,
            limit: pageSize,
            ...selectors,
            ...(next && { _continue: next }),
          };
          const { items, metadata } = await lists[resource](request, options);
          count += items.length;
          if (count > mostObjects) throw new Error(`there are more than ${mostObjects}; choose a smaller Service`);
          next = metadata?._continue;
          yield { items, resourceVersion: metadata?.resourceVersion ?? "" };
        } while (next);
      } catch (error) {
        throw failed(error, asked);
      }
    },

    async watch({ resource, namespace: given, ...selectors }, resourceVersion, hooks, signal) {
      const asked = { verb: "watch" as const, resource, namespace: given ?? "" };
      const ended = Promise.withResolvers<unknown>();
      const end = () => ended.resolve(undefined);
      signal.addEventListener("abort", end);
      let opening: Promise<AbortController> | undefined;
      let isOpen = false;
      let isOver = false;
      try {
        const { watch, namespace } = await connected();
        asked.namespace ||= namespace;
        const query = { resourceVersion, allowWatchBookmarks: true, timeoutSeconds: watchSeconds, ...selectors };
        const take = (type: string, object: unknown) => {
          if (isOver) return;
          // The library swallows what is thrown here.
          try {
            hooks.event(eventType(type, object, asked), object);
          } catch (error) {
            isOver = true;
            ended.reject(error);
          }
        };
        opening = watch.watch(paths[resource](asked.namespace), query, take, (error) => {
          isOver = true;
          if (isOpen || error == null) end();
          else ended.reject(error);
        });
        void opening.then(() => {
          if (isOver) return;
          isOpen = true;
          hooks.opened();
        }, ended.reject);
        await ended.promise;
      } catch (error) {
        throw failed(error, asked);
      } finally {
        isOver = true;
        signal.removeEventListener("abort", end);
        // The library has nothing to abort before the answer has begun, and gives that up by itself.
        void opening?.then(
          (controller) => controller.abort(),
          () => {},
        );
      }
    },
  };
}

async function connect(kubeconfig: string | undefined, silentMs: number) {
  // Takes half a second and 90 MB, which only those who use it have to pay.
  const { CoreV1Api, DiscoveryV1Api, KubeConfig, Observable, Watch } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  if (kubeconfig !== undefined) config.loadFromFile(kubeconfig);
  else {
    config.loadFromDefault();
    // What the library takes when there is nothing.
    if (config.getCurrentCluster()?.server === "http://localhost:8080") {
      const expected = "expected $KUBECONFIG, ~/.kube/config, or the service account of a Pod";
      throw new Error(`there is no cluster to ask: ${expected}; --kubeconfig FILE names another file`);
    }
  }
  const core = config.makeApiClient(CoreV1Api);
  const discovery = config.makeApiClient(DiscoveryV1Api);
  const watch = new Watch(config);
  // Its own limit of 30 s would end every watch between two bookmarks.
  Object.assign(watch, { requestTimeoutMs: silentMs });
  return {
    namespace: namespaceOf(config),
    /** The options of a request that the signal ends. */
    endedBy(signal: AbortSignal): ConfigurationOptions {
      const pre = (request: RequestContext): Observable<RequestContext> => {
        request.setSignal(signal);
        return new Observable(Promise.resolve(request));
      };
      const post = (response: ResponseContext) => new Observable(Promise.resolve(response));
      return { middleware: [{ pre, post }], middlewareMergeStrategy: "append" };
    },
    watch,
    lists: {
      services: core.listNamespacedService.bind(core),
      pods: core.listNamespacedPod.bind(core),
      endpointslices: discovery.listNamespacedEndpointSlice.bind(discovery),
    },
  };
}

function namespaceOf(config: KubeConfig): string {
  return config.getContextObject(config.getCurrentContext())?.namespace?.trim() || "default";
}

function eventType(type: string, object: unknown, { resource }: Asked): EventType {
  switch (type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
    case "BOOKMARK":
      return type;
    case "ERROR": {
      const { code, message } = (object ?? {}) as { readonly code?: number; readonly message?: string };
      throw new ApiFailure(
        code,
        `the watch of ${resource} ended with ${code ?? "an error"}: ${message ?? "no reason given"}`,
      );
    }
    default:
      throw new ApiFailure(undefined, `the watch of ${resource} has an event of an unknown type "${String(type)}"`);
  }
}
