import type { FileRegistry } from "@bufbuild/protobuf";
import { descriptorSet } from "@hey/proto/descriptors";
import { ProgramError } from "@hey/runtime";
import type { Inputs } from "../inputs.ts";
import { filesOfSet, registryOf } from "./descriptors.ts";
import { findMethod, type Method, parseMethodName } from "./method.ts";
import { type ReflectionOptions, reflectFiles } from "./reflection.ts";

/** Files that describe methods; when there are any, nobody else is asked. */
export interface ContractFiles {
  /** Serialized FileDescriptorSets. */
  readonly protosets: readonly string[];
  /** Files in the language of protobuf. */
  readonly protos: readonly string[];
  /** Where files that others import are looked for. */
  readonly importPaths: readonly string[];
}

/** Where a method's description may come from. */
export interface ContractSources {
  readonly files: ContractFiles;
  readonly inputs: Inputs;
  /** Asks the server; called only when nothing else knows the service. */
  reflect<T>(ask: (options: ReflectionOptions) => Promise<T>): Promise<T>;
}

/**
 * Finds a method: in the files if there are any, else among the contracts of this project, else by asking the server.
 * Rejects with a ProgramError: exit code 3 for a method that does not exist, 2 for a file that is not what it should be.
 */
export async function loadMethod(call: string, { files, inputs, reflect }: ContractSources): Promise<Method> {
  const name = parseMethodName(call);
  if (name === undefined) {
    throw new ProgramError(`--call: expected package.Service/Method; got ${JSON.stringify(call)}`, { exitCode: 2 });
  }
  const described = await readContracts(files, inputs);
  if (described !== undefined) return findMethod(described, name);
  const own = registryOf(filesOfSet(descriptorSet(), "the built-in contracts"), "the built-in contracts");
  // The second: its method was left out, which is told.
  const isOwn = [name.service, `${name.service}.${name.method}`].some((each) => own.getService(each) !== undefined);
  if (isOwn) return findMethod(own, name);
  const reflected = await reflect((options) => reflectFiles(options, name.service, name.method));
  return findMethod(registryOf(reflected, "the server's reflection"), name);
}

/** All that the files describe; undefined when there are none. */
export async function readContracts(files: ContractFiles, inputs: Inputs): Promise<FileRegistry | undefined> {
  const { protosets, protos, importPaths } = files;
  if (protosets.length === 0 && protos.length === 0) return undefined;
  const sets = await Promise.all(
    protosets.map(async (path) => {
      const bytes = await inputs.read(path).catch((error: Error) => {
        throw new ProgramError(`--protoset: cannot read ${path}: ${error.message}`, { exitCode: 2 });
      });
      return filesOfSet(bytes, `--protoset ${path}`);
    }),
  );
  // The parser is loaded when there is something to parse.
  const read = protos.length === 0 ? undefined : (await import("../proto-files/read-protos.ts")).readProtos;
  const parsed = (await read?.(protos, importPaths, inputs)) ?? [];
  return registryOf([...sets.flat(), ...parsed], protos.length === 0 ? "--protoset" : "--proto");
}
