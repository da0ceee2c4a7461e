import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fromBinary, isFieldSet } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProtoSchema,
  FileDescriptorSetSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { descriptorSet } from "@hey/proto/descriptors";
import protobuf from "protobufjs";

// The subset of xDS is written by hand, so nothing but these tests keeps it equal to the public API. What it is compared
// with are the full definitions that grpc-js-xds ships, and grpc-js those of load reports: the very ones by which the client
// decodes what we send.

interface Found {
  readonly path: string;
  readonly file: string;
  readonly message: DescriptorProto;
}

const messages: Found[] = [];
const enums: { readonly path: string; readonly values: EnumDescriptorProto }[] = [];
for (const file of fromBinary(FileDescriptorSetSchema, descriptorSet()).file) {
  if (!/^(envoy|xds)\./.test(file.package)) continue;
  enums.push(...file.enumType.map((values) => ({ path: `${file.package}.${values.name}`, values })));
  for (const message of file.messageType) collect(`${file.package}.${message.name}`, file.name, message);
}
const byPath = new Map(messages.map((found) => [found.path, found]));
const full = fullDefinitions([...new Set(messages.map(({ file }) => file))]);

function collect(path: string, file: string, message: DescriptorProto) {
  if (message.options?.mapEntry) return;
  messages.push({ path, file, message });
  enums.push(...message.enumType.map((values) => ({ path: `${path}.${values.name}`, values })));
  for (const nested of message.nestedType) collect(`${path}.${nested.name}`, file, nested);
}

test("the subset is there to be compared", () => {
  assert.ok(messages.length > 40, `only ${messages.length} messages of envoy found`);
  assert.ok(enums.length > 5, `only ${enums.length} enums of envoy found`);
});

test("every field of the subset has the public API's number, type, label and oneof", () => {
  for (const { path, message } of messages) {
    const theirs = full.lookupType(path);
    for (const field of message.field) {
      const name = `${path}.${field.name}`;
      const their = theirs.fields[field.name]?.resolve();
      assert.ok(their, `${name} is not in the public API`);
      assert.equal(their.id, field.number, name);
      const entry = mapEntry(path, field);
      assert.equal(their.map, entry !== undefined, name);
      assert.equal(their.repeated, entry === undefined && field.label === Label.REPEATED, name);
      assert.equal(typeOfTheirs(their), typeOfOurs(entry?.field[1] ?? field), name);
      assert.equal(their.partOf?.name, inOneof(field) ? message.oneofDecl[field.oneofIndex]?.name : undefined, name);
    }
  }
});

test("every enum value of the subset has the public API's number", () => {
  for (const { path, values } of enums) {
    const theirs = full.lookupEnum(path).values;
    for (const { name, number } of values.value) assert.equal(theirs[name], number, `${path}.${name}`);
  }
});

test("the full definitions read every field of every message as our code wrote it", async () => {
  for (const { path, file, message } of messages) {
    const alternatives = Math.max(1, ...message.oneofDecl.map((_, index) => fieldsOf(message, index).length));
    for (let choice = 0; choice < alternatives; choice += 1) {
      const sample = sampleOf(path, choice);
      const bytes = (await codecOf(path, file)).encode(sample.ours).finish();
      const theirs = full.lookupType(path);
      assert.deepEqual(theirs.toObject(theirs.decode(bytes), { longs: String }), sample.theirs, path);
    }
  }
});

type Shape = Record<string, unknown>;
interface Sample {
  readonly ours: Shape;
  readonly theirs: Shape;
}

/** A message with every field filled, in the shape of ts-proto and in that of protobufjs; `choice` picks the oneofs. */
function sampleOf(path: string, choice: number, depth = 0): Sample {
  const { message } = byPath.get(path) ?? assert.fail(path);
  const ours: Shape = {};
  const theirs: Shape = {};
  for (const [index, { name }] of message.oneofDecl.entries()) {
    const fields = fieldsOf(message, index);
    const field = fields[choice % fields.length] ?? assert.fail(name);
    const value = fill(field, choice, depth);
    ours[camel(name)] = { $case: camel(field.name), value: value.ours };
    theirs[field.name] = value.theirs;
  }
  for (const field of message.field.filter((field) => !inOneof(field))) {
    const entry = mapEntry(path, field);
    const value = fill(entry?.field[1] ?? field, choice, depth);
    const wrap = (one: unknown) => (entry ? { key: one } : field.label === Label.REPEATED ? [one] : one);
    ours[camel(field.name)] = wrap(value.ours);
    theirs[field.name] = wrap(value.theirs);
  }
  return { ours, theirs };
}

