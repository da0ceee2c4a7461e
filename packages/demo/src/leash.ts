import type { Socket } from "node:net";

// Loaded into every program that `npm start` starts, before the program itself: ends it when the one that holds the
// other end of its stdin is gone, however that one died. A signal handler there could not do it: SIGKILL runs none.

/** Longer than any program here takes to leave. */
const patienceMs = 25_000;

// biome-ignore lint/style/noRestrictedGlobals: it acts on the process that it is loaded into, like a main.ts.
const self = process;

let told = false;
function end(): void {
  if (told) return;
  told = true;
  self.kill(self.pid, "SIGTERM");
  setTimeout(() => self.kill(self.pid, "SIGKILL"), patienceMs).unref();
}

const leash = self.stdin.on("error", end).on("close", end).resume();
// It must not keep a program running that is done. A pipe as stdin is a socket; the type knows the terminal only.
(leash as Partial<Socket>).unref?.();
