import { format } from "node:util";
import { setLogger } from "@grpc/grpc-js";

/**
 * Hands over what grpc-js would print on stderr, so that a program speaks with one voice. It holds for the whole
 * process. What grpc-js says at all is up to GRPC_VERBOSITY and GRPC_TRACE.
 */
export function redirectGrpcLog(write: (text: string) => void): void {
  const hand = (...words: unknown[]) => write(format(...words));
  setLogger({ error: hand, info: hand, debug: hand });
}
