import assert from "node:assert/strict";
import { test } from "node:test";
import { exactly } from "./finding.ts";
import { lesson, type Stage } from "./lesson.ts";
import { readPage } from "./page.ts";
import { play } from "./play.ts";
import { sampleOf } from "./scripted-sample.ts";
import type { World } from "./world.ts";

const page = readPage(`# What happens

<!-- step: one -->
\`\`\`sh
npx hey-mesh pause heyhow
\`\`\`

<!-- step: two, local -->
\`\`\`yaml
services: {}
\`\`\`

<!-- step: two, compose -->
\`\`\`sh
docker compose stop
\`\`\`
`);

/** A world that only remembers what it was told; `left` is what it cannot take back. */
function rememberingWorld(left: readonly string[] = []) {
  const told: string[] = [];
  const unasked = async (): Promise<never> => assert.fail("nobody asked for it");
  const world: World = {
    kind: "local",
    servers: async () => [],
    async perform({ lines }) {
      told.push(...lines);
    },
    call: async () => sampleOf([1, 1, 1]),
    answers: unasked,
    callPlain: unasked,
    begin: unasked,
    handled: unasked,
    async restore() {
      told.push("restored");
      return left;
    },
    async [Symbol.asyncDispose]() {},
  };
  return { world, told };
}

async function played(
  act: (stage: Stage<World>) => Promise<number>,
  left: readonly string[] = [],
  signal: AbortSignal = AbortSignal.timeout(10_000),
) {
  const { world, told } = rememberingWorld(left);
  const shown: string[] = [];
  const made = lesson<number>({
    name: "made-up",
    worlds: ["local"],
    play: act,
    check: (seen) => [exactly("the number", 1, seen)],
  });
  const options = {
    page,
    world,
    signal,
    show: (text: string) => void shown.push(text),
  };
  return { ...(await play(made, options)), told, shown: shown.join("") };
}

const holding = ({ findings }: Awaited<ReturnType<typeof played>>) => findings.map(({ holds }) => holds);

test("the page's steps are performed as they stand there, shown, and taken back", async () => {
  const result = await played(async ({ step, sample }) => {
    await step("one");
    await step("two");
    return (await sample("three calls", { calls: 3 })).calls - 2;
  });
  assert.deepEqual(holding(result), [true]);
  assert.deepEqual(result.told, ["npx hey-mesh pause heyhow", "services: {}", "restored"]);
  assert.match(result.shown, /made-up: What happens.*\$ npx hey-mesh pause heyhow.*mesh\.yaml:.*three calls/s);
});

test("a step that is not performed is a claim that fails", async () => {
  const result = await played(async ({ step }) => {
    await step("one");
    return 1;
  });
  assert.deepEqual(holding(result), [true, false]);
  assert.match(result.findings[1]?.what ?? "", /one, two/);
});

test("a step that the page does not have, and any other failure, is a claim that fails, and all is taken back", async () => {
  const result = await played(async ({ step }) => {
    await step("three");
    return 1;
  });
  assert.deepEqual(holding(result), [false]);
  assert.match(result.findings[0]?.seen ?? "", /no step three/);
  assert.deepEqual(result.told, ["restored"]);
});

test("what cannot be taken back is a claim that fails, and the system is not for the next lesson", async () => {
  const act = async ({ step }: Stage<World>) => {
    await step("one");
    await step("two");
    return 1;
  };
  const result = await played(act, ["server-4 still runs"]);
  assert.deepEqual(holding(result), [true, false]);
  assert.deepEqual(result.findings[1]?.seen, "server-4 still runs");
  assert.equal(result.takenBack, false);
  assert.equal((await played(act)).takenBack, true);
});

test("what cannot be taken back after Ctrl-C is the failure, where there would be none", async () => {
  const stop = new AbortController();
  const act = async () => {
    stop.abort(new Error("stopped"));
    return 1;
  };
  await assert.rejects(played(act, ["server-4 still runs"], stop.signal), /taken back: server-4 still runs/);
  await assert.rejects(played(act, [], stop.signal), /stopped/);
});
