/** What somebody wants to know of a thing that is watched. Disposing says that they no longer do. */
export interface Shared<T> extends Disposable {
  /** What was heard last; undefined: nothing yet. */
  readonly value: T | undefined;
  /** Whether something was heard, or the time to wait for it is over. */
  readonly settled: boolean;
}

/** Watches each thing once, however many want to know of it, and as long as one of them does. */
export interface Sharing<T> {
  /** `open` is asked when nobody watches the thing of this key yet; `heard` is told when there is news, or none in time. */
  join(key: string, open: (signal: AbortSignal) => AsyncIterable<T>, heard: () => void): Shared<T>;
}

interface Watched<T> {
  value: T | undefined;
  settled: boolean;
  readonly users: Set<() => void>;
}

/** `patienceMs`: how long the first news are waited for; undefined: as long as it takes. */
export function createSharing<T>(patienceMs?: number): Sharing<T> {
  const all = new Map<string, { readonly watched: Watched<T>; readonly end: () => void }>();

  function begin(open: (signal: AbortSignal) => AsyncIterable<T>) {
    const watched: Watched<T> = { value: undefined, settled: false, users: new Set() };
    const stop = new AbortController();
    const settle = () => {
      watched.settled = true;
      for (const heard of watched.users) heard();
    };
    const patience = patienceMs === undefined ? undefined : setTimeout(settle, patienceMs).unref();
    void follow(open(stop.signal), (value) => {
      if (stop.signal.aborted) return;
      clearTimeout(patience);
      watched.value = value;
      settle();
    });
    const end = () => {
      clearTimeout(patience);
      stop.abort();
    };
    return { watched, end };
  }

  return {
    join(key, open, heard) {
      const known = all.get(key) ?? begin(open);
      all.set(key, known);
      const { watched, end } = known;
      // Of its own, so that whoever joins twice leaves twice.
      const user = () => heard();
      watched.users.add(user);
      return {
        get value() {
          return watched.value;
        },
        get settled() {
          return watched.settled;
        },
        [Symbol.dispose]() {
          if (!watched.users.delete(user) || watched.users.size > 0) return;
          all.delete(key);
          end();
        },
      };
    },
  };
}

async function follow<T>(news: AsyncIterable<T>, take: (one: T) => void): Promise<void> {
  for await (const one of news) take(one);
}
