import assert from "node:assert/strict";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { createHeyHow, openChannel } from "@hey/client";

const deadlineMs = 10_000;

/** That the door to the outside does what `grpcurl list` and a call with one hop need. */
export async function assertFrontWorks(address: string): Promise<void> {
  assert.match(await listServices(address), /heyhow\.v1\.HeyHowService/);
  using channel = await openChannel({ target: address });
  const { path } = await createHeyHow(channel).say({ hops: 1 }, { deadlineMs, waitForReady: true });
  const [front, behind] = path.map(({ replica }) => replica?.name);
  assert.equal(front, "front");
  assert.match(behind ?? "", /^[0-9a-f]{12}$/);
}

/** How many of so many calls with one hop each replica behind the front answered, once all those expected answer. */
export async function countReplicas(
  address: string,
  { calls, expected }: { readonly calls: number; readonly expected: readonly string[] },
): Promise<ReadonlyMap<string, number>> {
  using channel = await openChannel({ target: address });
  const heyHow = createHeyHow(channel);
  const behind = async () => {
    const { path } = await heyHow.say({ hops: 1 }, { deadlineMs, waitForReady: true });
    return path[1]?.replica?.name ?? "nobody";
  };
  const connected = new Set<string>();
  for (let tries = 0; tries < 1_000 && !expected.every((name) => connected.has(name)); tries++) {
    connected.add(await behind());
  }
  const counts = new Map<string, number>();
  for (let call = 0; call < calls; call++) {
    const name = await behind();
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** What grpcurl sends for `list`, in bytes: a ServerReflectionRequest with list_services = "*". The answer as text. */
async function listServices(address: string): Promise<string> {
  const client = new Client(address, credentials.createInsecure());
  const asIs = (bytes: Buffer) => bytes;
  const call = client.makeBidiStreamRequest(
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    asIs,
    asIs,
    new Metadata(),
    { deadline: Date.now() + deadlineMs },
  );
  try {
    return await new Promise((resolve, reject) => {
      call.on("error", reject);
      call.on("data", (answer: Buffer) => resolve(answer.toString("latin1")));
      call.write(Buffer.from([0x3a, 1, 0x2a]));
    });
  } finally {
    call.end();
    client.close();
  }
}
