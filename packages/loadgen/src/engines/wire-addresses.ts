import { lookup } from "node:dns/promises";
import { parseTarget } from "@hey/client";
import { ProgramError } from "@hey/runtime";

/**
 * The addresses behind a plain target, as `@hey/wire` takes them: a host's own name for `host:port`, every address of the
 * name for `dns:///host:port`. Rejects with a ProgramError of exit code 3 for a name that has none.
 */
export async function addressesOf(targetText: string): Promise<readonly string[]> {
  const target = parseTarget(targetText);
  switch (target?.kind) {
    case "host":
      return [target.name];
    case "unix":
      return [`unix:${target.name.replace(/^\/\/(?=\/)/, "")}`];
    case "ip":
      return target.name.split(",");
    case "dns":
      return await lookUp(target.name);
    default:
      throw new Error(`the wire engine does not take ${targetText}`); // Settings are checked before.
  }
}

async function lookUp(name: string): Promise<readonly string[]> {
  const [, host = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(name) ?? [];
  const found = await lookup(host, { all: true }).catch((error: NodeJS.ErrnoException) => {
    throw new ProgramError(`cannot find the address of ${host}: ${error.code ?? error.message}`, { exitCode: 3 });
  });
  return found.map(({ address, family }) => (family === 6 ? `[${address}]:${port}` : `${address}:${port}`));
}
