import { createLatest, type Latest } from "@hey/rpc";
import type { Labels } from "../topology/topology.ts";
import { endpointsOf, type FoundEndpoint } from "./endpoint-slices.ts";
import type { KubernetesApi, Selection } from "./kubernetes-api.ts";
import { type Named, readPod, readService, readSlice } from "./kubernetes-objects.ts";
import { type Reflected, type ReflectTiming, reflect } from "./reflect.ts";
import type { Trouble } from "./troubles.ts";

export interface KubernetesSource {
  readonly service: string;
  /** Undefined: that of the kubeconfig's context, or the one that this program runs in. */
  readonly namespace: string | undefined;
  /** Its name, its number as the Service has it, or undefined for the only one. */
  readonly port: string | number | undefined;
}

export interface WatchKubernetesOptions {
  readonly api: KubernetesApi;
  readonly trouble: Trouble;
  readonly timing?: ReflectTiming | undefined;
}

interface Pods {
  readonly selector: string;
  readonly pods: Latest<Reflected<Labels>>;
  readonly stop: AbortController;
}

/**
 * The endpoints of a Service: those found first and others whenever they change, until the signal aborts. Where the API
 * server does not say, there is no news, and the trouble is told.
 */
export async function* watchKubernetes(
  { service: name, namespace, port }: KubernetesSource,
  { api, trouble, timing }: WatchKubernetesOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly FoundEndpoint[], void, undefined> {
  const changes = createLatest({});
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);

  function watch<T>(
    resource: Selection["resource"],
    selectors: Pick<Selection, "labelSelector" | "fieldSelector">,
    read: (object: unknown) => Named<T>,
    whileWanted = until,
  ): Latest<Reflected<T>> {
    const selection = { resource, namespace, ...selectors };
    const reflected = reflect({ api, selection, read, timing }, whileWanted);
    void follow(reflected.watch(whileWanted), () => changes.set({}));
    return reflected;
  }

  function watchPods(selector: string): Pods {
    const stop = new AbortController();
    const wanted = AbortSignal.any([until, stop.signal]);
    return { selector, pods: watch("pods", { labelSelector: selector }, readPod, wanted), stop };
  }

  const services = watch("services", { fieldSelector: `metadata.name=${name}` }, readService);
  const slices = watch("endpointslices", { labelSelector: `kubernetes.io/service-name=${name}` }, readSlice);
  let podsOf: Pods | undefined;

  /** Undefined: it is not known yet, or no more. */
  function find(): readonly FoundEndpoint[] | undefined {
    const service = services.value.objects?.get(name);
    const selector = formatSelector(service?.selector);
    if (podsOf?.selector !== selector) {
      podsOf?.stop.abort();
      podsOf = selector === undefined ? undefined : watchPods(selector);
    }
    const pods = podsOf?.pods.value;
    const troubles = [services.value.trouble, slices.value.trouble, pods?.trouble].filter((each) => each !== undefined);
    // Who may not see the Pods gets their endpoints without their labels.
    const known = pods === undefined || pods.objects !== undefined || pods.forbidden;
    if (services.value.objects === undefined || slices.value.objects === undefined || !known) {
      trouble.tell(troubles.join("; ") || undefined);
      return undefined;
    }
    const { endpoints, problem } = endpointsOf(
      { service, slices: [...slices.value.objects.values()], pods: pods?.objects ?? new Map() },
      port,
    );
    if (problem !== undefined) troubles.push(problem);
    trouble.tell(troubles.join("; ") || undefined);
    return endpoints;
  }

  try {
    let told: string | undefined;
    for await (const _change of changes.watch(until)) {
      const found = find();
      const text = JSON.stringify(found);
      if (found === undefined || text === told) continue;
      told = text;
      yield found;
    }
  } finally {
    ended.abort();
  }
}

function formatSelector(selector: Labels | undefined): string | undefined {
  if (selector === undefined) return undefined;
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join();
}

async function follow(news: AsyncIterable<unknown>, tell: () => void): Promise<void> {
  for await (const _one of news) tell();
}
