import type { CallSink, Connection, Request } from "@hey/wire";

/** One place for a connection: while it has none, one is being made. */
export interface Place {
  address: string;
  line: Line | undefined;
  /** How many calls at a time its connection carried when it took no more; 0 while that has not been. */
  fullAt: number;
}

/** A connection that takes calls, with what belongs to it alone. */
export interface Line {
  readonly connection: Connection;
  /** The call's header block. */
  readonly request: Request;
  readonly sink: CallSink;
}
