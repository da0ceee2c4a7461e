import { Client, credentials } from "@grpc/grpc-js";
import type {
  ListenRequest,
  ListenResponse,
  SayRequest,
  SayResponse,
  TalkRequest,
  TalkResponse,
  TellRequest,
  TellResponse,
} from "@hey/proto/v1";
import { HeyHowService } from "@hey/proto/v1";
import type { CallContext } from "./call-context.ts";
import { createHandlers, type HandlerOptions } from "./handlers.ts";
import { type DrainTimes, listen } from "./listen.ts";

/** What the test wants the server to do; a method left out fails its call. */
export interface Script {
  readonly say?: (request: SayRequest, context: CallContext) => SayResponse | Promise<SayResponse>;
  readonly listen?: (request: ListenRequest, context: CallContext) => AsyncIterable<ListenResponse>;
  readonly tell?: (requests: AsyncIterable<TellRequest>, context: CallContext) => TellResponse | Promise<TellResponse>;
  readonly talk?: (requests: AsyncIterable<TalkRequest>, context: CallContext) => AsyncIterable<TalkResponse>;
}

export interface ScriptOptions extends HandlerOptions {
  readonly drain?: DrainTimes;
  readonly endStreamsOnDrain?: AbortController;
  /** Default: true. */
  readonly cutOff?: boolean;
}

/** A real server on a port of the system's choice that plays a script, and a client of it. For this package's tests. */
export async function startScript(script: Script, options: ScriptOptions = {}) {
  const { drain = { noticeMs: 0, drainMs: 0 }, endStreamsOnDrain, cutOff = true, ...handlerOptions } = options;
  const handlers = createHandlers({ ...handlerOptions, endStreams: endStreamsOnDrain?.signal });
  const missing = () => {
    throw new Error("the script has no such method");
  };
  const implementation = {
    say: handlers.unary(script.say ?? missing),
    listen: handlers.serverStream(script.listen ?? missing),
    tell: handlers.clientStream(script.tell ?? missing),
    talk: handlers.bidi(script.talk ?? missing),
  };
  const server = await listen({
    address: "127.0.0.1:0",
    services: [[HeyHowService, implementation]],
    drain,
    endStreams: endStreamsOnDrain,
    onCutOff: cutOff ? handlers.cutOff : undefined,
  });
  const client = new Client(server.address, credentials.createInsecure());
  return {
    server,
    client,
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
