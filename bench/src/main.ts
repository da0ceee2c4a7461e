#!/usr/bin/env node
import { controlPlane } from "./control-plane.ts";
import { loadgen } from "./loadgen.ts";
import { memory } from "./memory.ts";
import { traps } from "./traps.ts";
import { wire } from "./wire.ts";

/** Side-by-side measurements by name; each prints its own table. */
const benches: Readonly<Record<string, () => Promise<void>>> = {
  wire,
  loadgen,
  memory,
  traps,
  "control-plane": controlPlane,
};

const [name, ...others] = process.argv.slice(2);
const chosen = name === undefined ? Object.values(benches) : [name, ...others].map((wanted) => benches[wanted]);
if (chosen.includes(undefined)) {
  console.error(`no such bench; there are: ${Object.keys(benches).join(", ")}`);
  process.exitCode = 2;
} else {
  for (const bench of chosen) await bench?.();
}
