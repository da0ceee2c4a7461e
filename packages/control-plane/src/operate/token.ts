import { createHash, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type Metadata, status } from "@grpc/grpc-js";
import { StatusError } from "@hey/rpc";
import { ProgramError } from "@hey/runtime";

/** Shorter ones can be guessed. */
const fewestCharacters = 16;

/**
 * The token in a file, without the white space around it; undefined without a file. Rejects with a ProgramError, exit code 2,
 * when the file cannot be read or holds none.
 */
export async function readToken(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw new ProgramError(`the token: cannot read ${path}: ${error.message}`, { exitCode: 2 });
  });
  const token = text.trim();
  if (/^[\x21-\x7e]+$/.test(token) && token.length >= fewestCharacters) return token;
  const expected = `expected ${fewestCharacters} characters or more of printable ASCII without spaces in ${path}`;
  throw new ProgramError(`the token: ${expected}, got ${token.length}`, { exitCode: 2 });
}

/** Whether a call may be made: throws UNAUTHENTICATED for one that does not bring the token. Without a token all may. */
export function createGate(token: string | undefined): (metadata: Metadata) => void {
  if (token === undefined) return () => {};
  const expected = digest(`Bearer ${token}`);
  return (metadata) => {
    const values = metadata.get("authorization");
    const given = values.length === 1 ? String(values[0]) : "";
    // Digests have one length, and their comparison takes as long wherever they differ.
    if (timingSafeEqual(digest(given), expected)) return;
    const came = values.length === 0 ? "none" : "another one";
    throw new StatusError(
      status.UNAUTHENTICATED,
      `expected this control plane's token, got ${came}: --token-file FILE`,
    );
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
