import { choice, duration, list, type ParsedSettings, text } from "@hey/runtime";
import { dataFormats } from "../call/data.ts";
import { parseExpectation } from "../call/expectation.ts";
import { parseMethodName } from "../call/method.ts";
import { parseMetadata } from "./parse.ts";
import { prefixed, problemOf } from "./problem.ts";
import { streamChecks, streamSettings } from "./stream-settings.ts";

/** What is called, and with what. */
export const callsSettings = {
  call: text({
    flag: "call",
    env: "HEY_CALL",
    default: "heyhow.v1.HeyHowService/Say",
    placeholder: "METHOD",
    help: "the method, package.Service/Method; found in --proto or --protoset, else among this project's contracts, else by the server's reflection",
  }),
  proto: list({
    flag: "proto",
    default: [],
    placeholder: "FILE",
    help: "a .proto file that describes the method",
  }),
  importPath: list({
    flag: "import-path",
    short: "i",
    default: [],
    placeholder: "DIR",
    help: "where --proto's imports are looked for: in these folders, then beside the file, then in the working directory; google/protobuf/… is there always",
  }),
  protoset: list({
    flag: "protoset",
    default: [],
    placeholder: "FILE",
    help: "a FileDescriptorSet that describes the method, as protoc or buf build writes it",
  }),
  data: text({
    flag: "data",
    short: "d",
    default: undefined,
    placeholder: "JSON",
    help: "the message, or a list of them: sent in turn, or all in each call if the method takes a stream; {{.RequestNumber}} and the like make them differ, see below; @: from stdin; default {}",
  }),
  dataFile: text({
    flag: "data-file",
    short: "D",
    default: undefined,
    placeholder: "FILE",
    help: "the same from a file",
  }),
  dataFormat: choice({
    flag: "data-format",
    choices: ["auto", ...dataFormats],
    default: "auto",
    help: "how the data is written: json; ndjson, a message a line; binary, one message; delimited, several, each after its length. auto: by the name of -D's file, else json",
  }),
  dataOrder: choice({
    flag: "data-order",
    choices: ["turn", "random"],
    default: "turn",
    help: "which message a call sends, of several",
  }),
  metadata: list({
    flag: "metadata",
    short: "m",
    default: [],
    placeholder: "NAME=VALUE",
    help: 'metadata of every call; NAME: VALUE, or a JSON object such as {"name":"value"}, too; base64 for names that end in -bin; {{.RequestNumber}} and the like make it differ, as in the data',
  }),
  metadataFile: text({
    flag: "metadata-file",
    short: "M",
    default: undefined,
    placeholder: "FILE",
    help: "the same from a file with a JSON object: for what is secret, since other users of a machine see command lines",
  }),
  expect: list({
    flag: "expect",
    default: [],
    placeholder: "CONDITION",
    help: "what has to hold of each message of an answer, such as 'msg == \"Let's go\"', 'replica.name =~ \"^heyhow\"', 'count >= 1' or 'items.length < 10', or of their number, 'messages == 5'; else the call counts as UNEXPECTED, not as OK. And what a call has to end with: 'code == NOT_FOUND', 'code =~ \"OK|NOT_FOUND\"'; then it is no error",
  }),
  timeout: duration({
    flag: "timeout",
    short: "t",
    default: 20_000,
    help: "each call's deadline, from its actual start; 0s: none",
  }),
  ...streamSettings,
  nameFields: list({
    flag: "name-field",
    default: ["replica.name", "anything"],
    placeholder: "PATH",
    help: "the field of an answer that names the replica, for the table of endpoints",
  }),
};

/** What is wrong with them that is right one by one. */
export const callsChecks: readonly ((given: ParsedSettings<typeof callsSettings>) => readonly string[])[] = [
  ({ call }) =>
    parseMethodName(call) === undefined ? [`--call: expected package.Service/Method; got ${JSON.stringify(call)}`] : [],
  ({ data, dataFile }) =>
    data !== undefined && dataFile !== undefined ? ["-d and -D: expected one of them; got both"] : [],
  ({ expect }) => expect.flatMap((entry) => prefixed("--expect", problemOf(parseExpectation(entry)))),
  ({ metadata }) => metadata.flatMap((entry) => prefixed("--metadata", problemOf(parseMetadata(entry)))),
  ...streamChecks,
];
