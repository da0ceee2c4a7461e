import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { descriptorSet } from "@hey/proto/descriptors";
import {
  ReflectionAlphaService,
  ReflectionService,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from "@hey/proto/reflection";
import { createHandlers } from "@hey/rpc";
import { report, runLoadgen } from "../testing/run-loadgen.ts";
import { startTestServer } from "../testing/test-server.ts";

const files = fromBinary(FileDescriptorSetSchema, descriptorSet()).file.filter(
  ({ name }) => !name.startsWith("envoy/"),
);

/** The contract of heyhow.v1 as if it were somebody else's, with an import. */
const foreign: readonly FileDescriptorProto[] = files
  .filter(({ name }) => name === "heyhow/v1/heyhow.proto")
  .flatMap((file) => [
    create(FileDescriptorProtoSchema, { ...file, package: "shop.v1", name: "shop.proto", dependency: ["money.proto"] }),
    create(FileDescriptorProtoSchema, { name: "money.proto", package: "money" }),
  ])
  .map((file) =>
    fromBinary(FileDescriptorProtoSchema, Buffer.from(renamed(toBinary(FileDescriptorProtoSchema, file)))),
  );

/** The same descriptor with `.heyhow.v1.` as `.shop0.v1.`: as long, so that no length in it changes. */
function renamed(bytes: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(bytes).toString("latin1").replaceAll(".heyhow.v1.", ".shop00.v1."), "latin1");
}
for (const file of foreign) if (file.package === "shop.v1") file.package = "shop00.v1";

const call = "shop00.v1.HeyHowService/Say";

/** A server of the foreign contract that can be asked for it, one file at a time, by the versions given. */
async function startForeign(versions: readonly ("v1" | "v1alpha")[]) {
  const server = new Server();
  const { bidi } = createHandlers({});
  const answer = (request: ServerReflectionRequest): ServerReflectionResponse["messageResponse"] => {
    const asked = request.messageRequest;
    const byName = (name: string) => foreign.filter((file) => file.name === name);
    const response = (found: readonly FileDescriptorProto[]) =>
      found.length === 0
        ? ({ $case: "errorResponse", value: { errorCode: 5, errorMessage: "not found" } } as const)
        : ({
            $case: "fileDescriptorResponse",
            value: { fileDescriptorProto: found.map((file) => Buffer.from(toBinary(FileDescriptorProtoSchema, file))) },
          } as const);
    if (asked?.$case === "listServices") {
      return { $case: "listServicesResponse", value: { service: [{ name: "shop00.v1.HeyHowService" }] } };
    }
    if (asked?.$case === "fileByFilename") return response(byName(asked.value));
    return response(
      asked?.$case === "fileContainingSymbol" && asked.value === "shop00.v1.HeyHowService" ? byName("shop.proto") : [],
    );
  };
  const serverReflectionInfo = bidi(async function* (requests: AsyncIterable<ServerReflectionRequest>) {
    for await (const request of requests) {
      yield { validHost: "", originalRequest: request, messageResponse: answer(request) };
    }
  });
  if (versions.includes("v1")) server.addService(ReflectionService, { serverReflectionInfo });
  if (versions.includes("v1alpha")) server.addService(ReflectionAlphaService, { serverReflectionInfo });
  const bytes = (value: Buffer) => value;
  const [serialize, stream] = [{ requestSerialize: bytes, requestDeserialize: bytes }, false];
  const say = { path: `/${call}`, requestStream: stream, responseStream: stream, ...serialize };
  const requests: Buffer[] = [];
  server.addService(
    { say: { ...say, responseSerialize: bytes, responseDeserialize: bytes } },
    {
      say({ request }: { request: Buffer }, reply: (error: null, answer: Buffer) => void) {
        requests.push(request);
        reply(null, Buffer.from([8, 1]));
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return {
    address: `127.0.0.1:${port}`,
    requests,
    [Symbol.dispose]: () => server.forceShutdown(),
  };
}

for (const version of ["v1", "v1alpha"] as const) {
  test(`T28: a foreign method is found by reflection ${version}, and the asking is no call of the run`, async () => {
    using server = await startForeign([version]);
    const { codes, endpoints } = await report(["--call", call, "-d", '{"count":5}', "-n", "1", server.address]);
    assert.deepEqual(codes, { OK: 1 });
    assert.equal(endpoints[0]?.calls, 1);
    assert.deepEqual(server.requests, [Buffer.from([8, 5])]);
  });
}

test("a foreign method is found in a protoset, without asking the server", async () => {
  using server = await startForeign([]);
  const folder = mkdtempSync(join(tmpdir(), "hey-loadgen-test-"));
  const path = join(folder, "shop.binpb");
  writeFileSync(path, toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [...foreign] })));
  const { codes } = await report(["--call", call, "--protoset", path, "-n", "1", server.address]);
  rmSync(folder, { recursive: true });
  assert.deepEqual(codes, { OK: 1 });
});

