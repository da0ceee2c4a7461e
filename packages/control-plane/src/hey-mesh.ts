#!/usr/bin/env node
import { program } from "@hey/runtime";
import { commands, operate, operateSettings } from "./operate/operate.ts";

await program({
  name: "hey-mesh",
  summary: "Shows what the control plane knows: services, endpoints, and what each client has accepted.",
  positionals: { name: "COMMAND", help: "status: the state now; watch: and again after every change", min: 1, max: 1 },
  settings: operateSettings,
  checks: [
    ({ positionals: [command = ""] }) =>
      commands.some((each) => each === command) ? [] : [`COMMAND: expected ${commands.join(" or ")}, got "${command}"`],
  ],
  run: operate,
});
