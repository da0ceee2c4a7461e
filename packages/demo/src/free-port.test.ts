import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { freeOr0 } from "./free-port.ts";

test("a port that somebody has is 0, and one that was given back is itself", async () => {
  const other = createServer();
  other.listen({ host: "127.0.0.1", port: 0 });
  await once(other, "listening");
  const { port } = other.address() as AddressInfo; // Of a server on a TCP port it is no text.
  assert.equal(await freeOr0(port), 0);
  other.close();
  await once(other, "close");
  assert.equal(await freeOr0(port), port);
});
