/**
 * What an editor says of each setting of mesh.yaml, by the end of its path: `fault.delay` is that of a service and that of a
 * route. `*` stands for a name that the operator chooses; the items of a list have the path of the list.
 */
export const words: Readonly<Record<string, string>> = {
  services: "The services by their names: clients call xds:///NAME.",
  "services.*": "One service: where its servers come from, and how calls are spread over them.",
  "services.*.port": "Where the servers listen, for sources that give only an address.",
  "services.*.health":
    'What each server is asked about by grpc.health.v1, and called only as long as it says SERVING: a service, or "" for the whole server. false: nobody asks, and whatever is found is called.',
  "services.*.when_all_fail":
    "When every server fails its check at once: keep goes on with the last good ones, drop calls none.",
  "services.*.balancing":
    "How calls are spread. round_robin: each server in turn. ring_hash: calls with the same value of a header to the same server. weighted_by_load: more calls to those that report less load.",
  ring_hash: "Calls with the same value of the header go to the same server.",
  "ring_hash.header": "The metadata key, in small letters: one that callers set as text.",
  weighted_by_load: "More calls go to servers that report less load.",
  "weighted_by_load.report_every": "How often servers report, 100ms to 1m.",
  outliers: "A client leaves a server alone for a while when too many of its calls to it fail.",
  "outliers.interval": "How often that is looked at, 100ms to 60m.",
  "outliers.failure_percent": "From this share of failed calls on.",
  "outliers.min_calls": "Only if there were so many calls in the interval.",
  "outliers.ejection": "How long a server is left alone the first time, 1ms to 60m; longer each time after.",
  "outliers.max_ejected_percent": "How many of the servers may be left alone at once, in percent.",
  max_calls: "The most calls that one client may have in flight to a cluster; more fail at once with UNAVAILABLE.",
  drop_percent: "Clients drop this share of their calls, which fail with UNAVAILABLE.",
  localities:
    "How zones are preferred: weights share calls out within a priority, and the next one is for when none is left.",
  "localities.zone": "The value of the label zone.",
  "localities.weight":
    "Its share among the zones of its priority: for all of them, or for none, whose servers then count alike.",
  "localities.priority": "0 is called first, a higher one when nothing before it can be.",
  retries: "Failed calls that are tried again, on another server; without it, none.",
  "retries.codes": "Which failures: those that a call may be made twice after.",
  "retries.attempts": "How often a call is tried, the first time included.",
  "retries.backoff": "Clients wait a random part of this, which doubles from try to try: 1ms to 999ms.",
  fault: "Trouble on purpose: calls are held back or aborted before they are sent.",
  "fault.delay": "Calls are held back.",
  "fault.delay.time": "For how long, 1ms to 60m.",
  "fault.delay.percent": "How many of them.",
  "fault.abort": "Calls fail unsent.",
  "fault.abort.code": "The status they fail with.",
  "fault.abort.percent": "How many of them.",
  "fault.by_header":
    "What is not said here is the caller's choice, in x-envoy-fault-delay-request and x-envoy-fault-abort-grpc-request.",
  routes:
    "Which calls go where: the first route that matches takes the call, and what none takes goes to every server.",
  "routes.match": "Which calls; without it, all. Everything that is said must match.",
  "match.path": "The whole path: /package.Service/Method.",
  "match.prefix": "How the path begins: /package.Service/ for a whole service.",
  "match.regex": "What the whole path is like, in the language of RE2.",
  "match.headers": "By their names, the metadata keys in small letters: those that callers set as text.",
  "match.headers.*": "What the header must be like: exactly one of exact, prefix, regex and present.",
  "headers.*.exact": "Its whole value.",
  "headers.*.prefix": "How it begins.",
  "headers.*.regex": "What the whole of it is like, in the language of RE2.",
  "headers.*.present": "Whether it is there at all.",
  "routes.to": "To the servers with all of these labels. Calls to labels that no server has fail.",
  "routes.to.*": "The value of the label; a number in quotes.",
  split: "Shared out by weight among servers with these labels.",
  "split.to": "The servers with all of these labels.",
  "split.to.*": "The value of the label; a number in quotes.",
  "split.weight": "The share is this over the sum of all.",
  "routes.timeout":
    "How long a call may last, streams too, 1ms to 10080m, which is a week; without it, as long as its own deadline.",
  sources: "Where servers come from: exactly one of dns, static and kubernetes each.",
  "sources.dns": "A name, each of whose addresses is a server. A name that nobody has is no server.",
  "sources.static":
    "Addresses, such as 127.0.0.1:9999 or [::1]:9999; without a port, at that of the source or the service.",
  "static.address": "An IP address, with a port or without.",
  "static.weight": "Its share compared with the others', whose weight is 1; 0 is none.",
  "sources.kubernetes": "The Pods behind a Service, by its EndpointSlices, with the Pods' labels and zones.",
  "kubernetes.service": "The name of the Service.",
  "kubernetes.namespace": "Its namespace; without it, that of the kubeconfig's context or of the control plane itself.",
  "kubernetes.port": "One of the Service's ports, by its name or its number; without it, the only one.",
  "sources.port": "Where the servers of this source listen.",
  "sources.labels": "What is known of all servers of this source, for routes, and zone for localities.",
  "labels.*": "The value of the label; a number in quotes.",
};
