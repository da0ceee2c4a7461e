import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** An address whose connections lead to whatever it points at, as a load balancer before several control planes would. */
export interface Relay extends AsyncDisposable {
  /** ip:port */
  readonly address: string;
  /** Cuts what leads elsewhere; connections from now on lead there. */
  pointAt(address: string): void;
  /** How many connections it has taken. */
  readonly connections: number;
}

/** Opens one at a port of the system's choice. */
export async function openRelay(address: string): Promise<Relay> {
  let target = address;
  let connections = 0;
  const open = new Set<Socket>();
  const server = createServer((near) => {
    connections++;
    const [host = "", port] = target.split(":");
    const far = connect(Number(port), host);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on("error", () => other.destroy()).on("close", () => open.delete(one) && other.destroy());
      one.pipe(other);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => open.forEach((socket) => void socket.destroy());
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections;
    },
    pointAt(next) {
      target = next;
      cut();
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    },
  };
}
