export { type Channel, type ChannelSettings, openChannel, type Retries, usualRetries } from "./channel.ts";
export { parseTarget, type Target, targetForm, targetProblem } from "./target.ts";
