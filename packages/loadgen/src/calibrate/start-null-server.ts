import { fork } from "node:child_process";
import { once } from "node:events";
import { ProgramError } from "@hey/runtime";

/** A server in a process of its own that answers every gRPC call with OK and an empty message, and does nothing else. */
export interface NullServer extends AsyncDisposable {
  readonly address: string;
}

/** Starts one on a port of the system's choice. Rejects with a ProgramError when it does not start within 10 s. */
export async function startNullServer(): Promise<NullServer> {
  // The packed program has it beside itself, as JavaScript.
  const file = import.meta.url.endsWith(".ts") ? "./null-server.ts" : "./null-server.js";
  const child = fork(new URL(file, import.meta.url), { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
  const ended = once(child, "exit");
  try {
    const [port] = await once(child, "message", { signal: AbortSignal.timeout(10_000) });
    return {
      address: `127.0.0.1:${port}`,
      async [Symbol.asyncDispose]() {
        if (child.connected) child.disconnect();
        await ended;
      },
    };
  } catch (error) {
    child.kill();
    throw new ProgramError("cannot start the server to calibrate with: it did not tell its port", { cause: error });
  }
}
