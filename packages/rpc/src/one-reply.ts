import type { Writable } from "node:stream";
import type { Client, MethodDefinition, ServiceError } from "@grpc/grpc-js";
import { attend, type CallOptions, cancelled, grpcArguments } from "./call-options.ts";
import { toStatusError } from "./convert-status.ts";
import { sendMessages } from "./send-messages.ts";

/** Calls a unary method. Rejects with a StatusError. */
export async function callUnary<Req, Res>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<Req, Res>,
  request: Req,
  options: CallOptions,
): Promise<Res> {
  const [metadata, grpcOptions] = grpcArguments(options);
  const { promise, settle } = reply<Res>(options);
  attend(
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, grpcOptions, settle),
    options,
  );
  return await promise;
}

/**
 * Calls a client-streaming method; the messages are taken as fast as the server takes them. Rejects with a StatusError,
 * or with what the messages threw.
 */
export async function callClientStream<Req, Res>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<Req, Res>,
  requests: AsyncIterable<Req>,
  options: CallOptions,
): Promise<Res> {
  const [metadata, grpcOptions] = grpcArguments(options);
  const { promise, settle } = reply<Res>(options);
  const call = client.makeClientStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    metadata,
    grpcOptions,
    settle,
  );
  attend(call, options);
  call.on("error", () => {}); // writing to a call that is over must not end the process; the reply tells why it is
  // grpc-js's call is a Writable; its own type leaves out the parts that back-pressure needs.
  using sending = sendMessages(call as unknown as Writable & { cancel(): void }, requests);
  try {
    return await promise;
  } catch (error) {
    throw sending.failure === undefined ? error : sending.failure.thrown;
  }
}

function reply<Res>({ signal }: CallOptions) {
  const { promise, resolve, reject } = Promise.withResolvers<Res>();
  return {
    promise,
    settle(error: ServiceError | null, response?: Res) {
      if (error === null)
        resolve(response as Res); // grpc-js gives one whenever there is no error
      else reject(signal?.aborted ? cancelled(signal) : toStatusError(error));
    },
  };
}
