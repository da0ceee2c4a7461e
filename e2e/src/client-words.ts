import assert from "node:assert/strict";
import { run } from "./docker.ts";
import type { Stack } from "./stack.ts";

/** Stops the client, and returns the summary that it wrote. It exits with 1 if it lost anything or had it twice. */
export async function endClient(stack: Stack): Promise<string> {
  await stack.compose("stop", "client");
  const [client] = await stack.containers("client");
  assert.ok(client !== undefined);
  // The lines of each second are on stderr.
  const summary = await run(["logs", client.Id]);
  assert.equal(client.State.ExitCode, 0, summary);
  return summary;
}

/** That the client's summary has all messages once and in order, and every Tell whole. */
export function assertNothingLost(summary: string): void {
  assert.match(summary, /^ messages +[1-9][\d,]* received, 0 lost, 0 duplicated, 0 out of order$/m);
  assert.match(summary, /^ conversations .* 0 failed$/m);
  assert.match(summary, /^ tells .* 0 with a wrong summary, 0 failed$/m);
}

/** That none of the client's unary calls failed. */
export function assertNoCallFailed(summary: string): void {
  assert.match(summary, /^ calls +[1-9][\d,]* answered, .*; 0 failed$/m);
}

/** The replicas that one of the client's lines names, such as "… | 0a1b2c v1/a 31, front v1/a 30". */
export function replicasIn(line: string): readonly string[] {
  const [, list = ""] = line.split(" | ");
  return list.split(", ").map((replica) => replica.split(" ")[0] ?? "");
}
