import type { KubernetesObject } from "./kubernetes-server.ts";

type Labels = Readonly<Record<string, string>>;

interface SliceOptions {
  readonly addressType?: string;
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol?: string }[];
}

/** A Service of Pods with the label app: heyhow and, unless others are given, the port grpc. For tests. */
export function kubernetesService(spec: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  return {
    metadata: { name: "heyhow" },
    spec: { selector: { app: "heyhow" }, ports: [{ name: "grpc", port: 80, targetPort: "grpc" }], ...spec },
  };
}

export function kubernetesSlice(
  name: string,
  endpoints: readonly object[],
  { addressType = "IPv4", ports = [{ name: "grpc", port: 9999 }] }: SliceOptions = {},
): KubernetesObject {
  const metadata = { name, labels: { "kubernetes.io/service-name": "heyhow" } };
  return { metadata, addressType, endpoints, ports };
}

export const ready = { ready: true, serving: true, terminating: false };
export const notReady = { ready: false, serving: false, terminating: false };
export const terminating = { ready: false, serving: true, terminating: true };

export function sliceEndpoint(address: string, conditions: object = ready, pod?: string, zone?: string): object {
  return {
    addresses: [address],
    conditions,
    ...(pod !== undefined && { targetRef: { kind: "Pod", name: pod, namespace: "shop" } }),
    ...(zone !== undefined && { zone }),
  };
}

export function kubernetesPod(name: string, labels: Labels): KubernetesObject {
  return { metadata: { name, labels: { app: "heyhow", ...labels } }, spec: { containers: [{ name: "server" }] } };
}
