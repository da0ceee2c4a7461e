/** A port of a program by the `kind` in its "listening" event. */
export type PortKind = "grpc" | "ads" | "mesh" | "admin-grpc" | "admin-http";

/** One program to start. */
export interface Part {
  /** Unique; names its log file. */
  readonly name: string;
  /** The package whose program it is. */
  readonly program: "server" | "control-plane" | "client" | "demo";
  readonly args: readonly string[];
  /** What it says it listens on once it is up. */
  readonly ports: readonly PortKind[];
}

/** A server that is called through the control plane. */
export interface Replica extends Part {
  readonly version: string;
  readonly zone: string;
}

const anyPort = "127.0.0.1:0";
const adminHttp = ["--admin-http", anyPort];
const admin = [...adminHttp, "--admin-grpc", anyPort];
// There is nobody far away to wait for: what is open ends quickly, so that Ctrl-C does.
const leaving = ["--notice", "200ms", "--drain", "2s"];
const hops = ["--next", "xds:///heyhow"];

/** The door for callers from outside: one server at a fixed port, whose next hop is the others. */
export function front(port: number): Part {
  return {
    name: "front",
    program: "server",
    args: ["--listen", `127.0.0.1:${port}`, "--name", "front", ...hops, ...leaving, ...admin],
    ports: ["grpc", "admin-grpc", "admin-http"],
  };
}

/** The servers: two zones in each version, so that there is something to tell apart. */
export function replicas(count: number): readonly Replica[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `server-${index + 1}`;
    const version = `v${1 + (Math.floor(index / 2) % 2)}`;
    const zone = index % 2 === 0 ? "a" : "b";
    const labels = ["--name", name, "--version-label", version, "--zone", zone];
    return {
      name,
      version,
      zone,
      program: "server",
      args: ["--listen", anyPort, ...labels, ...hops, ...leaving, ...admin],
      ports: ["grpc", "admin-grpc", "admin-http"],
    };
  });
}

/** The control plane, told about the servers by a file; hey-mesh looks for it at `meshPort`. */
export function controlPlane(meshFile: string, meshPort: number): Part {
  return {
    name: "control-plane",
    program: "control-plane",
    args: ["--mesh", meshFile, "--ads", anyPort, "--mesh-service", `127.0.0.1:${meshPort}`, ...adminHttp],
    ports: ["ads", "mesh", "admin-http"],
  };
}

/** The client in the foreground; 0 seconds: until it is stopped. */
export function client(seconds: number): Part {
  return {
    name: "client",
    program: "client",
    // Its output is the terminal's, so nobody could read its ports there and print them.
    args: [
      "xds:///heyhow",
      "--seconds",
      String(seconds),
      "--hints",
      "npm",
      "--admin-http",
      "off",
      "--admin-grpc",
      "off",
    ],
    ports: [],
  };
}
