#!/usr/bin/env node
import { hostname } from "node:os";
import { program } from "@hey/runtime";
import { run } from "./run.ts";
import { serverSettings, settingsProblems } from "./settings.ts";

await program({
  name: "hey-server",
  summary: "Answers heyhow.v1 and the tutorial's contract, with health, reflection, channelz and metrics.",
  settings: serverSettings(hostname()),
  checks: [settingsProblems],
  run,
});
