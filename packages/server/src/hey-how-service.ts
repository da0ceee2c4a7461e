import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type {
  ListenRequest,
  ListenResponse,
  Replica,
  SayRequest,
  SayResponse,
  TalkRequest,
  TalkResponse,
  TellRequest,
  TellResponse,
} from "@hey/proto/v1";
import type { CallContext, Handlers } from "@hey/rpc";
import { answerSay, checkSay, failByChance, onward, troubleFor } from "./greeting.ts";
import { listening } from "./listening.ts";
import type { NextHop } from "./next-hop.ts";
import { pause } from "./pause.ts";
import { talking } from "./talking.ts";
import { telling } from "./telling.ts";

/** What heyhow.v1.HeyHowService needs: who it is, the time in nanoseconds since the epoch, and where it hops to. */
export interface HeyHowParts {
  readonly replica: Replica;
  nowNs(): bigint;
  readonly next: NextHop;
  /** Told the name of a streaming call's conversation, for the log. */
  named(context: CallContext, conversation: string): void;
}

/** heyhow.v1.HeyHowService: the rules joined to their calls. */
export function createHeyHowService(handlers: Handlers, parts: HeyHowParts): UntypedServiceImplementation {
  const { replica, nowNs, next } = parts;
  const party = (context: CallContext) => ({ replica, nowNs, named: (id: string) => parts.named(context, id) });

  async function say(request: SayRequest, context: CallContext): Promise<SayResponse> {
    const receivedAtNs = nowNs();
    const remainingMs = context.remainingMs();
    checkSay(request);
    let further: SayResponse | undefined;
    if (request.hops > 0) further = await next.say(onward(request), context);
    else {
      const { workNs, failPercent } = troubleFor(request, replica);
      if (workNs > 0n) await pause(workNs, context.signal);
      failByChance(failPercent, Math.random());
    }
    const remainingNs = remainingMs === undefined ? undefined : BigInt(Math.round(remainingMs * 1e6));
    return answerSay(request, { replica, receivedAtNs, answeredAtNs: nowNs(), remainingNs }, further);
  }

  return {
    say: handlers.unary<SayRequest, SayResponse>(say),
    listen: handlers.serverStream<ListenRequest, ListenResponse>((request, context) =>
      listening(request, { ...party(context), pause: (ns) => pause(ns, context.signal) }),
    ),
    tell: handlers.clientStream<TellRequest, TellResponse>((requests, context) => telling(requests, party(context))),
    talk: handlers.bidi<TalkRequest, TalkResponse>((requests, context) => talking(requests, party(context))),
  };
}
