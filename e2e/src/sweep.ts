import { run } from "./docker.ts";

const label = "com.docker.compose.project";

/** Removes every compose project whose name begins so: what a test that died has left behind. */
export async function removeProjects(prefix: string): Promise<void> {
  const listed = await run(["ps", "--all", "--filter", `label=${label}`, "--format", `{{.Label "${label}"}}`]);
  const left = new Set(listed.split("\n").filter((project) => project.startsWith(prefix)));
  for (const project of left) {
    await run(["compose", "--project-name", project, "down", "--volumes", "--remove-orphans", "--timeout", "0"]);
  }
}
