import { type Overrides, overrideLines } from "./overrides.ts";

/** What lies over the mesh.yaml on the disk, a line each. */
export function inForceLines(applied: boolean, overrides: Overrides): string[] {
  return [...(applied ? ["another mesh.yaml, until the one on the disk is saved"] : []), ...overrideLines(overrides)];
}
