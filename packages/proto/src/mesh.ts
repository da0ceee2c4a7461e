/** The control plane's contract with operators, heyhow.mesh.v1. */
export {
  ClientStatus,
  EndpointHealth,
  EndpointStatus,
  GetStatusRequest,
  GetStatusResponse,
  MeshServiceService as MeshService,
  MeshStatus,
  ResourceStatus,
  ServiceStatus,
  WatchStatusRequest,
  WatchStatusResponse,
} from "./gen/heyhow/mesh/v1/mesh.ts";