function fill(field: FieldDescriptorProto, choice: number, depth: number): { ours: unknown; theirs: unknown } {
  const same = (value: unknown) => ({ ours: value, theirs: value });
  switch (field.type) {
    case Type.STRING:
      return same(`text of ${field.name}`);
    case Type.BOOL:
      return same(true);
    case Type.DOUBLE:
      return same(0.25);
    case Type.UINT64:
      return { ours: 2n ** 60n, theirs: String(2n ** 60n) };
    case Type.UINT32:
    case Type.ENUM:
      // 1 is a value of every enum here, and no field's default.
      return same(1);
    case Type.MESSAGE:
      return messageValue(field.typeName.slice(1), choice, depth);
    default:
      return assert.fail(`the subset has no sample of the type of ${field.name} yet`);
  }
}

function messageValue(path: string, choice: number, depth: number): { ours: unknown; theirs: unknown } {
  switch (path) {
    case "google.protobuf.Any": {
      const value = Buffer.from([1, 2, 3]);
      return { ours: { typeUrl: "a/b", value }, theirs: { type_url: "a/b", value: new Uint8Array(value) } };
    }
    case "google.protobuf.Duration":
      return { ours: { seconds: 5n, nanos: 7 }, theirs: { seconds: "5", nanos: 7 } };
    case "google.protobuf.BoolValue":
      return { ours: true, theirs: { value: true } };
    case "google.protobuf.UInt32Value":
      return { ours: 9, theirs: { value: 9 } };
    case "google.protobuf.UInt64Value":
      return { ours: 2n ** 60n, theirs: { value: String(2n ** 60n) } };
    case "google.rpc.Status":
      return { ours: { code: 3, message: "no", details: [] }, theirs: { code: 3, message: "no" } };
    default:
      assert.ok(depth < 10, `${path} holds itself`);
      return sampleOf(path, choice, depth + 1);
  }
}

interface Codec {
  encode(message: Shape): { finish(): Uint8Array };
}

async function codecOf(path: string, file: string): Promise<Codec> {
  const module: Record<string, Codec> = await import(`./gen/${file.replace(/\.proto$/, ".ts")}`);
  const name = path.slice(file.slice(0, file.lastIndexOf("/")).length + 1).replaceAll(".", "_");
  return module[name] ?? assert.fail(`${file} has no ${name}`);
}

function fieldsOf(message: DescriptorProto, oneof: number): FieldDescriptorProto[] {
  return message.field.filter((field) => inOneof(field) && field.oneofIndex === oneof);
}

function inOneof(field: FieldDescriptorProto): boolean {
  return isFieldSet(field, FieldDescriptorProtoSchema.field.oneofIndex);
}

function mapEntry(path: string, field: FieldDescriptorProto): DescriptorProto | undefined {
  const nested = byPath.get(path)?.message.nestedType.find(({ name }) => field.typeName === `.${path}.${name}`);
  return nested?.options?.mapEntry ? nested : undefined;
}

function typeOfOurs(field: FieldDescriptorProto): string {
  return field.typeName === "" ? (Type[field.type]?.toLowerCase() ?? assert.fail(field.name)) : field.typeName;
}

function typeOfTheirs(field: protobuf.Field): string {
  return field.resolvedType?.fullName ?? field.type;
}

function camel(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function fullDefinitions(files: readonly string[]): protobuf.Root {
  const require = createRequire(import.meta.url);
  const shipped = join(dirname(require.resolve("@grpc/grpc-js-xds/package.json")), "deps");
  const folders = ["envoy-api", "xds", "googleapis", "protoc-gen-validate"].map((name) => join(shipped, name));
  folders.push(join(dirname(require.resolve("@grpc/grpc-js/package.json")), "proto", "xds"));
  // protobufjs brings the other well-known types along, but this one only as a file.
  const descriptor = JSON.parse(readFileSync(require.resolve("protobufjs/google/protobuf/descriptor.json"), "utf8"));
  protobuf.common("descriptor", descriptor.nested.google.nested.protobuf.nested);
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) =>
    folders.map((folder) => join(folder, target)).find((path) => existsSync(path)) ?? target;
  root.loadSync([...files], { keepCase: true });
  root.resolveAll();
  return root;
}
