import type { ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";
import { descriptorSet } from "@hey/proto/descriptors";
import { HealthService } from "@hey/proto/health";
import { ReflectionAlphaService, ReflectionService } from "@hey/proto/reflection";
import { TutorialPackageService, TutorialService } from "@hey/proto/tutorial";
import { HeyHowService } from "@hey/proto/v1";
import type { Handlers, Health } from "@hey/rpc";
import { readContractFiles } from "./contract-files.ts";
import { createHeyHowService, type HeyHowParts } from "./hey-how-service.ts";
import { createReflection, serviceName } from "./reflection.ts";
import { createTutorialService } from "./tutorial-service.ts";

/** The services whose health is told one by one. */
const ownServices = [HeyHowService, TutorialService, TutorialPackageService] as const;

/** Every service of the server. */
export const allServices = [...ownServices, HealthService, ReflectionService, ReflectionAlphaService] as const;

/** The names under which health is told: "" is the server as a whole. */
export const healthNames: readonly string[] = ["", ...ownServices.map(serviceName)];

/** The paths of the tutorial's one method, under both its names. */
export const tutorialMethods: ReadonlySet<string> = new Set([
  TutorialService.heyhow.path,
  TutorialPackageService.heyhow.path,
]);

/** The paths of the methods that answer with a stream. */
export const streamingMethods: ReadonlySet<string> = new Set(
  allServices.flatMap((service) =>
    Object.values(service)
      .filter(({ responseStream }) => responseStream)
      .map(({ path }) => path),
  ),
);

/** Every service with its implementation. */
export function createServices(
  handlers: Handlers,
  health: Health,
  parts: HeyHowParts,
): readonly (readonly [ServiceDefinition, UntypedServiceImplementation])[] {
  const tutorial = createTutorialService(handlers, parts.replica.name);
  const files = readContractFiles(descriptorSet());
  const reflection = createReflection(handlers, { files, services: allServices });
  return [
    [HeyHowService, createHeyHowService(handlers, parts)],
    [TutorialService, tutorial],
    [TutorialPackageService, tutorial],
    health.service,
    [ReflectionService, reflection],
    [ReflectionAlphaService, reflection],
  ];
}
