import { NODATA, NOTFOUND } from "node:dns";
import { setTimeout as pause } from "node:timers/promises";

export interface DnsOptions {
  /** Looks up the IPv4 addresses of a name: `resolve4` of a node:dns Resolver, which asks the server every time. */
  resolve4(name: string): Promise<readonly string[]>;
  /** Between one look and the next, in milliseconds. The records' own times to live are not heeded: Docker says 600 s. */
  readonly pollMs: number;
  /** Told when a look-up fails for another reason than that there is nothing, once in a row of such failures. */
  onTrouble?(name: string, error: Error): void;
  /** Told when the name server answers again after that. */
  onTroubleOver?(name: string): void;
}

/**
 * The addresses of a name, sorted: the first ones found, and others whenever they change, until the signal aborts. A name
 * that does not exist has none. Any other failure is no news: the server of the names may be down, not ours.
 */
export async function* pollDns(
  name: string,
  { resolve4, pollMs, onTrouble, onTroubleOver }: DnsOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly string[], void, undefined> {
  let told: string | undefined;
  let troubled = false;
  while (!signal.aborted) {
    const hosts = await lookUp();
    if (hosts !== undefined && hosts.join() !== told) {
      told = hosts.join();
      yield hosts;
    }
    await pause(pollMs, undefined, { signal }).catch(() => {});
  }

  async function lookUp(): Promise<readonly string[] | undefined> {
    try {
      const hosts = [...(await resolve4(name))].sort();
      answered();
      return hosts;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === NOTFOUND || code === NODATA) {
        answered();
        return [];
      }
      if (!troubled) onTrouble?.(name, error as Error);
      troubled = true;
      return undefined;
    }
  }

  function answered() {
    if (troubled) onTroubleOver?.(name);
    troubled = false;
  }
}
