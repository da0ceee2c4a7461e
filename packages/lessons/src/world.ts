import type { SayRequest } from "@hey/proto/v1";
import type { Step, WorldKind } from "./page.ts";
import type { Sample, Server } from "./sample.ts";

type Headers = Readonly<Record<string, string>>;

/** Calls of Say to make. */
export interface CallPlan {
  readonly calls: number;
  /** How many at a time; default 8. */
  readonly atATime?: number | undefined;
  /** So many a second instead, whatever the answers do. */
  readonly perSecond?: number | undefined;
  /** Calls that are made for so long before, and are in no figure; default none. */
  readonly warmUpMs?: number | undefined;
  readonly request?: Partial<SayRequest> | undefined;
  /** The same for all calls, or by the number of the call from 0. */
  readonly headers?: Headers | ((index: number) => Headers) | undefined;
  /** Leaves no failure to the retries that mesh.yaml may have, which would hide it; default false. */
  readonly tryOnce?: boolean | undefined;
  /** Default 5 s. */
  readonly deadlineMs?: number | undefined;
}

/** Calls that go on until they are told to end. */
export interface Load {
  end(): Promise<Sample>;
}

/** A running system that lessons are played against. Disposing leaves it as it was found. */
export interface World extends AsyncDisposable {
  readonly kind: WorldKind;
  /** The servers that the control plane knows, whether they may be called or not, in order of their names. */
  servers(): Promise<readonly Server[]>;
  /** Does what a page says; resolves when every client has accepted what came of it. */
  perform(step: Step): Promise<void>;
  call(plan: CallPlan): Promise<Sample>;
  /** The names of the servers that answered, in the order in which the calls were begun; empty for a call that failed. */
  answers(plan: CallPlan): Promise<readonly string[]>;
  /** Calls on a plain channel to all servers, with the service config that was performed last. */
  callPlain(plan: CallPlan): Promise<Sample>;
  begin(plan: Omit<CallPlan, "calls">): Promise<Load>;
  /** How many calls of Say the servers have ended with this code so far, all together. */
  handled(code: string): Promise<number>;
  /** Takes back everything that was performed; resolves to what could not be taken back, in words. */
  restore(): Promise<readonly string[]>;
}
