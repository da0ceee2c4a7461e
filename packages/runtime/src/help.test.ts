import assert from "node:assert/strict";
import { test } from "node:test";
import { renderHelp } from "./help.ts";
import { duration, flag, integer, list, text } from "./settings.ts";

const spec = {
  name: "hey-x",
  summary: "Says hey, and lets go.",
  positionals: { name: "TARGET", help: "where to", min: 0, max: 1, env: "HEY_TARGET", default: "xds:///heyhow" },
  settings: {
    listen: text({
      flag: "listen",
      env: "HEY_LISTEN",
      default: "a:1",
      placeholder: "HOST:PORT",
      help: "where to listen",
    }),
    count: integer({
      flag: "count",
      short: "n",
      default: undefined,
      help: "how many, a rather long story that goes on",
    }),
    drain: duration({ flag: "drain", env: "HEY_DRAIN", default: 8_000, help: "how long" }),
    verbose: flag({ flag: "verbose", default: false, help: "more" }),
    tags: list({ flag: "tag", default: ["a", "b"], help: "marks" }),
    replication: text({ flag: "replication-factor-of-all", default: undefined, help: "copies" }),
  },
  footer: "Try it.",
};

test("every flag is shown with its variable and its default, wrapped to the terminal", () => {
  assert.equal(
    renderHelp(spec, 60),
    `Says hey, and lets go.

Usage: hey-x [flags] [TARGET]

Arguments:
  TARGET                      where to [env HEY_TARGET,
                              default xds:///heyhow]

Flags (a flag wins over its environment variable, that over the default):
      --listen HOST:PORT      where to listen [env
                              HEY_LISTEN, default a:1]
  -n, --count N               how many, a rather long story
                              that goes on
      --drain DURATION        how long [env HEY_DRAIN,
                              default 8s]
      --[no-]verbose          more
      --tag TEXT ...          marks [default a,b]
      --replication-factor-of-all TEXT
                              copies
  -h, --help                  show this text

Try it.
`,
  );
});

test("the usage line says how many arguments there are", () => {
  const usage = (min: number, max: number) =>
    renderHelp({ ...spec, positionals: { name: "FILE", help: "", min, max } }, 80).match(/Usage: (.*)/)?.[1];
  assert.equal(usage(1, 1), "hey-x [flags] FILE");
  assert.equal(usage(0, 5), "hey-x [flags] [FILE]...");
  assert.match(renderHelp({ ...spec, usage: "[flags] or nothing" }, 80), /Usage: hey-x \[flags\] or nothing\n/);
});

test("-h that is a setting's is not shown as help's", () => {
  const settings = { host: text({ flag: "host", short: "h", default: undefined, help: "where" }) };
  const help = renderHelp({ name: "hey-x", summary: "", settings }, 80);
  assert.match(help, /-h, --host TEXT/);
  assert.match(help, /^ {6}--help/m);
});
