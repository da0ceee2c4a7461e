import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** What a name server says of a name: its addresses, or the response code of a failure (2 SERVFAIL, 3 NXDOMAIN). */
export type Answer = readonly string[] | { readonly code: number };

/** A real name server on UDP that answers A queries as the test says. For tests. */
export async function startDnsServer(answer: (name: string) => Answer) {
  const socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    const { name, end } = readName(query);
    const said = answer(name);
    const addresses = "code" in said ? [] : said;
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180 | ("code" in said ? said.code : 0), 2);
    header.writeUInt16BE(addresses.length, 6);
    header.fill(0, 8, 12);
    // A pointer to the name in the question; type A, class IN, 600 s as Docker says, four bytes.
    const records = addresses.map((each) =>
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0x02, 0x58, 0, 4, ...each.split(".").map(Number)]),
    );
    socket.send(Buffer.concat([header, query.subarray(12, end), ...records]), port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port }: AddressInfo = socket.address();
  return { address: `127.0.0.1:${port}`, [Symbol.dispose]: () => void socket.close() };
}

function readName(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString("ascii", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join("."), end: at + 5 };
}
