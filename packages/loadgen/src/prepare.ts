import { openChannel, parseTarget } from "@hey/client";
import { type Io, ProgramError } from "@hey/runtime";
import { loadMethod } from "./call/contract.ts";
import { formatOf } from "./call/data.ts";
import { compileExpectations, type Expectations } from "./call/expectations.ts";
import { createMessages, type MessageData, type MessageSource, readName } from "./call/messages.ts";
import type { CallMetadata } from "./call/metadata.ts";
import type { Method } from "./call/method.ts";
import { readMetadata, toGrpcMetadata } from "./call/read-metadata.ts";
import { shapeStream } from "./call/shape-stream.ts";
import type { EngineEvents } from "./drive/engine.ts";
import { forGrpcJs, readSecurity, type Security } from "./engines/security.ts";
import type { Transport } from "./engines/transport.ts";
import type { Inputs } from "./inputs.ts";
import type { Slice } from "./plan/slots.ts";
import type { StreamShape } from "./plan/stream-shape.ts";
import type { Endpoints } from "./record/endpoints.ts";
import type { StreamRecorder } from "./record/stream-recorder.ts";
import type { LoadgenSettings } from "./settings/settings.ts";

/** What is known of the calls before the first one is made. */
export interface Prepared {
  readonly target: string;
  readonly method: Method;
  readonly messages: MessageSource;
  /** Undefined for a method without a stream. */
  readonly shape: StreamShape | undefined;
  readonly metadata: CallMetadata;
  readonly expectations: Expectations | undefined;
  /** The offsets of `--slots` in ms; empty without. */
  readonly trace: Float64Array;
  readonly security: Security;
  /** What was read for all that. */
  readonly inputs: Inputs;
}

interface PrepareOptions {
  readonly inputs: Inputs;
  /** Of several threads, which one is to make them. */
  readonly slice: Slice;
}

/** Finds the method and encodes the messages, for a part of the calls. Rejects with a ProgramError of exit code 2 or 3. */
export async function prepare(settings: LoadgenSettings, io: Io, { inputs, slice }: PrepareOptions): Promise<Prepared> {
  const [target = ""] = settings.positionals;
  const metadata = await readMetadata(settings, { seed: settings.seed, slice }, inputs);
  const security = await readSecurity(settings, inputs);
  const method = await loadMethod(settings.call, {
    files: { protosets: settings.protoset, protos: settings.proto, importPaths: settings.importPath },
    inputs,
    async reflect(ask) {
      const { credentials, options } = forGrpcJs(security);
      using channel = await openChannel({ target, env: io.env, credentials, options });
      const { connected } = await import("./engines/connected.ts");
      await connected(channel, { deadlineMs: settings.connectTimeout, signal: io.signal });
      return await ask({
        channel,
        metadata: toGrpcMetadata(metadata),
        deadlineMs: settings.connectTimeout,
        signal: io.signal,
      });
    },
  });
  const expectations = compileExpectations(method.output, settings.expect);
  const trace = settings.slots === undefined ? new Float64Array() : await inputs.slots(settings.slots);
  const data = await readData(settings, inputs);
  const messages = createMessages(method, { ...data, order: settings.dataOrder, seed: settings.seed, slice });
  const shape = shapeStream(method, settings, messages.perCall);
  if (typeof shape === "string") throw new ProgramError(shape, { exitCode: 2 });
  return {
    target,
    method,
    messages,
    shape,
    trace,
    metadata,
    expectations,
    security,
    inputs,
  };
}

async function readData(
  settings: LoadgenSettings,
  inputs: Inputs,
): Promise<Pick<MessageData, "data" | "format" | "source">> {
  const { data, dataFile, dataFormat } = settings;
  const format = dataFormat === "auto" ? formatOf(dataFile ?? "") : dataFormat;
  if (dataFile !== undefined) {
    const content = await inputs.read(dataFile).catch((error: Error) => {
      throw new ProgramError(`--data-file: cannot read ${dataFile}: ${error.message}`, { exitCode: 2 });
    });
    return { data: content, format, source: `--data-file ${dataFile}` };
  }
  if (data === "@") return { data: await inputs.read(data), format, source: "the data from stdin" };
  return { data: Buffer.from(data ?? "{}"), format, source: "--data" };
}

/** Who is told of what becomes of calls. */
interface TransportPeers {
  readonly io: Io;
  readonly endpoints: Endpoints;
  readonly events: EngineEvents;
  readonly streams: StreamRecorder;
}

/** Opens the engine's connections. Rejects with a ProgramError of exit code 3. */
export async function openTransport(
  { target, method, messages, shape, metadata, expectations, security }: Prepared,
  settings: LoadgenSettings,
  { io, endpoints, events, streams }: TransportPeers,
): Promise<Transport> {
  const options = {
    target,
    path: method.path,
    kind: method.kind,
    messages,
    shape,
    streamRecorder: streams,
    metadata,
    expectations,
    security,
    timeoutMs: settings.timeout === 0 ? Number.POSITIVE_INFINITY : settings.timeout,
    connections: settings.connections,
    connectTimeoutMs: settings.connectTimeout,
    compress: settings.compress,
    maxReceiveBytes: settings.maxReceiveSize,
    maxSendBytes: settings.maxSendSize,
    streamWindowBytes: settings.streamWindow,
    retries: settings.retries,
    signal: io.signal,
    endpoints,
    events,
    onFirstAnswer(endpoint: number, bytes: Uint8Array) {
      endpoints.name(endpoint, readName(method, bytes, settings.nameFields) ?? "");
    },
  };
  // Loaded when needed: each brings a transport of its own.
  if (engineOf(settings) === "wire") return await (await import("./engines/wire-engine.ts")).openWire(options);
  return await (await import("./engines/grpc-js-engine.ts")).openGrpcJs(options, io.env);
}

/** The engine that the settings mean. */
export function engineOf({ engine, retries, positionals: [target = ""] }: LoadgenSettings): "wire" | "grpc-js" {
  if (engine !== "auto") return engine;
  return retries > 0 || parseTarget(target)?.kind === "xds" ? "grpc-js" : "wire";
}
