#!/usr/bin/env node
import { program } from "@hey/runtime";
import { ab, runAb } from "./ab/ab.ts";
import { joinSideWords } from "./ab/side-settings.ts";
import { calibrate, runCalibrate } from "./calibrate/calibrate.ts";
import { commands } from "./commands/commands.ts";
import { describe } from "./describe/describe.ts";
import { findMax, runFindMax } from "./find-max/find-max.ts";
import { run } from "./run.ts";
import { positionals, settings, settingsChecks } from "./settings/settings.ts";

const name = process.argv[2] ?? "";
const command = commands[name];
if (command !== undefined || ["ab", "find-max", "calibrate", "describe"].includes(name)) process.argv.splice(2, 1);
// What follows --a or --b is its value, though it begins with dashes.
if (name === "ab") process.argv.splice(2, Number.POSITIVE_INFINITY, ...joinSideWords(process.argv.slice(2)));
const invocation = { argv: process.argv.slice(2), nodeVersion: process.version, usage: process };
if (command !== undefined) await program(command);
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
    footer: `Other measurements (each has its --help):
  hey-loadgen ab --rps 400 -z 30s old:9999 new:9999   two targets, or two ways to call one, in one run: which is faster
  hey-loadgen find-max --slo 'p99<50ms' host:9999     the highest rate that meets it
  hey-loadgen calibrate                               how many calls this machine can make, and how punctually

What there is to call:
  hey-loadgen describe host:9999 [some.Service/Method] services and methods, or an example of a method's message

Commands for reports that are there already (each has its --help):
  hey-loadgen merge a.json b.json -O json=all.json    one report of several, as one recording would have given it
  hey-loadgen compare old.json new.json               how a run differs from an older one
  hey-loadgen report a.json -O html=a.html            a report in another form

Examples:
  hey-loadgen --rps 200 -z 10s localhost:9999
  hey-loadgen --call heyhow.v1.HeyHowService/Listen -d '{"conversationId":"a","lastSequence":10}' -c 4 -n 100 localhost:9999
  hey-loadgen --call some.Service/Method -d '{"field":1}' -c 50 -n 10000 -O json=result.json some.host:50051

  hey-loadgen --stages 10s:100,30s:100-1000 --arrival poisson --threshold 'response.p99<50ms' -O html=report.html localhost:9999

In the data: {{.RequestNumber}} (from 0), {{.MessageNumber}} (in its call, from 1), {{.UUID}}, {{.Timestamp}},
{{.TimestampUnix}}, {{.TimestampUnixMilli}}, {{.TimestampUnixNano}}, {{randomInt MIN MAX}}, {{randomString MIN MAX}}.

Exit codes: 0 done, 1 failed (no call ended well, a report could not be written), 2 wrong settings, 3 cannot connect or
find the method, 97 the generator was saturated (with --fail-on-saturation), 98 ended by --abort-on, 99 a --threshold does
not hold, 105 stopped by a signal (the report is there, marked partial).`,
    run: (given, io) => run(given, io, invocation),
  });
