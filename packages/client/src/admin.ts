import { status } from "@grpc/grpc-js";
import { HeyHowService } from "@hey/proto/v1";
import { ListenError, listen } from "@hey/rpc";
import { type CallMetrics, createCallMetrics, type Logger, listenAdmin, ProgramError } from "@hey/runtime";
import type { CallObserver } from "./call-observer.ts";

export interface AdminSettings {
  /** host:port, or undefined for none. */
  readonly adminHttp: string | undefined;
  readonly adminGrpc: string | undefined;
}

/** The figures of every call, for /metrics, and the observer that fills them. */
export function createMetrics(): { readonly metrics: CallMetrics; readonly observer: CallObserver } {
  const metrics = createCallMetrics({ side: "client", services: [HeyHowService] });
  const observer: CallObserver = {
    started: metrics.started,
    ended: ({ method, code, durationMs }) => metrics.ended(method, status[code], durationMs / 1_000),
  };
  return { metrics, observer };
}

/** Opens the admin ports that are wanted; `ready` is true, or why not. Disposing closes them. */
export async function openAdmin(
  { adminHttp, adminGrpc }: AdminSettings,
  { logger, metrics, ready }: { logger: Logger; metrics: CallMetrics; ready: () => true | string },
): Promise<AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const open = async (kind: string, port: Promise<AsyncDisposable & { readonly address: string }>) => {
    const { address } = opened.use(await port);
    logger.info({ event: "listening", kind, address }, "listening");
  };
  if (adminHttp !== undefined) {
    const options = { address: adminHttp, live: () => true, ready, metrics: metrics.registry };
    await open("admin-http", listenAdmin(options));
  }
  if (adminGrpc !== undefined) {
    const drain = { noticeMs: 0, drainMs: 0 };
    await open("admin-grpc", listen({ address: adminGrpc, services: [], admin: true, drain }).catch(explain));
  }
  return opened.move();
}

/** An address that cannot be had is a failure that was to be expected. */
function explain(error: unknown): never {
  throw error instanceof ListenError ? new ProgramError(error.message, { cause: error }) : error;
}
