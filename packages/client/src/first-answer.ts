import { status } from "@grpc/grpc-js";
import { StatusError } from "@hey/rpc";
import { formatDuration, ProgramError } from "@hey/runtime";
import type { HeyHow } from "./hey-how.ts";

/** How long to ask for the reason once the time is up. */
const reasonMs = 1_000;

/**
 * Waits until the target has answered a call, which is when everything on the way to it is up. Rejects with a
 * ProgramError that says what was tried and what came instead, at once when waiting cannot help.
 */
export async function firstAnswer(
  heyHow: HeyHow,
  { target, timeoutMs, signal }: { readonly target: string; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const startedAtMs = performance.now();
  for (;;) {
    const leftMs = timeoutMs - (performance.now() - startedAtMs);
    const error = await failureOf(heyHow, { deadlineMs: Math.max(1, leftMs), waitForReady: true, signal });
    if (error === undefined) return;
    if (signal.aborted) throw error;
    if (isFinal(error)) {
      throw new ProgramError(
        `${target}: expected a server of heyhow.v1.HeyHowService; got ${status[error.code]}: ${error.message}`,
        { cause: error },
      );
    }
    if (performance.now() - startedAtMs >= timeoutMs) break;
    // It had a connection and lost it: a replica that was just leaving.
    await new Promise((resolve) => setTimeout(resolve, Math.min(100, leftMs)));
  }
  // A call that waits for a connection is not told why there is none; one that does not wait is.
  const reason = await failureOf(heyHow, { deadlineMs: reasonMs, signal });
  if (signal.aborted) throw reason;
  if (reason === undefined) return;
  throw new ProgramError(
    `${target} gave no answer within ${formatDuration(timeoutMs)} (--ready-timeout): ${explain(target, reason)}`,
    { cause: reason },
  );
}

async function failureOf(heyHow: HeyHow, options: Parameters<HeyHow["say"]>[1]): Promise<StatusError | undefined> {
  try {
    await heyHow.say({ msg: "hey" }, options);
    return undefined;
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
}

function isFinal({ code }: StatusError): boolean {
  switch (code) {
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
    case status.CANCELLED:
    case status.RESOURCE_EXHAUSTED:
      return false;
    default:
      return true;
  }
}

function explain(target: string, { code, message }: StatusError): string {
  const words = message.replace(/\.? Resolution note: $/, "");
  if (words.includes("Protocol error"))
    return `${words}. What answers there does not speak HTTP/2: is it a gRPC server?`;
  // A control plane that answered, and whose answer has no route for the call.
  if (words.startsWith("Failed to route call")) {
    return `${words}. Does the control plane of the xDS bootstrap know this service?`;
  }
  if (code !== status.DEADLINE_EXCEEDED) return words;
  if (target.startsWith("xds:")) {
    return `${words}. Is the control plane of the xDS bootstrap up, and does it know this service?`;
  }
  return `${words}. Something there accepts the connection and does not answer: is it a gRPC server?`;
}
