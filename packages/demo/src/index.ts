export { type Child, startChild } from "./child.ts";
export type { Part } from "./lineup.ts";
export { readSystem, runningSystems, type System, type SystemPart } from "./system-file.ts";
