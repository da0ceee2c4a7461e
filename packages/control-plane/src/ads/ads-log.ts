import type { Logger } from "@hey/runtime";
import type { AdsClient, AdsObserver } from "./ads.ts";

/** Logs every push, ACK and NACK, with the resources and the client's words. */
export function createAdsLog(logger: Logger): AdsObserver {
  const who = ({ nodeId, peer }: AdsClient) => ({ node: nodeId, peer });
  /** What the last push of the type held, which is what an answer is about. */
  const pushed = new WeakMap<AdsClient, Map<string, readonly string[]>>();
  return {
    opened: (client) => logger.info({ event: "client-connected", ...who(client) }, "client connected"),
    closed: (client) => logger.info({ event: "client-gone", ...who(client) }, "client gone"),
    pushed(client, { type, version, nonce, resources }) {
      const names = resources.map(({ name }) => name);
      pushed.set(client, (pushed.get(client) ?? new Map()).set(type, names));
      logger.info({ event: "push", type, names, version, nonce, ...who(client) }, `${type} pushed`);
    },
    received(client, receipt) {
      switch (receipt.kind) {
        case "acked":
        case "nacked": {
          const { kind, type, ...rest } = receipt;
          const fields = { type, names: pushed.get(client)?.get(type), ...rest, ...who(client) };
          if (kind === "acked") logger.info({ event: "ack", ...fields }, `${type} accepted`);
          else logger.warn({ event: "nack", ...fields }, `${type} refused: the client keeps what it had`);
          return;
        }
        case "subscribed":
        case "stale": {
          const { kind, ...rest } = receipt;
          logger.debug({ event: kind, ...rest, ...who(client) }, kind);
          return;
        }
        case "unknown-type":
          logger.debug({ event: "unknown-type", typeUrl: receipt.typeUrl, ...who(client) }, "not served: ignored");
      }
    },
  };
}

/** One observer that tells several, in their order. */
export function observeAll(observers: readonly AdsObserver[]): AdsObserver {
  return {
    opened: (client) => observers.forEach((each) => void each.opened(client)),
    closed: (client) => observers.forEach((each) => void each.closed(client)),
    received: (client, receipt) => observers.forEach((each) => void each.received(client, receipt)),
    pushed: (client, response) => observers.forEach((each) => void each.pushed(client, response)),
  };
}
