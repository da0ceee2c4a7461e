/** A value that changes, and whoever wants to hear of it. */
export interface Latest<T> {
  readonly value: T;
  set(value: T): void;
  /**
   * The value now and after each change, until the signal aborts. A reader that is slow misses what was overtaken, so it
   * costs nothing to be slow and holds back nobody.
   */
  watch(signal: AbortSignal): AsyncGenerator<T, void, undefined>;
}

/** Makes a value that can be watched. Setting the same value again tells nobody. */
export function createLatest<T>(first: T): Latest<T> {
  let value = first;
  const waiting = new Set<() => void>();
  return {
    get value() {
      return value;
    },
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const wake of [...waiting]) wake();
    },
    async *watch(signal) {
      let told: { readonly value: T } | undefined;
      while (!signal.aborted) {
        if (told === undefined || !Object.is(told.value, value)) {
          told = { value };
          yield value;
        } else {
          await new Promise<void>((resolve) => {
            const wake = () => {
              waiting.delete(wake);
              signal.removeEventListener("abort", wake);
              resolve();
            };
            waiting.add(wake);
            signal.addEventListener("abort", wake);
          });
        }
      }
    },
  };
}
