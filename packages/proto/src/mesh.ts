/** The control plane's contract with operators, heyhow.mesh.v1. */
export {
  ChangeTrafficRequest,
  ChangeTrafficResponse,
  ClientStatus,
  EndpointHealth,
  EndpointStatus,
  Fault,
  GetStatusRequest,
  GetStatusResponse,
  MeshServiceService as MeshService,
  MeshStatus,
  ResourceStatus,
  ServiceStatus,
  WatchStatusRequest,
  WatchStatusResponse,
} from "./gen/heyhow/mesh/v1/mesh.ts";
