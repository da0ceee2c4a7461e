import { run } from "./docker.ts";

/** What `docker inspect` knows of a container, as far as the tests ask. */
export interface Container {
  readonly Id: string;
  readonly Name: string;
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly FinishedAt: string;
    readonly Health?: { readonly Status: string; readonly Log: readonly { readonly Output: string }[] };
  };
  readonly Config: {
    readonly User: string;
    readonly Hostname: string;
    readonly Image: string;
    readonly StopTimeout?: number;
    readonly Entrypoint: readonly string[];
    readonly Healthcheck?: { readonly Test: readonly string[] };
    readonly Labels: Readonly<Record<string, string>>;
  };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: readonly string[] | null;
    readonly SecurityOpt: readonly string[] | null;
    readonly PidsLimit: number | null;
    readonly Memory: number;
    readonly NanoCpus: number;
    readonly Init: boolean | null;
    readonly Privileged: boolean;
    readonly LogConfig: { readonly Type: string; readonly Config: Readonly<Record<string, string>> };
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>>;
  };
}

/** Asks about containers by id or name. */
export async function inspect(ids: readonly string[]): Promise<readonly Container[]> {
  if (ids.length === 0) return [];
  const containers: Container[] = JSON.parse(await run(["inspect", "--type", "container", ...ids]));
  return containers.toSorted((a, b) => numberOf(a) - numberOf(b));
}

/** The compose service that a container belongs to. */
export function serviceOf({ Config }: Container): string {
  return Config.Labels["com.docker.compose.service"] ?? "";
}

/** The name by which its replica goes: the host name, unless it was told another. */
export function replicaOf({ Config }: Container): string {
  return Config.Hostname;
}

/** Its address among the containers. */
export function addressOf({ NetworkSettings }: Container): string {
  return Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? "";
}

function numberOf({ Config }: Container): number {
  return Number(Config.Labels["com.docker.compose.container-number"] ?? 0);
}
