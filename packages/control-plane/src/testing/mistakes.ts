import { parseTopology } from "../topology/parse-topology.ts";

/** What is told of a mesh.yaml that is wrong. */
export function mistakesIn(text: string): readonly string[] {
  const parsed = parseTopology(text);
  return parsed.ok ? [] : parsed.errors;
}

/** A mesh.yaml of one service, `a`, with more settings in its line. */
export const service = (settings: string) => `services: { a: { ${settings}, sources: [{ dns: x, port: 1 }] } }`;
