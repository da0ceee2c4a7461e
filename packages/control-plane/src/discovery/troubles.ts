import { createLatest, type Latest } from "@hey/rpc";
import type { Logger } from "@hey/runtime";

/** What discovery cannot find out now. Meanwhile what was found stays. */
export interface Troubles {
  /** A line each, with the source and what to do; in their order. */
  readonly now: Latest<readonly string[]>;
  /** Whoever looks a source up says there what is wrong. */
  open(source: string): Trouble;
}

/** One look-up, which has one trouble or none. Disposing ends both. */
export interface Trouble extends Disposable {
  /** Undefined: all is well. */
  tell(problem: string | undefined): void;
}

export function createTroubles(logger: Logger): Troubles {
  const now = createLatest<readonly string[]>([]);
  const lines = new Map<Trouble, string>();
  /** Two look-ups of a source, as there are while a change settles, say the same once. */
  const publish = () => now.set([...new Set(lines.values())].sort());

  function open(source: string): Trouble {
    const trouble: Trouble = {
      tell(problem) {
        const line = problem === undefined ? undefined : `${source}: ${problem}`;
        if (lines.get(trouble) === line) return;
        if (line === undefined) {
          lines.delete(trouble);
          logger.info({ event: "discovery-trouble-over", source }, `${source}: it can be found out again`);
        } else {
          lines.set(trouble, line);
          logger.warn({ event: "discovery-trouble", source, problem }, `${line}; what was found stays`);
        }
        publish();
      },
      [Symbol.dispose]() {
        if (lines.delete(trouble)) publish();
      },
    };
    return trouble;
  }

  return { now, open };
}
