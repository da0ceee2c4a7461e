import { ProgramError } from "@hey/runtime";

/** Watches a system that others run. Disposing ends the watch. */
export interface SystemWatch extends Disposable {
  /** Aborted with a ProgramError once the system's process has ended. */
  readonly signal: AbortSignal;
}

const stepMs = 100;

/** Watches the process of an `npm start`; nobody but its parent is told when it ends, so it is asked about again and again. */
export function watchSystem(pid: number, runs: (pid: number) => boolean): SystemWatch {
  const gone = new AbortController();
  const timer = setInterval(() => {
    if (runs(pid)) return;
    clearInterval(timer);
    gone.abort(
      new ProgramError(`npm start (pid ${pid}) ended while a lesson was played: start it again, then the lesson`),
    );
  }, stepMs);
  return { signal: gone.signal, [Symbol.dispose]: () => clearInterval(timer) };
}
