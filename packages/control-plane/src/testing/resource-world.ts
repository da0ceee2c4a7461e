import { status } from "@grpc/grpc-js";
import { buildCluster } from "../resources/cluster.ts";
import { buildAssignment } from "../resources/endpoint.ts";
import { buildListener } from "../resources/listener.ts";
import type { Messages } from "../resources/resource-rules.ts";
import { buildRoutes } from "../resources/route.ts";
import { startAds } from "./ads-script.ts";
import { unnamed } from "./odd-resources.ts";
import { everywhere, plainCluster } from "./test-service.ts";
import { openChannel, snapshotOfMessages, startBackend } from "./xds-world.ts";

export const listener = buildListener("a");
export const plainRoutes = unnamed(buildRoutes({ service: "a", routes: everywhere(), ...plainCluster, listener }));
export const cluster = buildCluster("a", plainCluster);

/** Two servers, a real client, and a control plane that tells it of the first as the test says, good or not; `failing`: of both, and the second fails. For tests. */
export async function startResourceWorld(change: Partial<Messages> = {}, failing = false) {
  const backends = [
    await startBackend("one"),
    await startBackend("two", failing ? status.INTERNAL : undefined),
  ] as const;
  const assignments = [
    buildAssignment("a", failing ? backends.map(({ address }) => address) : [backends[0].address], plainCluster),
  ];
  const messages: Messages = {
    listeners: [listener],
    routes: [plainRoutes],
    clusters: [cluster],
    assignments,
    ...change,
  };
  const ads = await startAds(snapshotOfMessages(messages));
  const channel = openChannel(ads.server.address, "xds:///a");
  return {
    channel,
    backends,
    ads,
    /** Sends the change, whatever the client makes of it. */
    show(next: Partial<Messages>) {
      ads.snapshots.set(snapshotOfMessages({ ...messages, ...next }));
    },
    /** Sends the change and waits until the client has accepted that many more responses. */
    async change(next: Partial<Messages>, acks: number) {
      const before = count(ads.events, "acked");
      ads.snapshots.set(snapshotOfMessages({ ...messages, ...next }));
      await ads.until((events) => count(events, "acked") >= before + acks);
    },
    async [Symbol.asyncDispose]() {
      channel[Symbol.dispose]();
      await ads[Symbol.asyncDispose]();
      for (const backend of backends) await backend[Symbol.asyncDispose]();
    },
  };
}

export function count(events: readonly string[], event: string): number {
  return events.filter((each) => each === event).length;
}
