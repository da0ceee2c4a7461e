/** The signals that ask a program to stop; SIGHUP is what a terminal that is closed sends. */
export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** What to do about a signal: end in good order, nothing, or end at once. */
export type StopAction = "drain" | "ignore" | "exit";

/** A terminal sends Ctrl-C to every process in front, and npm passes its own one on: together that is one Ctrl-C. */
const sameCtrlCMs = 300;

/** Decides about each signal in turn: the first drains, a second one ends the program, a doubled Ctrl-C is one. */
export function createStopRule(): (signal: StopSignal, nowMs: number) => StopAction {
  let first: { readonly signal: StopSignal; readonly atMs: number } | undefined;
  return (signal, nowMs) => {
    if (first === undefined) {
      first = { signal, atMs: nowMs };
      return "drain";
    }
    const doubled = signal === "SIGINT" && first.signal === "SIGINT" && nowMs - first.atMs <= sameCtrlCMs;
    return doubled ? "ignore" : "exit";
  };
}
