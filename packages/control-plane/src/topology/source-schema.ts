import { z } from "zod";
import { issueWords } from "./issue-words.ts";
import { labels } from "./route-schema.ts";
import { always, whenAllIsKnown } from "./whole.ts";

// The sources of mesh.yaml as the operator writes them.

export const port = z.int().min(1).max(65_535);

const noAddress = "expected an IP address, as in 127.0.0.1:9999 or [::1]:9999 (names go under dns:)";

// The pattern is for editors; what it lets through is read in full.
const staticAddress = z
  .string({ error: noAddress })
  .regex(/^(\d+\.\d+\.\d+\.\d+|\[[\dA-Fa-f:.]+\])(:[1-9]\d{0,4})?$/, { error: noAddress })
  .transform((written, context) => {
    const address = readAddress(written);
    if (address !== undefined) return address;
    context.addIssue(noAddress);
    return z.NEVER;
  });

// Smaller ones would be made the smallest that clients can be told.
const weight = z
  .number()
  .min(0)
  .max(1_000)
  .refine((value) => value === 0 || value >= 0.01, { error: "expected 0, or 0.01 to 1000" });

const addressWithWeight = z.strictObject({ address: staticAddress, weight });

/** Both forms of an address in one, as an editor has to know them: what a union says of a mistake helps nobody. */
export const eitherAddress = z.union([staticAddress, addressWithWeight]);

const words = { error: issueWords };

/** An address by itself, or with its share compared with the others', whose weight is 1. */
const weightedAddress = z.unknown().transform((written, context) => {
  const parsed =
    typeof written === "object"
      ? addressWithWeight.transform(({ address, weight }) => ({ ...address, weight })).safeParse(written, words)
      : staticAddress.safeParse(written, words);
  if (parsed.success) return parsed.data;
  // Of the same form, but for the input, which an issue to be made has to have.
  for (const issue of parsed.error.issues) context.issues.push({ ...issue, input: written } as z.core.$ZodRawIssue);
  return z.NEVER;
});

function readAddress(written: string): { readonly host: string; readonly port: number | undefined } | undefined {
  const [, v6, v4, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(written) ?? [];
  const host = v6 ?? v4 ?? "";
  const known = v6 === undefined ? z.ipv4().safeParse(host) : z.ipv6().safeParse(host);
  const number = digits === undefined ? undefined : Number(digits);
  if (!known.success || (number !== undefined && !port.safeParse(number).success)) return undefined;
  return { host, port: number };
}

// A name of Kubernetes' own, which also goes into the path of a request.
const kubernetesName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, { error: "expected small letters, digits and dashes" });

const kubernetes = z
  .strictObject({
    service: kubernetesName,
    namespace: kubernetesName.optional(),
    port: z
      .union([port, kubernetesName], { error: "expected the Service's port, by its name or its number" })
      .optional(),
  })
  .transform(({ service, namespace, port: wanted }) => ({ service, namespace, port: wanted }));

/** Where servers come from. */
export const source = z
  .strictObject({
    dns: z.string().min(1).optional(),
    static: z.array(weightedAddress).optional(),
    kubernetes: kubernetes.optional(),
    port: port.optional(),
    labels: labels.default({}),
  })
  .refine(
    (written) => [written.dns, written.static, written.kubernetes].filter((each) => each !== undefined).length === 1,
    {
      error: "expected exactly one of dns, static and kubernetes",
      ...whenAllIsKnown,
    },
  )
  .refine((written) => written.kubernetes === undefined || written.port === undefined, {
    error: "expected it in kubernetes: { port: … }",
    path: ["port"],
    ...always,
  });
