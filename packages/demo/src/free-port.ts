import { once } from "node:events";
import { createServer } from "node:net";

/** The port if nobody on this host has it, else 0: the system's choice. */
export async function freeOr0(port: number): Promise<number> {
  const probe = createServer();
  const listening = once(probe, "listening");
  probe.listen({ host: "127.0.0.1", port });
  try {
    await listening;
  } catch {
    return 0;
  }
  const closed = once(probe, "close");
  probe.close();
  await closed;
  return port;
}
