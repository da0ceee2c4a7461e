#!/usr/bin/env node
// In the repository the sources run as they are. The packed program is a bundle without them, since Node strips no types
// from what lies under node_modules.
import { existsSync } from "node:fs";
// As a whole: an older Node, which is to be told so in words, does not have all of it.
import module from "node:module";
import { fileURLToPath } from "node:url";
import { heapFlags } from "./heap-flags.js";

const { argv, env, execArgv, execPath, versions } = process;
const oldest = 24;
if (Number.parseInt(versions.node, 10) < oldest) {
  console.error(`hey-loadgen: expected Node.js ${oldest} or newer; got ${versions.node}`);
  process.exit(1);
}
// V8 takes these only when it starts, so that this process becomes another Node. There is no such thing on Windows.
const hasOwn = [...execArgv, env["NODE_OPTIONS"] ?? ""].some((flags) => flags.includes("semi-space-size"));
if (!hasOwn && process.platform !== "win32") {
  process.execve(
    execPath,
    [execPath, ...heapFlags, ...execArgv, fileURLToPath(import.meta.url), ...argv.slice(2)],
    env,
  );
}
// From the second start on: half the CPU time until the first call. Where nothing can be kept, nothing is.
module.enableCompileCache();
const source = new URL("../src/main.ts", import.meta.url);
await import(existsSync(source) ? source.href : "../dist/main.js");
