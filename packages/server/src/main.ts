#!/usr/bin/env node
import { hostname } from "node:os";
import { program } from "@hey/runtime";
import { run } from "./run.ts";
import { serverSettings, settingsProblems } from "./settings.ts";

// Read by grpc-js-xds when it is loaded, which is at the first hop to an xDS target.
process.env["GRPC_EXPERIMENTAL_XDS_WRR_LB"] ??= "true";

await program({
  name: "hey-server",
  summary: "Answers heyhow.v1 and the tutorial's contract, with health, reflection, channelz and metrics.",
  settings: serverSettings(hostname()),
  checks: [settingsProblems],
  run,
});
