#!/usr/bin/env node
import { platform } from "node:os";
import { program } from "@hey/runtime";
import { run } from "./run.ts";
import { demoSettings } from "./settings.ts";

await program({
  name: "npm start",
  summary: "Starts the whole system as local processes: control plane, front, servers, and the client's table.",
  usage: "-- [flags]",
  settings: demoSettings,
  footer: "Every port but the front's is chosen by the system and printed at the start. Ctrl-C ends all of it.",
  run: (settings, io) =>
    run(settings, io, {
      pid: process.pid,
      nodePath: process.execPath,
      onStartAgain: (listener) => void (platform() !== "win32" && process.on("SIGUSR2", listener)),
    }),
});
