// docs/lessons/hedging.md by hand: calls one after another on a plain channel with the service config of a file, and who
// answered each after how long. npx node packages/lessons/scripts/hedging.ts FILE ADDRESS,ADDRESS,ADDRESS
import { readFileSync } from "node:fs";
import { createHeyHow, openChannel } from "@hey/client";

const [file, addresses] = process.argv.slice(2);
if (file === undefined || addresses === undefined) {
  throw new Error("expected the file of a service config, and the addresses of the servers with commas between");
}
const options = { "grpc.service_config": readFileSync(file, "utf8") };
using channel = await openChannel({ target: `ipv4:${addresses}`, options });
const heyHow = createHeyHow(channel);
for (let call = 1; call <= 12; call++) {
  const startedAtMs = performance.now();
  const { replica } = await heyHow.say({ workNs: 400_000_000n, onlyAt: "server-2" }, { deadlineMs: 5_000 });
  console.log(`${replica?.name} ${Math.round(performance.now() - startedAtMs)} ms`);
}
