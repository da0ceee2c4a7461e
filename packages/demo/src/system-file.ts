import { globSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PortKind } from "./lineup.ts";

/** One program of a running system. */
export interface SystemPart {
  readonly name: string;
  readonly pid: number;
  /** ip:port by kind. */
  readonly addresses: Readonly<Partial<Record<PortKind, string>>>;
  /** Of the servers behind xds:///heyhow; empty for the others. */
  readonly version: string;
  readonly zone: string;
}

/** A system that `npm start` runs, as its `system.json` tells other programs. */
export interface System {
  /** Of `npm start` itself: `kill -USR2` has it start again what has ended. */
  readonly pid: number;
  readonly folder: string;
  readonly mesh: string;
  /** For GRPC_XDS_BOOTSTRAP. */
  readonly bootstrap: string;
  readonly parts: readonly SystemPart[];
}

const fileName = "system.json";

/** Writes it as a whole: whoever reads at this moment sees the one before or this one. */
export async function writeSystem(system: System): Promise<void> {
  const path = join(system.folder, fileName);
  await writeFile(`${path}.new`, `${JSON.stringify(system, undefined, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** The system of a folder; undefined when it is not up yet. */
export async function readSystem(folder: string): Promise<System | undefined> {
  try {
    // Written by writeSystem, in this version of it or another that ran from the same checkout.
    return JSON.parse(await readFile(join(folder, fileName), "utf8")) as System;
  } catch {
    return undefined;
  }
}

/** The systems whose `npm start` runs from this checkout, the one with the documented front first. */
export async function runningSystems(checkout: string, runs: (pid: number) => boolean): Promise<readonly System[]> {
  const folders = globSync(".hey/run-*", { cwd: checkout });
  const read = await Promise.all(folders.map((folder) => readSystem(join(checkout, folder))));
  const alive = read.filter((system) => system !== undefined).filter(({ pid }) => runs(pid));
  return alive.toSorted((a, b) => frontPort(a) - frontPort(b));
}

/** 9999 is below any port of the system's choice. */
function frontPort({ parts }: System): number {
  return Number(parts.find(({ name }) => name === "front")?.addresses.grpc?.replace(/^.*:/, ""));
}
