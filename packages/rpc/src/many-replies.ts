import type { Duplex, Readable } from "node:stream";
import type { Client, MethodDefinition } from "@grpc/grpc-js";
import { attend, type CallOptions, cancelled, grpcArguments } from "./call-options.ts";
import { toStatusError } from "./convert-status.ts";
import { readMessages } from "./messages.ts";
import { sendMessages } from "./send-messages.ts";

type Cancellable = { cancel(): void };

const never = new AbortController().signal;

/**
 * Calls a server-streaming method. The call begins when the first message is asked for and ends with the loop, by
 * `break` and `throw` too. Throws a StatusError.
 */
export async function* callServerStream<Req, Res>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<Req, Res>,
  request: Req,
  options: CallOptions,
): AsyncGenerator<Res, void, undefined> {
  const [metadata, grpcOptions] = grpcArguments(options);
  const call = client.makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    request,
    metadata,
    grpcOptions,
  );
  attend(call, options);
  yield* replies<Res>(call as unknown as Readable & Cancellable, options);
}

/**
 * Calls a bidirectional method. The call begins when the first answer is asked for and ends with the loop, by `break`
 * and `throw` too. Throws a StatusError, or what the requests threw.
 */
export async function* callBidi<Req, Res>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<Req, Res>,
  requests: AsyncIterable<Req>,
  options: CallOptions,
): AsyncGenerator<Res, void, undefined> {
  const [metadata, grpcOptions] = grpcArguments(options);
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata, grpcOptions);
  attend(call, options);
  const duplex = call as unknown as Duplex & Cancellable;
  using sending = sendMessages(duplex, requests);
  try {
    yield* replies<Res>(duplex, options);
  } catch (error) {
    throw sending.failure === undefined ? error : sending.failure.thrown;
  }
}

// grpc-js's calls are Node streams; their own types leave out the parts that reading by hand needs.
async function* replies<Res>(
  call: Readable & Cancellable,
  { signal }: CallOptions,
): AsyncGenerator<Res, void, undefined> {
  try {
    yield* readMessages<Res>(call, never);
  } catch (error) {
    throw signal?.aborted ? cancelled(signal) : toStatusError(error);
  } finally {
    // Leaving a loop does not end a call of grpc-js: the server would go on producing. After its end this does nothing.
    call.cancel();
  }
}
