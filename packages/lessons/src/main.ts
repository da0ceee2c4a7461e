#!/usr/bin/env node
import { program } from "@hey/runtime";
import { run } from "./run.ts";
import { selfOf } from "./self.ts";
import { lessonSettings } from "./settings.ts";

await program({
  name: "npm run lesson",
  summary: "Plays a feature of the mesh against a running system, and checks what its page in docs/lessons claims.",
  usage: "-- [flags] [NAME...]",
  positionals: { name: "NAME", help: "which lessons; --list tells which there are", min: 0, max: 50 },
  settings: lessonSettings,
  footer:
    "Exit codes: 0 every claim that was judged holds, 1 one does not, or something could not be taken back, 2 wrong settings.",
  run: (settings, io) => run(settings, io, selfOf(process)),
});
