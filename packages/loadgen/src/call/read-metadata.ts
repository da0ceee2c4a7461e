import { Metadata } from "@grpc/grpc-js";
import { ProgramError } from "@hey/runtime";
import type { Inputs } from "../inputs.ts";
import { parseMetadata } from "../settings/parse.ts";
import { type CallMetadata, type CallsOf, compileMetadata } from "./metadata.ts";

interface MetadataSettings {
  readonly metadata: readonly string[];
  readonly metadataFile: string | undefined;
}

/** What `--metadata` and `--metadata-file` say. Rejects with a ProgramError of exit code 2 for a file that is not one. */
export async function readMetadata(given: MetadataSettings, calls: CallsOf, inputs: Inputs): Promise<CallMetadata> {
  const { metadata, metadataFile: path } = given;
  const entries = metadata.flatMap((text) => {
    const parsed = parseMetadata(text);
    return typeof parsed === "string" ? [] : parsed; // Settings are checked before.
  });
  if (path !== undefined) {
    const content = await inputs.read(path).then(String, (error: Error) => {
      throw new ProgramError(`--metadata-file: cannot read ${path}: ${error.message}`, { exitCode: 2 });
    });
    const parsed = content.trimStart().startsWith("{")
      ? parseMetadata(content)
      : "expected a JSON object of names and values";
    if (typeof parsed === "string") throw new ProgramError(`--metadata-file ${path}: ${parsed}`, { exitCode: 2 });
    entries.push(...parsed);
  }
  return compileMetadata(entries, calls);
}

/** The same as grpc-js has it, for a call that is not of the run. */
export function toGrpcMetadata({ common, own }: CallMetadata): Metadata {
  const sent = new Metadata();
  for (const [name, value] of [...common, ...(own?.(0, 0) ?? [])]) {
    sent.add(name, typeof value === "string" ? value : Buffer.from(value));
  }
  return sent;
}
