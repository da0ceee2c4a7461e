import type { Writable } from "node:stream";
import { CallCredentials, type ClientUnaryCall, compressionAlgorithms, Metadata, status } from "@grpc/grpc-js";
import { type Channel, openChannel, usualRetries } from "@hey/client";
import { ownConnection } from "@hey/rpc";
import type { Environment } from "@hey/runtime";
import { systemClock } from "../drive/clock.ts";
import { StreamCalls } from "../drive/stream-calls.ts";
import { AnswerChecks } from "./answer-checks.ts";
import { connected } from "./connected.ts";
import { endUnmade } from "./end-unmade.ts";
import { forGrpcJs } from "./security.ts";
import type { Transport, TransportOptions } from "./transport.ts";

/** What the four kinds of grpc-js call have in common. */
type Call = Pick<ClientUnaryCall, "cancel" | "getPeer">;

const asIs = (bytes: Buffer) => bytes;

/** What grpc-js makes of a target, the connections as many channels. Rejects with a ProgramError of exit code 3. */
export async function openGrpcJs(options: TransportOptions, env: Environment): Promise<Transport> {
  const { target, connections, connectTimeoutMs, signal, security, streamWindowBytes } = options;
  const limits = {
    "grpc-node.flow_control_window": streamWindowBytes,
    "grpc.max_receive_message_length": options.maxReceiveBytes,
    "grpc.max_send_message_length": options.maxSendBytes,
    ...(options.compress === "gzip" && { "grpc.default_compression_algorithm": compressionAlgorithms.gzip }),
  };
  const { credentials, options: secured } = forGrpcJs(security);
  const retries = options.retries === 0 ? undefined : { ...usualRetries, attempts: options.retries + 1 };
  const channels: Channel[] = [];
  const close = () => {
    for (const channel of channels) channel.close();
  };
  try {
    for (let index = 0; index < connections; index++) {
      channels.push(
        await openChannel({
          target,
          env,
          retries,
          credentials,
          options: { ...ownConnection, ...limits, ...secured },
        }),
      );
    }
    const connectMs = await Promise.all(
      channels.map(async (channel) => {
        const beganMs = performance.now();
        await connected(channel, { deadlineMs: connectTimeoutMs, signal });
        return performance.now() - beganMs;
      }),
    );
    const counts = { retries: 0 };
    return {
      engine: createEngine(channels, options, counts),
      retries: () => counts.retries,
      // Behind xds and dns there is more than one connection, and grpc-js does not tell of each.
      connectMs: /^(xds|dns|ipv4|ipv6):/.test(target) ? [] : connectMs,
      notes: () => [],
      async [Symbol.asyncDispose]() {
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Credentials that give nothing and are asked for each attempt of a call, which grpc-js tells of nowhere else. */
function attemptCounter(counts: { retries: number }): CallCredentials {
  let attempts = 0;
  return CallCredentials.createFromMetadataGenerator((_options, callback) => {
    if (attempts++ > 0) counts.retries++;
    callback(null, new Metadata());
  });
}

const nothing = Buffer.alloc(0);

function createEngine(
  channels: readonly Channel[],
  options: TransportOptions,
  counts: { retries: number },
): Transport["engine"] {
  const { path, kind, messages, shape, streamRecorder, endpoints, events, timeoutMs } = options;
  const metadata = new Metadata();
  for (const [name, value] of options.metadata.common) {
    metadata.add(name, typeof value === "string" ? value : Buffer.from(value));
  }
  const checks = options.expectations && new AnswerChecks(options.expectations);
  const calls: (Call | undefined)[] = [];
  let next = 0;

  const message = (slot: number, tag: number) => {
    const length = messages.make(slot, 0, tag);
    return Buffer.from(messages.bytes.subarray(0, length));
  };
  // Calls that send are Node streams; grpc-js's own types leave out the parts that back-pressure needs.
  const outlet = (tag: number) => calls[tag] as Call & Writable;
  const port = {
    write(tag: number, bytes: Uint8Array, length: number) {
      const call = outlet(tag);
      const goesOn = call.write(Buffer.from(bytes.subarray(0, length)));
      if (!goesOn) call.once("drain", () => calls[tag] === call && streams?.writable(tag));
      return goesOn;
    },
    finish: (tag: number) => void outlet(tag).end(),
    cancel: (tag: number) => calls[tag]?.cancel(),
  };
  const streams =
    shape &&
    new StreamCalls({
      ...{ shape, messages, port, clock: systemClock(), recorder: streamRecorder },
      isMeasured: (tag) => events.isMeasured(tag),
    });
  const began = (tag: number, slot: number, call: Call) => {
    calls[tag] = call;
    // Writing to a call that is over must not end the process.
    if (shape?.sends) outlet(tag).on("error", () => {});
    streams?.begin(tag, slot);
    return true;
  };
  const taken = (tag: number, call: Call, bytes: Uint8Array | undefined) => {
    if (calls[tag] !== call || streams?.isCut(tag)) return;
    const now = performance.now();
    if (bytes !== undefined) checks?.message(tag, bytes);
    events.onMessage(tag, now);
    if (bytes !== undefined) streams?.received(tag, bytes, 0, bytes.length, now);
  };
  const named = (endpoint: number, bytes: Uint8Array | undefined) => {
    if (bytes !== undefined && endpoints.isNameless(endpoint)) options.onFirstAnswer(endpoint, bytes);
  };
  const end = (tag: number, call: Call, code: number, details: string, answer: Uint8Array | undefined) => {
    if (calls[tag] !== call) return;
    // grpc-js hands on whatever number a server gives; gRPC has UNKNOWN for those it does not have, and ours beside them are no server's.
    const known = code in status ? code : status.UNKNOWN;
    const ended = streams === undefined ? known : streams.end(tag, known);
    calls[tag] = undefined;
    const endpoint = endpoints.numberOf(addressOf(call.getPeer()));
    named(endpoint, answer);
    const unmet = checks?.unmet(tag, ended);
    events.onEnd(
      tag,
      checks?.codeOf(ended, unmet) ?? ended,
      endpoint,
      performance.now(),
      unmet ?? streams?.refusal(tag) ?? details,
    );
  };

  return {
    name: "grpc-js",
    start(tag, slot) {
      checks?.begin(tag);
      let request = nothing;
      try {
        if (shape?.sends !== true) request = message(slot, tag);
      } catch (error) {
        return endUnmade(events, tag, error);
      }
      const channel = channels[next++ % channels.length] as Channel;
      // A copy each: grpc-js's filters write into what they are given.
      const sent = metadata.clone();
      for (const [name, value] of options.metadata.own?.(slot, tag) ?? []) {
        sent.add(name, typeof value === "string" ? value : Buffer.from(value));
      }
      const grpcOptions = {
        credentials: attemptCounter(counts),
        ...(timeoutMs === Number.POSITIVE_INFINITY ? {} : { deadline: Date.now() + timeoutMs }),
      };
      if (kind === "unary" || kind === "client_streaming") {
        const settle = (error: { code: number; details: string } | null, answer?: Buffer) => {
          if (error === null) taken(tag, call, answer);
          end(tag, call, error?.code ?? status.OK, error?.details ?? "", answer);
        };
        const call: Call =
          kind === "unary"
            ? channel.makeUnaryRequest(path, asIs, asIs, request, sent, grpcOptions, settle)
            : channel.makeClientStreamRequest(path, asIs, asIs, sent, grpcOptions, settle);
        return began(tag, slot, call);
      }
      const call =
        kind === "server_streaming"
          ? channel.makeServerStreamRequest(path, asIs, asIs, request, sent, grpcOptions)
          : channel.makeBidiStreamRequest(path, asIs, asIs, sent, grpcOptions);
      let answer: Buffer | undefined;
      call.on("data", (bytes: Buffer) => {
        answer ??= bytes;
        taken(tag, call, bytes);
      });
      call.on("error", () => {}); // The status says it too.
      call.on("status", ({ code, details }) => end(tag, call, code, details, answer));
      return began(tag, slot, call);
    },
    cancel(tag) {
      const call = calls[tag];
      streams?.forget(tag);
      calls[tag] = undefined;
      call?.cancel();
    },
  };
}

/** Before a server was picked grpc-js gives the channel's target for the peer: then nobody was reached. */
function addressOf(peer: string): string {
  if (peer.startsWith("/")) return `unix:${peer}`;
  return /^(\d+(\.\d+){3}|\[?[\da-f:.]+(%\w+)?\]?):\d+$/i.test(peer) ? peer : "";
}
