import { type ChannelCredentials, type ChannelOptions, Client, credentials as grpcCredentials } from "@grpc/grpc-js";
import { type Environment, ProgramError } from "@hey/runtime";
import { parseTarget, type Target, targetProblem } from "./target.ts";
import { bootstrapProblem } from "./xds-bootstrap.ts";

/** A gRPC client with one long-lived connection to each replica. Disposing closes it, as `close()` does. */
export type Channel = Client & Disposable & { readonly target: string };

/** Which failed calls a channel makes again by itself, and how. Not used on xds targets: see `openChannel`. */
export interface Retries {
  /** Status codes by name, such as UNAVAILABLE. */
  readonly codes: readonly string[];
  /** How often a call is made at most, the first time included: 2 to 5. */
  readonly attempts: number;
  /** The wait before the second attempt, in milliseconds, give or take a fifth by chance; doubled for each one after. */
  readonly backoffMs: number;
}

/** Three attempts where the call is known not to have been answered. */
export const usualRetries: Retries = { codes: ["UNAVAILABLE"], attempts: 3, backoffMs: 50 };

export interface ChannelSettings {
  /** host:port, dns:///host:port, ipv4:…, ipv6:…, unix:path or xds:///service. */
  readonly target: string;
  /** Default: no TLS. On an xds target these are for when the control plane asks for none. */
  readonly credentials?: ChannelCredentials | undefined;
  /** More of grpc-js's channel options, such as `ownConnection` of @hey/rpc; they win over those set here. */
  readonly options?: ChannelOptions | undefined;
  /** Default: none. */
  readonly retries?: Retries | undefined;
  /** Where to look for the xDS bootstrap before the first call does. Default: it is not looked at beforehand. */
  readonly env?: Environment | undefined;
}

/**
 * Opens a channel; no connection is made before the first call. Open one for the life of the process: closing the last
 * xDS channel ends the stream from the control plane, and grpc-js-xds opens it again more slowly each time.
 *
 * For an xds target grpc-js-xds is loaded, some 55 MB. It reads its switches from the environment at that moment: a
 * program that wants weighted_round_robin sets GRPC_EXPERIMENTAL_XDS_WRR_LB=true before. Retries come from the control
 * plane's routes there, since the xDS resolver always brings a service config of its own.
 *
 * Rejects with a ProgramError of exit code 2 for a malformed target or bootstrap, saying what was expected and came.
 */
export async function openChannel(settings: ChannelSettings): Promise<Channel> {
  const { target: text, credentials = grpcCredentials.createInsecure(), env } = settings;
  const target = parseTarget(text);
  if (target === undefined) throw new ProgramError(`the target: ${targetProblem(text)}`, { exitCode: 2 });
  const client = new Client(
    text,
    target.kind === "xds" ? await xdsCredentials({ target: text, fallback: credentials, env }) : credentials,
    channelOptions(target, settings),
  );
  return Object.assign(client, { target: text, [Symbol.dispose]: () => client.close() });
}

async function xdsCredentials(given: {
  readonly target: string;
  readonly fallback: ChannelCredentials;
  readonly env: Environment | undefined;
}): Promise<ChannelCredentials> {
  if (given.env !== undefined) {
    const { validateBootstrapConfig } = await import("@grpc/grpc-js-xds/build/src/xds-bootstrap.js");
    const problem = bootstrapProblem(given.env, validateBootstrapConfig);
    if (problem !== undefined) throw new ProgramError(`${given.target}: ${problem}`, { exitCode: 2 });
  }
  const { register, XdsChannelCredentials } = await import("@grpc/grpc-js-xds");
  register();
  return new XdsChannelCredentials(given.fallback);
}

/** What every channel is opened with. */
function channelOptions({ kind }: Target, { options, retries }: ChannelSettings): ChannelOptions {
  return {
    // A proxy variable in the environment is for the web; it would swallow the calls between containers.
    "grpc.enable_http_proxy": 0,
    // A replica that comes back is found again within this time; grpc-js would let it grow to two minutes.
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.max_reconnect_backoff_ms": 2_000,
    // Names are looked up again only when a connection breaks, and by default at most every 30 s.
    "grpc.dns_min_time_between_resolutions_ms": 2_000,
    ...(kind === "xds" ? {} : { "grpc.service_config": serviceConfig(kind, retries) }),
    ...options,
  };
}

function serviceConfig(kind: Target["kind"], retries: Retries | undefined): string {
  const retryPolicy = retries && {
    maxAttempts: retries.attempts,
    initialBackoff: `${retries.backoffMs / 1_000}s`,
    maxBackoff: "1s",
    backoffMultiplier: 2,
    retryableStatusCodes: retries.codes,
  };
  return JSON.stringify({
    // Whoever writes a list of addresses or dns:/// means all of them; a plain host:port is one server.
    loadBalancingConfig: kind === "dns" || kind === "ip" ? [{ round_robin: {} }] : [],
    methodConfig: retryPolicy === undefined ? [] : [{ name: [{}], retryPolicy }],
  });
}
