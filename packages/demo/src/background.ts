import { type Child, type Start, startChild } from "./child.ts";
import type { Part, PortKind } from "./lineup.ts";

/** The programs without a terminal. Disposing ends them together. */
export interface Background extends AsyncDisposable {
  /** Every one that was started, those that were started again too. */
  readonly children: readonly Child[];
  start(part: Part): Child;
  /** Starts again those that ended by themselves, at the ports they had; resolves once these are up. */
  startAgain(): Promise<readonly Child[]>;
  stop(): Promise<void>;
}

const flagOf: Readonly<Record<PortKind, string>> = {
  grpc: "--listen",
  ads: "--ads",
  mesh: "--mesh-service",
  "admin-grpc": "--admin-grpc",
  "admin-http": "--admin-http",
};

/** `startOf` says how a program is to be run. */
export function startBackground(startOf: (part: Part) => Start): Background {
  const children: Child[] = [];
  const newest = new Map<string, { readonly part: Part; readonly child: Child }>();
  let stopped = false;

  /** `as` is the part at ports that it had before. */
  function start(part: Part, as = part): Child {
    const child = startChild(startOf(as));
    children.push(child);
    newest.set(part.name, { part, child });
    return child;
  }
  async function stop(): Promise<void> {
    stopped = true;
    await Promise.all(children.map((child) => child.stop()));
  }
  return {
    children,
    start: (part) => start(part),
    stop,
    async startAgain() {
      const ended = [...newest.values()].filter(({ child }) => child.endedByItself !== undefined);
      if (stopped) return [];
      return await Promise.all(
        ended.map(async ({ part, child }) => {
          const again = start(part, pinned(part, await child.listening()));
          await again.listening();
          return again;
        }),
      );
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** The part at the ports that it had: of a flag that is given twice the last one counts. */
function pinned(part: Part, addresses: Readonly<Partial<Record<PortKind, string>>>): Part {
  const ports = part.ports.flatMap((kind) => [flagOf[kind], addresses[kind] ?? ""]);
  return { ...part, args: [...part.args, ...ports] };
}
