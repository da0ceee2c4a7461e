import { loadMethod } from "loadgen/src/call/contract.ts";
import { createMessages } from "loadgen/src/call/messages.ts";
import { createInputs } from "loadgen/src/inputs.ts";
import type { Finding } from "./trap.ts";

const messages: readonly (readonly [what: string, data: string])[] = [
  ["one that does not differ", '{"count":1,"msg":"How are you"}'],
  ["a counter and a text", '{"count":"{{.RequestNumber}}","msg":"caller {{randomInt 1 9}}"}'],
  ["a UUID and the time", '{"count":1,"msg":"{{.UUID}} {{.TimestampUnixNano}}"}'],
];

const made = 500_000;

/** What making a message takes by itself: it is made when its call is due, so that this is in the call's time. */
export async function messageCost(): Promise<readonly Finding[]> {
  const method = await loadMethod("HeyHowService/heyhow", {
    files: { protosets: [], protos: [], importPaths: [] },
    inputs: createInputs(process.stdin),
    reflect: () => Promise.reject(),
  });
  return messages.map(([what, data]) => {
    const source = createMessages(method, {
      data: Buffer.from(data),
      format: "json",
      source: "the bench",
      order: "turn",
      seed: 1,
      slice: { index: 0, count: 1 },
    });
    const make = (count: number) => {
      for (let slot = 0; slot < count; slot++) source.make(slot, 0, 0);
    };
    make(made / 5);
    const beganMs = performance.now();
    make(made);
    const us = ((performance.now() - beganMs) * 1_000) / made;
    return {
      trap: "T41",
      what: `a message from its template: ${what}`,
      expected: "below 2 µs",
      seen: `${us.toFixed(2)} µs`,
      held: us < 2,
    };
  });
}
