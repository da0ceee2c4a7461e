import { ProgramError } from "@hey/runtime";
import {
  type CallSink,
  type Connection,
  ConnectionError,
  type ConnectOptions,
  connect,
  type RequestSpec,
} from "@hey/wire";
import { createLookUps } from "./look-ups.ts";
import type { Place } from "./place.ts";

export interface PoolOptions {
  /** The addresses that the target has now; asked again when a connection cannot be made. */
  lookUp(): Promise<readonly string[]>;
  /** To each of the first ones. */
  readonly connections: number;
  readonly request: RequestSpec;
  readonly connect: Omit<ConnectOptions, "target" | "events">;
  /** Who takes what comes back on a connection. */
  sink(address: string, connection: Connection): CallSink;
  /** A place has a connection again, or its connection has room again. */
  onRoom(): void;
  /** None of the places has a connection, and the last attempt to make one failed so. */
  onOutage(reason: string): void;
}

export interface Pool extends AsyncDisposable {
  readonly places: readonly Place[];
  readonly connectMs: readonly number[];
  /** What was full of the places' former addresses. */
  readonly formerlyFull: readonly Pick<Place, "address" | "fullAt">[];
  /** The addresses to which no connection was ever made, and why the last attempt failed. */
  unreached(): ReadonlyMap<string, string>;
  /** How many places have a connection. */
  readonly open: number;
}

const backoffMs = { first: 50, most: 500 };

function longerWaitMs(waitMs: number): number {
  return Math.min(backoffMs.most, 2 * waitMs || backoffMs.first);
}

/**
 * Opens connections and keeps them open: one that ends, or is told to drain, is replaced, at once if it was of use. When that fails the
 * target is looked up again, as gRPC's channels do: its servers may be elsewhere now. Rejects with a ProgramError of exit code 3 when not
 * one can be made.
 */
export async function openPool(options: PoolOptions): Promise<Pool> {
  const { connections } = options;
  const addresses = await options.lookUp();
  const reached = new Set<string>();
  const failed = new Map<string, string>();
  const closing = new AbortController();
  const connectMs: number[] = [];
  const draining = new Set<Connection>();
  const places = addresses
    .flatMap((address) => Array.from({ length: connections }, () => address))
    .map((address): Place => ({ address, line: undefined, fullAt: 0 }));
  const lookUps = createLookUps(places, options.lookUp);
  const signal = AbortSignal.any([
    closing.signal,
    ...(options.connect.signal === undefined ? [] : [options.connect.signal]),
  ]);

  const occupy = async (place: Place, waitedMs: number) => {
    const { address } = place;
    try {
      await connectTo(address, place, waitedMs);
      reached.add(address);
    } catch (error) {
      failed.set(address, explain(error));
      throw error;
    }
  };

  const connectTo = async (address: string, place: Place, waitedMs: number) => {
    const beganMs = performance.now();
    let made: Connection | undefined;
    let madeAtMs = 0;
    const leave = () => {
      if (made === undefined || place.line?.connection !== made) return;
      place.line = undefined;
      // Once what came with its end has been read, and GOAWAY has ended the calls that it does not leave to go on.
      queueMicrotask(replace);
    };
    const replace = () => {
      if (made === undefined || closing.signal.aborted) return;
      // One that was soon gone, and no message came over it, is as good as none made: a server may greet whom it then leaves.
      const wasOfUse = made.wireBytes > 0 || made.active > 0 || performance.now() - madeAtMs >= backoffMs.most;
      void keepTrying(place, wasOfUse ? 0 : longerWaitMs(waitedMs));
    };
    const connection = await connect({
      ...options.connect,
      signal,
      target: address,
      events: {
        onRoom: () => options.onRoom(),
        onDraining: () => {
          if (made !== undefined) draining.add(made);
          leave();
        },
        // Told of attempts that fail, too.
        onClosed: () => {
          if (made !== undefined) draining.delete(made);
          leave();
        },
      },
    });
    if (connection.state !== "open") throw connection.closedBy ?? new Error(`${address} left at once`);
    made = connection;
    madeAtMs = performance.now();
    place.address = address;
    connectMs.push(madeAtMs - beganMs);
    place.line = {
      connection,
      request: connection.prepare(options.request),
      sink: options.sink(address, connection),
    };
  };

  async function keepTrying(place: Place, firstWaitMs = 0) {
    for (let waitMs = firstWaitMs; !closing.signal.aborted; waitMs = longerWaitMs(waitMs)) {
      if (waitMs > 0) await pause(waitMs, closing.signal);
      try {
        await occupy(place, waitMs);
        options.onRoom();
        return;
      } catch (error) {
        if (closing.signal.aborted) return;
        if (openCount(places) === 0) options.onOutage(explain(error));
        void lookUps.again();
      }
    }
  }

  const attempts = await Promise.allSettled(places.map((place) => occupy(place, 0)));
  const failures = attempts.flatMap((attempt) => (attempt.status === "rejected" ? [attempt.reason] : []));
  const pool: Pool = {
    places,
    connectMs,
    formerlyFull: lookUps.formerlyFull,
    unreached: () => new Map([...failed].filter(([address]) => !reached.has(address))),
    get open() {
      return openCount(places);
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      for (const connection of [...draining, ...places.flatMap(({ line }) => line?.connection ?? [])])
        connection.destroy();
    },
  };
  if (failures.length === places.length) {
    await pool[Symbol.asyncDispose]();
    options.connect.signal?.throwIfAborted();
    if (!(failures[0] instanceof ConnectionError)) throw failures[0];
    throw new ProgramError(explain(failures[0]), { exitCode: 3, cause: failures[0] });
  }
  for (const place of places) if (place.line === undefined) void keepTrying(place);
  return pool;
}

function openCount(places: readonly Place[]): number {
  let open = 0;
  for (const { line } of places) if (line !== undefined) open++;
  return open;
}

function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
