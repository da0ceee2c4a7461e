import { CallError } from "./call-error.ts";
import type { Connection } from "./connection.ts";
import { type CallOptions, Conversation, type Method } from "./conversation.ts";
import { Status } from "./grpc/status.ts";

/** One request, one answer. Rejects with CallError. */
export async function callUnary<Req, Res>(
  connection: Connection,
  method: Method<Req, Res>,
  request: Req,
  options: CallOptions = {},
): Promise<Res> {
  const conversation = new Conversation(connection, method, options);
  conversation.start(request, () => {});
  return onlyAnswer(conversation);
}

/** One request, any number of answers. The iterator throws CallError; leaving the loop cancels the call. */
export function callServerStream<Req, Res>(
  connection: Connection,
  method: Method<Req, Res>,
  request: Req,
  options: CallOptions = {},
): AsyncIterable<Res> {
  return answers(() => {
    const conversation = new Conversation(connection, method, options);
    conversation.start(request, () => {});
    return conversation;
  });
}

/** Any number of requests, one answer. Rejects with CallError, or with what `requests` threw. */
export async function callClientStream<Req, Res>(
  connection: Connection,
  method: Method<Req, Res>,
  requests: AsyncIterable<Req> | Iterable<Req>,
  options: CallOptions = {},
): Promise<Res> {
  const conversation = new Conversation(connection, method, options);
  const sent = startWith(conversation, requests);
  try {
    return await onlyAnswer(conversation);
  } catch (error) {
    throw sent.failure() ?? error;
  }
}

/** Any number of requests and of answers. The iterator throws CallError, or what `requests` threw; leaving the loop cancels the call. */
export function callBidi<Req, Res>(
  connection: Connection,
  method: Method<Req, Res>,
  requests: AsyncIterable<Req> | Iterable<Req>,
  options: CallOptions = {},
): AsyncIterable<Res> {
  let sent: Sending | undefined;
  return answers(
    () => {
      const conversation = new Conversation(connection, method, options);
      sent = startWith(conversation, requests);
      return conversation;
    },
    (error) => sent?.failure() ?? error,
  );
}

/** "Response cardinality violation": UNIMPLEMENTED (grpc: doc/statuscodes.md). */
async function onlyAnswer<Req, Res>(conversation: Conversation<Req, Res>): Promise<Res> {
  const { inbox } = conversation;
  const first = await inbox.next();
  const second = first.done ? first : await inbox.next();
  if (!first.done && second.done) return first.value;
  const details = `expected one answer, got ${first.done ? "none" : "more"}`;
  conversation.cancel(details);
  throw new CallError({ code: Status.UNIMPLEMENTED, details });
}

function answers<Req, Res>(
  begin: () => Conversation<Req, Res>,
  explain?: (error: unknown) => unknown,
): AsyncIterable<Res> {
  return {
    [Symbol.asyncIterator](): AsyncIterator<Res, undefined> {
      const conversation = begin();
      const { inbox } = conversation;
      return {
        next:
          explain === undefined
            ? () => inbox.next()
            : () => inbox.next().catch((error) => Promise.reject(explain(error))),
        return: () => {
          inbox.leave();
          conversation.cancel("the reader left");
          return Promise.resolve({ done: true, value: undefined });
        },
      };
    },
  };
}

/** The sending half of a call. `failure` is what the requests' own iterator threw, once it has come to its end. */
interface Sending {
  failure(): unknown;
}

function startWith<Req, Res>(
  conversation: Conversation<Req, Res>,
  requests: AsyncIterable<Req> | Iterable<Req>,
): Sending {
  let failure: unknown;
  const sendAll = async () => {
    try {
      for await (const request of requests) {
        if (conversation.over) return;
        await conversation.send(request);
      }
      conversation.finish();
    } catch (error) {
      failure = error;
      conversation.cancel("the requests failed");
    }
  };
  conversation.start(undefined, () => void sendAll());
  return { failure: () => failure };
}
