import type { ChildProcess } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { artifacts } from "./places.ts";

/** One line that a container wrote, as compose shows it. */
export interface Line {
  /** Such as client-1. */
  readonly container: string;
  readonly text: string;
}

/** What the containers of a stack say, as it comes. */
export interface Feed {
  readonly lines: readonly Line[];
  /** The first line from number `from` on (default 0) that fits, there already or to come. Rejects after `limitMs`. */
  find(fits: (line: Line) => boolean, options?: { readonly from?: number; readonly limitMs?: number }): Promise<Line>;
}

/**
 * Reads what compose passes on, a container's stderr on its own stderr; a copy goes to the artifacts under this name,
 * since a removed container's words are gone.
 */
export function createFeed(compose: ChildProcess, name: string): Feed {
  mkdirSync(artifacts, { recursive: true });
  const copy = createWriteStream(join(artifacts, `${name}.log`));
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  compose.on("close", () => copy.end());
  function read(line: string) {
    copy.write(`${line}\n`);
    const [, container, text] = /^([\w-]+-\d+)\s+\| (.*)$/.exec(line.replaceAll("\u001b[2K", "")) ?? [];
    if (container === undefined || text === undefined) return;
    lines.push({ container, text });
    for (const look of waiting) look();
  }
  for (const output of [compose.stdout, compose.stderr]) {
    if (output !== null) createInterface({ input: output }).on("line", read);
  }
  return {
    lines,
    find(fits, { from = 0, limitMs = 60_000 } = {}) {
      return new Promise((resolve, reject) => {
        let next = from;
        const look = () => {
          for (; next < lines.length; next++) {
            const line = lines[next];
            if (line === undefined || !fits(line)) continue;
            done();
            resolve(line);
            return;
          }
        };
        const limit = setTimeout(() => {
          done();
          const last = lines.slice(-20).map(({ container, text }) => `${container}: ${text}`);
          reject(new Error(`no such line within ${limitMs} ms; the last ones are\n${last.join("\n")}`));
        }, limitMs);
        const done = () => {
          clearTimeout(limit);
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      });
    },
  };
}
