import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeScript } from "./contenders.ts";
import { sideBySide } from "./side-by-side.ts";

for (const [times, exitCode] of [
  [2, undefined],
  [3, 1],
] as const) {
  test(`a contender at 2 where ${times} is the target ends the bench with exit code ${exitCode ?? 0}`, async () => {
    const contender = (name: string, us: number) => ({ name, measure: async () => ({ cpuUs: us, wallUs: us }) });
    const before = process.exitCode;
    try {
      await sideBySide({
        title: "A comparison",
        server: nodeScript("./tutorial-server.ts"),
        unit: "call",
        contenders: [contender("ours", 1), contender("theirs", 2)],
        wallTargets: [{ of: "theirs", than: "ours", is: "at least", times }],
      });
      assert.equal(process.exitCode, exitCode);
    } finally {
      process.exitCode = before;
    }
  });
}
