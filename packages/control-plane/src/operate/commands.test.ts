import assert from "node:assert/strict";
import { test } from "node:test";
import { type CommandFlags, commandForms, readCommand } from "./commands.ts";

const plain: CommandFlags = {
  abort: undefined,
  code: "UNAVAILABLE",
  delay: undefined,
  byHeader: false,
  off: false,
  force: false,
};

function read(line: string, flags: Partial<CommandFlags> = {}) {
  return readCommand(line.split(" "), { ...plain, ...flags });
}

const fault = {
  service: "a",
  abortCode: "UNAVAILABLE",
  abortPercent: 0,
  delayMs: 0,
  delayPercent: 0,
  byHeader: false,
};

const good: readonly (readonly [string, Partial<CommandFlags>, object])[] = [
  [
    "split a v1=90 v2=10",
    {},
    {
      $case: "split",
      value: {
        service: "a",
        targets: [
          { labels: { version: "v1" }, weight: 90 },
          { labels: { version: "v2" }, weight: 10 },
        ],
        force: false,
      },
    },
  ],
  [
    "split a zone:b,version:v1=1",
    { force: true },
    {
      $case: "split",
      value: { service: "a", targets: [{ labels: { zone: "b", version: "v1" }, weight: 1 }], force: true },
    },
  ],
  [
    "fault a",
    { abort: "30%", code: "internal" },
    { $case: "fault", value: { ...fault, abortCode: "INTERNAL", abortPercent: 30 } },
  ],
  ["fault a", { delay: "1.5s" }, { $case: "fault", value: { ...fault, delayMs: 1_500, delayPercent: 100 } }],
  ["fault a", { delay: "100ms:0.5%" }, { $case: "fault", value: { ...fault, delayMs: 100, delayPercent: 0.5 } }],
  ["fault a", { byHeader: true }, { $case: "fault", value: { ...fault, byHeader: true } }],
  ["fault a", { off: true }, { $case: "fault", value: fault }],
  ["drops a 20%", {}, { $case: "drops", value: { service: "a", percent: 20 } }],
  ["drain [::1]:7", {}, { $case: "weight", value: { address: "[::1]:7", weight: 0, force: false } }],
  ["undrain 10.0.0.1:7", {}, { $case: "weight", value: { address: "10.0.0.1:7", weight: 1, force: false } }],
  ["drain 10.0.0.1:7", { force: true }, { $case: "weight", value: { address: "10.0.0.1:7", weight: 0, force: true } }],
  ["weight 10.0.0.1:7 0.1", {}, { $case: "weight", value: { address: "10.0.0.1:7", weight: 0.1, force: false } }],
  ["pause a", {}, { $case: "pause", value: { service: "a", paused: true } }],
  ["resume a", {}, { $case: "pause", value: { service: "a", paused: false } }],
  ["reset", {}, { $case: "reset", value: { service: "" } }],
];

for (const [line, flags, change] of good) {
  test(`it is understood: ${line} ${JSON.stringify(flags)}`, () => {
    assert.deepEqual(read(line, flags), { kind: "change", change });
  });
}

const wrong: readonly (readonly [string, Partial<CommandFlags>, RegExp])[] = [
  ["pasue a", {}, /^COMMAND: expected one of status, .*; got "pasue"; did you mean pause\?$/],
  ["constructor", {}, /^COMMAND: expected one of status, .*; got "constructor"/],
  ["__proto__", {}, /^COMMAND: .*; got "__proto__"/],
  ["valueOf", {}, /^COMMAND: .*; got "valueOf"/],
  ["drain 10.0.0.1:7", { abort: "30%" }, /^drain: --abort is for fault$/],
  ["status", { force: true }, /^status: --force is for split, drain, weight, apply$/],
  ["split a v1=1", { off: true }, /^split: --off is for fault$/],
  ["fault a", { delay: "10ms", code: "FOO" }, /^fault: --code is for --abort$/],
  ["fault a", { delay: "100ms:50:3" }, /^fault: --delay: expected a time, .*; got "100ms:50:3"$/],
  ["split a v1=99999999999", {}, /^split: expected weights that add up to 1 to 1000000, got 99999999999$/],
  ["weight 10.0.0.1:7 \t", {}, /^weight: .* a weight from 0 to 1000/],
  ["weight 10.0.0.1:7 0x1", {}, /^weight: .* a weight from 0 to 1000/],
  ["status now", {}, /^status: expected nothing more, got "now"$/],
  ["split a", {}, /^split: expected a service and shares: split heyhow v1=90 v2=10$/],
  ["split a v1", {}, /^split: expected LABEL=WEIGHT, as in v1=90 or zone:a=1; got "v1"$/],
  ["split a v1=-1", {}, /got "v1=-1"/],
  ["fault a", {}, /^fault: expected --abort, --delay or --by-header, or else --off$/],
  ["fault a", { off: true, abort: "1%" }, /or else --off/],
  ["fault a", { abort: "101%" }, /^fault: --abort: expected a percentage such as 30%, got "101%"$/],
  ["fault a", { delay: "100" }, /^fault: --delay: expected a time, and if wanted a percentage, .*; got "100"$/],
  ["drops a", {}, /^drops: expected a service and a percentage/],
  ["drain", {}, /^drain: expected the address of an endpoint: drain 127\.0\.0\.1:9999$/],
  [
    "weight a b",
    {},
    /^weight: expected the address of an endpoint and a weight from 0 to 1000: weight 127\.0\.0\.1:9999 0\.5$/,
  ],
  ["pause", {}, /^pause: expected one service: pause heyhow$/],
];

for (const [line, flags, expected] of wrong) {
  test(`it is told what was expected: ${line} ${JSON.stringify(flags)}`, () => {
    const said = read(line, flags);
    assert.match(typeof said === "string" ? said : assert.fail(JSON.stringify(said)), expected);
  });
}

test("every command that --help lists is one, and is understood or asks for what it needs", () => {
  for (const [form] of commandForms) {
    const said = read(form.split(" ")[0] ?? "");
    assert.ok(typeof said !== "string" || !said.startsWith("COMMAND"), form);
  }
});
