import { type Call, type Sample, type Server, toSample } from "./sample.ts";

/** The servers of `npm start`, and one more. */
const servers: readonly Server[] = [
  { name: "server-1", version: "v1", zone: "a", address: "127.0.0.1:1" },
  { name: "server-2", version: "v1", zone: "b", address: "127.0.0.1:2" },
  { name: "server-3", version: "v2", zone: "a", address: "127.0.0.1:3" },
  { name: "server-4", version: "v1", zone: "a", address: "127.0.0.1:4" },
];

/** A sample in which so many calls went well at server-1, -2, -3 and -4, and so many failed at no server. For tests. */
export function sampleOf(well: readonly number[], failed = 0, durationMs = 1): Sample {
  const calls = well.flatMap((count, index) =>
    Array.from(
      { length: count },
      (): Call => ({ index, address: servers[index]?.address, code: "OK", beganAtMs: 0, durationMs }),
    ),
  );
  const failures = Array.from(
    { length: failed },
    (): Call => ({ index: 0, address: undefined, code: "UNAVAILABLE", beganAtMs: 0, durationMs }),
  );
  return toSample([...calls, ...failures], servers);
}
