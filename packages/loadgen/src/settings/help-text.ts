import { settings } from "./settings.ts";

interface Counterpart {
  readonly ghz: string;
  /** What to write here: each does it. None: nothing is needed. */
  readonly here: readonly string[];
  readonly why?: string;
}

/** ghz's flags that are something else here; most of the others are the same. */
export const fromGhz: readonly Counterpart[] = [
  { ghz: "--insecure", here: [], why: "plain text is the default; --tls is not" },
  { ghz: "--cname NAME", here: ["--server-name NAME"] },
  { ghz: "--skipTLS", here: ["--skip-verify"] },
  { ghz: "--rps 100 --async", here: ["--rps 100"], why: "an open loop waits for no answer" },
  {
    ghz: "--rps 100 -c 50",
    here: ["--rps 100 -c 50"],
    why: "what is due beyond 50 in flight waits, and its wait counts",
  },
  { ghz: "--load-schedule step|line", here: ["--stages 10s:100,10s:200", "--stages 1m:100-500"] },
  {
    ghz: "--concurrency-schedule line",
    here: ["--stages 1m:100-500"],
    why: "the rate changes; the number of callers in a closed loop stays",
  },
  { ghz: "-t 20", here: ["-t 20s"], why: "with its unit, as all times" },
  { ghz: "-e", here: ["-e gzip"] },
  { ghz: "--reflect-metadata", here: [], why: "-m goes with reflection, too" },
  { ghz: "--cpus 4", here: ["--workers 4"] },
  { ghz: "--import-paths DIR,DIR", here: ["-i DIR -i DIR"] },
  { ghz: "--skipFirst 500", here: ["--warmup 5s"] },
  { ghz: "-x 1m -n 10000", here: ["-z 1m -n 10000"], why: "whatever comes first" },
  { ghz: "--duration-stop close", here: ["--drain 0s"], why: "wait is the default, for 30 s" },
  { ghz: "-b, --binary", here: ["-d @ --data-format binary"] },
  { ghz: "-B, --binary-file FILE", here: ["-D FILE.binpb"] },
  { ghz: "--stream-dynamic-messages", here: [], why: "templates are made anew for each message" },
  { ghz: "--tags JSON", here: ["--name NAME"], why: "what tells reports apart" },
  { ghz: "-O json -o FILE", here: ["-O json=FILE", "-O ghz=FILE"], why: "the second for what reads ghz's own" },
  { ghz: "--lb-strategy round_robin", here: ["dns:///host:80"], why: "calls all addresses in turn" },
  { ghz: "--count-errors", here: [], why: "both are reported: response, and … of good calls" },
  { ghz: "--config FILE", here: [], why: "the variables above, such as HEY_RPS=100" },
];

function words({ here, why = "" }: Counterpart): string {
  return here.length === 0 ? why : [here.join(" or "), why].filter((each) => each !== "").join(": ");
}

const ours: ReadonlySet<string> = new Set(
  Object.values(settings).flatMap(({ flag, short }) => [`--${flag}`, ...(short === undefined ? [] : [`-${short}`])]),
);

/** What stands here for each flag that ghz has and this does not, by its name with its dashes. */
export const ghzFlags: ReadonlyMap<string, string> = new Map(
  fromGhz.flatMap((each) =>
    each.ghz
      .split(/[ ,]+/)
      .filter((word) => word.startsWith("-") && !ours.has(word))
      .map((flag) => [flag, `coming from ghz, ${each.ghz}: ${words(each)}`] as const),
  ),
);

function counterpart(each: Counterpart): string {
  return `  ${each.ghz.padEnd(28)}${words(each)}`;
}

/** What `--help` says below the flags. */
export const footer = `Coming from ghz (most flags are the same; these are not):
${fromGhz.map(counterpart).join("\n")}

Other measurements (each has its --help):
  hey-loadgen ab --rps 400 -z 30s old:9999 new:9999   two targets, or two ways to call one, in one run: which is faster
  hey-loadgen find-max --slo 'p99<50ms' host:9999     the highest rate that meets it
  hey-loadgen calibrate                               how many calls this machine can make, and how punctually

What there is to call:
  hey-loadgen describe host:9999 [some.Service/Method] services and methods, or an example of a method's message

Commands for reports that are there already (each has its --help):
  hey-loadgen merge a.json b.json -O json=all.json    one report of several, as one recording would have given it
  hey-loadgen compare old.json new.json               how a run differs from an older one
  hey-loadgen report a.json -O html=a.html            a report in another form

Examples:
  hey-loadgen --rps 200 -z 10s localhost:9999
  hey-loadgen --call heyhow.v1.HeyHowService/Listen -d '{"conversationId":"a","lastSequence":10}' -c 4 -n 100 localhost:9999
  hey-loadgen --call heyhow.v1.HeyHowService/Talk -d '{"conversationId":"a","sequence":{{.MessageNumber}}}' --stream-rps 100 --stream-call-count 50 -c 5 -n 20 localhost:9999
  hey-loadgen --call some.Service/Method -d '{"field":1}' -c 50 -n 10000 -O json=result.json some.host:50051
  hey-loadgen --stages 10s:100,30s:100-1000 --arrival poisson --threshold 'response.p99<50ms' -O html=report.html localhost:9999

In the data and in metadata: {{.RequestNumber}} (from 0), {{.MessageNumber}} (in its call, from 1), {{.UUID}} (one per call), {{newUUID}},
{{.Timestamp}}, {{.TimestampUnix}}, {{.TimestampUnixMilli}}, {{.TimestampUnixNano}}, {{randomInt MIN MAX}}, {{randomString MIN MAX}};
{{.WorkerID}} is g0, g1 and so on: the caller in a closed loop, and in an open one the place in flight (of --max-in-flight), with --workers of
all threads; each makes one call after another, over any connection.

Exit codes: 0 done, 1 failed (no call ended well, a report could not be written), 2 wrong settings, 3 cannot connect or
find the method, 97 the generator was saturated (with --fail-on-saturation), 98 ended by --abort-on or by the death of a
worker thread, 99 a --threshold does not hold, 105 stopped by a signal (the report is there, marked partial). --version prints the version.`;
