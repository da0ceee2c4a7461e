import type { DescService, FileRegistry } from "@bufbuild/protobuf";
import { openChannel, targetForm, targetProblem } from "@hey/client";
import { type Io, type ParsedSettings, ProgramError, type ProgramSpec } from "@hey/runtime";
import { readContracts } from "../call/contract.ts";
import { registryOf } from "../call/descriptors.ts";
import { findMethod, parseMethodName, servicesOf, unknownService } from "../call/method.ts";
import { readMetadata, toGrpcMetadata } from "../call/read-metadata.ts";
import { type ReflectionOptions, reflectFiles, reflectServices } from "../call/reflection.ts";
import { connected } from "../engines/connected.ts";
import { forGrpcJs, readSecurity } from "../engines/security.ts";
import { createInputs } from "../inputs.ts";
import { whole } from "../plan/slots.ts";
import { callsSettings } from "../settings/calls-settings.ts";
import { prefixed } from "../settings/problem.ts";
import { transportChecks, transportSettings } from "../settings/transport-settings.ts";
import { choicesOf } from "./choices.ts";
import { exampleOf } from "./example.ts";

const { proto, importPath, protoset, metadata, metadataFile } = callsSettings;
const settings = { proto, importPath, protoset, metadata, metadataFile, ...transportSettings };
type Given = ParsedSettings<typeof settings>;

/** `hey-loadgen describe`: what a server offers, and what a message for it looks like. */
export const describe: ProgramSpec<typeof settings> & { run(given: Given, io: Io): Promise<void> } = {
  name: "hey-loadgen describe",
  summary:
    "Lists a server's services and methods, by its reflection, --proto or --protoset; of one method, an example of its message.",
  usage: "[TARGET] [SERVICE | SERVICE/METHOD]",
  positionals: {
    name: "TARGET",
    help: `whom to ask: ${targetForm}; with --proto or --protoset nobody is. Then what about, default: everything`,
    min: 0,
    max: 2,
  },
  settings,
  checks: [
    (given) => (hasFiles(given) ? [] : prefixed("TARGET", targetProblem(given.positionals[0] ?? ""))),
    ...transportChecks,
  ],
  async run(given, io) {
    const [first = "", second] = given.positionals;
    const isTarget = !hasFiles(given) || first === "" || targetProblem(first) === undefined;
    const wanted = isTarget ? second : first;
    const registry = await describing(given, io, wanted);
    io.stdout.write(`${wanted?.includes("/") ? methodText(registry, wanted) : servicesText(registry, wanted)}\n`);
  },
};

/** Whether there is nobody to ask, since the answer is in files. */
function hasFiles({ proto, protoset }: Pick<Given, "proto" | "protoset">): boolean {
  return proto.length + protoset.length > 0;
}

async function describing(given: Given, io: Io, wanted: string | undefined): Promise<FileRegistry> {
  const inputs = createInputs(io.stdin);
  const files = { protosets: given.protoset, protos: given.proto, importPaths: given.importPath };
  const described = await readContracts(files, inputs);
  if (described !== undefined) return described;
  const [target = ""] = given.positionals;
  const { credentials, options } = forGrpcJs(await readSecurity(given, inputs));
  using channel = await openChannel({ target, env: io.env, credentials, options });
  const limits = { deadlineMs: given.connectTimeout, signal: io.signal };
  await connected(channel, limits);
  const ask: ReflectionOptions = {
    channel,
    metadata: toGrpcMetadata(await readMetadata(given, { seed: 0, slice: whole }, inputs)),
    ...limits,
  };
  const service =
    wanted === undefined
      ? undefined
      : (parseMethodName(wanted.includes("/") ? wanted : `${wanted}/x`)?.service ?? wanted);
  const names = service === undefined ? await reflectServices(ask) : [service];
  const reflected = new Map(
    (await Promise.all(names.map((name) => reflectFiles(ask, name)))).flat().map((file) => [file.name, file]),
  );
  return registryOf(reflected.values(), "the server's reflection");
}

function servicesText(registry: FileRegistry, wanted: string | undefined): string {
  const all = servicesOf(registry);
  if (wanted === undefined) return all.map(serviceText).join("\n\n");
  const service = all.find(({ typeName }) => typeName === wanted);
  if (service === undefined) throw unknownService(wanted, all);
  return serviceText(service);
}

const kinds = {
  unary: "unary",
  server_streaming: "server stream",
  client_streaming: "client stream",
  bidi_streaming: "both stream",
} as const;

function serviceText({ typeName, methods }: DescService): string {
  const widest = Math.max(0, ...methods.map(({ name }) => name.length));
  const lines = methods.map(
    ({ name, methodKind, input, output }) =>
      `  ${name.padEnd(widest)}  ${kinds[methodKind].padEnd(13)}  ${input.typeName} → ${output.typeName}`,
  );
  return [typeName, ...lines].join("\n");
}

function methodText(registry: FileRegistry, wanted: string): string {
  const name = parseMethodName(wanted);
  if (name === undefined) {
    throw new ProgramError(`expected package.Service/Method; got ${JSON.stringify(wanted)}`, { exitCode: 2 });
  }
  const { name: full, kind, input, output } = findMethod(registry, name);
  const choices = choicesOf(input);
  const example = JSON.stringify(exampleOf(input), null, 2);
  return `${full}  ${kinds[kind]}
takes    ${input.typeName}
answers  ${output.typeName}

An example of -d, with all of its fields${choices.length === 0 ? "" : ", of each oneof the first"}:
${example}${choices.length === 0 ? "" : `\n\nOf each oneof it takes one:\n${choices.map((each) => `  ${each}`).join("\n")}`}`;
}