/** The foreign contract as its author wrote it, as far as its method goes. */
const shopProto = `syntax = "proto3";
package shop00.v1;
import "types/money.proto";
service HeyHowService { rpc Say(SayRequest) returns (SayResponse); }
message SayRequest { int64 count = 1; optional money.Money price = 9; }
message SayResponse { int64 count = 1; }
`;
const moneyProto = 'syntax = "proto3";\npackage money;\nmessage Money { sint32 cents = 1; }\n';

/** `api/shop.proto`, and what it imports elsewhere, in `lib`. */
function withProtos() {
  const folder = mkdtempSync(join(tmpdir(), "hey-loadgen-test-"));
  const [proto, lib] = [join(folder, "api/shop.proto"), join(folder, "lib")];
  mkdirSync(join(folder, "api"));
  mkdirSync(join(lib, "types"), { recursive: true });
  writeFileSync(proto, shopProto);
  writeFileSync(join(lib, "types/money.proto"), moneyProto);
  return { proto, lib, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

for (const engine of ["wire", "grpc-js"]) {
  test(`a foreign method is found in a .proto file and its imports, by ${engine}, without asking the server`, async () => {
    using server = await startForeign([]);
    using files = withProtos();
    const described = ["--proto", files.proto, "--import-path", files.lib];
    const data = ["-d", '{"count":5,"price":{"cents":-1}}', "-n", "1"];
    const { codes } = await report(["--engine", engine, "--call", call, ...described, ...data, server.address]);
    assert.deepEqual(codes, { OK: 1 });
    assert.deepEqual(server.requests, [Buffer.from([8, 5, 0x4a, 2, 8, 1])]);
  });
}

test("a method that a .proto file does not have is exit code 3, an import that is missing 2", async () => {
  using files = withProtos();
  const described = ["--proto", files.proto, "-i", files.lib];
  const mistyped = await runLoadgen(["--call", "shop00.v1.HeyHowService/Sya", ...described, "127.0.0.1:1"]);
  assert.deepEqual([mistyped.code, /did you mean Say\?/.test(mistyped.stderr)], [3, true]);
  const missing = await runLoadgen(["--call", call, "--proto", files.proto, "127.0.0.1:1"]);
  assert.equal(missing.code, 2);
  assert.match(
    missing.stderr,
    /shop\.proto:3:8: cannot find types\/money\.proto; looked in .*api, the working directory/,
  );
});

test("a server without reflection is exit code 3, with what to do instead", async () => {
  using server = await startForeign([]);
  const { code, stderr } = await runLoadgen(["--call", call, "-n", "1", server.address]);
  assert.equal(code, 3);
  assert.match(stderr, /has no reflection.*--protoset/);
});

test("a mistyped method is exit code 3, and the one meant is named", async () => {
  await using server = await startTestServer();
  const { code, stderr } = await runLoadgen(["--call", "heyhow.v1.HeyHowService/Sya", server.address]);
  assert.equal(code, 3);
  assert.match(stderr, /HeyHowService has no method Sya; did you mean Say\? \(there are Say, Listen, Tell, Talk\)/);
});

test("a service that the server does not have is exit code 3, and those that it has are named", async () => {
  using server = await startForeign(["v1"]);
  const { code, stderr } = await runLoadgen(["--call", "shop00.v1.HeyHowServic/Say", server.address]);
  assert.equal(code, 3);
  assert.match(stderr, /there is no service shop00\.v1\.HeyHowServic; did you mean shop00\.v1\.HeyHowService\?/);
});

test("a method that was left out is asked for", async () => {
  using foreignServer = await startForeign(["v1"]);
  await using own = await startTestServer();
  for (const [service, address] of [
    ["shop00.v1.HeyHowService", foreignServer.address],
    ["heyhow.v1.HeyHowService", own.address],
  ] as const) {
    const { code, stderr } = await runLoadgen(["--call", service, address]);
    assert.equal(code, 3);
    assert.ok(stderr.includes(`${service} is a service; expected a method of it, ${service}/Method`), stderr);
  }
});

test("a file that is no protoset is exit code 2, and so is one that lacks an import", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hey-loadgen-test-"));
  const path = join(folder, "x");
  const attempt = async (content: Uint8Array | string) => {
    writeFileSync(path, content);
    return await runLoadgen(["--call", call, "--protoset", path, "127.0.0.1:1"]);
  };
  for (const content of ["syntax = 'proto3';", "", Buffer.alloc(100)]) {
    const { code, stderr } = await attempt(content);
    assert.equal(code, 2);
    assert.match(stderr, /expected a FileDescriptorSet/);
  }
  const [incomplete] = foreign;
  assert.ok(incomplete);
  const set = create(FileDescriptorSetSchema, { file: [incomplete] });
  const { code, stderr } = await attempt(toBinary(FileDescriptorSetSchema, set));
  assert.equal(code, 2);
  assert.match(stderr, /shop\.proto imports money\.proto, which is missing/);
  rmSync(folder, { recursive: true });
});
