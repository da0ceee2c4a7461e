// Calls Say over an xDS target with grpc-js-xds, one call after another, until stdin ends. Prints a line of JSON a call.
//
//   xds-caller.ts TARGET
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import { createHeyHow, openChannel } from "@hey/client";

const deadlineMs = 10_000;
const pauseMs = 5;

using channel = await openChannel({ target: process.argv.at(-1) ?? "" });
const { say } = createHeyHow(channel);
let stopped = false;
void once(process.stdin.resume(), "end").then(() => {
  stopped = true;
});
// Once there was an answer, no call waits for a server: a gap would fail it.
let answered = false;
while (!stopped) {
  const line = await call(!answered);
  answered ||= line.code === "OK";
  process.stdout.write(`${JSON.stringify(line)}\n`);
  await pause(pauseMs);
}
process.exit(); // grpc-js-xds keeps timers of a quarter of an hour.

async function call(waitForReady: boolean) {
  try {
    const { replica } = await say({}, { deadlineMs, waitForReady });
    return { code: "OK", replica: replica?.name, version: replica?.version, words: "" };
  } catch (error) {
    const { code, message } = error as { code?: status; message?: string };
    return { code: code === undefined ? "UNKNOWN" : status[code], replica: "", version: "", words: message };
  }
}
