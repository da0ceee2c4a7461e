import type { z } from "zod";

// zod leaves the rules about a whole out where a part of it is wrong, and an operator would learn of them one by one. They
// are checked all the same: over what is there, which may then be of any type.

/** For a rule that holds whatever else is wrong. */
export const always = {
  when: ({ value }: z.core.ParsePayload) => typeof value === "object" && value !== null,
} as const;

/** For a rule about what is missing, which may be there with its name spelt wrong. */
export const whenAllIsKnown = {
  when: (payload: z.core.ParsePayload) =>
    always.when(payload) &&
    !payload.issues.some(({ code, path = [] }) => code === "unrecognized_keys" && path.length === 0),
} as const;
