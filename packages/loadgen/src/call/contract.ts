import { readFile } from "node:fs/promises";
import type { FileRegistry } from "@bufbuild/protobuf";
import { descriptorSet } from "@hey/proto/descriptors";
import { ProgramError } from "@hey/runtime";
import { filesOfSet, registryOf } from "./descriptors.ts";
import { findMethod, type Method, parseMethodName } from "./method.ts";
import { type ReflectionOptions, reflectFiles } from "./reflection.ts";

/** Where a method's description may come from. */
export interface ContractSources {
  /** Files of serialized FileDescriptorSets; when there are any, nobody else is asked. */
  readonly protosets: readonly string[];
  /** Asks the server; called only when nothing else knows the service. */
  reflect<T>(ask: (options: ReflectionOptions) => Promise<T>): Promise<T>;
}

/**
 * Finds a method: in the protosets if there are any, else among the contracts of this project, else by asking the
 * server. Rejects with a ProgramError: exit code 3 for a method that does not exist, 2 for a file that is no protoset.
 */
export async function loadMethod(call: string, { protosets, reflect }: ContractSources): Promise<Method> {
  const name = parseMethodName(call);
  if (name === undefined) {
    throw new ProgramError(`--call: expected package.Service/Method; got ${JSON.stringify(call)}`, { exitCode: 2 });
  }
  if (protosets.length > 0) return findMethod(await readProtosets(protosets), name);
  const own = registryOf(filesOfSet(descriptorSet(), "the built-in contracts"), "the built-in contracts");
  if (own.getService(name.service) !== undefined) return findMethod(own, name);
  const files = await reflect((options) => reflectFiles(options, name.service));
  return findMethod(registryOf(files, "the server's reflection"), name);
}

/** All that the files describe. */
export async function readProtosets(paths: readonly string[]): Promise<FileRegistry> {
  const sets = await Promise.all(
    paths.map(async (path) => {
      const bytes = await readFile(path).catch((error: Error) => {
        throw new ProgramError(`--protoset: cannot read ${path}: ${error.message}`, { exitCode: 2 });
      });
      return filesOfSet(bytes, `--protoset ${path}`);
    }),
  );
  return registryOf(sets.flat(), "--protoset");
}
