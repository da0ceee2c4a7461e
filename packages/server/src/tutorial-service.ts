import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type { HeyHow, LetsGo } from "@hey/proto/tutorial";
import type { Handlers } from "@hey/rpc";
import { answerTutorial } from "./greeting.ts";

/** The tutorial's service, the same under both names that it was published with. */
export function createTutorialService(handlers: Handlers, replicaName: string): UntypedServiceImplementation {
  return {
    heyhow: handlers.unary((request: HeyHow): LetsGo => answerTutorial(request, replicaName)),
  };
}
