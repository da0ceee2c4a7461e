// What a container's HEALTHCHECK runs: exit 0 when the server serves, else 1. Small on purpose, since it is started
// every few seconds beside the program that it asks, in the memory that the two share.
import { checkHealth } from "./check-health.ts";

const [target] = process.argv.slice(2);
if (target === undefined) {
  process.stderr.write("which server? Say host:port or host:port/some.Service\n");
  process.exit(2);
}
const { serving, words } = await checkHealth(target, 2_000);
process.stdout.write(`${words}\n`);
// grpc-js keeps a socket on which the peer has said nothing, even past the channel's end: leave without it.
process.exit(serving ? 0 : 1);
