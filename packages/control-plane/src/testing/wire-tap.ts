import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { createLatest } from "@hey/rpc";

/** The type of an HTTP/2 PING, and its length, as they begin its frame. */
const ping = Buffer.from([0, 0, 8, 6, 0]);

/** An address that leads to another one, until its network takes every byte and brings none anywhere. For tests. */
export async function openWireTap(address: string) {
  const open = new Set<Socket>();
  const pings = createLatest(0);
  let isCut = false;
  const server = createServer((near) => {
    const [host = "", port] = address.split(":");
    const far = connect(Number(port), host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on("error", () => to.destroy()).on("close", () => open.delete(from) && to.destroy());
      from.on("data", (bytes) => {
        if (isCut) return;
        to.write(bytes);
        if (from === far && bytes.subarray(0, ping.length).equals(ping)) pings.set(pings.value + 1);
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** How often the far end asked whether the near one is there. */
    pings,
    /** From now on nothing comes through, and nobody is told. */
    cut() {
      isCut = true;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
