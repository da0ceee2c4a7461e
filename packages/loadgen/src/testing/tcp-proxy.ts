import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy before a server: what it counts and delays is between the two, where neither can see it. */
export interface TcpProxy extends AsyncDisposable {
  readonly address: string;
  /** How many connections were ever accepted. */
  readonly accepted: () => number;
  /** Cuts the connections that there are. */
  cut(): void;
}

/** `openingMs`: how long the server's first bytes of a connection are held back, of the first one and of later ones. */
export async function startTcpProxy(
  to: string,
  { openingMs = 0, laterOpeningMs }: { readonly openingMs?: number; readonly laterOpeningMs?: number } = {},
): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    const heldMs = accepted === 0 ? openingMs : (laterOpeningMs ?? openingMs);
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
    setTimeout(() => far.pipe(near), heldMs);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted: () => accepted,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
    },
  };
}
