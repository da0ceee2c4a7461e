import {
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerOptions,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";

const identity = (bytes: Buffer) => bytes;

function method(name: string, requestStream: boolean, responseStream: boolean): MethodDefinition<Buffer, Buffer> {
  return {
    path: `/echo.Echo/${name}`,
    requestStream,
    responseStream,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  };
}

/** One method of each kind; messages are bytes as they are. */
export const echo = {
  unary: method("Unary", false, false),
  serverStream: method("ServerStream", false, true),
  clientStream: method("ClientStream", true, false),
  bidi: method("Bidi", true, true),
};

/** What the server does besides answering: found in the metadata of the call. */
function trailersFor(metadata: Metadata): Metadata {
  const trailers = new Metadata();
  for (const key of ["x-text", "x-data-bin"]) for (const value of metadata.get(key)) trailers.add(key, value);
  return trailers;
}

function unary(call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void {
  const [code] = call.metadata.get("x-fail");
  const initial = new Metadata();
  initial.set("x-initial", "first");
  call.sendMetadata(initial);
  const trailers = trailersFor(call.metadata);
  if (call.metadata.get("x-hang").length > 0) return;
  if (code === undefined) callback(null, call.request, trailers);
  else callback({ code: Number(code), details: "on request: 100 % ä", metadata: trailers });
}

/** Sends the request back as often as its first four bytes say, no faster than the reader takes it. */
function serverStream(call: ServerWritableStream<Buffer, Buffer>): void {
  let left = call.request.readUInt32BE();
  const push = () => {
    for (; left > 0; left--) {
      if (call.write(call.request)) continue;
      left--;
      call.once("drain", push);
      return;
    }
    call.end();
  };
  push();
}

function clientStream(call: ServerReadableStream<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void {
  let bytes = 0;
  let messages = 0;
  call.on("data", (message: Buffer) => {
    bytes += message.length;
    messages++;
  });
  call.on("end", () => callback(null, Buffer.from(`${messages} messages, ${bytes} bytes`)));
}

function bidi(call: ServerDuplexStream<Buffer, Buffer>): void {
  call.on("error", () => {});
  call.on("data", (message: Buffer) => {
    if (message.toString() !== "fail") call.write(message);
    else call.emit("error", { code: status.ABORTED, details: "as asked" });
  });
  call.on("end", () => call.end());
}

/** A running grpc-js server with the echo methods. */
export interface EchoServer extends AsyncDisposable {
  readonly target: string;
  readonly server: Server;
}

export async function startEchoServer(
  options: { credentials?: ServerCredentials; channelOptions?: ServerOptions; address?: string } = {},
): Promise<EchoServer> {
  const server = new Server({ "grpc.max_receive_message_length": -1, ...options.channelOptions });
  server.addService(echo, { unary, serverStream, clientStream, bidi });
  const address = options.address ?? "127.0.0.1:0";
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(address, options.credentials ?? ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return {
    target: address.startsWith("unix:") ? address : address.replace(/:0$/, `:${port}`),
    server,
    async [Symbol.asyncDispose]() {
      server.forceShutdown();
    },
  };
}
