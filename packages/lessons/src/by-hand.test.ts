import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { readPage } from "./page.ts";
import { checkout } from "./places.ts";
import { selfOf } from "./self.ts";
import { startSystem } from "./start-system.ts";

const run = promisify(execFile);

test("what the pages have their reader type by hand, beside their steps, works", { timeout: 100_000 }, async (t) => {
  await using started = await startSystem(selfOf(process), AbortSignal.timeout(30_000));
  const { folder, parts, bootstrap } = started.system;
  await t.test("the calls that the pages have their reader make by hand are made", async () => {
    // npx without npm: a second less for each.
    const path = `${join(checkout, "node_modules/.bin")}:${process.env["PATH"]}`;
    const env = { ...process.env, PATH: path, GRPC_XDS_BOOTSTRAP: bootstrap };
    const commands = globSync("docs/lessons/*.md", { cwd: checkout }).flatMap((page) =>
      [...readFileSync(join(checkout, page), "utf8").matchAll(/`(npx hey-loadgen [^`]* xds:[^`]*)`/g)].map(
        ([, command = ""]) => command,
      ),
    );
    const real = commands.filter((command) => !command.includes("…"));
    assert.ok(real.length >= 6, real.join("\n"));
    const calls = real.map(async (command) => {
      // Only for as long as it takes to see that it works.
      const here = `${command.replace("npx ", "")} -z 200ms --admin-grpc off`;
      // One page has all its calls fail, which is exit code 1.
      const failing = command.includes('"hops"') ? "; test $? = 1" : "";
      const { stdout } = await run("sh", ["-c", here + failing], { cwd: checkout, env });
      assert.match(stdout, failing === "" ? /server-[123]/ : /UNAVAILABLE/, command);
    });
    await Promise.all(calls);
  });

  const page = (name: string) => readFileSync(join(checkout, "docs/lessons", `${name}.md`), "utf8");
  const all = parts.filter(({ version }) => version !== "");
  const sh = async (line: string) => (await run("sh", ["-c", line], { cwd: checkout, env: process.env })).stdout;

  await t.test("retry-storm: the count of each server's calls", async () => {
    const [, command = ""] = /`(curl [^`]*)`/.exec(page("retry-storm")) ?? [];
    const counts = all.map(({ addresses }) => sh(command.replace("127.0.0.1:PORT", addresses["admin-http"] ?? "")));
    // The page's own calls, which all fail, were made above.
    assert.match(
      (await Promise.all(counts)).join(""),
      /^grpc_server_handled_total\{.*grpc_code="UNAVAILABLE".* [1-9]/m,
    );
  });

  await t.test("hedging: the calls with each of its service configs", async () => {
    const [, command = ""] = /`npx (node [^`]*hedging\.ts [^`]*)`/.exec(page("hedging")) ?? [];
    const config = join(folder, "hedge.json");
    const line = command
      .replace("node", process.execPath)
      .replace("hedge.json", config)
      .replace(/127\S*PORT/, all.map(({ addresses }) => addresses.grpc).join());
    const fromSlow = async (lines: readonly string[]) => {
      await writeFile(config, lines.join("\n"));
      const answers = (await sh(line)).trim().split("\n");
      assert.equal(answers.length, 12);
      return answers.filter((answer) => answer.startsWith("server-2 ")).length;
    };
    const seen = [];
    for (const { lines } of readPage(page("hedging")).steps) seen.push(await fromSlow(lines));
    assert.deepEqual(
      seen.map((answers) => answers > 0),
      [true, false],
    );
  });
});
