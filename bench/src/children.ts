import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** A program, what it is to do, and what it finds in its environment beside our own. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What a whole program took, from its start to its end, and what it printed. */
interface Run {
  readonly cpuUs: number;
  readonly wallUs: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; its stdout. Rejects when it fails. */
export async function output({ program, args, env }: Command): Promise<string> {
  return (await execute(program, [...args], { maxBuffer: 16 * 1024 * 1024, env: { ...process.env, ...env } })).stdout;
}

/** Runs a program to its end, with its CPU time (user and system, of its own children too) by the shell's count. */
export async function timed({ program, args, env }: Command): Promise<Run> {
  const script = 'TIMEFORMAT="%3U %3S %3R"; time "$@"';
  const { stdout, stderr } = await execute("bash", ["-c", script, "bash", program, ...args], {
    maxBuffer: 16 * 1024 * 1024,
    env: { ...process.env, ...env },
  });
  const [user = Number.NaN, system = Number.NaN, wall] = (stderr.trim().split("\n").at(-1) ?? "")
    .split(" ")
    .map(Number);
  if (wall === undefined || Number.isNaN(user + system + wall)) throw new Error(`no times in: ${stderr}`);
  return { cpuUs: (user + system) * 1e6, wallUs: wall * 1e6, stdout, stderr };
}

/** Whether a program is there to be run. */
export async function isInstalled(program: string): Promise<boolean> {
  return output({ program: "bash", args: ["-c", `command -v ${program}`] }).then(
    () => true,
    () => false,
  );
}

/** A server in a process of its own that prints its port in its first line; ended at the latest with this process. */
export async function startServer({ program, args }: Command): Promise<{ port: number } & Disposable> {
  const child: ChildProcess = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  if (child.stdout === null) throw new Error("expected a pipe from the server");
  const [line] = await once(createInterface(child.stdout), "line");
  return { port: Number(line), [Symbol.dispose]: () => void child.kill() };
}
