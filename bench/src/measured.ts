/** Runs a fifth of `count` to warm up, then `count`, prints {"cpuUs", "wallMs", "calls"} of the latter, and ends the process. */
export async function measured(run: (count: number) => Promise<void>, count: number): Promise<void> {
  await run(Math.ceil(count / 5));
  const before = process.cpuUsage();
  const beganMs = performance.now();
  await run(count);
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ cpuUs: user + system, wallMs: performance.now() - beganMs, calls: count }));
  process.exit();
}
