import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { checkout } from "./places.ts";

/** What became of one call. */
export interface Call {
  /** The status, such as `OK`. */
  readonly code: string;
  /** Who answered, and its version; empty where nobody did. */
  readonly replica: string;
  readonly version: string;
  readonly words: string;
}

/** A program under `e2e/peers` that makes one call after another until it is disposed. */
export interface Caller extends AsyncDisposable {
  readonly calls: readonly Call[];
  /** Waits for so many calls from now on, and resolves to them. */
  next(count: number): Promise<readonly Call[]>;
  /** Waits until the calls from now on are as wanted, and resolves to all of them. */
  until(what: string, wanted: (calls: readonly Call[]) => boolean): Promise<readonly Call[]>;
}

/** How to run one of the programs: its command without what it calls. */
export type CallerCommand = readonly [program: string, ...args: string[]];

const limitMs = 30_000;
const descriptors = join(checkout, "packages/proto/src/gen/descriptors.binpb");
const sources = join(checkout, "e2e/peers");

/** A language, or a library of it, is not there. */
export class NotInstalled extends Error {}

function need(program: string, args: readonly string[]): void {
  try {
    execFileSync(program, args, { stdio: "pipe" });
  } catch (cause) {
    throw new NotInstalled(`${program} ${args.join(" ")}: ${(cause as Error).message}`, { cause });
  }
}

/** The caller on grpc-go, built; throws NotInstalled without Go. `remove` deletes what was built. */
export function goCaller(): { readonly command: CallerCommand; remove(): void } {
  need("go", ["version"]);
  const folder = mkdtempSync(join(tmpdir(), "xds-caller-"));
  const program = join(folder, "xds-caller");
  execFileSync("go", ["-C", join(sources, "go"), "build", "-o", program, "."], { stdio: ["ignore", "ignore", "pipe"] });
  return { command: [program], remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The caller on grpcio; throws NotInstalled without Python, grpcio or protobuf. */
export function pythonCaller(): { readonly command: CallerCommand; remove(): void } {
  need("python3", ["-c", "import grpc, google.protobuf"]);
  return { command: ["python3", join(sources, "python/xds_caller.py")], remove: () => {} };
}

/** The caller on grpc-js-xds. */
export function nodeCaller(): { readonly command: CallerCommand; remove(): void } {
  return { command: [process.execPath, join(sources, "node/xds-caller.ts")], remove: () => {} };
}

/** Starts a caller of xds:///heyhow with a control plane at `ads`; `id` is its node's. */
export function startCaller([program, ...args]: CallerCommand, { ads, id }: { ads: string; id: string }): Caller {
  const bootstrap = {
    xds_servers: [{ server_uri: ads, channel_creds: [{ type: "insecure" }], server_features: ["xds_v3"] }],
    node: { id, locality: {} },
  };
  const env = { ...process.env, GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(bootstrap), no_grpc_proxy: "127.0.0.1" };
  const child = spawn(program, [...args, descriptors, "xds:///heyhow"], { env, stdio: ["pipe", "pipe", "pipe"] });
  const calls: Call[] = [];
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-2_000);
  });
  const wakers = new Set<() => void>();
  createInterface(child.stdout).on("line", (line) => {
    calls.push(JSON.parse(line));
    for (const wake of wakers) wake();
  });
  const ended = once(child, "close");
  void ended.then(() => wakers.forEach((wake) => void wake()));

  function until(what: string, wanted: (calls: readonly Call[]) => boolean): Promise<readonly Call[]> {
    const from = calls.length;
    const { promise, resolve, reject } = Promise.withResolvers<readonly Call[]>();
    const fail = (why: string) =>
      reject(new Error(`not ${what}: ${why}; last ${text(calls.at(-1))}; it said: ${said}`));
    const look = () => {
      const since = calls.slice(from);
      if (wanted(since)) resolve(since);
      else if (child.exitCode !== null) fail(`it ended with ${child.exitCode}`);
    };
    const timer = setTimeout(() => fail(`after ${limitMs} ms and ${calls.length - from} calls`), limitMs);
    wakers.add(look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      wakers.delete(look);
    });
  }

  return {
    calls,
    until,
    next: (count) => until(`${count} calls`, (since) => since.length >= count),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

function text(call: Call | undefined): string {
  return call === undefined ? "none" : JSON.stringify(call);
}
