/** grpc.health.v1. */
export {
  HealthCheckRequest,
  HealthCheckResponse,
  HealthCheckResponse_ServingStatus as ServingStatus,
  HealthService,
} from "./gen/grpc/health/v1/health.ts";
