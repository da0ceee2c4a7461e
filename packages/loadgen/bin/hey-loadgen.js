#!/usr/bin/env node
// In the repository the sources run as they are. The packed program is a bundle without them, since Node strips no types
// from what lies under node_modules.
import { existsSync } from "node:fs";
// As a whole: an older Node, which is to be told so in words, does not have all of it.
import module from "node:module";

const oldest = 24;
if (Number.parseInt(process.versions.node, 10) < oldest) {
  console.error(`hey-loadgen: expected Node.js ${oldest} or newer; got ${process.versions.node}`);
  process.exit(1);
}
// From the second start on: half the CPU time until the first call. Where nothing can be kept, nothing is.
module.enableCompileCache();
const source = new URL("../src/main.ts", import.meta.url);
await import(existsSync(source) ? source.href : "../dist/main.js");
