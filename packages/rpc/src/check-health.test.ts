import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";
import { ServingStatus } from "@hey/proto/health";
import { createHandlers, createHealth, listen } from "@hey/rpc";
import { checkHealth } from "./check-health.ts";

async function startHealth(statuses: Readonly<Record<string, ServingStatus>>) {
  const health = createHealth(createHandlers({}));
  for (const [service, status] of Object.entries(statuses)) health.set(service, status);
  return await listen({
    address: "127.0.0.1:0",
    services: [health.service],
    drain: { noticeMs: 0, drainMs: 1_000 },
  });
}

/** Starts the program as a container's HEALTHCHECK does. */
async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = execFile(process.execPath, [new URL("./main.ts", import.meta.url).pathname, ...args]);
  let output = "";
  child.stdout?.on("data", (text) => (output += text));
  child.stderr?.on("data", (text) => (output += text));
  const [code] = await once(child, "close");
  return { code, output };
}

test("a server is asked as a whole, or about one service of its", async () => {
  await using server = await startHealth({ "": ServingStatus.SERVING, "a.B": ServingStatus.NOT_SERVING });
  const { address } = server;
  assert.deepEqual(await checkHealth(address, 5_000), { serving: true, words: `${address} is SERVING` });
  assert.deepEqual(await checkHealth(`${address}/a.B`, 5_000), {
    serving: false,
    words: `${address}/a.B is NOT_SERVING`,
  });
});

test("what cannot be asked does not serve, and says why", async () => {
  await using server = await startHealth({ "": ServingStatus.SERVING });
  const unknown = await checkHealth(`${server.address}/no.Such`, 5_000);
  assert.equal(unknown.serving, false);
  assert.match(unknown.words, /does not answer: no service "no\.Such"/);
});

test("a peer that accepts and says nothing does not serve", async () => {
  const open: Socket[] = [];
  const silent = createServer((socket) => open.push(socket)).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as { port: number };
  const { serving, words } = await checkHealth(`127.0.0.1:${port}`, 200);
  const { code } = await run(`127.0.0.1:${port}`);
  silent.close();
  for (const socket of open) socket.destroy();
  assert.equal(serving, false);
  assert.match(words, /does not answer: .*deadline/i);
  assert.equal(code, 1);
});

test("the program's exit code tells Docker", async () => {
  await using server = await startHealth({ "": ServingStatus.SERVING, "a.B": ServingStatus.NOT_SERVING });
  assert.deepEqual(await run(server.address), { code: 0, output: `${server.address} is SERVING\n` });
  assert.equal((await run(`${server.address}/a.B`)).code, 1);
  assert.equal((await run()).code, 2);
});
