/** The five uses in the load generator's README, run as they stand there, in less time. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { type LocalMesh, openLocalMesh } from "./local-mesh.ts";
import { checkout } from "./places.ts";

const exec = promisify(execFile);

interface Step {
  readonly command: string;
  /** The lines that the README has of what it prints, but for those left out. */
  readonly printed: readonly string[];
}

/** The uses: a title, and the commands one after another. */
function uses(): readonly { readonly title: string; readonly steps: readonly Step[] }[] {
  const readme = readFileSync(join(checkout, "packages/loadgen/README.md"), "utf8");
  const [section = ""] = /^## Five uses\n.*?(?=^## )/ms.exec(readme) ?? [];
  return [...section.matchAll(/^\*\*(.*?)\*\*.*?```console\n(.*?)```/gms)].map(([, title = "", text = ""]) => ({
    title,
    steps: text.split(/^\$ /m).slice(1).map(stepOf),
  }));
}

function stepOf(text: string): Step {
  const [, command = "", rest = ""] = /^((?:[^\n]*\\\n)*[^\n]*\n)(.*)$/s.exec(text) ?? [];
  return { command: command.trim(), printed: rest.split("\n").filter((line) => line.trim() !== "" && line !== "…") };
}

/** What a line says before its first figure: a heading, or the name of a row. */
function words(line: string): string {
  return line
    .replace(/(^|[\s≤−+"-])\d.*$/, "$1")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** What a run on another machine, and a shorter one, may rightly print otherwise: a verdict and its reasons, and what a figure means. */
const mayDiffer = /^(generator:|the event loop|calls were started late|n\/a:|B is|open loop, \d|note|there was no|p\d)/;

let mesh: LocalMesh;
let folder: string;
let addresses: readonly string[];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "hey-uses-"));
  mesh = await openLocalMesh();
  const servers = [await mesh.startServer("old", "v1"), await mesh.startServer("new", "v2")];
  addresses = servers.map(({ address }) => address);
});
after(async () => {
  await mesh[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** The same on the ports that the servers have here, with less time, and with conditions that a busy machine meets. */
function here(text: string): string {
  const [first = "", second = ""] = addresses;
  return text
    .replaceAll("localhost:9999", first)
    .replaceAll("localhost:9998", second)
    .replace(/-z \d+s/, "-z 1s")
    .replace(/--warmup \d+s/, "--warmup 200ms")
    .replace(/-n \d+/, "-n 500")
    .replace(/5s:/g, "1s:")
    .replace(/<(\d+)ms/g, "<$1s")
    .replace("--from 500", "--from 100 --to 100");
}

test("there are five of them", () => {
  assert.equal(uses().length, 5);
});

for (const { title, steps } of uses()) {
  test(`${title} The README's commands print what it shows`, { timeout: 60_000 }, async () => {
    for (const { command, printed } of steps) {
      const env = { ...process.env, PATH: `${join(checkout, "node_modules/.bin")}:${process.env["PATH"]}` };
      const { stdout } = await exec("sh", ["-c", here(command)], { cwd: folder, env });
      const lines = stdout.split("\n").map((line) => words(line));
      for (const line of printed.map((each) => words(here(each)))) {
        if (line === "" || line === "≤" || mayDiffer.test(line)) continue;
        assert.ok(
          lines.some((each) => each.startsWith(line)),
          `${command}\ndoes not print ${JSON.stringify(line)}, but\n${stdout}`,
        );
      }
    }
  });
}
