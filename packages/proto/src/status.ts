/** google.rpc: the status with details that travels in the trailer grpc-status-details-bin. */
export { Any } from "./gen/google/protobuf/any.ts";
export { BadRequest, ErrorInfo, RetryInfo } from "./gen/google/rpc/error_details.ts";
export { Status } from "./gen/google/rpc/status.ts";
