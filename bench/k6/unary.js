// One VU with 64 calls in flight, each message different, each status checked: TARGET, CALLS and PROTO_FOLDER say what to call.
// biome-ignore-all lint/correctness/noUndeclaredDependencies: k6 brings its own modules.
import exec from "k6/execution";
import grpc from "k6/net/grpc";

const client = new grpc.Client();
client.load([__ENV.PROTO_FOLDER], "hey_how.proto");

export const options = {
  scenarios: { unary: { executor: "per-vu-iterations", vus: 1, iterations: 1, exec: "unary" } },
};

export async function unary() {
  client.connect(__ENV.TARGET, { plaintext: true });
  const calls = Number(__ENV.CALLS);
  let started = 0;
  let ok = 0;
  const loop = async () => {
    while (started < calls) {
      started++;
      const answer = await client.asyncInvoke("HeyHowService/heyhow", { count: started, msg: "How are you" });
      if (answer.status !== grpc.StatusOK) exec.test.abort(`status ${answer.status}`);
      ok++;
    }
  };
  await Promise.all(Array.from({ length: 64 }, loop));
  console.log(`${ok} OK`);
}
