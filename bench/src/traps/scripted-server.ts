import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import { type HeyHow, type LetsGo, TutorialService } from "@hey/proto/tutorial";

/** A server whose every answer takes as long as a script says. */
export interface ScriptedServer extends Disposable {
  readonly address: string;
  /** When each call came, in ms from the first. */
  readonly arrivalsMs: readonly number[];
}

interface Script {
  /** In ms, from when a call came (in ms from the first call) and its number; undefined: it is never answered. */
  tookMs(atMs: number, number: number): number | undefined;
  readonly maxStreams?: number;
  readonly answerBytes?: number;
}

export async function startScripted({ tookMs, maxStreams = 1_000, answerBytes = 0 }: Script): Promise<ScriptedServer> {
  const arrivalsMs: number[] = [];
  const answer = { count: 1, msg: "x".repeat(answerBytes), anything: "" };
  let firstMs: number | undefined;
  const heyhow = (_call: ServerUnaryCall<HeyHow, LetsGo>, callback: sendUnaryData<LetsGo>) => {
    const nowMs = performance.now();
    firstMs ??= nowMs;
    arrivalsMs.push(nowMs - firstMs);
    const took = tookMs(nowMs - firstMs, arrivalsMs.length - 1);
    if (took === 0) callback(null, answer);
    else if (took !== undefined) setTimeout(() => callback(null, answer), took);
  };
  const server = new Server({
    "grpc.max_concurrent_streams": maxStreams,
    "grpc.max_send_message_length": -1,
  });
  server.addService(TutorialService, { heyhow });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { address: `127.0.0.1:${port}`, arrivalsMs, [Symbol.dispose]: () => server.forceShutdown() };
}

/** A proxy that makes the way to a server long: each direction takes half of the round trip. */
export async function startFarAway(
  address: string,
  roundTripMs: number,
): Promise<Disposable & { readonly address: string }> {
  const sockets = new Set<Socket>();
  const proxy = createServer((near) => {
    const far = connect(Number(address.split(":").at(-1)), "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on("data", (bytes) => setTimeout(() => to.write(bytes), roundTripMs / 2));
      from.on("error", () => {});
      from.on("close", () => to.destroy());
    }
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    address: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}
