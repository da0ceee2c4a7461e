import { status } from "@grpc/grpc-js";
import type { Replica } from "@hey/proto/v1";
import { StatusError } from "@hey/rpc";
import type { Resumption } from "./resume.ts";
import type { Stage } from "./stage.ts";
import { createTally } from "./tally.ts";

/** How conversations are held. */
export interface ConversationPlan {
  /** Begins every conversation's id, so that those of different clients differ. */
  readonly idPrefix: string;
  /** How many messages each has: its end is known before it begins. */
  readonly messages: number;
  readonly intervalMs: number;
}

const tellMessages = 20;
const tellDeadlineMs = 10_000;
/** After a failure for good, so that a replica that refuses is not asked in a tight loop. */
const afterFailureMs = 1_000;

/** One conversation after another, Listen and Talk in turn and every third a Tell, until the stop. */
export async function holdConversations(stage: Stage, plan: ConversationPlan, place: number): Promise<void> {
  const kinds = [listenOnce, talkOnce, tellOnce];
  for (let number = place; !stage.stop.aborted; number++) {
    const id = `${plan.idPrefix}-${place}-${number - place + 1}`;
    const kind = kinds[number % kinds.length] ?? listenOnce;
    if (!(await kind(stage, plan, id))) await stage.clock.pause(afterFailureMs, stage.stop).catch(() => {});
  }
}

/** Resolves to whether the conversation ended otherwise than by failing; so do the others. */
async function listenOnce(stage: Stage, { messages, intervalMs }: ConversationPlan, id: string): Promise<boolean> {
  const lastSequence = BigInt(messages);
  const wish = { conversationId: id, lastSequence, intervalNs: BigInt(Math.round(intervalMs * 1e6)) };
  // A Listen cannot be asked to end sooner; it is left where it is, and was asked for no more than had arrived.
  return await follow(stage, {
    id,
    leave: stage.stop,
    start: (options) => stage.heyHow.listen(wish, options),
    asked: () => lastSequence,
  });
}

async function talkOnce(stage: Stage, { messages, intervalMs }: ConversationPlan, id: string): Promise<boolean> {
  let asked = 0n;
  async function* say() {
    for (let number = 1; number <= messages; number++) {
      asked++;
      yield `hey ${number}`;
      try {
        await stage.clock.pause(intervalMs, stage.stop);
      } catch {
        return; // Stopped: whatever was said is still waited for.
      }
    }
  }
  const wish = { conversationId: id, lastSequence: BigInt(messages), messages: say() };
  return await follow(stage, {
    id,
    leave: stage.cut,
    start: (options) => stage.heyHow.talk(wish, options),
    asked: () => asked,
  });
}

interface Numbered {
  readonly sequence: bigint;
  readonly replica: Replica | undefined;
}

async function follow(
  { score, clock }: Stage,
  conversation: {
    readonly id: string;
    /** When to leave it although it has not ended. */
    readonly leave: AbortSignal;
    start(options: { signal: AbortSignal; onResumed(resumption: Resumption): void }): AsyncIterable<Numbered>;
    /** The highest number that was asked for. */
    asked(): bigint;
  },
): Promise<boolean> {
  const { id, leave } = conversation;
  const tally = createTally();
  const end = score.converse(tally);
  let from = "";
  let resumed: Resumption | undefined;
  const options = {
    signal: leave,
    onResumed(resumption: Resumption) {
      if (resumption.renewal) score.renewed();
      else resumed = resumption;
    },
  };
  try {
    for await (const { sequence, replica } of conversation.start(options)) {
      const nowMs = clock.nowMs();
      const name = replica?.name ?? "";
      tally.receive(sequence);
      if (replica !== undefined) score.heard(replica, nowMs);
      if (resumed !== undefined) {
        const { gapMs, attempts } = resumed;
        const code = status[resumed.code];
        score.reconnected({ atMs: nowMs, conversationId: id, from, to: name, code, gapMs, attempts });
        resumed = undefined;
      }
      from = name;
    }
    end("whole", conversation.asked());
    return true;
  } catch (error) {
    if (leave.aborted) {
      end("cut", tally.highest);
      return true;
    }
    if (!(error instanceof StatusError)) throw error;
    end("failed", conversation.asked());
    score.problem(`conversation: ${status[error.code]}: ${error.message}`);
    return false;
  }
}

async function tellOnce({ heyHow, score, cut }: Stage, _: ConversationPlan, id: string): Promise<boolean> {
  const messages = Array.from({ length: tellMessages }, (_, index) => `hey ${index + 1}`);
  const onResent = () => score.told("resent");
  try {
    await heyHow.tell({ id, messages }, { deadlineMs: tellDeadlineMs, signal: cut, onResent });
    score.told("whole");
    return true;
  } catch (error) {
    if (cut.aborted) return true;
    if (!(error instanceof StatusError)) throw error;
    score.told(error.code === status.DATA_LOSS ? "wrong" : "failed");
    score.problem(`Tell: ${status[error.code]}: ${error.message}`);
    return false;
  }
}
