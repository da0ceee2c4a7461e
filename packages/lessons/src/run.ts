import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { columns } from "@hey/client";
import { readSystem, runningSystems, type System } from "@hey/demo";
import { type Io, nearest, ProgramError } from "@hey/runtime";
import { joinComposeWorld } from "./compose-world.ts";
import { type Finding, findingsText } from "./finding.ts";
import type { Lesson } from "./lesson.ts";
import { lessons } from "./lessons/lessons.ts";
import { joinLocalWorld } from "./local-world.ts";
import { lineupProblem } from "./mesh-state.ts";
import { type Page, readPage, type WorldKind } from "./page.ts";
import { checkout } from "./places.ts";
import { play } from "./play.ts";
import type { Self } from "./self.ts";
import type { LessonSettings } from "./settings.ts";
import { startSystem } from "./start-system.ts";
import { watchSystem } from "./system-watch.ts";

interface Result {
  readonly lesson: Lesson;
  readonly page: Page;
  readonly findings: readonly Finding[];
  readonly seconds: number;
}

/** Plays the lessons asked for; resolves to the exit code: 1 when a claim does not hold. */
export async function run(settings: LessonSettings, io: Io, self: Self): Promise<number> {
  const show = (text: string) => void io.stdout.write(text);
  if (settings.list) {
    show(await listOf(lessons));
    return 0;
  }
  const world: WorldKind = settings.compose ? "compose" : "local";
  const chosen = choose(settings, world);
  await using stage = await openStage(settings, io, self);
  show(`Lessons are played against ${stage.where}.\n`);
  const leftOut = settings.all ? lessons.filter((lesson) => !chosen.includes(lesson)) : [];
  for (const { name } of leftOut) show(`Left out: ${name}; docs/lessons/${name}.md says why.\n`);
  const results: Result[] = [];
  for (const lesson of chosen) {
    const page = await pageOf(lesson.name);
    const startedAtMs = performance.now();
    const { world, signal } = stage;
    const { findings, takenBack } = await play(lesson, { page, world, signal, show });
    show(`${findingsText(findings)}\n`);
    results.push({ lesson, page, findings, seconds: (performance.now() - startedAtMs) / 1_000 });
    if (!takenBack) break;
  }
  const notPlayed = chosen.slice(results.length).map(({ name }) => name);
  if (notPlayed.length > 0) show(`\nNot played, as the system is not what it was: ${notPlayed.join(", ")}.\n`);
  const { lost, log } = await stage.end();
  show(`\n${summary(results)}\n`);
  if (lost) show(`The client that held conversations all the while lost a message: ${log} has its summary.\n`);
  return lost || results.some((result) => !holds(result)) ? 1 : 0;
}

/** Where lessons are played; `end` resolves to whether the system's own client lost a message, as far as that is known. */
async function openStage(settings: LessonSettings, { signal, stderr }: Io, self: Self) {
  if (settings.compose) {
    const folder = settings.system ?? checkout;
    const world = await joinComposeWorld({ folder, self, signal });
    const where = `docker compose in ${folder}`;
    return {
      world,
      where,
      signal,
      end: async () => ({ lost: false, log: "" }),
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    };
  }
  const running = settings.system === "own" ? undefined : await findSystem(settings.system, self);
  await using stack = new AsyncDisposableStack();
  if (running === undefined) stderr.write("Starting a system of its own ...\n");
  const started = running === undefined ? stack.use(await startSystem(self, signal)) : undefined;
  const system = running ?? started?.system;
  if (system === undefined) throw new ProgramError("expected a system to play against, got none");
  const watch = stack.use(watchSystem(system.pid, self.runs));
  const both = AbortSignal.any([signal, watch.signal]);
  const world = stack.use(await joinLocalWorld({ system, self, signal: both }));
  const problem = lineupProblem(await world.servers());
  if (problem !== undefined) throw new ProgramError(problem);
  const owned = stack.move();
  return {
    world,
    where: running === undefined ? "a system of their own" : `the system that npm start runs (pid ${running.pid})`,
    signal: both,
    async end() {
      watch[Symbol.dispose]();
      return { lost: (await started?.stop()) === false, log: started?.log ?? "" };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function findSystem(folder: string | undefined, { runs }: Self): Promise<System | undefined> {
  if (folder === undefined) return (await runningSystems(checkout, runs))[0];
  const system = await readSystem(folder);
  if (system === undefined || !runs(system.pid)) {
    throw new ProgramError(`--system: expected own or the folder of a running npm start, got ${folder}`, {
      exitCode: 2,
    });
  }
  return system;
}

function choose({ all, positionals }: LessonSettings, world: WorldKind): readonly Lesson[] {
  const known = lessons.map(({ name }) => name);
  const names = known.join(", ");
  const unknown = positionals.find((wanted) => !known.includes(wanted));
  if (unknown !== undefined) {
    const meant = nearest(unknown, known);
    const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
    throw new ProgramError(`expected one of ${names}; got ${unknown}${hint}`, { exitCode: 2 });
  }
  if (all && positionals.length > 0) {
    throw new ProgramError(`expected --all or names, got both: ${positionals.join(", ")}`, { exitCode: 2 });
  }
  if (!all && positionals.length === 0) throw new ProgramError(`expected --all or one of ${names}`, { exitCode: 2 });
  const wanted = all ? lessons : lessons.filter(({ name }) => positionals.includes(name));
  const elsewhere = wanted.filter(({ worlds }) => !worlds.includes(world));
  if (!all && elsewhere.length > 0) {
    const pages = elsewhere.map(({ name }) => `docs/lessons/${name}.md`).join(", ");
    throw new ProgramError(`not with --compose: ${elsewhere.map(({ name }) => name).join(", ")}; ${pages} says why`, {
      exitCode: 2,
    });
  }
  return wanted.filter(({ worlds }) => worlds.includes(world));
}

async function pageOf(name: string): Promise<Page> {
  return readPage(await readFile(join(checkout, "docs/lessons", `${name}.md`), "utf8"));
}

async function listOf(all: readonly Lesson[]): Promise<string> {
  const rows = await Promise.all(all.map(async ({ name }) => [name, (await pageOf(name)).title]));
  return `${columns(["lesson", "what it shows"], rows)}\n`;
}

function holds({ findings }: Result): boolean {
  return findings.length > 0 && findings.every((finding) => finding.holds);
}

function summary(results: readonly Result[]): string {
  return columns(
    ["lesson", "claim", "", ">took"],
    results.map((result) => [
      result.lesson.name,
      result.page.title,
      holds(result) ? "holds" : "FAILS",
      `${result.seconds.toFixed(1)} s`,
    ]),
  );
}
