import { type ChannelCredentials, type ChannelOptions, credentials } from "@grpc/grpc-js";
import { parseTarget } from "@hey/client";
import type { ParsedSettings } from "@hey/runtime";
import { ProgramError } from "@hey/runtime";
import type { ConnectOptions } from "@hey/wire";
import type { Inputs } from "../inputs.ts";
import type { transportSettings } from "../settings/transport-settings.ts";
import { certificatesOf, keyOf, unfit } from "./pem.ts";

/** How connections are made safe and kept, whichever engine makes them. */
export interface Security {
  /** Undefined: plain text. */
  readonly tls: Tls | undefined;
  /** Instead of the target's host and port. */
  readonly authority: string | undefined;
  /** A ping after so long a silence, in ms. */
  readonly keepaliveMs: number | undefined;
}

interface Tls {
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
  readonly serverName: string | undefined;
  readonly verify: boolean;
}

const pingTimeoutMs = 20_000;

/** Reads the files. Rejects with a ProgramError of exit code 2 that names the flag and the file. */
export async function readSecurity(
  settings: ParsedSettings<typeof transportSettings>,
  inputs: Inputs,
): Promise<Security> {
  const { tls, cacert, cert, key, serverName, skipVerify, authority, keepalive: keepaliveMs } = settings;
  const wanted = tls || skipVerify || [cacert, cert, key, serverName].some((each) => each !== undefined);
  return {
    tls: wanted ? { ...(await readFiles({ cacert, cert, key }, inputs)), serverName, verify: !skipVerify } : undefined,
    authority,
    keepaliveMs,
  };
}

/** What OpenSSL would only say when a connection is made, and in its own words, is looked for here. */
async function readFiles(
  paths: Readonly<Record<"cacert" | "cert" | "key", string | undefined>>,
  inputs: Inputs,
): Promise<Pick<Tls, "ca" | "cert" | "key">> {
  const ca = await readPem("--cacert", paths.cacert, inputs);
  const cert = await readPem("--cert", paths.cert, inputs);
  const key = await readPem("--key", paths.key, inputs);
  if (ca !== undefined) certificatesOf("--cacert", `${paths.cacert}`, ca);
  if (cert !== undefined && key !== undefined) {
    const [own] = certificatesOf("--cert", `${paths.cert}`, cert);
    if (own?.checkPrivateKey(keyOf("--key", `${paths.key}`, key)) !== true) {
      throw unfit("--key", `${paths.key} is not the key of --cert ${paths.cert}`);
    }
  }
  return { ca, cert, key };
}

async function readPem(flag: string, path: string | undefined, inputs: Inputs): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  const content = await inputs.read(path).catch((error: Error) => {
    throw new ProgramError(`${flag}: cannot read ${path}: ${error.message}`, { exitCode: 2 });
  });
  if (content.includes("-----BEGIN ")) return content;
  throw new ProgramError(`${flag}: expected PEM ("-----BEGIN …") in ${path}, got something else`, { exitCode: 2 });
}

/** Whether calls are encrypted, for the report; nothing where the control plane decides. */
export function tlsOf({ tls }: Security, target: string): { readonly tls?: boolean } {
  return parseTarget(target)?.kind === "xds" ? {} : { tls: tls !== undefined };
}

/** As the fast transport is told, which connects to addresses: the names in the certificate and in the calls are the target's. */
export function forWire({ tls, authority, keepaliveMs }: Security, target: string): Omit<ConnectOptions, "target"> {
  const [, hostPort, name] = /^dns:(?:\/\/[^/]*\/)?(([^:/]+)(?::\d+)?)$/.exec(target) ?? [];
  return {
    ...(tls && { tls: wireTls({ ...tls, serverName: tls.serverName ?? name }) }),
    ...((authority ?? hostPort) !== undefined && { authority: authority ?? hostPort }),
    ...(keepaliveMs !== undefined && {
      keepalive: { intervalMs: keepaliveMs, timeoutMs: pingTimeoutMs, withoutCalls: true },
    }),
  };
}

function wireTls({ ca, cert, key, serverName, verify }: Tls) {
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(serverName !== undefined && { servername: serverName }),
    rejectUnauthorized: verify,
  };
}

/** As grpc-js is told. */
export function forGrpcJs(security: Security): { credentials: ChannelCredentials; options: ChannelOptions } {
  const { tls, authority, keepaliveMs } = security;
  return {
    credentials:
      tls === undefined
        ? credentials.createInsecure()
        : credentials.createSsl(tls.ca ?? null, tls.key ?? null, tls.cert ?? null, { rejectUnauthorized: tls.verify }),
    options: {
      ...(tls?.serverName !== undefined && { "grpc.ssl_target_name_override": tls.serverName }),
      ...(authority !== undefined && { "grpc.default_authority": authority }),
      ...(keepaliveMs !== undefined && {
        "grpc.keepalive_time_ms": keepaliveMs,
        "grpc.keepalive_timeout_ms": pingTimeoutMs,
        "grpc.keepalive_permit_without_calls": 1,
      }),
    },
  };
}
