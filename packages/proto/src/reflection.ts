/** grpc.reflection.v1 and v1alpha: the same messages under two names. */
export {
  ServerReflectionRequest,
  ServerReflectionResponse,
  ServerReflectionService as ReflectionService,
} from "./gen/grpc/reflection/v1/reflection.ts";
export { ServerReflectionService as ReflectionAlphaService } from "./gen/grpc/reflection/v1alpha/reflection.ts";
