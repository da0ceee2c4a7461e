import { type ChannelCredentials, type ChannelOptions, credentials } from "@grpc/grpc-js";
import type { ParsedSettings } from "@hey/runtime";
import { ProgramError } from "@hey/runtime";
import type { ConnectOptions } from "@hey/wire";
import type { Inputs } from "../inputs.ts";
import type { transportSettings } from "../settings/transport-settings.ts";

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
    tls: wanted
      ? {
          ca: await readPem("--cacert", cacert, inputs),
          cert: await readPem("--cert", cert, inputs),
          key: await readPem("--key", key, inputs),
          serverName,
          verify: !skipVerify,
        }
      : undefined,
    authority,
    keepaliveMs,
  };
}

async function readPem(flag: string, path: string | undefined, inputs: Inputs): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  const content = await inputs.read(path).catch((error: Error) => {
    throw new ProgramError(`${flag}: cannot read ${path}: ${error.message}`, { exitCode: 2 });
  });
  if (content.includes("-----BEGIN ")) return content;
  throw new ProgramError(`${flag}: expected PEM ("-----BEGIN …") in ${path}, got something else`, { exitCode: 2 });
}

/** As the fast transport is told, which connects to addresses: the name in the certificate is the target's. */
export function forWire({ tls, authority, keepaliveMs }: Security, target: string): Omit<ConnectOptions, "target"> {
  const name = /^dns:(?:\/\/[^/]*\/)?([^:/]+)(?::\d+)?$/.exec(target)?.[1];
  return {
    ...(tls && { tls: wireTls({ ...tls, serverName: tls.serverName ?? name }) }),
    ...(authority !== undefined && { authority }),
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
