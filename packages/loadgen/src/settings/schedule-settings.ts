import { choice, duration, integer, number, type ParsedSettings, text } from "@hey/runtime";
import { mostPerSecond, parseSine, parseSpike, parseStages } from "./parse.ts";
import { prefixed, problemOf } from "./problem.ts";

/** A call in flight takes some 2 kB: more of them than this no process holds. */
export const mostInFlight = 1_000_000;

/** When calls are made, and how many at a time. */
export const scheduleSettings = {
  total: integer({ flag: "total", short: "n", default: undefined, min: 1, help: "how many calls to make" }),
  duration: duration({
    flag: "duration",
    short: "z",
    default: undefined,
    min: 1,
    help: "how long to make calls; with -n whatever comes first; default 10s if neither is given",
  }),
  warmup: duration({
    flag: "warmup",
    default: 0,
    help: "make calls for so long before, which are in no figure",
  }),
  concurrency: integer({
    flag: "concurrency",
    short: "c",
    default: undefined,
    min: 1,
    max: mostInFlight,
    help: "closed loop: so many calls at a time, each answer starts the next; default 50. With a rate: the same as --max-in-flight",
  }),
  rps: number({
    flag: "rps",
    short: "r",
    default: undefined,
    min: 0.001,
    max: mostPerSecond,
    help: "open loop: so many calls a second by plan, whatever the answers do (10000000 at most, in every plan); times count from the planned start",
  }),
  stages: text({
    flag: "stages",
    default: undefined,
    help: "open loop with a rate that changes: 30s:100,1m:100-500 holds 100/s for 30 s, then goes to 500/s in 1 m; 30s:100,5s:1000,30s:100 is a spike",
  }),
  sine: text({
    flag: "sine",
    default: undefined,
    placeholder: "LOW-HIGH/PERIOD",
    help: "open loop with a rate that swings: 100-500/30s begins at 300/s, and is at 500/s and at 100/s every 30 s",
  }),
  spike: text({
    flag: "spike",
    default: undefined,
    placeholder: "RATE-HIGHER/LENGTH/PERIOD",
    help: "open loop with spikes: 100-1000/5s/30s is 100/s, and 1000/s for the last 5 s of every 30 s",
  }),
  slots: text({
    flag: "slots",
    default: undefined,
    placeholder: "FILE",
    help: "open loop with a call at each offset of a file: one a line, in rising order, with its unit (12.5ms), or a first line such as unit: ms; -n and -z cut it short",
  }),
  arrival: choice({
    flag: "arrival",
    choices: ["even", "poisson"],
    default: "even",
    help: "open loop: calls evenly apart, or at random as independent callers come",
  }),
  seed: integer({ flag: "seed", default: 1, help: "repeats what is random" }),
  maxInFlight: integer({
    flag: "max-in-flight",
    default: undefined,
    min: 1,
    max: mostInFlight,
    help: "open loop: the most calls at a time; default 10000",
  }),
  whenFull: choice({
    flag: "when-full",
    choices: ["queue", "drop"],
    default: "queue",
    help: "what becomes of a planned call beyond --max-in-flight: it waits, which counts, or is dropped and counted",
  }),
  workers: integer({
    flag: "workers",
    default: 1,
    min: 1,
    max: 64,
    help: "so many threads share the calls out, each with its own connections (at least one), callers and part of the plan; when one core is too little",
  }),
  drain: duration({
    flag: "drain",
    default: 30_000,
    help: "how long calls in flight may take to end after the last was started; after a signal at most 5s",
  }),
};

/** What is wrong with them that is right one by one. */
export const scheduleChecks: readonly ((given: ParsedSettings<typeof scheduleSettings>) => readonly string[])[] = [
  ({ stages }) => (stages === undefined ? [] : prefixed("--stages", problemOf(parseStages(stages)))),
  ({ sine }) => (sine === undefined ? [] : prefixed("--sine", problemOf(parseSine(sine)))),
  ({ spike }) => (spike === undefined ? [] : prefixed("--spike", problemOf(parseSpike(spike)))),
  ({ slots, arrival }) =>
    slots !== undefined && arrival === "poisson"
      ? ["--arrival: expected even beside --slots: the file says when calls are made"]
      : [],
  ({ rps, stages, sine, spike, slots }) => {
    const flags = { "--rps": rps, "--stages": stages, "--sine": sine, "--spike": spike, "--slots": slots };
    const given = Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    return given.length > 1 ? [`${given.join(" and ")}: expected one of them; got ${given.length}`] : [];
  },
  ({ rps, stages, sine, spike, slots, maxInFlight, whenFull, arrival, concurrency }) => {
    if ([rps, stages, sine, spike, slots].some((each) => each !== undefined)) {
      return maxInFlight !== undefined && concurrency !== undefined
        ? ["-c and --max-in-flight: expected one of them beside a rate, where they mean the same; got 2"]
        : [];
    }
    const given = {
      "--max-in-flight": maxInFlight !== undefined,
      "--when-full": whenFull === "drop",
      "--arrival": arrival === "poisson",
    };
    return Object.entries(given).flatMap(([name, isGiven]) =>
      isGiven
        ? [`${name}: expected a rate beside it, such as --rps 100; in a closed loop -c says how many at a time`]
        : [],
    );
  },
  ({ workers, concurrency, maxInFlight }) =>
    Object.entries({ "-c": concurrency, "--max-in-flight": maxInFlight }).flatMap(([name, value]) =>
      value !== undefined && value < workers
        ? [`--workers: expected at most as many as ${name} (${value}), so that each has one; got ${workers}`]
        : [],
    ),
  ({ stages, total, duration }) =>
    stages !== undefined && (total !== undefined || duration !== undefined)
      ? ["--stages: expected neither -n nor -z beside it; the stages say how long"]
      : [],
];
