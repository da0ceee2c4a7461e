import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import * as wkt from "@bufbuild/protobuf/wkt";
import { nearest, ProgramError } from "@hey/runtime";
import type { Inputs } from "../inputs.ts";
import { toFileDescriptor, UnknownType } from "./file-descriptor.ts";
import { type ParsedProto, parseProto } from "./parse-proto.ts";
import { declaredTypes, type TypeKind } from "./type-names.ts";

/** The files that come with every compiler: google/protobuf/….proto. */
const standard: ReadonlyMap<string, wkt.FileDescriptorProto> = new Map(
  Object.values(wkt).flatMap((each) =>
    typeof each === "object" && "kind" in each && each.kind === "file"
      ? [[`${each.name}.proto`, each.proto] as const]
      : [],
  ),
);

/** A file that was read, under the name that others import it by. */
interface Source {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly proto: ParsedProto;
}

/**
 * Describes `.proto` files and all that they import. Imports are looked for in the folders, then beside the files, then in
 * the working directory; `google/protobuf/…` is there always. Rejects with a ProgramError of exit code 2 that names file,
 * line and column.
 */
export async function readProtos(
  paths: readonly string[],
  importPaths: readonly string[],
  inputs: Inputs,
): Promise<readonly wkt.FileDescriptorProto[]> {
  const folders = [...new Set([...importPaths, ...paths.map((path) => dirname(path)), "."])];
  const read = async (path: string) => (await inputs.read(path)).toString();
  const sources = new Map<string, Source>();
  const used = new Set<string>();

  const load = async (path: string, name: string, text: string, importers: readonly string[]) => {
    const proto = parseProto(text);
    if ("words" in proto) throw wrong(`${path}:${proto.line}:${proto.column}: ${proto.words}`);
    // Known before its imports are read, so that the files are in the order in which they were named.
    const source: Source = { name, path, text, proto };
    sources.set(resolve(path), source);
    for (const imported of proto.imports) await follow(imported, source, [...importers, name]);
  };
  const follow = async (name: string, importer: Source, importers: readonly string[]) => {
    if (standard.has(name)) {
      used.add(name);
      return;
    }
    if (importers.includes(name)) {
      throw wrong(`${placeOf(importer, `"${name}"`)}: ${[...importers, name].join(" imports ")}: a circle`);
    }
    for (const folder of folders) {
      const path = join(folder, name);
      const known = sources.get(resolve(path));
      if (known?.name === name) return;
      const text = known?.text ?? (await read(path).catch(() => undefined));
      if (text !== undefined) return await load(path, name, text, importers);
    }
    const where = folders.map((folder) => (folder === "." ? "the working directory" : folder)).join(", ");
    throw wrong(
      `${placeOf(importer, `"${name}"`)}: cannot find ${name}; looked in ${where}: name the folder that it is in by --import-path`,
    );
  };

  for (const path of paths) {
    const text = await read(path).catch((error: Error) => {
      throw new ProgramError(`--proto: cannot read ${path}: ${error.message}`, { exitCode: 2 });
    });
    if (!sources.has(resolve(path))) await load(path, importName(path, folders), text, []);
  }
  return describeAll([...sources.values()], [...standardWith(used)]);
}

/** What others would import the file as: its path within a folder that is searched. */
function importName(path: string, folders: readonly string[]): string {
  for (const folder of folders) {
    const within = relative(folder, path);
    if (!within.startsWith("..") && !isAbsolute(within)) return within.replaceAll("\\", "/");
  }
  return path;
}

/** The standard files and what they import. */
function standardWith(names: Iterable<string>): ReadonlySet<wkt.FileDescriptorProto> {
  const all = new Set<wkt.FileDescriptorProto>();
  const add = (name: string) => {
    const file = standard.get(name);
    if (file === undefined || all.has(file)) return;
    all.add(file);
    file.dependency.forEach(add);
  };
  for (const name of names) add(name);
  return all;
}

function describeAll(
  sources: readonly Source[],
  libraries: readonly wkt.FileDescriptorProto[],
): readonly wkt.FileDescriptorProto[] {
  const types = new Map<string, TypeKind>();
  for (const { package: space, messageType, enumType } of libraries) addStandard(types, space, messageType, enumType);
  for (const source of sources) {
    for (const [name, kind] of declaredTypes(source.proto.root)) {
      if (types.has(name)) {
        const own = name.slice(name.lastIndexOf(".") + 1);
        throw wrong(`${placeOf(source, own)}: ${name} is declared twice; another file that is read has it too`);
      }
      types.set(name, kind);
    }
  }
  const described = sources.map((source) => {
    try {
      return toFileDescriptor(source.name, source.proto, types);
    } catch (error) {
      if (!(error instanceof UnknownType)) throw error;
      const { typeName, user } = error;
      const near = nearest(
        typeName,
        [...types.keys()].flatMap((name) => [name, name.slice(name.lastIndexOf(".") + 1)]),
      );
      const meant = near === undefined ? "is a file with it imported?" : `did you mean ${near}?`;
      throw wrong(`${placeOf(source, typeName, user)}: there is no type ${typeName}, which ${user} has; ${meant}`);
    }
  });
  return [...libraries, ...described];
}

function addStandard(
  types: Map<string, TypeKind>,
  space: string,
  messages: readonly wkt.DescriptorProto[],
  enums: readonly wkt.EnumDescriptorProto[],
): void {
  for (const { name } of enums) types.set(`${space}.${name}`, "enum");
  for (const { name, nestedType, enumType } of messages) {
    types.set(`${space}.${name}`, "message");
    addStandard(types, `${space}.${name}`, nestedType, enumType);
  }
}

/** `path:line:column` of a text in a file: on a line that has the other text too, if there is one. */
function placeOf({ path, text }: Source, wanted: string, beside = ""): string {
  const lines = text.split("\n");
  const has = (line: string, also: string) => line.includes(wanted) && line.includes(also);
  const exact = lines.findIndex((line) => has(line, beside));
  const index = exact >= 0 ? exact : lines.findIndex((line) => has(line, ""));
  return index < 0 ? path : `${path}:${index + 1}:${(lines[index] ?? "").indexOf(wanted) + 1}`;
}

function wrong(problem: string): ProgramError {
  return new ProgramError(`--proto: ${problem}`, { exitCode: 2 });
}
