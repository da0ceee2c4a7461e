import { address, choice, duration, flag, integer, type ParsedSettings, text } from "@hey/runtime";

/** Timers of Node cannot be longer than 24.8 days, and are then 1 ms: a day is enough for anybody. */
const dayMs = 86_400_000;

/** To one address: there are no more ports that they could come from. */
export const mostConnections = 65_535;

/** How calls travel. */
export const transportSettings = {
  connections: integer({
    flag: "connections",
    default: 1,
    min: 1,
    max: mostConnections,
    help: "how many connections to each address",
  }),
  connectTimeout: duration({
    flag: "connect-timeout",
    default: 10_000,
    min: 1,
    max: dayMs,
    help: "how long making the first connection may take",
  }),
  engine: choice({
    flag: "engine",
    choices: ["auto", "wire", "grpc-js"],
    default: "auto",
    help: "auto: wire, which costs far less per call, but for xds targets and --retries grpc-js",
  }),
  retries: integer({
    flag: "retries",
    default: 0,
    min: 0,
    max: 4,
    help: "how many more attempts a call gets that fails with UNAVAILABLE, by grpc-js; on xds targets the control plane decides",
  }),
  tls: flag({
    flag: "tls",
    default: false,
    help: "TLS with the system's authorities; the flags below imply it; default: plain text",
  }),
  cacert: text({ flag: "cacert", default: undefined, placeholder: "FILE", help: "TLS: the authorities to trust, PEM" }),
  cert: text({ flag: "cert", default: undefined, placeholder: "FILE", help: "TLS: our own certificate, PEM" }),
  key: text({ flag: "key", default: undefined, placeholder: "FILE", help: "TLS: its private key, PEM" }),
  skipVerify: flag({ flag: "skip-verify", default: false, help: "TLS: take any certificate, whoever signed it" }),
  serverName: text({
    flag: "server-name",
    default: undefined,
    placeholder: "NAME",
    help: "TLS: the name in the server's certificate, where it is not the target's",
  }),
  authority: text({
    flag: "authority",
    default: undefined,
    placeholder: "NAME",
    help: "the calls' :authority; default: the target's",
  }),
  keepalive: duration({
    flag: "keepalive",
    default: undefined,
    min: 1,
    max: dayMs,
    help: "ping a connection that was silent for so long; default: never",
  }),
  compress: choice({
    flag: "compress",
    short: "e",
    choices: ["none", "gzip"],
    default: "none",
    help: "how request messages are compressed; answers are taken as they come",
  }),
  maxReceiveSize: integer({
    flag: "max-recv-message-size",
    default: 0x7fff_ffff,
    min: 0,
    max: 0x7fff_ffff,
    placeholder: "BYTES",
    help: "a longer message of an answer, also after decompression, ends its call with RESOURCE_EXHAUSTED",
  }),
  maxSendSize: integer({
    flag: "max-send-message-size",
    default: 0x7fff_ffff,
    min: 0,
    max: 0x7fff_ffff,
    placeholder: "BYTES",
    help: "a longer message of ours ends its call with RESOURCE_EXHAUSTED before it is sent",
  }),
  streamWindow: integer({
    flag: "stream-window",
    default: 1_048_576,
    min: 65_535,
    max: 0x7fff_ffff,
    placeholder: "BYTES",
    help: "how much of an answer may be on its way at once: HTTP/2's window of a stream",
  }),
  adminGrpc: address({
    flag: "admin-grpc",
    env: "HEY_ADMIN_GRPC",
    default: "127.0.0.1:9991",
    off: true,
    help: "with engine grpc-js: where channelz, and CSDS for xds targets, answer; if the port is taken the run goes on without",
  }),
};

/** What is wrong with them that is right one by one. */
export const transportChecks: readonly ((given: ParsedSettings<typeof transportSettings>) => readonly string[])[] = [
  ({ cert, key }) =>
    (cert === undefined) === (key === undefined) ? [] : ["--cert and --key: expected both of them or none; got one"],
  ({ authority }) =>
    authority === undefined || /^[\x21-\x7e]+$/.test(authority)
      ? []
      : [`--authority: expected printable ASCII without spaces; got ${JSON.stringify(authority)}`],
];
