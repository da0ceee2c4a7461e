import { createLatest } from "@hey/rpc";
import { watchKubernetes } from "../discovery/kubernetes.ts";
import { createKubernetesApi, type KubernetesApiOptions } from "../discovery/kubernetes-api.ts";
import { type ReflectTiming, waitByClock } from "../discovery/reflect.ts";
import { kubernetesService, kubernetesSlice, sliceEndpoint } from "./kubernetes-objects.ts";
import { type KubernetesTls, startKubernetes } from "./kubernetes-server.ts";

/** A patience that tests can wait for. */
export const timing: ReflectTiming = { firstPause: 5, longestPause: 20, relist: 600_000, wait: waitByClock };

interface Options extends Partial<KubernetesApiOptions> {
  readonly timing?: ReflectTiming;
  readonly port?: string | number;
  readonly tls?: KubernetesTls;
}

/** A Service that is watched at an API server, once it is followed. For tests. */
export async function watchedService({ port = "grpc", timing: ownTiming = timing, tls, ...options }: Options = {}) {
  const kubernetes = await startKubernetes(tls);
  const stop = new AbortController();
  const told: string[] = [];
  const newest = createLatest("");
  const troubles = createLatest<string | undefined>(undefined);
  const troubled: string[] = [];
  const trouble = {
    tell(problem: string | undefined) {
      if (problem !== undefined) troubled.push(problem);
      troubles.set(problem);
    },
    [Symbol.dispose]() {},
  };
  const api = createKubernetesApi({ kubeconfig: kubernetes.kubeconfig, ...options });
  const source = { service: "heyhow", namespace: undefined, port };

  async function until<T>(latest: { watch(signal: AbortSignal): AsyncIterable<T> }, is: (value: T) => boolean) {
    let last: T | undefined;
    for await (const value of latest.watch(AbortSignal.timeout(10_000))) {
      if (is(value)) return value;
      last = value;
    }
    throw new Error(`it stays ${JSON.stringify(last)}; trouble: ${troubles.value}`);
  }

  return {
    kubernetes,
    /** Every set of endpoints that was told, as "10.0.0.1 10.0.0.2/leaving", the latter terminating. */
    told,
    /** Every trouble that was told. */
    allTroubles: troubled,
    async follow() {
      for await (const endpoints of watchKubernetes(source, { api, trouble, timing: ownTiming }, stop.signal)) {
        told.push(
          endpoints
            .map(({ host, terminating, labels }) => {
              const { version, zone } = labels;
              return [
                host,
                ...(terminating ? ["leaving"] : []),
                ...(version ? [version] : []),
                ...(zone ? [zone] : []),
              ].join("/");
            })
            .join(" "),
        );
        newest.set(told.at(-1) ?? "");
      }
    },
    found: (wanted: string) => until(newest, (value) => value === wanted),
    troubled: (wanted: RegExp) => until(troubles, (value) => value !== undefined && wanted.test(value)),
    untroubled: () => until(troubles, (value) => value === undefined),
    end: () => stop.abort(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await kubernetes[Symbol.asyncDispose]();
    },
  };
}

/** One that has found the endpoint 10.0.0.1 and watches everything. For tests. */
export async function watchingService(options?: Options) {
  const all = await watchedService(options);
  all.kubernetes.put("services", kubernetesService());
  all.kubernetes.put("endpointslices", kubernetesSlice("a", [sliceEndpoint("10.0.0.1")]));
  const following = all.follow();
  await all.found("10.0.0.1");
  for (const resource of ["services", "endpointslices", "pods"] as const)
    await all.kubernetes.asked({ verb: "watch", resource });
  return { ...all, following };
}
