import { address, duration, type SettingsOf, text } from "@hey/runtime";

/** hey-control-plane's settings. */
export const settings = {
  ads: address({
    flag: "ads",
    env: "HEY_ADS",
    default: "0.0.0.0:18000",
    help: "where xDS clients connect (ADS); port 0 is the system's choice",
  }),
  meshService: address({
    flag: "mesh-service",
    env: "HEY_MESH_SERVICE",
    default: "127.0.0.1:18001",
    off: true,
    help: "where operators ask for the state (heyhow.mesh.v1.MeshService)",
  }),
  meshTokenFile: text({
    flag: "mesh-token-file",
    env: "HEY_MESH_TOKEN_FILE",
    default: undefined,
    placeholder: "FILE",
    help: "MeshService answers only those who bring the token in this file; default: everybody who reaches its port",
  }),
  mesh: text({
    flag: "mesh",
    env: "HEY_MESH",
    default: "mesh/mesh.yaml",
    placeholder: "FILE",
    help: "what the operator says about traffic; read again when it changes",
  }),
  dnsPoll: duration({
    flag: "dns-poll",
    env: "HEY_DNS_POLL",
    default: 500,
    min: 10,
    help: "how often names are looked up",
  }),
  dnsServer: text({
    flag: "dns-server",
    env: "HEY_DNS_SERVER",
    default: undefined,
    placeholder: "IP:PORT",
    help: "the name server to ask; without it, the system's",
  }),
  kubeconfig: text({
    flag: "kubeconfig",
    env: "HEY_KUBECONFIG",
    default: undefined,
    placeholder: "FILE",
    help: "how to reach Kubernetes; without it $KUBECONFIG, ~/.kube/config, or the account of the Pod that it runs in",
  }),
  settle: duration({
    flag: "settle",
    env: "HEY_SETTLE",
    default: 3_000,
    help: "how long discovery and first health checks may hold up a start or a change of mesh.yaml",
  }),
  lrsInterval: duration({
    flag: "lrs-interval",
    env: "HEY_LRS_INTERVAL",
    default: 2_000,
    min: 100,
    max: 3_600_000,
    help: "how often clients are asked to report their calls (LRS)",
  }),
  adminHttp: address({
    flag: "admin-http",
    env: "HEY_ADMIN_HTTP",
    default: "127.0.0.1:9990",
    off: true,
    help: "where /livez, /readyz and /metrics answer",
  }),
};

/** Everything a control plane needs to be told. Durations are in milliseconds. */
export type ControlPlaneSettings = SettingsOf<typeof settings>;
