import { fromBinary } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";

/** The .proto files of a descriptor set, found by what they are called or define. All names without a leading dot. */
export interface ContractFiles {
  /** The file of this name and, after it, every file that it imports, directly or not. */
  byName(fileName: string): readonly Buffer[] | undefined;
  /** The same for the file that defines this message, field, oneof, enum, enum value, extension, service or method. */
  bySymbol(fullName: string): readonly Buffer[] | undefined;
  /** The same for the file that defines this extension of a message. */
  byExtension(messageName: string, number: number): readonly Buffer[] | undefined;
  /** The numbers of the known extensions of a message, in ascending order; undefined when there is no such message. */
  extensionNumbers(messageName: string): readonly number[] | undefined;
}

/**
 * Reads a serialized google.protobuf.FileDescriptorSet. Each file is handed out as the very bytes that stand in the set:
 * decoding and encoding it again may lose what this reader does not know, such as custom options.
 */
export function readContractFiles(descriptorSet: Uint8Array): ContractFiles {
  const files = new Map<string, { readonly bytes: Buffer; readonly imports: readonly string[] }>();
  const symbols = new Map<string, string>();
  const messages = new Set<string>();
  const extensions = new Map<string, Map<number, string>>();

  for (const bytes of splitSet(descriptorSet)) {
    const file = fromBinary(FileDescriptorProtoSchema, bytes);
    files.set(file.name, { bytes, imports: file.dependency });
    addFile(file);
  }

  function addFile(file: FileDescriptorProto) {
    const define = (scope: string, name: string) => {
      const fullName = scope === "" ? name : `${scope}.${name}`;
      symbols.set(fullName, file.name);
      return fullName;
    };
    const addEnum = (scope: string, { name, value }: EnumDescriptorProto) => {
      define(scope, name);
      // As in C++, the values of an enum are named beside it, not below it.
      for (const each of value) define(scope, each.name);
    };
    const addExtension = (scope: string, { name, extendee, number }: FieldDescriptorProto) => {
      define(scope, name);
      const message = extendee.replace(/^\./, "");
      extensions.set(message, (extensions.get(message) ?? new Map()).set(number, file.name));
    };
    const addMessage = (scope: string, message: DescriptorProto) => {
      const fullName = define(scope, message.name);
      messages.add(fullName);
      for (const each of [...message.field, ...message.oneofDecl]) define(fullName, each.name);
      for (const each of message.nestedType) addMessage(fullName, each);
      for (const each of message.enumType) addEnum(fullName, each);
      for (const each of message.extension) addExtension(fullName, each);
    };
    for (const each of file.messageType) addMessage(file.package, each);
    for (const each of file.enumType) addEnum(file.package, each);
    for (const each of file.extension) addExtension(file.package, each);
    for (const service of file.service) {
      const fullName = define(file.package, service.name);
      for (const each of service.method) define(fullName, each.name);
    }
  }

  function withImports(fileName: string | undefined): readonly Buffer[] | undefined {
    if (fileName === undefined || !files.has(fileName)) return undefined;
    // A Set keeps its order and may grow while it is walked: each file once, the one asked for first.
    const wanted = new Set([fileName]);
    const found: Buffer[] = [];
    for (const name of wanted) {
      const file = files.get(name);
      if (file === undefined) throw new Error(`the descriptor set lacks ${name}, which ${fileName} needs`);
      found.push(file.bytes);
      for (const each of file.imports) wanted.add(each);
    }
    return found;
  }

  return {
    byName: withImports,
    bySymbol: (fullName) => withImports(symbols.get(fullName)),
    byExtension: (messageName, number) => withImports(extensions.get(messageName)?.get(number)),
    extensionNumbers(messageName) {
      if (!messages.has(messageName)) return undefined;
      return [...(extensions.get(messageName)?.keys() ?? [])].sort((a, b) => a - b);
    },
  };
}

/** Each file of a FileDescriptorSet as it stands there: the length-delimited field 1, repeated. */
function* splitSet(descriptorSet: Uint8Array): Generator<Buffer> {
  const reader = new BinaryReader(descriptorSet);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === WireType.LengthDelimited) yield Buffer.from(reader.bytes());
    else reader.skip(wireType, field);
  }
}
