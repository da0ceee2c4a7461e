import assert from "node:assert/strict";
import { test } from "node:test";
import { explainUnconnected } from "./unconnected.ts";

const last = (error: string) => `No connection established. Last error: ${error}. Resolution note: `;

for (const [details, words] of [
  [
    last(
      "Error: 408DE4B8A87F0000:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/openssl/a.c:77:\n",
    ),
    "expected TLS from it, got something else: does it speak plain text?",
  ],
  [
    last("Failed to connect (2026-11-28T17:58:56.956Z)"),
    "it closed the connection without a word of HTTP/2: does it speak TLS?",
  ],
  [last("connect ECONNREFUSED 127.0.0.1:1 (2026-11-28T17:58:56.956Z)"), "connect ECONNREFUSED 127.0.0.1:1"],
  [
    last(
      "Error: 408DE4B8A87F0000:error:0A000460:SSL routines:ssl3_read_bytes:tlsv1 alert no application protocol:../deps/openssl/a.c:9:SSL alert number 120\n",
    ),
    "tlsv1 alert no application protocol",
  ],
  ["Failed to route call to method /", "expected the control plane to know this service, got no route to it"],
  [last("self-signed certificate"), "self-signed certificate"],
  ["Name resolution failed for target dns:nowhere:1", "Name resolution failed for target dns:nowhere:1"],
] as const) {
  test(`grpc-js without a connection: ${words}`, () => assert.equal(explainUnconnected(details), words));
}
