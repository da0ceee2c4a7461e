import { Writable } from "node:stream";
import { Client, credentials } from "@grpc/grpc-js";
import { ownConnection } from "@hey/rpc";
import { createLogger, type Environment, parseSettings } from "@hey/runtime";
import { type RunningServer, startServer } from "./server.ts";
import { type ServerSettings, serverSettings } from "./settings.ts";

/** One log line as it was written. */
export type LogLine = Readonly<Record<string, unknown>>;

/** What was logged, to be waited for. */
export interface LogLines {
  readonly written: readonly LogLine[];
  /** The first line, written or to come, that matches. Rejects after 10 s with what there was instead. */
  find(matches: (line: LogLine) => boolean): Promise<LogLine>;
}

/** A server for tests: on ports of the system's choice, quick to leave, its log lines at hand. */
export interface TestServer extends RunningServer {
  readonly log: LogLines;
  /** A new client with a connection of its own, closed with the server. */
  connect(): Client;
}

/** Starts a server with its default settings but for those given. */
export async function startTestServer(given: Partial<ServerSettings> = {}, env: Environment = {}): Promise<TestServer> {
  const { lines, logger } = captureLog();
  const settings: ServerSettings = { ...defaults(), ...given };
  const server = await startServer(settings, { logger, env });
  const clients: Client[] = [];
  return {
    ...server,
    log: lines,
    connect() {
      const client = new Client(server.address, credentials.createInsecure(), ownConnection);
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      for (const client of clients) client.close();
    },
  };
}

/** The settings of a test server. */
function defaults(): ServerSettings {
  const program = { name: "hey-server", summary: "", settings: serverSettings("test-replica") };
  const quick = { listen: "127.0.0.1:0", adminHttp: undefined, adminGrpc: undefined, notice: 0, drain: 5_000 };
  return { ...parseSettings(program, [], {}), ...quick };
}

/** A logger at level debug whose lines can be read. */
export function captureLog() {
  const written: LogLine[] = [];
  const waiting = new Set<() => void>();
  const destination = new Writable({
    write(chunk, _encoding, done) {
      for (const line of String(chunk).split("\n")) if (line !== "") written.push(JSON.parse(line));
      for (const look of waiting) look();
      done();
    },
  });
  const lines: LogLines = {
    written,
    find(matches) {
      return new Promise((resolve, reject) => {
        const limit = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`no such log line; there were: ${JSON.stringify(written.slice(-20))}`));
        }, 10_000);
        function look() {
          const found = written.find(matches);
          if (found === undefined) return;
          clearTimeout(limit);
          waiting.delete(look);
          resolve(found);
        }
        waiting.add(look);
        look();
      });
    },
  };
  return { lines, logger: createLogger({ name: "hey-server", level: "debug", destination, pretty: false }) };
}
