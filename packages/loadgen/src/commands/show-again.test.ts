import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ab, runAb } from "../ab/ab.ts";
import { findMax, runFindMax } from "../find-max/find-max.ts";
import { invocation, type Result, runCommand } from "../testing/run-loadgen.ts";
import { startTestServer } from "../testing/test-server.ts";
import { commands } from "./commands.ts";
import { compare } from "./compare.ts";

const forms = ["json", "html", "text", "csv"] as const;

describe("a result that is no run's is shown again", () => {
  const folder = mkdtempSync(join(tmpdir(), "hey-loadgen-test-"));
  const path = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(path(name), "utf8");
  const outputs = (name: string) => forms.flatMap((form) => ["-O", `${form}=${path(`${name}.${form}`)}`]);
  const showAgain = async (...args: readonly string[]): Promise<Result> =>
    await runCommand(commands["report"] ?? assert.fail(), args);

  before(async () => {
    await using server = await startTestServer();
    const compared = await runCommand({ ...ab, run: (given, io) => runAb(given, io, invocation) }, [
      ...["--rps", "200", "-z", "500ms", "--quiet", server.address, ...outputs("ab")],
    ]);
    assert.equal(compared.code, 0, compared.stderr);
    // What it comes to on a busy machine does not matter here: it is written in any case.
    await runCommand({ ...findMax, run: (given, io) => runFindMax(given, io, invocation) }, [
      ...["--slo", "p50<30s", "--from", "20", "--to", "20", "-z", "500ms", "--warmup", "0s", "--quiet"],
      ...[server.address, ...outputs("search")],
    ]);
  });

  after(() => rmSync(folder, { recursive: true }));

  for (const name of ["ab", "search"]) {
    test(`${name}: in each of its forms, as it was`, async () => {
      const { code, stdout, stderr } = await showAgain(path(`${name}.json`), ...outputs("again"));
      assert.equal(code, 0, stderr);
      assert.equal(stdout, read(`${name}.text`));
      for (const form of forms) assert.equal(read(`again.${form}`), read(`${name}.${form}`), form);
    });

    test(`${name}: a form that it has not is a wrong setting`, async () => {
      const { code, stderr } = await showAgain(path(`${name}.json`), "-O", "junit=x");
      assert.equal(code, 2);
      assert.equal(stderr, '--output: expected FORMAT=PATH with a format of text, json, html, csv; got "junit=x"');
    });
  }

  for (const [what, name, change, words] of [
    ["a comparison without its figures", "ab", { comparison: {} }, /\/comparison\/labels: expected a value/],
    ["a comparison with half a side", "ab", { b: { schema: "hey-loadgen/1" } }, /\/b\/run: expected a value/],
    ["a search without its range", "search", { search: {} }, /\/search\/fromPerSecond: expected a value/],
    ["a search that ended in no known way", "search", { outcome: { kind: "luck" } }, /\/outcome: expected one of the/],
    ["a search whose end lacks a rate", "search", { outcome: { kind: "top" } }, /\/outcome\/perSecond: expected a/],
    [
      "what is no report",
      "search",
      { schema: "hey-loadgen-calibration/1" },
      /schema hey-loadgen\/1, hey-loadgen-ab\/1 or hey-loadgen-find-max\/1; got "hey-loadgen-calibration\/1", a calibration$/,
    ],
    ["a search of half a target", "search", { target: { uri: "a:1" } }, /\/target\/method: expected a value/],
  ] as const) {
    test(`${what} is told with the place that is wrong`, async () => {
      writeFileSync(path("x.json"), JSON.stringify({ ...JSON.parse(read(`${name}.json`)), ...change }));
      const { code, stderr } = await showAgain(path("x.json"));
      assert.equal(code, 2);
      assert.match(stderr, words);
    });
  }

  test("merge and compare still want runs", async () => {
    const file = path("ab.json");
    for (const { code, stderr } of [
      await runCommand(commands["merge"] ?? assert.fail(), [file]),
      await runCommand(compare, [file, file]),
    ]) {
      assert.equal(code, 2);
      assert.match(
        stderr,
        /expected a report of the schema hey-loadgen\/1; got "hey-loadgen-ab\/1", a comparison by ab/,
      );
    }
  });
});
