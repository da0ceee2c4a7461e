import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy before a server: what it counts and delays is between the two, where neither can see it. */
export interface TcpProxy extends AsyncDisposable {
  readonly address: string;
  /** How many connections were ever accepted. */
  readonly accepted: () => number;
}

/** `openingMs`: how long the server's first bytes of each connection are held back. */
export async function startTcpProxy(to: string, { openingMs = 0 } = {}): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer((near) => {
    accepted++;
    const far = connect(Number(to.split(":").at(-1)), "127.0.0.1");
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => other.destroy());
    }
    near.pipe(far);
    setTimeout(() => far.pipe(near), openingMs);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted: () => accepted,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
