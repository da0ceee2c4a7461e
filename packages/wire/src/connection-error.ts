/**
 * Why a connection could not be made or ended: `unreachable` (no connection), `tls` (no agreement on TLS or on h2), `protocol`
 * (the peer broke HTTP/2, or speaks something else), `lost` (it went away), `silent` (it did not answer in time), `closed` (by us).
 */
export type ConnectionFault = "unreachable" | "tls" | "protocol" | "lost" | "silent" | "closed";

/** The end of a connection, in words that say what was expected and what came. */
export class ConnectionError extends Error {
  readonly fault: ConnectionFault;

  constructor(fault: ConnectionFault, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "ConnectionError";
    this.fault = fault;
  }
}
