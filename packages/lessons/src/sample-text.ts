import { columns, count, milliseconds, plural } from "@hey/client";
import type { Sample } from "./sample.ts";

/** A sample as the client's table would show it, and what it all came to; without a line end at its end. */
export function sampleText({ calls, failed, codes, shares, nowhere, p50Ms, p99Ms }: Sample): string {
  const rows = shares.map((share) => [
    share.name,
    share.version,
    share.zone,
    count(share.calls),
    percent(share.calls, calls),
    count(share.failed),
  ]);
  if (nowhere > 0) rows.push(["(no server)", "", "", count(nowhere), percent(nowhere, calls), count(nowhere)]);
  const failures = Object.entries(codes)
    .filter(([code]) => code !== "OK")
    .map(([code, times]) => `${count(times)} ${code}`);
  return [
    columns(["replica", "version", "zone", ">calls", ">share", ">failed"], rows),
    ` ${plural(calls, "call")}, ${failed === 0 ? "none failed" : failures.join(", ")}; p50 ${milliseconds(p50Ms)}, p99 ${milliseconds(p99Ms)}`,
  ].join("\n");
}

/** In whole percent. */
function percent(part: number, whole: number): string {
  return whole === 0 ? "-" : `${Math.round((part * 100) / whole)} %`;
}
