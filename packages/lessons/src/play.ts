import { ProgramError } from "@hey/runtime";
import type { Finding } from "./finding.ts";
import type { Lesson, Stage } from "./lesson.ts";
import type { Page } from "./page.ts";
import type { Sample } from "./sample.ts";
import { sampleText } from "./sample-text.ts";
import { until } from "./until.ts";
import type { World } from "./world.ts";

export interface PlayOptions {
  readonly page: Page;
  readonly world: World;
  readonly signal: AbortSignal;
  /** Shows lines to whoever watches. */
  readonly show: (text: string) => void;
}

export interface Played {
  readonly findings: readonly Finding[];
  /** Whether the system is as it was before; if it is not, the next lesson would be played on what this one left. */
  readonly takenBack: boolean;
}

/**
 * Plays a lesson, and takes back what it did, whatever became of it. Rejects with the signal's reason, or with what could
 * not be taken back then; anything else that goes wrong is a finding. Each step of the page has to be performed, once and
 * in its order: the page cannot promise more.
 */
export async function play(lesson: Lesson, options: PlayOptions): Promise<Played> {
  const { page, world, signal, show } = options;
  show(`\n== ${lesson.name}: ${page.title}\n`);
  const performed: string[] = [];
  const findings: Finding[] = [];
  try {
    findings.push(...(await lesson.play(stageOf(options, performed))));
  } catch (error) {
    findings.push(broken("it can be played to its end", error instanceof Error ? error.message : String(error)));
  }
  const left = (await world.restore()).join("; ");
  if (signal.aborted) throw left === "" ? signal.reason : new ProgramError(`what could not be taken back: ${left}`);
  const steps = page.steps.filter(({ worlds }) => worlds.includes(world.kind)).map(({ name }) => name);
  if (findings.every(({ holds }) => holds) && performed.join() !== steps.join()) {
    findings.push(broken(`the page's steps are performed: ${steps.join(", ")}`, performed.join(", ") || "none"));
  }
  if (left !== "") findings.push(broken("what it did can be taken back", left));
  return { findings, takenBack: left === "" };
}

function broken(what: string, seen: string): Finding {
  return { what, expected: "so", seen, holds: false };
}

function stageOf({ page, world, signal, show }: PlayOptions, performed: string[]): Stage<World> {
  const shown = (title: string, sample: Sample) => {
    show(`${title}\n${sampleText(sample)}\n\n`);
    return sample;
  };
  return {
    world,
    async step(name) {
      signal.throwIfAborted();
      const found = page.steps.filter((step) => step.name === name && step.worlds.includes(world.kind));
      if (found.length === 0) throw new Error(`the page has no step ${name}`);
      for (const step of found) {
        const prompt = step.language === "sh" ? "$ " : "  ";
        const into = { sh: "", json: "the channel's service config:\n", yaml: "mesh.yaml:\n", diff: "mesh.yaml:\n" }[
          step.language
        ];
        show(`${into}${step.lines.map((line) => `${prompt}${line}\n`).join("")}\n`);
        performed.push(name);
        await world.perform(step);
      }
    },
    sample: async (title, plan) => shown(title, await world.call(plan)),
    plain: async (title, plan) => shown(title, await world.callPlain(plan)),
    async load(title, plan) {
      const load = await world.begin(plan);
      return { end: async () => shown(title, await load.end()) };
    },
    async until(what, plan, good) {
      // In words: a sample that is not good yet is shown when it stays so.
      const missing = async () => {
        const seen = await world.call(plan);
        return good(seen) ? "" : `${sampleText(seen)}\n`;
      };
      await until(what, missing, (words) => words === "", signal);
    },
    say: (text) => show(`${text}\n\n`),
  };
}
