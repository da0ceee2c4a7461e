import { Connection } from "./connection.ts";
import { ConnectionError } from "./connection-error.ts";
import { type ConnectOptions, completeOptions } from "./connection-options.ts";
import { ErrorCode } from "./http2/error-code.ts";
import { Link } from "./link.ts";
import { startTimer } from "./timer.ts";

/**
 * Connects, and waits for the peer's SETTINGS, which prove that it speaks HTTP/2.
 * Rejects with ConnectionError (or the signal's reason). @throws TypeError and RangeError for options that make no sense.
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const complete = completeOptions(options);
  complete.signal?.throwIfAborted();
  const link = new Link(complete);
  const stopTimer = startTimer(complete.connectTimeoutMs, () => {
    const stage = link.connecting ? "cannot connect to" : `expected ${link.expected}, got ${link.got} from`;
    const message = `${stage} ${complete.target} within ${complete.connectTimeoutMs} ms`;
    link.fail(new ConnectionError(link.connecting ? "unreachable" : "silent", message), ErrorCode.SETTINGS_TIMEOUT);
  });
  const onAbort = () => link.fail(new ConnectionError("closed", "connecting was aborted"), ErrorCode.NO_ERROR);
  complete.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    await link.ready.promise;
    return new Connection(link);
  } catch (error) {
    complete.signal?.throwIfAborted();
    throw error;
  } finally {
    stopTimer();
    complete.signal?.removeEventListener("abort", onAbort);
  }
}
