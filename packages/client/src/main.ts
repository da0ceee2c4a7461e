#!/usr/bin/env node
import { program } from "@hey/runtime";
import { run } from "./run.ts";
import { clientChecks, clientFooter, clientPositionals, clientSettings } from "./settings.ts";

// Read by grpc-js-xds when it is loaded, which is when the first xDS channel is opened.
process.env["GRPC_EXPERIMENTAL_XDS_WRR_LB"] ??= "true";

await program({
  name: "hey-client",
  summary:
    "Talks to heyhow.v1 without losing a message: conversations that outlive their replicas, and a trickle of calls.",
  positionals: clientPositionals,
  settings: clientSettings,
  checks: clientChecks,
  footer: clientFooter,
  run,
});
