import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Runs a program to its end; its stdout. Rejects when it fails. */
export async function output(program: string, args: readonly string[]): Promise<string> {
  return (await execute(program, [...args], { maxBuffer: 16 * 1024 * 1024 })).stdout;
}

/** CPU time of a whole program in µs (user and system), by the shell's own count, and what it printed. */
export async function cpuOf(program: string, args: readonly string[]): Promise<{ cpuUs: number; stdout: string }> {
  const script = 'TIMEFORMAT="%3U %3S"; time "$@"';
  const { stdout, stderr } = await execute("bash", ["-c", script, "bash", program, ...args]);
  const [user, system] = (stderr.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
  if (user === undefined || system === undefined || Number.isNaN(user + system))
    throw new Error(`no times in: ${stderr}`);
  return { cpuUs: (user + system) * 1e6, stdout };
}

/** Whether a program is there to be run. */
export async function isInstalled(program: string): Promise<boolean> {
  return output("bash", ["-c", `command -v ${program}`]).then(
    () => true,
    () => false,
  );
}

/** A server in a process of its own that prints its port in its first line; ended at the latest with this process. */
export async function startServer(file: string): Promise<{ port: number; process: ChildProcess } & Disposable> {
  const child = spawn(process.execPath, [new URL(file, import.meta.url).pathname], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = await once(createInterface(child.stdout), "line");
  return { port: Number(line), process: child, [Symbol.dispose]: () => void child.kill() };
}
