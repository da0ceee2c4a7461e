import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runLoadgen } from "../testing/run-loadgen.ts";
import { startTestServer } from "../testing/test-server.ts";
import { openOutputs, outputProblem } from "./outputs.ts";

function folder() {
  const path = mkdtempSync(join(tmpdir(), "hey-loadgen-test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

test("several reports are written at once, whole, and nothing else is left", async () => {
  using place = folder();
  await using server = await startTestServer();
  const [json, text] = [join(place.path, "r.json"), join(place.path, "r.txt")];
  const { code, stdout } = await runLoadgen(["-n", "5", "-O", `json=${json}`, "-O", `text=${text}`, server.address]);
  assert.equal(code, 0);
  assert.equal(JSON.parse(readFileSync(json, "utf8")).latency.response.count, 5);
  assert.equal(readFileSync(text, "utf8"), stdout);
  assert.deepEqual(readdirSync(place.path).sort(), ["r.json", "r.txt"]);
});

test("a place that cannot be written to is found before the run, and no call is made", async () => {
  await using server = await startTestServer();
  for (const path of ["/no/such/directory/r.json", "/proc/r.json", tmpdir(), "/dev/full"]) {
    const { code, stderr, stdout } = await runLoadgen(["-n", "5", "-O", `json=${path}`, server.address]);
    assert.equal(code, 2, path);
    assert.match(stderr, /--output: expected a place that can be written to; json=/);
    assert.equal(stdout, "");
  }
  assert.equal(server.calls.length, 0);
});

for (const [what, outputs] of [
  ["one file, however it is written", ["json=r.json", "html=./r.json"]],
  ["stdout", ["json=-", "csv=-"]],
] as const) {
  test(`two reports to ${what} are refused before the run`, async () => {
    await assert.rejects(openOutputs(outputs), {
      exitCode: 2,
      message: `--output: expected a place for each report; got one for two: ${outputs.join(" and ")}`,
    });
  });
}

test("any number of reports may go to a device", async () => {
  await (await openOutputs(["json=/dev/null", "csv=/dev/null"])).abandon();
});

test("a full disk is said to be one", async () => {
  await assert.rejects(openOutputs(["json=/dev/full"]), /the disk is full/);
});

test("a run that fails leaves an older report as it was", async () => {
  using place = folder();
  const path = join(place.path, "r.json");
  writeFileSync(path, "older");
  const { code } = await runLoadgen(["-n", "1", "-O", `json=${path}`, "dns:///no-such-host.invalid:1"]);
  assert.equal(code, 3);
  assert.equal(readFileSync(path, "utf8"), "older");
  assert.deepEqual(readdirSync(place.path), ["r.json"]);
});

test("a place that goes away during the run costs no result: it is printed, and kept elsewhere", async () => {
  const place = folder();
  await using server = await startTestServer({ say: () => place[Symbol.dispose]() });
  const { code, stdout, stderr } = await runLoadgen([
    "-n",
    "1",
    "-O",
    `json=${join(place.path, "r.json")}`,
    server.address,
  ]);
  assert.equal(code, 1);
  assert.match(stdout, /OK +1 +100\.0 %/);
  const [, kept = ""] = /cannot write json to .*; it is kept in (\S+)/.exec(stderr) ?? [];
  assert.equal(JSON.parse(readFileSync(kept, "utf8")).codes.OK, 1);
  rmSync(kept);
  assert.ok(!existsSync(place.path));
});

test("a result that no place takes is printed, as what every other form can be made of", async (t) => {
  const temporary = process.env["TMPDIR"];
  t.after(() => {
    if (temporary === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = temporary;
  });
  for (const [others, stream] of [
    [[], "stdout"],
    [["-O", "csv=-"], "stderr"],
  ] as const) {
    const place = folder();
    await using server = await startTestServer({
      say() {
        place[Symbol.dispose]();
        process.env["TMPDIR"] = "/no/such/directory";
      },
    });
    const lost = ["-O", `html=${join(place.path, "r.html")}`, "-O", `json=${join(place.path, "r.json")}`];
    const { code, ...said } = await runLoadgen(["-n", "1", ...others, ...lost, server.address]);
    assert.equal(code, 1);
    assert.equal(said.stderr.match(/nor can it be kept in/g)?.length, 2);
    const lines = said[stream].split("\n").filter((line) => line.startsWith("{"));
    assert.equal(lines.length, 1, "once, however many outputs are lost");
    assert.deepEqual(JSON.parse(lines[0] ?? "").codes, { OK: 1 });
    assert.match(said.stderr, /the result is printed above as a line of JSON/);
    if (temporary === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = temporary;
  }
});

test("an output is a known format and a path", () => {
  assert.equal(outputProblem("json=a=b.json"), undefined);
  for (const text of ["json", "json=", "=x", "pdf=r.pdf"])
    assert.match(outputProblem(text) ?? "", /expected FORMAT=PATH/);
});
