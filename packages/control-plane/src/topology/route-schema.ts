import { z } from "zod";
import { re2Problem } from "./re2.ts";
import { faultCodes, type HeaderMatch, type Route, type RouteMatch, retryCodes } from "./topology.ts";
import { always, whenAllIsKnown } from "./whole.ts";

// The routes of mesh.yaml as the operator writes them.

/** In characters; each client compiles it anew whenever its routes change. */
const longestRegex = 1_000;

const units = { ms: 1, s: 1_000, m: 60_000 } as const;

function toMs(text: string): number {
  const [amount = "", unit = ""] = text.split(/(?<=\d)(?=[ms])/);
  return Number(amount) * units[unit as keyof typeof units];
}

/** A length of time with its unit, in milliseconds. Each has a longest: what clients and timers cannot count is a mistake. */
export function duration(least: string, most: string) {
  return z
    .string({ error: "expected a duration such as 50ms, 1.5s or 2m" })
    .regex(/^\d+(\.\d+)?(ms|s|m)$/, { error: "expected a duration such as 50ms, 1.5s or 2m" })
    .transform(toMs)
    .refine((ms) => ms >= toMs(least) && ms <= toMs(most), { error: `expected ${least} to ${most}` });
}

const text = z.string({
  error: ({ input }) =>
    typeof input === "number" || typeof input === "boolean" ? `expected text: write "${input}"` : undefined,
});

/** Labels by their names; YAML takes some values for numbers. */
export const labels = z.record(z.string(), text);

/** Which calls are tried again. */
export const retries = z
  .strictObject({
    codes: z.array(z.enum(retryCodes)).min(1).default(["unavailable"]),
    // gRPC clients never make more than five attempts, whatever they are told.
    attempts: z.int().min(2).max(5).default(3),
    // Clients disagree about intervals of a second and more: see resources/route.ts.
    backoff: duration("1ms", "999ms").prefault("50ms"),
  })
  .transform(({ codes, attempts, backoff }) => ({ codes, attempts, backoffMs: backoff }));

/** A share of calls, in percent; parts of one too, as small as can be said. */
export const share = z.number().min(0.0001, { error: "expected more than 0, and 0.0001 at least" }).max(100);

/** Trouble made on purpose. */
export const fault = z
  .strictObject({
    delay: z
      .strictObject({
        time: duration("1ms", "60m"),
        percent: share.default(100),
      })
      .transform(({ time, percent }) => ({ ms: time, percent }))
      .optional(),
    abort: z.strictObject({ code: z.enum(faultCodes).default("UNAVAILABLE"), percent: share.default(100) }).optional(),
    by_header: z.boolean().default(false),
  })
  .refine(({ delay, abort, by_header }) => delay !== undefined || abort !== undefined || by_header, {
    error: "expected delay, abort or by_header: true",
    ...whenAllIsKnown,
  })
  .transform(({ delay, abort, by_header }) => ({ delay, abort, byHeader: by_header }));

const regex = text.max(longestRegex, { abort: true }).superRefine((value, context) => {
  const problem = re2Problem(value);
  if (problem !== undefined) context.addIssue(`expected a regular expression in the language of RE2: ${problem}`);
});

const onlyOne = (written: object) => Object.keys(written).length === 1;

const header = z
  .strictObject({
    exact: text.optional(),
    prefix: text.optional(),
    regex: regex.optional(),
    present: z.boolean().optional(),
  })
  .refine(onlyOne, { error: "expected exactly one of exact, prefix, regex and present", ...whenAllIsKnown });

/** What clients can tell calls by: they hide from it what is not text, and what they set themselves. */
export const metadataKey = z.string().regex(/^(?!grpc-|user-agent$|.*-bin$)[a-z0-9_.-]+$/, {
  error: "expected a metadata key in small letters, and none that clients hide: no -bin, grpc-… or user-agent",
});

const slash = { error: "expected a path, which begins with /: /package.Service/Method" };

const match = z
  .strictObject({
    path: text.regex(/^\//, slash).optional(),
    prefix: text.regex(/^(\/|$)/, slash).optional(),
    regex: regex.optional(),
    headers: z.record(metadataKey, header).default({}),
  })
  .refine(({ headers: _, ...path }) => Object.keys(path).length <= 1, {
    error: "expected at most one of path, prefix and regex",
    ...always,
  })
  .transform(toMatch);

const target = z.strictObject({ to: labels, weight: z.int().min(0).max(1_000_000) });

// So many of the largest weights are still less than the largest sum that clients take, 2^32 - 1.
const split = z
  .array(target)
  .max(1_000)
  .refine((targets) => !targets.every((each) => each?.weight === 0), {
    error: "expected at least one target with a weight above 0",
    ...always,
  })
  .refine(
    (targets) => {
      const sets = targets.map((each) => JSON.stringify(Object.entries(each?.to ?? {}).sort()));
      return new Set(sets).size === sets.length;
    },
    { error: "expected each set of labels once" },
  );

/** One route; what comes out is a Route without the retries and the fault that it may inherit. */
const route = z
  .strictObject({
    match: match.optional(),
    to: labels.optional(),
    split: split.optional(),
    retries: retries.optional(),
    fault: fault.optional(),
    // A week.
    timeout: duration("1ms", "10080m").optional(),
  })
  .refine((written) => written.to === undefined || written.split === undefined, {
    error: "expected at most one of to and split",
    ...always,
  })
  .transform(
    (written): Route => ({
      match: written.match ?? everyCall,
      targets: written.split?.map(({ to, weight }) => ({ labels: to, weight })) ?? [
        { labels: written.to ?? {}, weight: 1 },
      ],
      retries: written.retries,
      timeoutMs: written.timeout,
      fault: written.fault,
    }),
  );

/** The routes of a service: none behind one that takes every call, where no call would come. */
export const routes = z.array(route).superRefine((written, context) => {
  const last = written.findIndex((each) => each?.match === everyCall);
  if (last === -1 || last === written.length - 1) return;
  const message = "expected no route behind one that takes every call";
  context.addIssue({ code: "custom", path: [last + 1], message });
}, always);

/** What every call matches. */
export const everyCall: RouteMatch = { path: { kind: "prefix", value: "" }, headers: [] };

interface WrittenMatch {
  readonly path?: string | undefined;
  readonly prefix?: string | undefined;
  readonly regex?: string | undefined;
  readonly headers: Readonly<Record<string, z.output<typeof header>>>;
}

function toMatch({ path, prefix = "", regex: expression, headers }: WrittenMatch): RouteMatch {
  const isAnyPath = path === undefined && expression === undefined && (prefix === "" || prefix === "/");
  if (isAnyPath && Object.keys(headers).length === 0) return everyCall;
  return {
    path:
      path !== undefined
        ? { kind: "exact", value: path }
        : expression !== undefined
          ? { kind: "regex", value: expression }
          : { kind: "prefix", value: prefix },
    headers: Object.entries(headers).map(([name, written]) => toHeaderMatch(name, written)),
  };
}

function toHeaderMatch(
  name: string,
  { exact, prefix, regex: expression, present }: z.output<typeof header>,
): HeaderMatch {
  if (exact !== undefined) return { name, kind: "exact", value: exact };
  if (prefix !== undefined) return { name, kind: "prefix", value: prefix };
  if (expression !== undefined) return { name, kind: "regex", value: expression };
  return { name, kind: "present", value: String(present) };
}
