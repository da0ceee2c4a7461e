import assert from "node:assert/strict";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { run } from "./docker.ts";
import type { Stack } from "./stack.ts";

/** What the tests read of a load generator's JSON report. */
export interface Report {
  readonly codes: Readonly<Record<string, number>>;
  readonly endpoints: readonly {
    readonly address: string;
    readonly name: string;
    /** Of all calls, 0 to 1. */
    readonly share: number;
    readonly codes: Readonly<Record<string, number>>;
    /** When its first call ended, in seconds from the start. */
    readonly firstS: number;
  }[];
  readonly errors: readonly unknown[];
}

/** A load that runs until it is ended. */
export interface Load {
  /** Its container's name. */
  readonly name: string;
  /** Stops it, and returns the report. */
  end(): Promise<Report>;
}

export interface LoadOptions {
  /** How many seconds of it to wait for. */
  readonly seconds: number;
  /** More of the load generator's arguments. */
  readonly args: readonly string[];
}

let loads = 0;

/** Starts calls of Say over xds:///heyhow from a container of the stack; resolves once they have gone on for a while. */
export async function startLoad(stack: Stack, { seconds, args }: LoadOptions): Promise<Load> {
  const name = `${stack.name}-load-${++loads}`;
  const child = stack.spawnCompose(
    ...["run", "--rm", "--no-deps", "-T", "--name", name, "loadgen"],
    ...["--call", "heyhow.v1.HeyHowService/Say", "-z", "10m", "-O", "json=-", ...args, "xds:///heyhow"],
  );
  const report = text(child.stdout);
  const ended = once(child, "close");
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stderr }).on("line", (line) => {
      said.push(line);
      // Its progress: one line a second, such as "    1s  199/s  of 200/s planned".
      const [, second] = /^ *(\d+)s .*\/s /.exec(line) ?? [];
      if (Number(second) >= seconds) resolve();
    });
    child.on("close", () => reject(new Error(`the load ended too soon: ${said.join("\n")}`)));
  });
  return {
    name,
    async end() {
      await run(["kill", "--signal", "SIGINT", name]);
      await ended;
      return JSON.parse(await report);
    },
  };
}

/** That every call ended well. */
export function assertNoFailure(report: Report): void {
  assert.deepEqual(failures(report), {}, JSON.stringify(report.errors));
}

/** The calls that did not end well, by status code: of a whole report, or of one of its endpoints. */
export function failures({ codes }: Pick<Report, "codes">): Readonly<Record<string, number>> {
  const { OK: _, ...failed } = codes;
  return failed;
}
