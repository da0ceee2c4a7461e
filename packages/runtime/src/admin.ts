import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { addressForm, formatAddress, parseAddress } from "./address.ts";
import { ProgramError } from "./failures.ts";
import type { Registry } from "./metrics.ts";

export interface AdminOptions {
  /** host:port, where port 0 is the system's choice, or unix:path. */
  readonly address: string;
  /** False when only a restart can help. */
  live(): boolean;
  /** False, or the reason in words, while the program should get no work. */
  ready(): boolean | string;
  readonly metrics: Registry;
}

/** An open admin port. Disposing closes it. */
export interface Admin extends AsyncDisposable {
  /** host:port as bound, or unix:path. */
  readonly address: string;
  /** 0 for a Unix socket. */
  readonly port: number;
}

const timeLimitMs = 5_000;
const closeLimitMs = 1_000;

/** Opens the HTTP port for /livez, /readyz and /metrics. Rejects with a ProgramError when the address cannot be had. */
export async function listenAdmin(options: AdminOptions): Promise<Admin> {
  const wanted = parseAddress(options.address);
  if (wanted === undefined) throw new ProgramError(`cannot listen on ${options.address}: expected ${addressForm}`);
  const server = createServer(
    {
      headersTimeout: timeLimitMs,
      requestTimeout: timeLimitMs,
      keepAliveTimeout: timeLimitMs,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 8_192,
    },
    (request, response) => {
      answer(options, request, response).catch(() => {
        if (response.headersSent) response.destroy();
        else send(response, 500, "could not be found out\n");
      });
    },
  );
  server.maxConnections = 64;
  server.listen(wanted.kind === "unix" ? { path: wanted.path } : { host: wanted.host, port: wanted.port });
  try {
    await once(server, "listening");
  } catch (error) {
    throw new ProgramError(`cannot listen on ${options.address}: ${explain(error)}`, { cause: error });
  }
  // A TCP server's address is an object, a Unix socket's a text.
  const port = wanted.kind === "unix" ? 0 : (server.address() as AddressInfo).port;
  return {
    port,
    address: formatAddress(wanted.kind === "unix" ? wanted : { ...wanted, port }),
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      const cutOff = setTimeout(() => server.closeAllConnections(), closeLimitMs);
      await closed;
      clearTimeout(cutOff);
    },
  };
}

async function answer(options: AdminOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? "").split("?", 1)[0];
  if (path !== "/livez" && path !== "/readyz" && path !== "/metrics") {
    send(response, 404, `there is no ${path}; there are /livez, /readyz and /metrics\n`);
  } else if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    send(response, 405, `${path} takes GET and HEAD; got ${request.method}\n`);
  } else if (path === "/livez") {
    if (options.live()) send(response, 200, "live\n");
    else send(response, 503, "not live\n");
  } else if (path === "/readyz") {
    const ready = options.ready();
    if (ready === true) send(response, 200, "ready\n");
    else send(response, 503, `${ready === false ? "not ready" : ready}\n`);
  } else {
    send(response, 200, await options.metrics.metrics(), options.metrics.contentType);
  }
}

function send(response: ServerResponse, statusCode: number, body: string, type = "text/plain; charset=utf-8"): void {
  response.writeHead(statusCode, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
  });
  response.end(body);
}

function explain(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") {
    return "the port is taken; stop what listens there, or choose another port (0: the system's choice)";
  }
  if (code === "EACCES") return "this user may not; choose a port above 1023, or a path that it may write to";
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return "this machine has no such address";
  return error instanceof Error ? error.message : String(error);
}
