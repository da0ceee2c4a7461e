import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text as readAll } from "node:stream/consumers";
import { suite, test } from "node:test";

const script = new URL("./scripted-program.ts", import.meta.url).pathname;

type Child = ChildProcessByStdio<null, Readable, Readable>;

function start(args: readonly string[], env: Record<string, string> = {}, stdout: "pipe" | number = "pipe"): Child {
  return spawn(process.execPath, [script, ...args], { stdio: ["ignore", stdout, "pipe"], env }) as Child;
}

/** Runs it to its end: exit code or signal, and both outputs. */
async function run(args: readonly string[], env: Record<string, string> = {}) {
  const child = start(args, env);
  const [stdout, stderr, [code]] = await Promise.all([
    readAll(child.stdout),
    readAll(child.stderr),
    once(child, "close"),
  ]);
  return { code, stdout, stderr };
}

/** Starts it and offers its log lines one by one; ended with the test if it has not by itself. */
function watch(args: readonly string[]) {
  const child = start(args);
  const closed = once(child, "close");
  const lines = createInterface(child.stderr)[Symbol.asyncIterator]();
  const others: string[] = [];
  return {
    child,
    closed,
    others,
    async event(name: string): Promise<Record<string, unknown>> {
      for (let next = await lines.next(); !next.done; next = await lines.next()) {
        const line: Record<string, unknown> = next.value.startsWith("{") ? JSON.parse(next.value) : {};
        if (line["event"] === name) return line;
        others.push(next.value);
      }
      throw new Error(`ended without the event ${name}; logged: ${others.join("\n")}`);
    },
    [Symbol.dispose]: () => void child.kill("SIGKILL"),
  };
}

suite("program", { concurrency: 2, timeout: 60_000 }, () => {
  test("a run that returns nothing is exit code 0, and nothing is printed", async () => {
    assert.deepEqual(await run([]), { code: 0, stdout: "", stderr: "" });
  });

  test("a run's own number is the exit code", async () => {
    assert.equal((await run(["-b", "code-105"])).code, 105);
  });

  test("results go to stdout and are there to the last byte", async () => {
    assert.deepEqual(await run(["-b", "print"]), { code: 0, stdout: "result\n", stderr: "" });
    assert.match((await run(["-b", "print-much"])).stdout, /^x{2000000}\nend\n$/);
  });

  test("--help shows usage, flags, variables, defaults and the footer on stdout, whatever else is wrong", async () => {
    const { code, stdout, stderr } = await run(["--nonsense", "--help"]);
    assert.equal(code, 0);
    assert.equal(stderr, "");
    assert.match(stdout, /^Behaves as it is told\.\n\nUsage: hey-scripted \[flags\]\n/);
    assert.match(stdout, /--count N +how many \[env HEY_COUNT, default 4\]/);
    assert.match(stdout, /--log-level LEVEL .*\[env HEY_LOG_LEVEL, default info\]/s);
    assert.match(stdout, /\nTry --behaviour done first\.\n$/);
  });

  test("wrong settings are all told in one message, exit code 2", async () => {
    const { code, stdout, stderr } = await run(["--conut", "3", "--drain=10"], {
      HEY_COUNT: "0",
      HEY_LOG_LEVEL: "loud",
    });
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.equal(
      stderr,
      [
        "hey-scripted: 4 settings are wrong:",
        "  --conut: there is no such flag; did you mean --count?",
        '  HEY_COUNT (environment variable): expected a whole number, at least 1; got "0"',
        '  --drain: expected a duration with its unit (ms, s, m or h), such as 250ms or 1m30s; got "10"',
        "  HEY_LOG_LEVEL (environment variable): expected one of trace, debug, info, warn, error, fatal, silent;" +
          ' got "loud"',
        "See hey-scripted --help",
        "",
      ].join("\n"),
    );
  });

  for (const [signal, code] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const) {
    test(`${signal} aborts the signal with its name, and the run that then ends is exit code 0`, async () => {
      using program = watch(["-b", "until-stopped"]);
      await program.event("started");
      program.child.kill(signal);
      assert.equal((await program.event("stopping"))["reason"], `stopped by ${signal}`);
      assert.deepEqual(await program.closed, [0, null]);
    });

    test(`a second signal after ${signal} ends the process at once with ${code}`, async () => {
      using program = watch(["-b", "never-stops"]);
      await program.event("started");
      program.child.kill(signal === "SIGINT" ? "SIGTERM" : "SIGINT");
      await program.event("stopping");
      program.child.kill(signal);
      assert.deepEqual(await program.closed, [code, null]);
    });
  }

  test("a second SIGTERM ends it as well", async () => {
    using program = watch(["-b", "never-stops"]);
    await program.event("started");
    program.child.kill("SIGTERM");
    await program.event("stopping");
    program.child.kill("SIGTERM");
    assert.deepEqual(await program.closed, [143, null]);
  });

  test("a wait that the signal broke off is no failure", async () => {
    using program = watch(["-b", "stopped-in-a-wait"]);
    await program.event("started");
    program.child.kill("SIGTERM");
    assert.deepEqual(await program.closed, [0, null]);
    assert.deepEqual(program.others, []);
  });

  test("a run that is done ends the process even if something was left open", async () => {
    assert.equal((await run(["-b", "leaves-a-server-open"])).code, 3);
  });

  test("a ProgramError is one line on stderr and its exit code", async () => {
    const outcome = await run(["-b", "program-error"]);
    assert.deepEqual(outcome, { code: 4, stdout: "", stderr: "hey-scripted: the disk is full\n" });
  });

  for (const [behaviour, event, message] of [
    ["bug", "failed", "a bug"],
    ["rejection-unheard", "unhandled-rejection", "unheard"],
    ["throw-in-a-callback", "uncaught-exception", "in a callback"],
  ] as const) {
    test(`anything else thrown (${behaviour}) is logged with its stack, exit code 1`, async () => {
      const { code, stderr } = await run(["-b", behaviour]);
      assert.equal(code, 1);
      const line = JSON.parse(stderr);
      assert.equal(line.level, "fatal");
      assert.equal(line.event, event);
      assert.equal(line.err.message, message);
      assert.match(line.err.stack, /scripted-program\.ts:\d+/);
    });
  }

  test("a taken admin port is one clear line, exit code 1", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const bound = taken.address();
    assert.ok(typeof bound === "object" && bound !== null);
    const { code, stderr } = await run(["-b", "admin", "--admin-http", `127.0.0.1:${bound.port}`]);
    taken.close();
    assert.equal(code, 1);
    assert.match(stderr, /^hey-scripted: cannot listen on 127\.0\.0\.1:\d+: the port is taken; .*\n$/);
  });

  test("a reader of stdout that leaves ends the program quietly", async () => {
    const child = start(["-b", "print-for-ever"]);
    const closed = once(child, "close");
    const errors = readAll(child.stderr);
    await once(child.stdout, "data");
    child.stdout.destroy();
    assert.deepEqual(await closed, [0, null]);
    assert.equal(await errors, "");
  });

  test("results that cannot be written are a failure", { skip: process.platform !== "linux" }, async () => {
    const child = start(["-b", "print"], {}, openSync("/dev/full", "w"));
    const [errors, [code]] = await Promise.all([readAll(child.stderr), once(child, "close")]);
    assert.equal(code, 1);
    assert.match(errors, /^hey-scripted: cannot write to stdout: .*no space left on device.*\n$/);
  });
});
