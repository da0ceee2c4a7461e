import { type ServiceDefinition, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { ServerReflectionRequest, ServerReflectionResponse } from "@hey/proto/reflection";
import type { Handlers } from "@hey/rpc";
import type { ContractFiles } from "./contract-files.ts";

type Answer = NonNullable<ServerReflectionResponse["messageResponse"]>;

/**
 * grpc.reflection, for v1 and v1alpha alike: their messages differ in name only. `services` are the ones really
 * registered. What is not found is said inside the answer, so that the stream goes on.
 */
export function createReflection(
  handlers: Handlers,
  contract: { readonly files: ContractFiles; readonly services: readonly ServiceDefinition[] },
): UntypedServiceImplementation {
  const names = contract.services.map(serviceName).sort();
  return {
    serverReflectionInfo: handlers.bidi(async function* (requests: AsyncIterable<ServerReflectionRequest>) {
      for await (const request of requests) {
        const messageResponse = answerReflection(request.messageRequest, contract.files, names);
        yield { validHost: request.host, originalRequest: request, messageResponse };
      }
    }),
  };
}

/** The full name of a service, as it stands in the paths of its methods. */
export function serviceName(service: ServiceDefinition): string {
  const [method] = Object.values(service);
  if (method === undefined) throw new Error("a service without methods has no name to be found by");
  return method.path.slice(1, method.path.lastIndexOf("/"));
}

function answerReflection(
  asked: ServerReflectionRequest["messageRequest"],
  files: ContractFiles,
  serviceNames: readonly string[],
): Answer {
  switch (asked?.$case) {
    case "fileByFilename":
      return filesOr(files.byName(asked.value), `file ${asked.value}`);
    case "fileContainingSymbol":
      return filesOr(files.bySymbol(asked.value), `symbol ${asked.value}`);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = asked.value;
      return filesOr(
        files.byExtension(containingType, extensionNumber),
        `extension ${extensionNumber} of ${containingType}`,
      );
    }
    case "allExtensionNumbersOfType": {
      const extensionNumber = files.extensionNumbers(asked.value);
      if (extensionNumber === undefined) return notFound(`message ${asked.value}`);
      return { $case: "allExtensionNumbersResponse", value: { baseTypeName: asked.value, extensionNumber } };
    }
    case "listServices":
      return { $case: "listServicesResponse", value: { service: serviceNames.map((name) => ({ name })) } };
    case undefined:
      return failure(status.INVALID_ARGUMENT, "message_request: expected one of its fields, came none");
  }
}

function filesOr(fileDescriptorProto: readonly Buffer[] | undefined, what: string): Answer {
  if (fileDescriptorProto === undefined) return notFound(what);
  return { $case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

function notFound(what: string): Answer {
  return failure(status.NOT_FOUND, `not found: ${what}`);
}

function failure(errorCode: status, errorMessage: string): Answer {
  return { $case: "errorResponse", value: { errorCode, errorMessage } };
}
