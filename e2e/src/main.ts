// Runs the container tests, or those of the files named, if an engine answers. Asked once, here, and not in each test file: what was not run is then
// said once, and a suite that must not be skipped fails before it begins.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { run } from "./docker.ts";
import { findEngine } from "./engine.ts";
import { artifacts, checkout } from "./places.ts";
import { removeProjects } from "./sweep.ts";

const engine = await findEngine();
if (!engine.answers) {
  const required = process.env["HEY_E2E"] === "required";
  const verdict = required ? "FAILED, for HEY_E2E=required" : "SKIPPED (HEY_E2E=required makes that a failure)";
  process.stdout.write(`!!! CONTAINER TESTS ${verdict}: no Docker engine answers: ${engine.reason}\n`);
  process.exit(required ? 1 : 0);
}

await rm(artifacts, { recursive: true, force: true });
await run(["compose", "--profile", "load", "build"], { cwd: checkout, limitMs: 600_000 });

// Every stack's name begins so: what a test that died has left can be told from anything else on the machine.
const prefix = `heyhow-e2e-${process.pid}`;
const named = process.argv.slice(2);
const tests = spawn(
  process.execPath,
  ["--test", "--test-reporter=spec", "--test-concurrency=1", ...(named.length > 0 ? named : ["*.e2e.test.ts"])],
  {
    stdio: "inherit",
    // The docker command knows contexts; testcontainers knows DOCKER_HOST.
    env: { ...process.env, DOCKER_HOST: engine.host, HEY_E2E_PREFIX: prefix },
  },
);
// Ctrl-C reaches the tests too: they end, and then what they started is removed.
process.on("SIGINT", () => {});
const [code] = await once(tests, "exit");
await removeProjects(prefix);
if (code === 0) await rm(artifacts, { recursive: true, force: true });
process.exitCode = code ?? 1;
