#!/usr/bin/env node
import { program } from "@hey/runtime";
import { commandForms, readCommand } from "./operate/commands.ts";
import { operate, operateSettings } from "./operate/operate.ts";

const widest = Math.max(...commandForms.map(([form]) => form.length));

await program({
  name: "hey-mesh",
  summary: "Shows what the control plane knows, and changes the traffic while it runs.",
  positionals: { name: "COMMAND", help: "what to do, and with what: see below", min: 1, max: 30 },
  settings: operateSettings,
  checks: [
    (given) => {
      const command = readCommand(given.positionals, given);
      return typeof command === "string" ? [command] : [];
    },
  ],
  footer: `Commands:
${commandForms.map(([form, words]) => `  ${form.padEnd(widest)}  ${words}`).join("\n")}

A change is in force within a second, for every client. It lasts until it is taken back or the control plane restarts: what
is to stay is written into mesh.yaml, and the answer says how.`,
  run: operate,
});
