/** The peer broke HTTP/2 in a way that ends the connection; the message says what was expected and what came. */
export class ProtocolError extends Error {
  /** The HTTP/2 error code that the peer is told in GOAWAY. */
  readonly errorCode: number;

  constructor(errorCode: number, message: string) {
    super(message);
    this.name = "ProtocolError";
    this.errorCode = errorCode;
  }
}
