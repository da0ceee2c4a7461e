#!/usr/bin/env node
import { program } from "@hey/runtime";
import { run } from "./run.ts";
import { settings } from "./settings.ts";

await program({
  name: "hey-control-plane",
  summary: "Finds the servers, watches their health, and tells xDS clients where to call, as mesh.yaml says.",
  settings,
  run,
});
