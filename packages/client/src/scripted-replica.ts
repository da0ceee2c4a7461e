import { crc32 } from "node:zlib";
import type { ServerOptions } from "@grpc/grpc-js";
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
import { type CallContext, createHandlers, type DrainTimes, type Listening, listen } from "@hey/rpc";

/** What a test wants a replica to do otherwise than the contract says. */
export interface Script {
  readonly say?: (request: SayRequest, context: CallContext) => SayResponse | Promise<SayResponse>;
  /** The numbers that a Listen sends, the last one marked so; throwing ends the stream so. */
  readonly listen?: (request: ListenRequest, context: CallContext) => AsyncIterable<bigint> | Iterable<bigint>;
  /** The numbers that a message is answered by, in this order. */
  readonly answers?: (request: TalkRequest, context: CallContext) => readonly bigint[] | Promise<readonly bigint[]>;
  /** What is summed up in place of what arrived. */
  readonly tell?: (summary: TellResponse, context: CallContext) => TellResponse | Promise<TellResponse>;
}

export interface ReplicaOptions {
  /** host:port. Default: a port of the system's choice. */
  readonly address?: string;
  readonly name?: string;
  readonly drain?: DrainTimes;
  /** Whether open streams are told UNAVAILABLE after the notice. Default: they are. */
  readonly endsStreams?: boolean;
  readonly channelOptions?: ServerOptions;
}

/** Starts a real server for tests that keeps to heyhow.v1 but for what its script says. Disposing drains it. */
export async function startReplica(script: Script = {}, options: ReplicaOptions = {}): Promise<Listening> {
  const { address = "127.0.0.1:0", name = "scripted", drain = { noticeMs: 0, drainMs: 0 } } = options;
  const replica = { name, version: "v1", zone: "a" };
  const endStreams = new AbortController();
  const { unary, serverStream, clientStream, bidi } = createHandlers({ endStreams: endStreams.signal });

  async function* listening(request: ListenRequest, context: CallContext): AsyncGenerator<ListenResponse> {
    for await (const sequence of script.listen?.(request, context) ?? honest(request, context)) {
      const last = sequence === request.lastSequence;
      yield { sequence, msg: "Let's go", replica, sentAtNs: 1n, last, padding: Buffer.alloc(0) };
    }
  }

  async function* talking(requests: AsyncIterable<TalkRequest>, context: CallContext): AsyncGenerator<TalkResponse> {
    for await (const request of requests) {
      for (const sequence of (await script.answers?.(request, context)) ?? [request.sequence]) {
        const last = sequence === request.lastSequence;
        yield { sequence, msg: "Let's go", replica, receivedAtNs: 1n, answeredAtNs: 2n, last };
      }
      if (request.sequence === request.lastSequence) return;
    }
  }

  async function telling(requests: AsyncIterable<TellRequest>, context: CallContext): Promise<TellResponse> {
    const summary = { id: "", count: 0n, checksum: 0, replica, receivedAtNs: 1n, answeredAtNs: 2n };
    for await (const { id, msg } of requests) {
      Object.assign(summary, { id, count: summary.count + 1n, checksum: crc32(msg, summary.checksum) });
    }
    return script.tell?.(summary, context) ?? summary;
  }

  const say = ({ count }: SayRequest): SayResponse => {
    return { count: count + 1n, msg: "Let's go", replica, receivedAtNs: 1n, answeredAtNs: 2n, path: [] };
  };
  return await listen({
    address,
    services: [
      [
        HeyHowService,
        {
          say: unary(script.say ?? say),
          listen: serverStream(listening),
          tell: clientStream(telling),
          talk: bidi(talking),
        },
      ],
    ],
    drain,
    endStreams: options.endsStreams === false ? undefined : endStreams,
    channelOptions: options.channelOptions,
  });
}

/** Every number from the one asked for to the last, at the pace asked for. */
async function* honest(
  { fromSequence, lastSequence, intervalNs }: ListenRequest,
  { signal }: CallContext,
): AsyncGenerator<bigint> {
  for (let sequence = fromSequence; lastSequence === 0n || sequence <= lastSequence; sequence++) {
    yield sequence;
    await new Promise((resolve) => setTimeout(resolve, Number(intervalNs) / 1e6));
    signal.throwIfAborted();
  }
}
