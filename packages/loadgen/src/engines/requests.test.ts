import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { report, runLoadgen } from "../testing/run-loadgen.ts";
import { startTestServer } from "../testing/test-server.ts";

/** A call as it came over the wire. */
interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A server that answers each call with an empty message, all of them together once there are so many, and keeps what came. */
async function startServer(together: number) {
  const seen: Seen[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer();
  server.on("stream", (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on("error", () => {});
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      seen.push({ headers, body: Buffer.concat(chunks) });
      waiting.push(() => {
        stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
        stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
        stream.end(Buffer.alloc(5));
      });
      if (waiting.length === together) for (const answer of waiting.splice(0)) answer();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    seen,
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => server.close(),
  };
}

for (const engine of ["wire", "grpc-js"]) {
  test(`${engine}: T25: compressed requests carry each call's own metadata, 64 in flight`, async () => {
    using server = await startServer(64);
    const metadata = [
      ...["-m", "x-tenant=a", "-m", "x-id: id-{{.RequestNumber}}-{{randomString 8}}"],
      ...["-m", '{"x-more":"{{.RequestNumber}}","x-raw-bin":"AQI="}'],
    ];
    const data = ["-d", '{"count":{{.RequestNumber}}}'];
    const load = ["-n", "192", "-c", "64", "-e", "gzip", ...metadata, ...data];
    const { codes } = await report(["--engine", engine, ...load, server.address]);
    assert.deepEqual(codes, { OK: 192 });
    const ids = new Set<string>();
    for (const { headers, body } of server.seen) {
      assert.equal(headers["grpc-encoding"], "gzip");
      assert.equal(headers["x-tenant"], "a");
      assert.equal(String(headers["x-raw-bin"]).replace(/=+$/, ""), "AQI");
      const [, number = "", random] = /^id-(\d+)-(\w{8})$/.exec(String(headers["x-id"])) ?? assert.fail();
      assert.equal(headers["x-more"], number);
      ids.add(`${number} ${random}`);
      assert.equal(body[0], 1, "the compressed-flag");
      const message = gunzipSync(body.subarray(5));
      // Field 1 as a varint; the zero of proto3 is not sent.
      const count = message.length === 0 ? 0 : (message[1] ?? 0) + ((message[2] ?? 1) - 1) * 128;
      assert.equal(count, Number(number), "the header and the message are of one call");
    }
    assert.equal(ids.size, 192);
  });

  for (const [what, load, callers] of [
    ["callers of a closed loop", ["-c", "3"], 3],
    ["callers of several threads", ["-c", "5", "--workers", "2"], 5],
    ["places in flight of an open loop", ["--rps", "1000", "--max-in-flight", "4"], 4],
  ] as const) {
    test(`${engine}: WorkerID tells the ${what} apart, each of which makes one call after another`, async () => {
      const busy = new Set<string>();
      const seen = new Set<string>();
      let came = 0;
      await using server = await startTestServer({
        async say({ msg }, { metadata }) {
          assert.deepEqual([metadata.get("x-worker"), busy.has(msg)], [[msg], false]);
          busy.add(msg);
          seen.add(msg);
          // Nobody is answered before all callers have come once.
          for (came++; came < callers; ) await new Promise(setImmediate);
          busy.delete(msg);
        },
      });
      const ids = ["-d", '{"msg":"{{.WorkerID}}"}', "-m", "x-worker: {{.WorkerID}}"];
      const { codes } = await report(["--engine", engine, "-n", "30", ...load, ...ids, server.address]);
      assert.deepEqual(codes, { OK: 30 });
      assert.deepEqual(
        [...seen].sort(),
        Array.from({ length: callers }, (_, caller) => `g${caller}`),
      );
    });
  }

  test(`${engine}: messages that do not differ are compressed too, and without -e nothing is`, async () => {
    using server = await startServer(1);
    const load = ["--engine", engine, "-n", "2", "-c", "1", "-d", '{"msg":"hello hello hello"}', server.address];
    await report([...load, "--compress", "gzip"]);
    await report(load);
    const [first, second, third, fourth] = server.seen;
    assert.match(gunzipSync(first?.body.subarray(5) ?? assert.fail()).toString(), /hello hello hello/);
    assert.deepEqual(first?.body, second?.body);
    assert.deepEqual([third?.headers["grpc-encoding"] ?? "identity", third?.body[0]], ["identity", 0]);
    assert.match(String(fourth?.body), /hello hello hello/);
  });

  test(`${engine}: each message of a stream is compressed by itself`, async () => {
    using server = await startServer(1);
    const tell = ["--call", "heyhow.v1.HeyHowService/Tell", "-d", '[{"id":"first"},{"id":"{{.RequestNumber}}"}]'];
    await report(["--engine", engine, ...tell, "-e", "gzip", "-n", "1", server.address]);
    const { headers, body } = server.seen[0] ?? assert.fail();
    assert.equal(headers["grpc-encoding"], "gzip");
    const first = body.subarray(5, 5 + body.readUInt32BE(1));
    const second = body.subarray(5 + first.length);
    assert.deepEqual([body[0], second[0]], [1, 1]);
    assert.match(gunzipSync(first).toString(), /first/);
    assert.match(gunzipSync(second.subarray(5)).toString(), /0/);
  });

  test(`${engine}: --max-recv-message-size ends the calls with longer answers`, async () => {
    await using server = await startTestServer();
    const codesFor = async (bytes: number) =>
      (await report(["--engine", engine, "-n", "2", "--max-recv-message-size", `${bytes}`, server.address])).codes;
    assert.deepEqual(await codesFor(10), { RESOURCE_EXHAUSTED: 2 });
    assert.deepEqual(await codesFor(1000), { OK: 2 });
  });

  test(`${engine}: --max-send-message-size ends the calls with longer messages before the server sees them`, async () => {
    await using server = await startTestServer();
    const data = JSON.stringify([{ count: 1 }, { count: 2, msg: "x".repeat(100) }]);
    const limit = ["--max-send-message-size", "50"];
    const made = await report(["--engine", engine, "-n", "4", "-c", "1", "-d", data, ...limit, server.address]);
    assert.deepEqual(made.codes, { OK: 2, RESOURCE_EXHAUSTED: 2 });
    assert.deepEqual(
      server.calls.map(({ request }) => Number(request.count)),
      [1, 1],
    );
    const tell = ["--call", "heyhow.v1.HeyHowService/Tell", "-n", "1", "-d", `[{"id":"${"x".repeat(100)}"}]`];
    assert.deepEqual((await report(["--engine", engine, ...tell, ...limit, server.address])).codes, {
      RESOURCE_EXHAUSTED: 1,
    });
  });
}

test("--metadata-file goes with every call, beside --metadata", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hey-loadgen-test-"));
  const path = join(folder, "metadata.json");
  const problem = async (content: string) => {
    writeFileSync(path, content);
    const { code, stderr } = await runLoadgen(["-M", path, "127.0.0.1:1"]);
    return `${code} ${stderr.replaceAll(path, "FILE")}`;
  };
  try {
    assert.equal(await problem("x=1"), "2 --metadata-file FILE: expected a JSON object of names and values");
    assert.equal(await problem('{"x":1}'), "2 --metadata-file FILE: x: expected a text; got 1");
    using server = await startServer(1);
    writeFileSync(path, '{ "authorization": "Bearer x", "x-id": "{{.RequestNumber}}" }\n');
    const load = ["-n", "2", "-c", "1", "-M", path, "-m", "x-tenant=a", server.address];
    const { run } = await report(load);
    for (const [index, { headers }] of server.seen.entries()) {
      const { authorization, "x-id": id, "x-tenant": tenant } = headers;
      assert.deepEqual({ authorization, id, tenant }, { authorization: "Bearer x", id: `${index}`, tenant: "a" });
    }
    assert.equal(server.seen.length, 2);
    assert.ok(!run.command.join(" ").includes("Bearer"));
  } finally {
    rmSync(folder, { recursive: true });
  }
  assert.equal((await runLoadgen(["-M", path, "127.0.0.1:1"])).code, 2);
});

for (const [metadata, words] of [
  ["te=trailers", /--metadata: te: the transport sets it itself/],
  ["host=a", /--metadata: host: the transport sets it itself; for another, --authority/],
  ["grpc-timeout=1S", /--metadata: grpc-timeout: names that begin with grpc- are the protocol's own/],
  ["x={{.Nothing}}", /--metadata: x: expected \{\{\.RequestNumber\}\}, /],
  ["x={{.RequestNumber", /--metadata: x: expected \}\} after/],
  ["x-bin=not base64", /--metadata: x-bin: expected base64; got "not base64"/],
] as const) {
  test(`metadata ${metadata} is exit code 2`, async () => {
    const { code, stderr } = await runLoadgen(["-m", metadata, "127.0.0.1:1"]);
    assert.equal(code, 2);
    assert.match(stderr, words);
  });
}

