import type { Expectations } from "../call/expectations.ts";
import type { MessageSource } from "../call/messages.ts";
import type { CallMetadata } from "../call/metadata.ts";
import type { MethodKind } from "../call/method.ts";
import type { Engine, EngineEvents } from "../drive/engine.ts";
import type { StreamShape } from "../plan/stream-shape.ts";
import type { Endpoints } from "../record/endpoints.ts";
import type { StreamRecorder } from "../record/stream-recorder.ts";
import type { Security } from "./security.ts";

/** What every engine is told. */
export interface TransportOptions {
  readonly target: string;
  readonly path: string;
  readonly kind: MethodKind;
  readonly messages: MessageSource;
  /** Of a method that takes or gives a stream. */
  readonly shape: StreamShape | undefined;
  readonly streamRecorder: StreamRecorder;
  readonly metadata: CallMetadata;
  /** What has to hold of answers, if anything: they are decoded for nothing else. */
  readonly expectations: Expectations | undefined;
  /** How long a call may take; `Infinity` for no deadline. */
  readonly timeoutMs: number;
  /** How many connections to each address. */
  readonly connections: number;
  readonly connectTimeoutMs: number;
  /** How many more attempts the transport gives a call that fails with UNAVAILABLE. */
  readonly retries: number;
  readonly security: Security;
  /** Of the request messages. */
  readonly compress: "none" | "gzip";
  readonly maxReceiveBytes: number;
  readonly maxSendBytes: number;
  /** How much of a call's answer may be on its way to us at once. */
  readonly streamWindowBytes: number;
  readonly signal: AbortSignal;
  readonly endpoints: Endpoints;
  readonly events: EngineEvents;
  /** Shown one good answer of each endpoint that has no name yet. */
  onFirstAnswer(endpoint: number, bytes: Uint8Array): void;
}

/** An engine with its connections open. Disposing closes them. */
export interface Transport extends AsyncDisposable {
  readonly engine: Engine;
  /** How long each connection took to make, in ms; empty where the engine does not know. */
  readonly connectMs: readonly number[];
  /** How many attempts were made beyond the first of each call. */
  retries(): number;
  /** What a reader of the times has to know of the connections, in words. */
  notes(): readonly string[];
}
