import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { listenAdmin } from "./admin.ts";
import { ProgramError } from "./failures.ts";
import { createRegistry } from "./metrics.ts";
import type { Io } from "./program.ts";
import { program } from "./program.ts";
import { address, choice, duration, integer } from "./settings.ts";

// What program.test.ts runs as a process of its own, a behaviour at a time.

const behaviours = {
  done: async () => {},
  "code-105": async () => 105,
  print: async ({ stdout }: Io) => {
    stdout.write("result\n");
  },
  // Far more than a pipe holds.
  "print-much": async ({ stdout }: Io) => {
    stdout.write(`${"x".repeat(2_000_000)}\nend\n`);
  },
  "print-for-ever": async ({ stdout, signal }: Io) => {
    for (let line = 0; !signal.aborted; line++) {
      stdout.write(`line ${line}\n`);
      await setTimeout(1);
    }
  },
  "until-stopped": async ({ signal, logger }: Io) => {
    const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    logger.info({ event: "started" }, "started");
    await stopped;
    logger.info({ event: "stopping", reason: signal.reason.message }, "stopping");
  },
  "stopped-in-a-wait": async ({ signal, logger }: Io) => {
    logger.info({ event: "started" }, "started");
    await setTimeout(60_000, undefined, { signal });
  },
  "never-stops": async ({ signal, logger }: Io) => {
    signal.addEventListener("abort", () => logger.info({ event: "stopping" }, "stopping"));
    logger.info({ event: "started" }, "started");
    await new Promise(() => {});
  },
  "leaves-a-server-open": async ({ logger }: Io) => {
    await new Promise<void>((resolve) => createServer().listen(0, "127.0.0.1", resolve));
    logger.info({ event: "done" }, "done");
    return 3;
  },
  "program-error": async () => {
    throw new ProgramError("the disk is full", { exitCode: 4 });
  },
  bug: async () => {
    throw new TypeError("a bug", { cause: { big: 5n } });
  },
  "rejection-unheard": async ({ signal }: Io) => {
    void Promise.reject(new Error("unheard"));
    await setTimeout(60_000, undefined, { signal });
  },
  "throw-in-a-callback": async ({ signal }: Io) => {
    setImmediate(() => {
      throw new Error("in a callback");
    });
    await setTimeout(60_000, undefined, { signal });
  },
} as const;

// Each key is a behaviour's.
const names = Object.keys(behaviours) as (keyof typeof behaviours)[];

await program({
  name: "hey-scripted",
  summary: "Behaves as it is told.",
  settings: {
    behaviour: choice({
      choices: [...names, "admin"],
      flag: "behaviour",
      short: "b",
      default: "done",
      help: "what to do",
    }),
    count: integer({ flag: "count", env: "HEY_COUNT", default: 4, min: 1, help: "how many" }),
    drain: duration({ flag: "drain", env: "HEY_DRAIN", default: 8_000, help: "how long" }),
    adminHttp: address({ flag: "admin-http", env: "HEY_ADMIN_HTTP", default: "127.0.0.1:0", off: true, help: "where" }),
  },
  footer: "Try --behaviour done first.",
  async run(settings, io) {
    if (settings.behaviour !== "admin") return (await behaviours[settings.behaviour](io)) ?? undefined;
    if (settings.adminHttp === undefined) return 0;
    await using _admin = await listenAdmin({
      address: settings.adminHttp,
      live: () => true,
      ready: () => true,
      metrics: createRegistry(),
    });
    return 0;
  },
});
