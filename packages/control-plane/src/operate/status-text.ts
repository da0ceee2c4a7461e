import {
  type ChangeTrafficResponse,
  type ClientCalls,
  type ClientStatus,
  type ClusterCalls,
  EndpointHealth,
  type MeshStatus,
  type ResourceStatus,
  type ServiceStatus,
} from "@hey/proto/mesh";
import { printable } from "@hey/runtime";

const healthWords: Readonly<Record<EndpointHealth, string>> = {
  [EndpointHealth.UNSPECIFIED]: "not asked",
  [EndpointHealth.CHECKING]: "checking",
  [EndpointHealth.HEALTHY]: "healthy",
  [EndpointHealth.UNHEALTHY]: "unhealthy",
};

/** The state of the mesh for people, without a line end at its end. */
export function statusText({
  version,
  services,
  clients,
  configErrors,
  discoveryTroubles,
  overrides,
  calls,
  moreClients,
  moreCallers,
}: MeshStatus): string {
  const parts = [`snapshot ${version || "none yet"}`, ...services.map(serviceText), clientsText(clients, moreClients)];
  if (calls.some(({ clusters, leftOut }) => clusters.length > 0 || leftOut > 0n))
    parts.push(callsText(calls, moreCallers));
  if (overrides.length > 0) {
    const lines = overrides.map((each) => `  ${printable(each)}`);
    parts.push(
      ["changed by command, until the control plane restarts (hey-mesh reset takes all of it back):", ...lines].join(
        "\n",
      ),
    );
  }
  if (discoveryTroubles.length > 0) {
    const lines = discoveryTroubles.map((each) => `  ${printable(each)}`);
    parts.push(["discovery is in trouble, and what it found stays:", ...lines].join("\n"));
  }
  if (configErrors.length > 0) {
    parts.push(
      [
        "mesh.yaml is wrong, and the last good one in force:",
        ...configErrors.map((each) => `  ${printable(each)}`),
      ].join("\n"),
    );
  }
  return parts.join("\n\n");
}

function serviceText({ name, balancing, endpoints, panic, unknown }: ServiceStatus): string {
  const trouble = panic
    ? "\n  PANIC: every endpoint fails its health check, and those that were good a moment ago are called"
    : unknown
      ? "\n  not known yet what its endpoints are: clients go on with what they know"
      : "";
  const head = `service ${name}, ${balancing}${trouble}`;
  if (endpoints.length === 0 && unknown) return head;
  if (endpoints.length === 0) return `${head}\n  no endpoints: every call fails at once`;
  const rows = endpoints.map(({ address, health, source, labels, weight }) => [
    address,
    `${healthWords[health]}${weight === 0 ? ", drained" : weight === 1 ? "" : `, weight ${weight}`}`,
    source,
    Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(" "),
  ]);
  return [head, ...columns([["endpoint", "health", "found by", "labels"], ...rows])].join("\n");
}

function clientsText(clients: readonly ClientStatus[], more: number): string {
  if (clients.length === 0) return "no xDS clients";
  const rows = clients.flatMap(({ nodeId, peer, resources }) =>
    resources.map((resource, index) => [
      index === 0 ? nodeId : "",
      index === 0 ? peer : "",
      resource.type,
      namesText(resource),
      verdict(resource),
    ]),
  );
  return ["clients", ...columns([["node", "peer", "type", "names", "has"], ...rows]), ...moreText(more)].join("\n");
}

function namesText({ names, moreNames }: ResourceStatus): string {
  const shown = names.join(",") || "-";
  return moreNames === 0 ? shown : `${shown} and ${moreNames} more`;
}

function verdict({ sentVersion, ackedVersion, nack }: ResourceStatus): string {
  if (nack !== "") return `REFUSED ${sentVersion}, keeps ${ackedVersion || "nothing"}: ${nack}`;
  if (sentVersion === "") return "nothing was sent";
  return sentVersion === ackedVersion ? ackedVersion : `${sentVersion} sent, not answered yet`;
}

function callsText(calls: readonly ClientCalls[], more: number): string {
  const head = ["node", "peer", "cluster", "zone", "ok", "failed", "in flight", "dropped"];
  const rows = calls.flatMap(({ nodeId, peer, clusters, moreLocalities, leftOut }) => {
    const cells = clusters.flatMap(clusterRows);
    const notes = [
      ...(moreLocalities > 0 ? [`and ${moreLocalities} more`] : []),
      ...(leftOut > 0n ? [`and ${leftOut} left out`] : []),
    ];
    return [...cells, ...notes.map((note) => [note, "", "", "", "", ""])].map((row, index) =>
      index === 0 ? [nodeId, peer, ...row] : ["", "", ...row],
    );
  });
  return ["calls that clients report, since they began to", ...columns([head, ...rows]), ...moreText(more)].join("\n");
}

function moreText(more: number): string[] {
  return more === 0 ? [] : [`  and ${more} more`];
}

/** Drops are the cluster's: they stand in its first row. */
function clusterRows({ cluster, dropped, localities }: ClusterCalls): string[][] {
  if (localities.length === 0) return [[cluster, "-", "0", "0", "0", String(dropped)]];
  return localities.map(({ zone, subZone, succeeded, failed, inFlight }, index) => [
    index === 0 ? cluster : "",
    [zone, subZone].filter((part) => part !== "").join("/") || "-",
    String(succeeded),
    String(failed),
    String(inFlight),
    index === 0 ? String(dropped) : "",
  ]);
}

/** Rows with their cells one below the other. */
function columns(texts: readonly (readonly string[])[]): string[] {
  const rows = texts.map((row) => row.map(printable));
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0),
  );
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
}

/** What is in force after a change, and how to keep it. */
export function changeText({ inForce, toKeep }: ChangeTrafficResponse): string {
  if (inForce.length === 0) return "in force: mesh.yaml, and nothing over it";
  const lines = [
    "in force over mesh.yaml, until the control plane restarts:",
    ...inForce.map((each) => `  ${printable(each)}`),
  ];
  if (toKeep !== "")
    lines.push(
      "to keep it, write into mesh.yaml, in place of what is there:",
      ...toKeep.split("\n").map((each) => `  ${each}`),
    );
  return lines.join("\n");
}

/** What another mesh.yaml changes, or would. */
export function linesText(kind: "diff" | "apply", lines: readonly string[]): string {
  if (lines.length === 0) return "no difference to what is in force";
  const head =
    kind === "diff" ? "it would change:" : "in force until mesh.yaml is saved next, or the control plane restarts:";
  return [head, ...lines.map((each) => `  ${printable(each)}`)].join("\n");
}
