#!/usr/bin/env node
// In the repository the sources run as they are. The packed program is a bundle without them, since Node strips no types
// from what lies under node_modules.
import { existsSync } from "node:fs";
import { enableCompileCache } from "node:module";

// From the second start on: half the CPU time until the first call. Where nothing can be kept, nothing is.
enableCompileCache();
const source = new URL("../src/main.ts", import.meta.url);
await import(existsSync(source) ? source.href : "../dist/main.js");
