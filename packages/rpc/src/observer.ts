import type { status } from "@grpc/grpc-js";
import type { CallContext } from "./call-context.ts";

/** How a call ended. `bug` is what a handler threw that was no StatusError: log it, for the caller was not told. */
export interface CallOutcome {
  readonly code: status;
  readonly message: string;
  readonly durationMs: number;
  readonly bug?: unknown;
}

/** Sees every call twice: when it comes and, exactly once, when it ends. Must not throw. */
export interface CallObserver {
  started?(context: CallContext): void;
  ended?(context: CallContext, outcome: CallOutcome): void;
}
