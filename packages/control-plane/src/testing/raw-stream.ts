import { once } from "node:events";
import type { Duplex } from "node:stream";
import type { Client, MethodDefinition, StatusObject } from "@grpc/grpc-js";

/** How long a test waits for what must happen. */
const limitMs = 5_000;

/** A bidirectional stream that is read only when the test says so. For tests. */
export function openRawStream<Req, Res>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<Req, Res>,
) {
  const call = client.makeBidiStreamRequest<Req, Res>(path, requestSerialize, responseDeserialize);
  const { promise: ended, resolve: end } = Promise.withResolvers<StatusObject>();
  call.on("status", end);
  call.on("error", () => {}); // the status says it
  const readable = call as unknown as Duplex;
  return {
    call,
    /** Resolves to the status of the stream's end. */
    ended,
    send: (request: Req) => call.write(request),
    async next(): Promise<Res> {
      const signal = AbortSignal.timeout(limitMs);
      for (;;) {
        const message: Res | null = readable.read();
        if (message !== null) return message;
        await once(readable, "readable", { signal });
      }
    },
  };
}
