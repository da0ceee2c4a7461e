import { create, createFileRegistry, type FileRegistry, fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { ProgramError } from "@hey/runtime";

/** A registry of the files, in whatever order they come. Throws a ProgramError of exit code 2 when one is missing. */
export function registryOf(files: Iterable<FileDescriptorProto>, source: string): FileRegistry {
  const byName = new Map([...files].map((file) => [file.name, file]));
  const ordered = new Set<FileDescriptorProto>();
  // Imports first: that is the order a registry is built in.
  const add = (file: FileDescriptorProto, importers: readonly string[]) => {
    if (ordered.has(file) || importers.includes(file.name)) return;
    for (const name of file.dependency) {
      const imported = byName.get(name);
      if (imported === undefined) {
        throw new ProgramError(
          `${source}: expected every imported file; ${file.name} imports ${name}, which is missing`,
          {
            exitCode: 2,
          },
        );
      }
      add(imported, [...importers, file.name]);
    }
    ordered.add(file);
  };
  for (const file of byName.values()) add(file, []);
  return createFileRegistry(create(FileDescriptorSetSchema, { file: [...ordered] }));
}

/** The files of a serialized FileDescriptorSet. Throws a ProgramError of exit code 2 when it is not one. */
export function filesOfSet(bytes: Uint8Array, source: string): readonly FileDescriptorProto[] {
  try {
    const { file } = fromBinary(FileDescriptorSetSchema, bytes);
    if (file.length > 0 && file.every(({ name }) => name !== "")) return file;
  } catch {
    // What is not a descriptor set either fails to decode or decodes to nothing: the same to the user.
  }
  throw new ProgramError(
    `${source}: expected a FileDescriptorSet, as protoc --descriptor_set_out --include_imports or buf build -o writes it`,
    { exitCode: 2 },
  );
}
