import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMetadata, parsePercentiles, parseSine, parseSpike, parseStages } from "./parse.ts";

test("stages hold a rate or go from one to another", () => {
  assert.deepEqual(parseStages("30s:100, 1m30s:100-500.5"), [
    { durationMs: 30_000, fromPerSecond: 100, toPerSecond: 100 },
    { durationMs: 90_000, fromPerSecond: 100, toPerSecond: 500.5 },
  ]);
});

for (const [text, words] of [
  ["30:100", /expected DURATION:RATE .* got "30:100"/],
  ["0s:100", /expected DURATION:RATE/],
  ["30s", /expected DURATION:RATE/],
  ["30s:-5", /expected DURATION:RATE/],
  ["30s:100,", /got ""/],
  ["30s:0,10s:0", /expected a rate above 0/],
] as const) {
  test(`stages ${JSON.stringify(text)} are told what was expected`, () =>
    assert.match(String(parseStages(text)), words));
}

test("a rate that no machine has is refused in every form of a plan: planning it would take longer than the plan", () => {
  const got = (text: string) => `expected rates of 10000000 a second at most; got ${JSON.stringify(text)}`;
  assert.equal(parseStages("10s:100,1s:100-10000001"), got("10s:100,1s:100-10000001"));
  assert.equal(parseSine("0-1000000000/30s"), got("0-1000000000/30s"));
  assert.equal(parseSpike("100-20000000/5s/30s"), got("100-20000000/5s/30s"));
  for (const read of [parseStages("1s:10000000"), parseSine("0-10000000/1s"), parseSpike("0-10000000/1s/2s")])
    assert.equal(typeof read, "object");
});

test("metadata may stand with a colon, and differ from call to call", () => {
  assert.deepEqual(parseMetadata("Authorization: Bearer a=b"), [["authorization", "Bearer a=b"]]);
  assert.deepEqual(parseMetadata("x-id={{.UUID}}-a:b"), [["x-id", { template: "{{.UUID}}-a:b" }]]);
});

test("metadata is name=value or a JSON object, with bytes in base64", () => {
  assert.deepEqual(parseMetadata("X-Tenant=a=b"), [["x-tenant", "a=b"]]);
  assert.deepEqual(parseMetadata('{"a":"1","b-bin":"AQI="}'), [
    ["a", "1"],
    ["b-bin", Buffer.from([1, 2])],
  ]);
});

for (const [text, words] of [
  ["novalue", /expected name=value; got "novalue"/],
  ["=x", /expected name=value/],
  ["a b=x", /expected a name of/],
  ["grpc-timeout=1S", /the protocol's own/],
  ["a=ü", /expected printable ASCII; got "ü"/],
  ['{"a":1}', /a: expected a text; got 1/],
  ['{"a"', /expected a JSON object/],
] as const) {
  test(`metadata ${JSON.stringify(text)} is told what was expected`, () =>
    assert.match(String(parseMetadata(text)), words));
}

test("percentiles are sorted, and have to be above 0 and up to 100", () => {
  assert.deepEqual(parsePercentiles("99.9, 50"), [50, 99.9]);
  for (const text of ["", "0", "101", "fast", "50,,99"])
    assert.match(String(parsePercentiles(text)), /expected numbers/);
});

test("a sine is its lowest and highest rate and its period", () => {
  assert.deepEqual(parseSine("100-500/30s"), { mean: 300, amplitude: 200, periodMs: 30_000 });
  assert.deepEqual(parseSine("0-1.5/1m"), { mean: 0.75, amplitude: 0.75, periodMs: 60_000 });
  for (const wrong of ["100/30s", "500-100/30s", "0-0/30s", "100-500/30", "100-500/0s", ""]) {
    assert.equal(parseSine(wrong), `expected LOW-HIGH/PERIOD, such as 100-500/30s; got ${JSON.stringify(wrong)}`);
  }
});
