import { cpSync, readFileSync, rmSync } from "node:fs";
import { build } from "rolldown";

// Makes dist/: this package with the workspace's own packages in it, as plain JavaScript. What package.json declares as
// dependencies stays outside and is installed from the registry; anything else from there would be a forgotten one.
const root = new URL("..", import.meta.url);
const { dependencies } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
  readonly dependencies: Readonly<Record<string, string>>;
};
const declared = Object.keys(dependencies);

rmSync(new URL("dist", root), { recursive: true, force: true });
const { output } = await build({
  cwd: root.pathname,
  input: { main: "src/main.ts", "null-server": "src/calibrate/null-server.ts", worker: "src/workers/worker.ts" },
  platform: "node",
  external: (id) => id.startsWith("node:") || declared.some((name) => id === name || id.startsWith(`${name}/`)),
  // One folder without others in it: what a file finds beside itself, it finds beside its bundle too.
  output: { dir: "dist", format: "esm", chunkFileNames: "[name].js" },
  logLevel: "warn",
});
const undeclared = new Set(
  output
    .flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []))
    .filter((id) => id.includes("node_modules/"))
    .map((id) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? id),
);
if (undeclared.size > 0) {
  throw new Error(`package.json declares no dependency on ${[...undeclared].join(", ")}: add it, or do not import it`);
}
cpSync(
  new URL(import.meta.resolve("@hey/proto/descriptors")).pathname.replace("descriptors.ts", "gen/descriptors.binpb"),
  new URL("dist/gen/descriptors.binpb", root),
);
// Whoever has a copy has the licence.
cpSync(new URL("../../LICENSE", root), new URL("dist/LICENSE", root));
