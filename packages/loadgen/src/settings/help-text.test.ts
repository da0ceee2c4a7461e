import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSettings } from "@hey/runtime";
import { splitWords } from "../ab/split-words.ts";
import { footer, fromGhz, ghzFlags } from "./help-text.ts";
import { positionals, settings, settingsChecks } from "./settings.ts";

const spec = { name: "hey-loadgen", summary: "", positionals, settings, checks: settingsChecks };

test("every flag has an environment variable", () => {
  for (const { flag, env } of Object.values(settings)) assert.match(env ?? "", /^HEY_[A-Z_]+$/, flag);
});

test("no two flags share a variable", () => {
  const names = Object.values(settings).map(({ env }) => env);
  assert.equal(new Set(names).size, names.length);
});

function understand(line: string, ...target: readonly string[]): void {
  const words = splitWords(line);
  assert.ok(typeof words === "object", line);
  parseSettings(spec, [...words, ...target], {});
}

for (const { ghz, here } of fromGhz) {
  test(`what stands for ghz's ${ghz} is understood`, () => {
    for (const line of here) understand(line, ...(line.startsWith("-") ? ["localhost:1"] : []));
  });
}

test("every example of --help is understood", () => {
  const examples = [...footer.matchAll(/^ {2}hey-loadgen (-.*)$/gm)].map(([, words = ""]) => words);
  assert.ok(examples.length >= 4);
  for (const example of examples) understand(example);
});

for (const [given, words] of [
  [["--skipTLS"], /--skipTLS: there is no such flag; coming from ghz, --skipTLS: --skip-verify$/m],
  [["--insecure"], /--insecure: there is no such flag; coming from ghz, --insecure: plain text is the default/],
  [["-b"], /-b: there is no such flag; coming from ghz, -b, --binary: -d @ --data-format binary$/m],
  [["--import-paths=a,b"], /--import-paths: there is no such flag; coming from ghz, .*: -i DIR -i DIR$/m],
  [
    ["--concurrency-schedule=line"],
    /there is no such flag; coming from ghz, .*: --stages 1m:100-500: the rate changes/,
  ],
  [["--durations=1s"], /--durations: there is no such flag; did you mean --duration\?/],
] as const) {
  test(`an unknown flag is told with what stands for it: ${given.join(" ")}`, () => {
    const takes = { ...spec, flagsElsewhere: ghzFlags };
    assert.throws(() => parseSettings(takes, [...given, "a:1"], {}), { message: words });
  });
}
