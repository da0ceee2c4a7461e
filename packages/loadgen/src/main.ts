#!/usr/bin/env node
import { program } from "@hey/runtime";
import { ab, runAb } from "./ab/ab.ts";
import { joinSideWords } from "./ab/side-settings.ts";
import { calibrate, runCalibrate } from "./calibrate/calibrate.ts";
import { commands } from "./commands/commands.ts";
import { compare } from "./commands/compare.ts";
import { describe } from "./describe/describe.ts";
import { findMax, runFindMax } from "./find-max/find-max.ts";
import { run } from "./run.ts";
import { footer, ghzFlags } from "./settings/help-text.ts";
import { positionals, settings, settingsChecks } from "./settings/settings.ts";
import { version } from "./version.ts";

// Read by grpc-js-xds when it is loaded, which is when the first xDS channel is opened.
process.env["GRPC_EXPERIMENTAL_XDS_WRR_LB"] ??= "true";

const name = process.argv[2] ?? "";
const command = commands[name];
if (command !== undefined || ["compare", "ab", "find-max", "calibrate", "describe"].includes(name))
  process.argv.splice(2, 1);
// What follows --a or --b is its value, though it begins with dashes.
if (name === "ab") process.argv.splice(2, Number.POSITIVE_INFINITY, ...joinSideWords(process.argv.slice(2)));
const invocation = { argv: process.argv.slice(2), nodeVersion: process.version, usage: process };
if (name === "--version") process.stdout.write(`hey-loadgen ${version}\n`);
else if (command !== undefined) await program(command);
else if (name === "compare") await program(compare);
else if (name === "ab") await program({ ...ab, run: (given, io) => runAb(given, io, invocation) });
else if (name === "find-max") await program({ ...findMax, run: (given, io) => runFindMax(given, io, invocation) });
else if (name === "describe") await program(describe);
else if (name === "calibrate") await program({ ...calibrate, run: (given, io) => runCalibrate(given, io, invocation) });
else
  await program({
    name: "hey-loadgen",
    summary: "Makes gRPC calls by a plan and tells how long they took, counted from when they were planned.",
    positionals,
    settings,
    checks: settingsChecks,
    footer,
    flagsElsewhere: ghzFlags,
    run: (given, io) => run(given, io, invocation),
  });
