import assert from "node:assert/strict";
import { test } from "node:test";
import { createLatencies } from "./latencies.ts";

test("percentiles are within one percent, from a microsecond to minutes", () => {
  const latencies = createLatencies();
  assert.equal(latencies.percentileMs(50), undefined);
  for (let latencyMs = 1; latencyMs <= 100; latencyMs++) latencies.record(latencyMs);
  for (const percent of [50, 99]) {
    const error = Math.abs((latencies.percentileMs(percent) ?? 0) / percent - 1);
    assert.ok(error <= 0.01, `${latencies.percentileMs(percent)} for ${percent}`);
  }
  latencies.reset();
  for (const latencyMs of [0, 1e9]) latencies.record(latencyMs);
  assert.equal(latencies.percentileMs(50), 0.001);
  assert.ok((latencies.percentileMs(100) ?? 0) >= 600_000);
});
