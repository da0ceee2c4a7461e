import type { ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";
import { descriptorSet } from "@hey/proto/descriptors";
import { HealthService } from "@hey/proto/health";
import { OpenRcaService } from "@hey/proto/orca";
import { ReflectionAlphaService, ReflectionService } from "@hey/proto/reflection";
import { TutorialPackageService, TutorialService } from "@hey/proto/tutorial";
import { HeyHowService } from "@hey/proto/v1";
import type { Handlers, Health } from "@hey/rpc";
import { readContractFiles } from "./contract-files.ts";
import { createHeyHowService, type HeyHowParts } from "./hey-how-service.ts";
import type { LoadMeter } from "./load-meter.ts";
import { createLoadReports } from "./load-reports.ts";
import { createReflection, serviceName } from "./reflection.ts";
import { createTutorialService } from "./tutorial-service.ts";

/** The services whose health is told one by one. */
const ownServices = [HeyHowService, TutorialService, TutorialPackageService] as const;

/** Every service of the server. */
export const allServices = [
  ...ownServices,
  HealthService,
  OpenRcaService,
  ReflectionService,
  ReflectionAlphaService,
] as const;

/** The names under which health is told: "" is the server as a whole. */
export const healthNames: readonly string[] = ["", ...ownServices.map(serviceName)];

/** The paths of the tutorial's one method, under both its names. */
export const tutorialMethods: ReadonlySet<string> = new Set([
  TutorialService.heyhow.path,
  TutorialPackageService.heyhow.path,
]);

/** The paths of the methods whose calls are the server's load. */
export const workMethods: ReadonlySet<string> = new Set(
  ownServices.flatMap((service) => Object.values(service).map(({ path }) => path)),
);

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
  { health, load, ...parts }: HeyHowParts & { readonly health: Health; readonly load: LoadMeter },
): readonly (readonly [ServiceDefinition, UntypedServiceImplementation])[] {
  const tutorial = createTutorialService(handlers, parts.replica.name);
  const files = readContractFiles(descriptorSet());
  const reflection = createReflection(handlers, { files, services: allServices });
  return [
    [HeyHowService, createHeyHowService(handlers, parts)],
    [TutorialService, tutorial],
    [TutorialPackageService, tutorial],
    health.service,
    createLoadReports(handlers, load),
    [ReflectionService, reflection],
    [ReflectionAlphaService, reflection],
  ];
}
