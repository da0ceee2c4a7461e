import assert from "node:assert/strict";
import { test } from "node:test";
import { address, choice, duration, flag, integer, list, number, type SettingsOf, text } from "./settings.ts";

const named = { flag: "x", help: "x" };
const range = { ...named, default: undefined, min: -5, max: 10 };

const kinds = {
  text: text({ ...named, default: undefined }),
  integer: integer({ ...named, default: undefined }),
  "integer from -5 to 10": integer(range),
  number: number({ ...named, default: undefined }),
  "number from -5 to 10": number(range),
  duration: duration({ ...named, default: undefined }),
  "duration of 1s at least": duration({ ...named, default: undefined, min: 1_000 }),
  choice: choice({ ...named, default: "auto", choices: ["auto", "on"] }),
  address: address({ ...named, default: undefined }),
  "address or off": address({ ...named, default: "127.0.0.1:1", off: true }),
  flag: flag({ ...named, default: false }),
  list: list({ ...named, default: [] }),
};

const readings: readonly (readonly [keyof typeof kinds, readonly string[], unknown])[] = [
  ["text", ["a", "b"], "b"],
  ["text", [""], ""],
  ["integer", ["42"], 42],
  ["integer", ["-42"], -42],
  ["integer from -5 to 10", ["-5"], -5],
  ["integer from -5 to 10", ["10"], 10],
  ["number", ["0.25"], 0.25],
  ["number", ["1e3"], 1_000],
  ["number from -5 to 10", ["-.5"], -0.5],
  ["duration", ["1m30s"], 90_000],
  ["duration", ["0s"], 0],
  ["duration of 1s at least", ["1s"], 1_000],
  ["choice", ["on"], "on"],
  ["address", ["[::1]:80"], "[::1]:80"],
  ["address", ["unix:/run/x"], "unix:/run/x"],
  ["address or off", ["off"], undefined],
  ["flag", ["true"], true],
  ["flag", ["ON"], true],
  ["flag", ["0"], false],
  ["list", ["a", "b"], ["a", "b"]],
];

for (const [kind, texts, value] of readings) {
  test(`a setting of kind ${kind} reads ${JSON.stringify(texts)} as ${JSON.stringify(value)}`, () => {
    assert.deepEqual(kinds[kind].read(texts), { value });
  });
}

const refusals: readonly (readonly [keyof typeof kinds, string, RegExp])[] = [
  ["integer", "4.0", /^a whole number$/],
  ["integer", "", /whole number/],
  ["integer", "0x10", /whole number/],
  ["integer", "9007199254740993", /whole number/],
  ["integer from -5 to 10", "11", /^a whole number, from -5 to 10$/],
  ["integer from -5 to 10", "ten", /^a whole number, from -5 to 10$/],
  ["number", "NaN", /^a number$/],
  ["number", "1e999", /^a number$/],
  ["number from -5 to 10", "-5.1", /^a number, from -5 to 10$/],
  ["duration", "10", /its unit \(ms, s, m or h\)/],
  ["duration of 1s at least", "999ms", /at least 1s$/],
  ["choice", "off", /^one of auto, on$/],
  ["address", "off", /host:port.*unix:path$/],
  ["address or off", "localhost", /host:port.*or off$/],
  ["flag", "maybe", /^one of .*true.*off/],
];

for (const [kind, given, expected] of refusals) {
  test(`a setting of kind ${kind} refuses ${JSON.stringify(given)} and says what it takes`, () => {
    const reading = kinds[kind].read([given]);
    assert.ok("expected" in reading, `read as ${JSON.stringify(reading)}`);
    assert.match(reading.expected, expected);
  });
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

test("the types of the values are exact, and undefined only where the default may be", () => {
  const settings = {
    name: text({ ...named, default: "a" }),
    next: text({ ...named, default: undefined }),
    count: integer({ ...named, default: 1 }),
    rate: number({ ...named, default: undefined }),
    drain: duration({ ...named, default: 1_000 }),
    tty: choice({ ...named, choices: ["auto", "on", "off"], default: "auto" }),
    format: choice({ ...named, choices: ["json", "text"], default: undefined }),
    listen: address({ ...named, default: "127.0.0.1:1" }),
    admin: address({ ...named, default: "127.0.0.1:1", off: true }),
    verbose: flag({ ...named, default: false }),
    tags: list({ ...named, default: [] }),
  };
  interface Expected {
    readonly name: string;
    readonly next: string | undefined;
    readonly count: number;
    readonly rate: number | undefined;
    readonly drain: number;
    readonly tty: "auto" | "on" | "off";
    readonly format: "json" | "text" | undefined;
    readonly listen: string;
    readonly admin: string | undefined;
    readonly verbose: boolean;
    readonly tags: readonly string[];
  }
  const same: Same<{ [K in keyof Expected]: Expected[K] }, SettingsOf<typeof settings>> = true;
  assert.ok(same);
});
