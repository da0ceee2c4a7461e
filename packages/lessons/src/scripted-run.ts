import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

/** `npm run lesson` as a process. For tests. */
export function startLessons(nodePath: string, ...args: readonly string[]) {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const child = spawn(nodePath, [main, ...args]);
  const ended = once(child, "close").then(([code]) => code);
  return { child, ended, output: text(child.stdout), errors: text(child.stderr) };
}

/** Plays lessons against a system of their own; each is a test that all it claims holds. For tests. */
export async function assertLessonsHold(t: TestContext, nodePath: string, names: readonly string[]): Promise<void> {
  assert.ok(names.length > 0);
  const { ended, output, errors } = startLessons(nodePath, "--system", "own", ...names);
  const said = await output;
  for (const name of names) {
    await t.test(name, () => {
      const part = said.split("\n== ").find((each) => each.startsWith(`${name}:`)) ?? "";
      assert.match(part, /^ {2}holds /m, said);
      assert.doesNotMatch(part, /^ {2}FAILS |could not be taken back/m);
    });
  }
  assert.equal(await ended, 0, `${said}\n${await errors}`);
}
