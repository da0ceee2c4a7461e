/**
 * `buf breaking` against the newest release tag, else the parent commit. A checkout without either (the first commit,
 * a shallow clone) has nothing to compare with, and says so.
 */
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)));

function git(...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync("git", args, { cwd: packageFolder, encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

const root = git("rev-parse", "--show-toplevel");
const reference =
  git("describe", "--tags", "--abbrev=0", "--match", "v*") ?? git("rev-parse", "--verify", "--quiet", "HEAD~1");
const holdsContract =
  reference !== undefined && git("cat-file", "-e", `${reference}:packages/proto/buf.yaml`) !== undefined;
if (root === undefined || reference === undefined || !holdsContract) {
  console.log("buf breaking: no release tag and no parent commit with a contract, so there is nothing to compare with");
} else {
  console.log(`buf breaking: against ${reference}`);
  const against = `${root}/.git#ref=${reference},subdir=packages/proto`;
  process.exitCode =
    spawnSync("buf", ["breaking", "--against", against], { cwd: packageFolder, stdio: "inherit" }).status ?? 1;
}