for (const engine of ["wire", "grpc-js"]) {
  test(`${engine}: a call whose message does not fit is not made, is counted as INTERNAL and told; the run goes on`, async () => {
    using server = await startServer(1);
    const data = ["-d", '{"hops":"429496729{{.RequestNumber}}"}'];
    for (const more of [[], ["-e", "gzip"]]) {
      server.seen.length = 0;
      const load = ["--engine", engine, ...more, "-n", "9", "-c", "2", ...data, server.address];
      const { code, codes, errors, accounting } = await report(load);
      assert.equal(code, 0);
      assert.deepEqual(codes, { OK: 6, INTERNAL: 3 });
      assert.equal(accounting.measured.finished, 9);
      assert.equal(server.seen.length, 6);
      const told = errors.flatMap(({ samples }) => samples.map(({ message }) => message)).join();
      assert.match(told, /not sent, for the message does not fit: \/hops: expected .* \(uint32\); got "4294967296"/);
    }
  });

  test(`${engine}: a stream with a message that does not fit is ended there, and told`, async () => {
    await using server = await startTestServer();
    const data = '[{"id":"a","sequence":1},{"id":"a","sequence":"1844674407370955161{{.RequestNumber}}"}]';
    const load = ["--call", "heyhow.v1.HeyHowService/Tell", "-d", data, "-n", "9", "-c", "2"];
    for (const pace of [[], ["--stream-interval", "5ms"]]) {
      const { codes, errors } = await report(["--engine", engine, ...load, ...pace, server.address]);
      assert.deepEqual(codes["INTERNAL"], 3);
      const told = errors.flatMap(({ samples }) => samples.map(({ message }) => message)).join();
      assert.match(told, /not sent, for the message does not fit: \/sequence: .*got "18446744073709551616"/);
    }
  });
}
