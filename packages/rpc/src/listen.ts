import {
  addAdminServicesToServer,
  Server,
  ServerCredentials,
  type ServerInterceptor,
  type ServerOptions,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { handingOnUndecodable } from "./undecodable.ts";

export interface ListenOptions {
  /** host:port, where port 0 is the system's choice, or unix:path. */
  readonly address: string;
  readonly services: readonly (readonly [ServiceDefinition, UntypedServiceImplementation])[];
  readonly channelOptions?: ServerOptions | undefined;
  /** Default: no TLS. */
  readonly credentials?: ServerCredentials | undefined;
  readonly interceptors?: readonly ServerInterceptor[] | undefined;
  /** How the server leaves; all zero for one that nobody depends on. */
  readonly drain: DrainTimes;
  /** Called as the drain begins: say NOT_SERVING here. */
  readonly onDrain?: (() => void) | undefined;
  /** Aborted after the notice: the same controller whose signal the handlers have as `endStreams`. */
  readonly endStreams?: AbortController | undefined;
  /** Called when the drain's time is up and calls are still open: end them here, as `Handlers.cutOff` does. */
  readonly onCutOff?: (() => void) | undefined;
  /** Adds gRPC's admin services: channelz, and CSDS once grpc-js-xds is registered. */
  readonly admin?: boolean | undefined;
}

/** The two waits of a leaving server, in milliseconds. */
export interface DrainTimes {
  /** From NOT_SERVING until streams are ended: time for whoever steers the traffic to move it away. */
  readonly noticeMs: number;
  /** From then until what is still open is cut off. */
  readonly drainMs: number;
}

/** A server that takes calls. Disposing drains it; a second time waits for the first. */
export interface Listening extends AsyncDisposable {
  /** host:port as bound, or unix:path. */
  readonly address: string;
  /** 0 for a unix socket. */
  readonly port: number;
  readonly server: Server;
}

/** An address that cannot be had; the message says why and what to do. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** Starts a server. Rejects with a ListenError when the address cannot be had. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const {
    address,
    services,
    channelOptions = {},
    credentials = ServerCredentials.createInsecure(),
    interceptors,
  } = options;
  const server = new Server(
    interceptors === undefined ? channelOptions : { ...channelOptions, interceptors: [...interceptors] },
  );
  for (const [definition, implementation] of services) {
    server.addService(handingOnUndecodable(definition), implementation);
  }
  if (options.admin) addAdminServicesToServer(server);
  const port = await bind(server, address, credentials);
  let drained: Promise<void> | undefined;
  return {
    server,
    port,
    address: port === 0 ? address : address.replace(/:\d+$/, `:${port}`),
    [Symbol.asyncDispose]() {
      drained ??= drain(server, options);
      return drained;
    },
  };
}

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) resolve(address.startsWith("unix:") ? 0 : port);
      else reject(new ListenError(explain(address, error.message), { cause: error }));
    });
  });
}

const reasons: readonly (readonly [RegExp, string])[] = [
  [/EADDRINUSE/, "the port is taken: stop what listens there, or choose another port (0: the system's choice)"],
  [/EADDRNOTAVAIL/, "this host has no such address: choose one of its own, or 0.0.0.0 for all of them"],
  [/ENOENT|ENOTDIR/, "there is no such folder: make it first, or choose another path"],
  [
    /Name resolution failed|ENOTFOUND/,
    "no such host is known: give an address of this host, or 0.0.0.0 for all of them",
  ],
];

function explain(address: string, message: string): string {
  const forbidden = address.startsWith("unix:")
    ? "this user may not make a socket there: choose another path, in a folder that exists"
    : "this user may not: choose a port above 1023";
  const known = /EACCES|EPERM/.test(message) ? forbidden : reasons.find(([pattern]) => pattern.test(message))?.[1];
  return `cannot listen on ${address}: ${known ?? message}`;
}

/** How long the last word of a drain may take to reach the callers that it cuts off. */
const lastWordMs = 250;

async function drain(
  server: Server,
  { drain: { noticeMs, drainMs }, onDrain, endStreams, onCutOff }: ListenOptions,
): Promise<void> {
  onDrain?.();
  await pause(noticeMs);
  endStreams?.abort();
  // tryShutdown waits for every open call, for ever if need be: a stream that nobody ends never does.
  const ended = new Promise<boolean>((resolve) => server.tryShutdown(() => resolve(true)));
  if (await within(drainMs, ended)) return;
  onCutOff?.();
  if (onCutOff !== undefined && (await within(lastWordMs, ended))) return;
  server.forceShutdown();
}

/** Whether the server has ended within the time. */
async function within(ms: number, ended: Promise<boolean>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, ms, false);
  try {
    return await Promise.race([ended, late]);
  } finally {
    clearTimeout(timer);
  }
}

function pause(ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
