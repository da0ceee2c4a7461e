import { Client, credentials } from "@grpc/grpc-js";
import { HealthCheckRequest, HealthService, ServingStatus } from "@hey/proto/health";
import { toStatusError } from "./convert-status.ts";
import { callUnary } from "./one-reply.ts";

/** What one question found: whether the server takes calls, and a line for whoever reads the health log. */
export interface Health {
  readonly serving: boolean;
  readonly words: string;
}

/**
 * Asks a server one `grpc.health.v1` question: `host:port` for the server as a whole, `host:port/some.Service` for one
 * service. Never throws: a server that cannot be asked is one that does not serve.
 */
export async function checkHealth(target: string, deadlineMs: number): Promise<Health> {
  const [address = "", service = ""] = target.split("/", 2);
  const client = new Client(address, credentials.createInsecure());
  try {
    const request = HealthCheckRequest.fromPartial({ service });
    const { status } = await callUnary(client, HealthService.check, request, { deadlineMs });
    const word = Object.keys(ServingStatus).find((key) => ServingStatus[key as keyof typeof ServingStatus] === status);
    return { serving: status === ServingStatus.SERVING, words: `${target} is ${word ?? status}` };
  } catch (thrown) {
    return { serving: false, words: `${target} does not answer: ${toStatusError(thrown).message}` };
  } finally {
    client.close();
  }
}
