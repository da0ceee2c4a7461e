import { create, fromJson } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  Edition,
  type EnumDescriptorProto,
  EnumDescriptorProtoSchema,
  FeatureSetSchema,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  type MethodDescriptorProto,
  MethodDescriptorProtoSchema,
  type ServiceDescriptorProto,
  ServiceDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import protobuf from "protobufjs";
import type { ParsedProto } from "./parse-proto.ts";
import { resolveType, type TypeNames } from "./type-names.ts";

/** A type that is named and is nowhere. */
export class UnknownType extends Error {
  /** As it is written. */
  readonly typeName: string;
  /** Whose type it is: the field's or method's own name. */
  readonly user: string;

  constructor(typeName: string, user: string) {
    super(`there is no type ${typeName}`);
    this.typeName = typeName;
    this.user = user;
  }
}

/**
 * What a compiler would say of a file: all that calls need, without options of other people's. Throws an UnknownType for
 * a type that `types` does not have.
 */
export function toFileDescriptor(name: string, proto: ParsedProto, types: TypeNames): FileDescriptorProto {
  const { root, edition, imports } = proto;
  const space = (proto.package === "" ? root : root.lookup(proto.package)) ?? root;
  const declared = space instanceof protobuf.Namespace ? space.nestedArray : [];
  const editions = /^\d+$/.test(edition);
  return create(FileDescriptorProtoSchema, {
    name,
    package: proto.package,
    dependency: [...imports],
    syntax: editions ? "editions" : edition,
    edition: editions ? (Edition[`EDITION_${edition}` as keyof typeof Edition] ?? Edition.EDITION_UNKNOWN) : 0,
    messageType: declared.filter((each) => each instanceof protobuf.Type).map((each) => message(each, types)),
    enumType: declared.filter((each) => each instanceof protobuf.Enum).map(enumeration),
    extension: declared.filter((each) => each instanceof protobuf.Field).map((each) => field(each, types)),
    service: declared.filter((each) => each instanceof protobuf.Service).map((each) => service(each, types)),
  });
}

function message(type: protobuf.Type, types: TypeNames): DescriptorProto {
  // Of files with extensions the parser puts a field of its own into the extended type.
  const fields = type.fieldsArray.filter(({ declaringField }) => declaringField === null);
  const maps = fields.filter((each) => each instanceof protobuf.MapField);
  const nested = type.nestedArray;
  // The oneofs of `optional` fields stand behind those that were written.
  const oneofs = type.oneofsArray.toSorted((a, b) => Number(isOfOptional(a)) - Number(isOfOptional(b)));
  return create(DescriptorProtoSchema, {
    name: type.name,
    field: fields.map((each) => ({
      ...field(each, types),
      ...(each.partOf !== null && { oneofIndex: oneofs.indexOf(each.partOf) }),
    })),
    oneofDecl: oneofs.map((each) => ({ name: each.name })),
    nestedType: [
      ...nested.filter((each) => each instanceof protobuf.Type).map((each) => message(each, types)),
      ...maps.map((each) => mapEntry(each, types)),
    ],
    enumType: nested.filter((each) => each instanceof protobuf.Enum).map(enumeration),
    extension: nested.filter((each) => each instanceof protobuf.Field).map((each) => field(each, types)),
    extensionRange: (type.extensions ?? []).map(([start = 0, last = 0]) => ({ start, end: last + 1 })),
    ...options(type),
  });
}

function isOfOptional({ fieldsArray: [first] }: protobuf.OneOf): boolean {
  return first?.options?.["proto3_optional"] === true;
}

const { OPTIONAL: optional, REQUIRED: required, REPEATED: repeated } = FieldDescriptorProto_Label;

