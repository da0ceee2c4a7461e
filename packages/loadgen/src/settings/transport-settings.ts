import { address, choice, duration, integer } from "@hey/runtime";

/** How calls travel. */
export const transportSettings = {
  connections: integer({ flag: "connections", default: 1, min: 1, help: "how many connections to each address" }),
  connectTimeout: duration({
    flag: "connect-timeout",
    default: 10_000,
    min: 1,
    help: "how long making the first connection may take",
  }),
  engine: choice({
    flag: "engine",
    choices: ["auto", "wire", "grpc-js"],
    default: "auto",
    help: "auto: wire, which costs far less per call, but for xds targets grpc-js",
  }),
  adminGrpc: address({
    flag: "admin-grpc",
    env: "HEY_ADMIN_GRPC",
    default: "127.0.0.1:9991",
    off: true,
    help: "with engine grpc-js: where channelz, and CSDS for xds targets, answer; if the port is taken the run goes on without",
  }),
};
