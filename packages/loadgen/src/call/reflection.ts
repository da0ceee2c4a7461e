import { fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { type Metadata, status } from "@grpc/grpc-js";
import type { Channel } from "@hey/client";
import { ReflectionAlphaService, ReflectionService, ServerReflectionRequest } from "@hey/proto/reflection";
import { callBidi, StatusError } from "@hey/rpc";
import { ProgramError } from "@hey/runtime";
import { unknownService } from "./method.ts";

type Question = NonNullable<ServerReflectionRequest["messageRequest"]>;

/** How to ask a server what it serves. */
export interface ReflectionOptions {
  readonly channel: Channel;
  readonly metadata: Metadata;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/**
 * The file that defines a service, and all that it imports, asked by reflection (v1, else v1alpha). Rejects with a
 * ProgramError of exit code 3 when the server does not answer, has no reflection, or no such service; `method` is what is asked of it.
 */
export async function reflectFiles(
  options: ReflectionOptions,
  service: string,
  method?: string,
): Promise<readonly FileDescriptorProto[]> {
  return await converse(options, async (ask) => {
    const files = new Map<string, FileDescriptorProto>();
    const keep = (answer: readonly Uint8Array[] | undefined) => {
      for (const bytes of answer ?? []) {
        const file = fromBinary(FileDescriptorProtoSchema, bytes);
        files.set(file.name, file);
      }
    };
    const found = await ask({ $case: "fileContainingSymbol", value: service });
    if (found?.$case !== "fileDescriptorResponse") {
      const names = await listServices(ask);
      throw unknownService(
        service,
        names.map((typeName) => ({ typeName })),
        method,
      );
    }
    keep(found.value.fileDescriptorProto);
    // Some servers send only the file asked for, some everything it needs. A Map may grow while it is walked.
    for (const file of files.values()) {
      for (const name of file.dependency) {
        if (files.has(name)) continue;
        const answer = await ask({ $case: "fileByFilename", value: name });
        if (answer?.$case === "fileDescriptorResponse") keep(answer.value.fileDescriptorProto);
      }
    }
    return [...files.values()];
  });
}

/** The names of the services that a server has. Rejects as `reflectFiles` does. */
export async function reflectServices(options: ReflectionOptions): Promise<readonly string[]> {
  return await converse(options, listServices);
}

async function listServices(ask: Ask): Promise<readonly string[]> {
  const answer = await ask({ $case: "listServices", value: "" });
  return answer?.$case === "listServicesResponse" ? answer.value.service.map(({ name }) => name).sort() : [];
}

/** Asks one question and waits for its answer. */
type Ask = (question: Question) => Promise<Awaited<ReturnType<typeof answerOf>>>;

async function converse<T>(options: ReflectionOptions, talk: (ask: Ask) => Promise<T>): Promise<T> {
  try {
    return await converseWith(ReflectionService, options, talk);
  } catch (error) {
    if (!isUnimplemented(error)) throw explain(error, options);
  }
  try {
    return await converseWith(ReflectionAlphaService, options, talk);
  } catch (error) {
    throw explain(error, options);
  }
}

async function converseWith<T>(
  { serverReflectionInfo }: typeof ReflectionService | typeof ReflectionAlphaService,
  { channel, ...options }: ReflectionOptions,
  talk: (ask: Ask) => Promise<T>,
): Promise<T> {
  const questions = new TransformStream<ServerReflectionRequest>();
  const writer = questions.writable.getWriter();
  const answers = callBidi(channel, serverReflectionInfo, questions.readable, options);
  const ended = writer.closed.catch(() => {});
  try {
    return await talk(async (messageRequest) => {
      writer.write(ServerReflectionRequest.fromPartial({ messageRequest })).catch(() => {});
      return await answerOf(answers);
    });
  } finally {
    await answers.return();
    writer.abort().catch(() => {});
    await ended;
  }
}

async function answerOf(answers: ReturnType<typeof callBidi<ServerReflectionRequest, ServerReflectionResponse>>) {
  const { value, done } = await answers.next();
  if (done) throw new StatusError(status.UNIMPLEMENTED, "the reflection stream ended without an answer");
  return value.messageResponse;
}

type ServerReflectionResponse = Awaited<
  ReturnType<(typeof ReflectionService)["serverReflectionInfo"]["responseDeserialize"]>
>;

function isUnimplemented(error: unknown): boolean {
  return error instanceof StatusError && error.code === status.UNIMPLEMENTED;
}

function explain(error: unknown, { channel: { target } }: ReflectionOptions): unknown {
  if (!(error instanceof StatusError)) return error;
  const message = isUnimplemented(error)
    ? `${target} has no reflection, by which methods are found; describe them with --proto or --protoset`
    : `cannot ask ${target} for its methods: ${status[error.code]}: ${error.message}`;
  return new ProgramError(message, { exitCode: 3, cause: error });
}