function field(given: protobuf.FieldBase, types: TypeNames): FieldDescriptorProto {
  const { name, id, options: said = {}, parent } = given;
  const isMap = given instanceof protobuf.MapField;
  const scope = parent?.fullName.slice(1) ?? "";
  const ofOptional = said["proto3_optional"] === true;
  const jsonName = said["json_name"];
  const ownDefault = said["default"];
  return create(FieldDescriptorProtoSchema, {
    name,
    number: id,
    label: isMap || given.repeated ? repeated : given.rule === "required" ? required : optional,
    ...(isMap
      ? { type: FieldDescriptorProto_Type.MESSAGE, typeName: `.${scope}.${entryName(name)}` }
      : typeOf(given.type, { scope, user: name, types })),
    ...(isGroup(given) && { type: FieldDescriptorProto_Type.GROUP }),
    ...(given.extend !== undefined && { extendee: `.${reference(given.extend, { scope, user: name, types })}` }),
    jsonName: typeof jsonName === "string" ? jsonName : jsonNameOf(name),
    ...(ownDefault !== undefined && { defaultValue: String(ownDefault) }),
    ...(ofOptional && { proto3Optional: true }),
    ...options(given),
  });
}

function jsonNameOf(name: string): string {
  return name.replaceAll(/_+(.)?/g, (_all, letter = "") => letter.toUpperCase());
}

/** A proto2 group declares its type beside it, under the same name but for the first letter. */
function isGroup({ type, parent }: protobuf.FieldBase): boolean {
  const sibling = parent instanceof protobuf.Namespace ? parent.get(type) : null;
  return sibling instanceof protobuf.Type && "group" in sibling && sibling.group === true;
}

interface Place {
  readonly scope: string;
  readonly user: string;
  readonly types: TypeNames;
}

function reference(name: string, { scope, user, types }: Place): string {
  const full = resolveType(name, scope, types);
  if (full === undefined) throw new UnknownType(name, user);
  return full;
}

function typeOf(name: string, place: Place): { type: FieldDescriptorProto_Type; typeName?: string } {
  if (name in protobuf.types.basic || name === "bytes") {
    return { type: FieldDescriptorProto_Type[name.toUpperCase() as keyof typeof FieldDescriptorProto_Type] };
  }
  const full = reference(name, place);
  const { MESSAGE, ENUM } = FieldDescriptorProto_Type;
  return { type: place.types.get(full) === "enum" ? ENUM : MESSAGE, typeName: `.${full}` };
}

function entryName(fieldName: string): string {
  return `${fieldName.replaceAll(/(?:^|_+)([a-z\d])/gi, (_all, letter: string) => letter.toUpperCase())}Entry`;
}

function mapEntry(map: protobuf.MapField, types: TypeNames): DescriptorProto {
  const place = { scope: map.parent?.fullName.slice(1) ?? "", user: map.name, types };
  return create(DescriptorProtoSchema, {
    name: entryName(map.name),
    field: [
      { name: "key", jsonName: "key", number: 1, label: optional, ...typeOf(map.keyType, place) },
      { name: "value", jsonName: "value", number: 2, label: optional, ...typeOf(map.type, place) },
    ],
    options: { mapEntry: true },
  });
}

function enumeration(given: protobuf.Enum): EnumDescriptorProto {
  return create(EnumDescriptorProtoSchema, {
    name: given.name,
    value: Object.entries(given.values).map(([name, number]) => ({ name, number })),
    ...options(given),
  });
}

function service({ name, methodsArray, fullName }: protobuf.Service, types: TypeNames): ServiceDescriptorProto {
  return create(ServiceDescriptorProtoSchema, {
    name,
    method: methodsArray.map((each) => method(each, fullName.slice(1), types)),
  });
}

function method(given: protobuf.Method, scope: string, types: TypeNames): MethodDescriptorProto {
  const place = { scope, user: given.name, types };
  return create(MethodDescriptorProtoSchema, {
    name: given.name,
    inputType: `.${reference(given.requestType, place)}`,
    outputType: `.${reference(given.responseType, place)}`,
    clientStreaming: given.requestStream === true,
    serverStreaming: given.responseStream === true,
  });
}

/** The options that decide how a message is written; the file's own features are on each of its declarations. */
function options({ options: said = {} }: protobuf.ReflectionObject) {
  const { features, packed, allow_alias: allowAlias } = said;
  const known = {
    ...(typeof features === "object" && {
      features: fromJson(FeatureSetSchema, features, { ignoreUnknownFields: true }),
    }),
    ...(typeof packed === "boolean" && { packed }),
    ...(typeof allowAlias === "boolean" && { allowAlias }),
  };
  return Object.keys(known).length === 0 ? {} : { options: known };
}
