import { type ServiceDefinition, status } from "@grpc/grpc-js";
import { StatusError } from "./status-error.ts";

/** Stands for a request whose bytes are not the message that the method takes. */
class Undecodable {
  readonly cause: unknown;

  constructor(cause: unknown) {
    this.cause = cause;
  }
}

/**
 * The same service, with requests that cannot be decoded handed on for `decoded` to refuse. grpc-js refuses them by
 * itself before any handler or interceptor hears of it: such a call would be in no log and in no count.
 */
export function handingOnUndecodable(definition: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => {
      const requestDeserialize = (bytes: Buffer): unknown => {
        try {
          return method.requestDeserialize(bytes);
        } catch (error) {
          return new Undecodable(error);
        }
      };
      return [name, { ...method, requestDeserialize }];
    }),
  );
}

/** The request. Throws INTERNAL, the code that gRPC has for it, when it could not be decoded. */
export function decoded<T>(request: T): T {
  if (!(request instanceof Undecodable)) return request;
  throw new StatusError(status.INTERNAL, "the request's bytes are not the message that this method takes", [], {
    cause: request.cause,
  });
}
