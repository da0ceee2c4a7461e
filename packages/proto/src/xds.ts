/** The subset of the xDS v3 API that the control plane speaks. */

export { CircuitBreakers } from "./gen/envoy/config/cluster/v3/circuit_breaker.ts";
export {
  Cluster,
  Cluster_DiscoveryType as ClusterDiscoveryType,
  Cluster_LbPolicy as ClusterLbPolicy,
  LoadBalancingPolicy,
} from "./gen/envoy/config/cluster/v3/cluster.ts";
export { OutlierDetection } from "./gen/envoy/config/cluster/v3/outlier_detection.ts";
export { Locality, Node, RoutingPriority } from "./gen/envoy/config/core/v3/base.ts";
export { ApiVersion, ConfigSource } from "./gen/envoy/config/core/v3/config_source.ts";
export { HealthStatus } from "./gen/envoy/config/core/v3/health_check.ts";
export { ClusterLoadAssignment } from "./gen/envoy/config/endpoint/v3/endpoint.ts";
export { LbEndpoint, LocalityLbEndpoints } from "./gen/envoy/config/endpoint/v3/endpoint_components.ts";
export { ClusterStats, UpstreamLocalityStats } from "./gen/envoy/config/endpoint/v3/load_report.ts";
export { Listener } from "./gen/envoy/config/listener/v3/listener.ts";
export { RouteConfiguration } from "./gen/envoy/config/route/v3/route.ts";
export {
  HeaderMatcher,
  RetryPolicy,
  Route,
  RouteAction,
  RouteMatch,
  VirtualHost,
} from "./gen/envoy/config/route/v3/route_components.ts";
export { HTTPFault } from "./gen/envoy/extensions/filters/http/fault/v3/fault.ts";
export { Router } from "./gen/envoy/extensions/filters/http/router/v3/router.ts";
export {
  HttpConnectionManager,
  HttpFilter,
} from "./gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.ts";
export { ClientSideWeightedRoundRobin } from "./gen/envoy/extensions/load_balancing_policies/client_side_weighted_round_robin/v3/client_side_weighted_round_robin.ts";
export { RoundRobin } from "./gen/envoy/extensions/load_balancing_policies/round_robin/v3/round_robin.ts";
export { WrrLocality } from "./gen/envoy/extensions/load_balancing_policies/wrr_locality/v3/wrr_locality.ts";
export { AggregatedDiscoveryServiceService as AggregatedDiscoveryService } from "./gen/envoy/service/discovery/v3/ads.ts";
export { DiscoveryRequest, DiscoveryResponse } from "./gen/envoy/service/discovery/v3/discovery.ts";
export {
  LoadReportingServiceService as LoadReportingService,
  LoadStatsRequest,
  LoadStatsResponse,
} from "./gen/envoy/service/load_stats/v3/lrs.ts";
export { FractionalPercent, FractionalPercent_DenominatorType as Denominator } from "./gen/envoy/type/v3/percent.ts";
export { Any } from "./gen/google/protobuf/any.ts";
export { Duration } from "./gen/google/protobuf/duration.ts";
