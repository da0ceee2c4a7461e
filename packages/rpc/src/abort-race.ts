/**
 * Lets one promise at a time be overtaken by a signal: `race(promise)` settles as the promise does, or rejects with the
 * signal's reason as soon as that aborts. One listener serves all of a stream's messages; `Promise.race` against a
 * promise that lives as long as the stream would keep every message's reaction until the stream's end.
 */
export function abortRace(signal: AbortSignal): { race<T>(promise: Promise<T>): Promise<T> } & Disposable {
  let overtake: ((reason: unknown) => void) | undefined;
  const onAbort = () => overtake?.(signal.reason);
  signal.addEventListener("abort", onAbort);
  return {
    race: (promise) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          promise.catch(() => {}); // it lost, and what it rejects with has no reader
          reject(signal.reason);
          return;
        }
        overtake = reject;
        promise.then(resolve, reject);
      }),
    [Symbol.dispose]: () => signal.removeEventListener("abort", onAbort),
  };
}
