import { createServer, type Server as TcpServer } from "node:net";
import type { ServerOptions } from "@grpc/grpc-js";
import { type HeyHow, TutorialPackageService, TutorialService } from "@hey/proto/tutorial";
import { HeyHowService, type ListenRequest, type SayRequest, type TalkRequest, type TellRequest } from "@hey/proto/v1";
import { type CallContext, createHandlers, type Listening, listen } from "@hey/rpc";

/** A real server for tests. Its answers are those of the contracts; `say` may be replaced. */
export interface TestServer extends AsyncDisposable {
  readonly address: string;
  /** Every unary call as it came. */
  readonly calls: { readonly request: SayRequest; readonly context: CallContext }[];
  /** How many connections were ever made. */
  readonly connections: () => number;
}

export interface TestServerOptions {
  readonly name?: string;
  readonly address?: string;
  readonly channelOptions?: ServerOptions;
  /** Thrown or awaited before a Say is answered. */
  say?(request: SayRequest, context: CallContext): void | Promise<void>;
  /** Thrown when all messages of a Listen are sent. */
  afterListen?(): void;
}

/** Starts a server on a port of the system's choice. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { name = "replica-1", address = "127.0.0.1:0", channelOptions } = options;
  const replica = { name, version: "v1", zone: "a" };
  const calls: TestServer["calls"] = [];
  const callers = new Set<string>();
  const { unary, serverStream, clientStream, bidi } = createHandlers({});

  const greet = ({ count }: HeyHow) => ({ count: count + 1, msg: "Let's go", anything: name });
  async function* listening({ lastSequence }: ListenRequest) {
    for (let sequence = 1n; sequence <= lastSequence; sequence++) {
      const last = sequence === lastSequence;
      yield { sequence, msg: "Let's go", replica, sentAtNs: 1n, last, padding: Buffer.alloc(0) };
    }
    options.afterListen?.();
  }
  async function* talking(requests: AsyncIterable<TalkRequest>) {
    for await (const { sequence } of requests) {
      yield { sequence, msg: "Let's go", replica, receivedAtNs: 1n, answeredAtNs: 1n, last: false };
    }
  }
  async function telling(requests: AsyncIterable<TellRequest>) {
    let count = 0n;
    for await (const _request of requests) count++;
    return { id: "", count, checksum: 0, replica, receivedAtNs: 1n, answeredAtNs: 1n };
  }
  const server: Listening = await listen({
    address,
    services: [
      [TutorialService, { heyhow: unary(greet) }],
      [TutorialPackageService, { heyhow: unary(greet) }],
      [
        HeyHowService,
        {
          say: unary(async (request: SayRequest, context) => {
            calls.push({ request, context });
            callers.add(context.peer);
            await options.say?.(request, context);
            return {
              count: request.count + 1n,
              msg: "Let's go",
              replica,
              receivedAtNs: 1n,
              answeredAtNs: 1n,
              path: [],
            };
          }),
          listen: serverStream(listening),
          talk: bidi(talking),
          tell: clientStream(telling),
        },
      ],
    ],
    drain: { noticeMs: 0, drainMs: 0 },
    ...(channelOptions === undefined ? {} : { channelOptions }),
  });
  return {
    address: server.address,
    calls,
    connections: () => callers.size,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A peer that takes connections and says nothing, or what it is told to say. */
export async function startPeer(greeting = ""): Promise<AsyncDisposable & { readonly address: string }> {
  const sockets = new Set<{ destroy(): void }>();
  const server: TcpServer = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    if (greeting !== "") socket.once("data", () => socket.write(greeting));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");
  return {
    address: `127.0.0.1:${bound.port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
