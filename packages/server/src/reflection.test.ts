import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Client, credentials, status } from "@grpc/grpc-js";
import { descriptorSet } from "@hey/proto/descriptors";
import { ReflectionAlphaService, ReflectionService, type ServerReflectionRequest } from "@hey/proto/reflection";
import { HeyHowService } from "@hey/proto/v1";
import { callBidi, createHandlers, type Listening, listen } from "@hey/rpc";
import { readContractFiles } from "./contract-files.ts";
import { createReflection } from "./reflection.ts";

let server: Listening;
let client: Client;

before(async () => {
  const files = readContractFiles(descriptorSet());
  const reflection = createReflection(createHandlers(), { files, services: [ReflectionService, HeyHowService] });
  server = await listen({
    address: "127.0.0.1:0",
    services: [
      [ReflectionService, reflection],
      [ReflectionAlphaService, reflection],
    ],
    drain: { noticeMs: 0, drainMs: 0 },
  });
  client = new Client(server.address, credentials.createInsecure());
});

after(async () => {
  client.close();
  await server[Symbol.asyncDispose]();
});

for (const [version, service] of [
  ["v1", ReflectionService],
  ["v1alpha", ReflectionAlphaService],
] as const) {
  async function ask(...questions: ServerReflectionRequest["messageRequest"][]) {
    async function* asking(): AsyncGenerator<ServerReflectionRequest> {
      for (const messageRequest of questions) yield { host: "h", messageRequest };
    }
    const answers = callBidi(client, service.serverReflectionInfo, asking(), { deadlineMs: 10_000 });
    return (await Array.fromAsync(answers)).map(({ messageResponse }) => messageResponse);
  }

  async function fileNames(question: ServerReflectionRequest["messageRequest"]) {
    const [answer] = await ask(question);
    assert.equal(answer?.$case, "fileDescriptorResponse");
    return answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
  }

  describe(`reflection ${version}`, () => {
    test("lists the services that are registered, and no others", async () => {
      const [answer] = await ask({ $case: "listServices", value: "" });
      assert.deepEqual(answer, {
        $case: "listServicesResponse",
        value: { service: [{ name: "grpc.reflection.v1.ServerReflection" }, { name: "heyhow.v1.HeyHowService" }] },
      });
    });

    test("gives a file with its imports by name and by symbol", async () => {
      const expected = ["google/rpc/status.proto", "google/protobuf/any.proto"];
      assert.deepEqual(await fileNames({ $case: "fileByFilename", value: "google/rpc/status.proto" }), expected);
      assert.deepEqual(await fileNames({ $case: "fileContainingSymbol", value: "google.rpc.Status" }), expected);
    });

    test("says inside the answer what is not found, and the stream goes on", async () => {
      const answers = await ask(
        { $case: "fileByFilename", value: "no.proto" },
        { $case: "fileContainingSymbol", value: "no.Symbol" },
        { $case: "fileContainingExtension", value: { containingType: "no.Message", extensionNumber: 7 } },
        { $case: "allExtensionNumbersOfType", value: "no.Message" },
        undefined,
        { $case: "allExtensionNumbersOfType", value: "heyhow.v1.SayRequest" },
      );
      const failure = (errorCode: status, errorMessage: string) => ({
        $case: "errorResponse",
        value: { errorCode, errorMessage },
      });
      assert.deepEqual(answers, [
        failure(status.NOT_FOUND, "not found: file no.proto"),
        failure(status.NOT_FOUND, "not found: symbol no.Symbol"),
        failure(status.NOT_FOUND, "not found: extension 7 of no.Message"),
        failure(status.NOT_FOUND, "not found: message no.Message"),
        failure(status.INVALID_ARGUMENT, "message_request: expected one of its fields, came none"),
        {
          $case: "allExtensionNumbersResponse",
          value: { baseTypeName: "heyhow.v1.SayRequest", extensionNumber: [] },
        },
      ]);
    });

    test("repeats the question and the host in the answer", async () => {
      const question = { host: "h", messageRequest: { $case: "fileByFilename", value: "no.proto" } } as const;
      async function* asking(): AsyncGenerator<ServerReflectionRequest> {
        yield question;
      }
      const answers = callBidi(client, service.serverReflectionInfo, asking(), { deadlineMs: 10_000 });
      for await (const { validHost, originalRequest } of answers) {
        assert.equal(validHost, "h");
        assert.deepEqual(originalRequest, question);
      }
    });
  });
}
