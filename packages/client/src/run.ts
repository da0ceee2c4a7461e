import { randomUUID } from "node:crypto";
import { redirectGrpcLog } from "@hey/rpc";
import type { Io } from "@hey/runtime";
import { createMetrics, openAdmin } from "./admin.ts";
import { openChannel, usualRetries } from "./channel.ts";
import { realClock } from "./clock.ts";
import { holdConversations } from "./conversations.ts";
import { firstAnswer } from "./first-answer.ts";
import { createHeyHow } from "./hey-how.ts";
import { hints } from "./hints.ts";
import { createScore, exitCode } from "./score.ts";
import { openScreen } from "./screen.ts";
import type { ClientSettings } from "./settings.ts";
import type { Stage } from "./stage.ts";
import { summaryJson, summaryText } from "./summary.ts";
import { trickle } from "./trickle.ts";

/** After the stop, how long what was said may still be answered. */
const graceMs = 2_000;

/** More than a minute without any replica before a conversation is given up: they may all be restarting. */
const fruitlessAttempts = 60;

/** Our own servers take pings this often; a replica that stands still without closing is noticed so. */
const keepalive = { "grpc.keepalive_time_ms": 10_000, "grpc.keepalive_timeout_ms": 5_000 };

/** Talks to the target until the time is up or the process is told to stop; resolves to the exit code. */
export async function run(settings: ClientSettings, { signal, stdout, stderr, env, logger }: Io): Promise<number> {
  redirectGrpcLog((text) => logger.debug({ event: "grpc-js" }, text));
  const [target = ""] = settings.positionals;
  const { metrics, observer } = createMetrics();
  using channel = await openChannel({ target, env, retries: usualRetries, options: keepalive });
  let ready: true | string = `waiting for ${target}`;
  // Opened after the channel: CSDS is there once grpc-js-xds is.
  await using _admin = await openAdmin(settings, { logger, metrics, ready: () => ready });

  const heyHow = createHeyHow(channel, { observer, fruitlessAttempts });
  stderr.write(`waiting for ${target} ...\n`);
  await firstAnswer(heyHow, { target, timeoutMs: settings.readyTimeout, signal });
  ready = true;
  logger.debug({ event: "ready", target }, "ready");
  stderr.write(hints(settings.hints));

  const score = createScore();
  const clock = realClock;
  const startedAtMs = clock.nowMs();
  using times = stopTimes(settings.seconds, signal);
  const stage: Stage = { heyHow, score, clock, stop: times.stop, cut: times.cut };
  const plan = {
    idPrefix: randomUUID().slice(0, 8),
    messages: settings.messages,
    intervalMs: settings.interval,
  };
  {
    using _screen = openScreen(stderr, { target, score, startedAtMs, nowMs: clock.nowMs });
    await Promise.all([
      trickle(stage, { ratePerSecond: settings.rate, callTimeoutMs: settings.callTimeout }),
      ...Array.from({ length: settings.conversations }, (_, place) => holdConversations(stage, plan, place)),
    ]);
  }
  const board = score.board();
  const code = exitCode(board);
  const view = { target, startedAtMs, nowMs: clock.nowMs(), board };
  stdout.write(settings.json ? summaryJson(view, code) : summaryText(view));
  return code;
}

/** The stop, by the signal or after so many seconds (0: never), and the cut some time after it. */
function stopTimes(seconds: number, signal: AbortSignal) {
  const stop = new AbortController();
  const cut = new AbortController();
  let cutTimer: NodeJS.Timeout | undefined;
  const onStop = () => {
    stop.abort(signal.reason);
    cutTimer ??= setTimeout(() => cut.abort(), graceMs);
  };
  const stopTimer = seconds === 0 ? undefined : setTimeout(onStop, seconds * 1_000);
  if (signal.aborted) onStop();
  signal.addEventListener("abort", onStop, { once: true });
  return {
    stop: stop.signal,
    cut: cut.signal,
    [Symbol.dispose]() {
      clearTimeout(stopTimer);
      clearTimeout(cutTimer);
      signal.removeEventListener("abort", onStop);
    },
  };
}
