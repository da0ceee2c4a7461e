import type { Writable } from "node:stream";
import type {
  handleBidiStreamingCall,
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  ServerDuplexStream,
  ServerWritableStream,
} from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import { abortRace } from "./abort-race.ts";
import type { CallContext } from "./call-context.ts";
import { beginCall, type CallLife, type OpenCalls, type StreamLimits } from "./call-life.ts";
import { readMessages, writeMessages } from "./messages.ts";
import type { CallObserver } from "./observer.ts";
import { StatusError } from "./status-error.ts";
import { decoded } from "./undecodable.ts";

export interface HandlerOptions extends StreamLimits {
  readonly observer?: CallObserver;
}

type Awaitable<T> = T | Promise<T>;

/** The four kinds of handler as functions over promises and async iterables. */
export interface Handlers {
  unary<Req, Res>(method: (request: Req, context: CallContext) => Awaitable<Res>): handleUnaryCall<Req, Res>;
  serverStream<Req, Res>(
    method: (request: Req, context: CallContext) => AsyncIterable<Res>,
  ): handleServerStreamingCall<Req, Res>;
  clientStream<Req, Res>(
    method: (requests: AsyncIterable<Req>, context: CallContext) => Awaitable<Res>,
  ): handleClientStreamingCall<Req, Res>;
  bidi<Req, Res>(
    method: (requests: AsyncIterable<Req>, context: CallContext) => AsyncIterable<Res>,
  ): handleBidiStreamingCall<Req, Res>;
  /** Ends every call that is still open with UNAVAILABLE, unary ones too, and says how many: a drain's last word. */
  cutOff(): number;
}

/**
 * Makes the adapters between grpc-js's callbacks and functions over promises. They own the promise, which grpc-js
 * ignores; turn what is thrown into a status; hold the producer back to the reader's pace; and stop the work when the
 * caller is gone, the deadline has passed or the server ends its streams.
 */
export function createHandlers({ observer, ...limits }: HandlerOptions = {}): Handlers {
  const open: OpenCalls = new Set();
  return {
    unary: (method) => (call, reply) => {
      const life = beginCall({ call, sendStatus: reply, observer, open });
      Promise.try(() => method(decoded(call.request), life.context)).then(
        (response) => life.succeed(() => reply(null, response, life.context.trailers)),
        (thrown) => life.fail(thrown),
      );
    },
    clientStream: (method) => (call, reply) => {
      const life = beginCall({ call, sendStatus: reply, observer, open, limits });
      overtakenByEnd(life, () => Promise.try(method, readMessages(call, life.context.signal), life.context)).then(
        (response) => life.succeed(() => reply(null, response, life.context.trailers)),
        (thrown) => life.fail(thrown),
      );
    },
    serverStream: (method) => (call) => {
      const life = beginCall({ call, sendStatus: (status) => call.emit("error", status), observer, open, limits });
      answer(call, life, () => method(decoded(call.request), life.context));
    },
    bidi: (method) => (call) => {
      const life = beginCall({ call, sendStatus: (status) => call.emit("error", status), observer, open, limits });
      answer(call, life, () => method(readMessages(call, life.context.signal), life.context));
    },
    cutOff() {
      const calls = [...open];
      const reason = new StatusError(status.UNAVAILABLE, "cut off: this replica went away before the call was done");
      for (const end of calls) end(reason);
      return calls.length;
    },
  };
}

/** What the work gives, unless the call ends first: a handler that waits for something else must not outlive its call. */
async function overtakenByEnd<T>({ context }: CallLife, work: () => Promise<T>): Promise<T> {
  using overtaken = abortRace(context.signal);
  return await overtaken.race(work());
}

function answer<Req, Res>(
  call: ServerWritableStream<Req, Res> | ServerDuplexStream<Req, Res>,
  life: CallLife,
  produce: () => AsyncIterable<Res>,
): void {
  // Both kinds of call are Writable; grpc-js's own types leave out the parts of it that back-pressure needs.
  const writable = call as unknown as Writable;
  Promise.try(() => writeMessages(writable, produce(), life.context.signal)).then(
    () => life.succeed(() => call.end(life.context.trailers)),
    (thrown) => life.fail(thrown),
  );
}
