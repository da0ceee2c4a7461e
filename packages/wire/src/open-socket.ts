import net from "node:net";
import tls from "node:tls";
import { ConnectionError } from "./connection-error.ts";
import type { ByteSink } from "./http2/output.ts";

/** What TLS needs; the names and meanings are those of `tls.connect`. */
export type TlsOptions = Pick<
  tls.ConnectionOptions,
  | "ca"
  | "cert"
  | "key"
  | "passphrase"
  | "pfx"
  | "servername"
  | "rejectUnauthorized"
  | "checkServerIdentity"
  | "minVersion"
  | "ciphers"
>;

/** Where to: TCP, or a Unix socket. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** @throws TypeError for anything but `host:port`, `[v6]:port` and `unix:path`. */
export function parseTarget(target: string): Address {
  const path = /^unix:(?:\/\/(?=\/))?(.+)$/.exec(target)?.[1];
  if (path !== undefined) return { path };
  const [, v6, name, port] = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^:[\]/]+)):(\d{1,5})$/.exec(target) ?? [];
  const host = v6 ?? name;
  if (host === undefined || Number(port) > 65_535) {
    throw new TypeError(`a target is host:port or unix:path, got ${JSON.stringify(target)}`);
  }
  return { host, port: Number(port) };
}

/** Opens a socket that reads into one buffer for ever; `onRead` gets how much of it is filled. Connecting goes on in the background. */
export function openSocket(options: {
  readonly address: Address;
  readonly tls: TlsOptions | undefined;
  readonly buffer: Buffer;
  onRead(length: number): void;
}): net.Socket {
  const onread = {
    buffer: options.buffer,
    callback: (length: number): boolean => {
      options.onRead(length);
      return true;
    },
  };
  const { address } = options;
  if (options.tls === undefined) return net.connect({ ...address, noDelay: true, onread });
  const isName = "host" in address && net.isIP(address.host) === 0;
  const socket = startTls({
    ...address,
    ...(isName ? { servername: address.host } : {}),
    ...options.tls,
    ALPNProtocols: ["h2"],
    // The types leave it out; `tls.connect` hands it on to the socket like `net.connect` does.
    ...({ onread } as object),
  });
  socket.setNoDelay(true);
  socket.once("secureConnect", () => {
    if (socket.alpnProtocol === "h2") return;
    const got = socket.alpnProtocol ? JSON.stringify(socket.alpnProtocol) : "none";
    socket.destroy(new ConnectionError("tls", `expected the peer to choose h2 by ALPN, got ${got}`));
  });
  return socket;
}

/** `tls.connect` throws for a certificate or a key that it does not take. */
function startTls(options: tls.ConnectionOptions): tls.TLSSocket {
  try {
    return tls.connect(options);
  } catch (error) {
    throw new ConnectionError("tls", `cannot begin TLS: ${(error as Error).message}`, { cause: error });
  }
}

const nothing = new Uint8Array(0);

/**
 * Writes as `Output` wants it. A plain socket usually takes all at once, and `done` is then called without the queue and the tick
 * that a callback of `write` costs; when it does not, an empty write behind the bytes carries the callback. TLS keeps the bytes.
 */
export function byteSink(socket: net.Socket): ByteSink {
  if (socket instanceof tls.TLSSocket) return socket;
  return {
    write(bytes, done) {
      socket.write(bytes);
      if (socket.writableLength === 0) done();
      else socket.write(nothing, done);
    },
  };
}

const notTls = /wrong version number|packet length too long|record layer failure|http request|unexpected message/i;
/** What OpenSSL writes: error:number:library:function:reason:file:line. */
const opensslReason = /error:[\dA-F]+:[^:]*:[^:]*:([^:\n]+)/;

/** What of a connection's making an error has come in. */
export interface SocketStage {
  readonly target: string;
  readonly usesTls: boolean;
  /** The peer's SETTINGS have come. */
  readonly settled: boolean;
}

/** A socket's error in our words. */
export function explainSocketError(error: NodeJS.ErrnoException, stage: SocketStage): ConnectionError {
  if (error instanceof ConnectionError) return error;
  const { target, usesTls, settled } = stage;
  const cause = { cause: error };
  if (usesTls && isOfTls(error)) {
    if (notTls.test(error.message)) {
      const message = `expected TLS from ${target}, got something else: does it speak plain text?`;
      return new ConnectionError("tls", message, cause);
    }
    const reason = opensslReason.exec(error.message)?.[1] ?? error.message;
    return new ConnectionError("tls", `cannot agree on TLS with ${target}: ${reason}`, cause);
  }
  if (settled) return new ConnectionError("lost", `the connection to ${target} broke: ${error.message}`, cause);
  // Several addresses of a name tried in vain come as one error whose own message is empty.
  const causes =
    error instanceof AggregateError ? error.errors.map((each: Error) => each.message).join("; ") : error.message;
  return new ConnectionError("unreachable", `cannot connect to ${target}: ${causes}`, cause);
}

/** Errors of the network come from a system call and name it; OpenSSL's come as EPROTO of one, or without any, as do those of certificates. */
function isOfTls(error: NodeJS.ErrnoException): boolean {
  if (error.code === "EPROTO") return true;
  return error.syscall === undefined && error.code !== "ECONNRESET" && !(error instanceof AggregateError);
}
