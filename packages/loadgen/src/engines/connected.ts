import { connectivityState, Metadata, status } from "@grpc/grpc-js";
import type { Channel } from "@hey/client";
import { ProgramError } from "@hey/runtime";
import { explainUnconnected } from "./unconnected.ts";

const asIs = (bytes: Buffer) => bytes;

/** A channel that was asked to connect and has not begun by then waits for a call. */
const idleMs = 500;

/** Resolves when a channel has a connection. Rejects with a ProgramError of exit code 3 that says why there is none. */
export async function connected(
  channel: Channel,
  { deadlineMs, signal }: { readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const until = Date.now() + deadlineMs;
  for (;;) {
    signal.throwIfAborted();
    const state = channel.getChannel().getConnectivityState(true);
    if (state === connectivityState.READY) return;
    if (state === connectivityState.IDLE) {
      // A ring of servers connects to one when it is called, and not before.
      const waits = !(await changed(channel, state, Math.min(until, Date.now() + idleMs), signal));
      if (waits && (await answers(channel, until, signal))) return;
      if (Date.now() < until) continue;
    }
    // A control plane may come up after us; a server that refuses will go on refusing.
    const hopeless = state === connectivityState.TRANSIENT_FAILURE && !channel.target.startsWith("xds:");
    if (hopeless || !(await changed(channel, state, until, signal))) {
      const within = hopeless ? "" : ` within ${deadlineMs} ms`;
      const message = `cannot connect to ${channel.target}${within}: ${await reason(channel)}`;
      throw new ProgramError(message, { exitCode: 3 });
    }
  }
}

/** Resolves to true at the next change of state, to false when there was none in time. */
function changed(channel: Channel, state: connectivityState, until: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const onAbort = () => resolve(true);
    signal.addEventListener("abort", onAbort, { once: true });
    channel.getChannel().watchConnectivityState(state, until, (error) => {
      signal.removeEventListener("abort", onAbort);
      resolve(error === undefined || error === null);
    });
  });
}

/** Resolves to whether a server answers a call in time; of a method that no server has. */
function answers(channel: Channel, until: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const metadata = new Metadata({ waitForReady: true });
    const options = { deadline: until };
    const call = channel.makeUnaryRequest("/", asIs, asIs, Buffer.alloc(0), metadata, options, (error) => {
      signal.removeEventListener("abort", onAbort);
      resolve(error?.code !== status.DEADLINE_EXCEEDED && error?.code !== status.CANCELLED);
    });
    const onAbort = () => call.cancel();
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** What grpc-js says of a channel without a connection: a call tells, and goes nowhere. */
function reason(channel: Channel): Promise<string> {
  return new Promise((resolve) => {
    const deadline = Date.now() + 100;
    channel.makeUnaryRequest("/", asIs, asIs, Buffer.alloc(0), new Metadata(), { deadline }, (error) => {
      if (error?.code !== status.DEADLINE_EXCEEDED)
        resolve(explainUnconnected(error?.details ?? "it is there after all"));
      else if (channel.target.startsWith("xds:")) {
        resolve("expected a control plane to say where it is; the one of GRPC_XDS_BOOTSTRAP said nothing");
      } else resolve("expected a gRPC server; something may have taken the connection, but it said nothing");
    });
  });
}
