import assert from "node:assert/strict";
import { test } from "node:test";
import { recordedCommand } from "./recorded-command.ts";
import { positionals, settings } from "./settings.ts";

const recorded = (argv: readonly string[], env: Readonly<Record<string, string>>) =>
  recordedCommand({ name: "hey-loadgen", takes: { settings, positionals }, argv, env }).join(" ");

test("a command is its words, after the variables that it was made with", () => {
  assert.equal(recorded(["-z", "1s", "a:1"], {}), "hey-loadgen -z 1s a:1");
  assert.equal(
    recorded(["-z", "1s"], { HEY_TARGET: "a:1", HEY_RPS: "5", HEY_DURATION: "9s" }),
    "env HEY_RPS=5 HEY_TARGET=a:1 hey-loadgen -z 1s",
  );
});

test("what may be secret is left out of variables too", () => {
  const variable = (value: string) => recorded(["a:1"], { HEY_METADATA: value });
  assert.equal(variable("authorization=Bearer x"), "env HEY_METADATA=authorization=… hey-loadgen a:1");
  assert.equal(variable("a=1, b=2"), "env HEY_METADATA=a=…,b=… hey-loadgen a:1");
  assert.equal(variable("a=1,x\nb=2,y"), "env HEY_METADATA=a=…,b=… hey-loadgen a:1");
  assert.equal(variable('{"a":"1"}'), "env HEY_METADATA=… hey-loadgen a:1");
  assert.equal(recorded(["-m", "a=1", "a:1"], { HEY_METADATA: "b=2" }), "hey-loadgen -m a=… a:1");
});
