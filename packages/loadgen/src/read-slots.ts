import { open } from "node:fs/promises";
import { ProgramError } from "@hey/runtime";
import { createSlotsParser } from "./plan/parse-slots.ts";

/** No offset is as long; a file without line ends must not be kept whole. */
const mostLineBytes = 4_096;

/**
 * Reads a file of slots piece by piece, so that a million lines take 8 MB and some 0.3 s. Rejects with a ProgramError of exit
 * code 2 that has the number of the line that is wrong.
 */
export async function readSlots(path: string): Promise<Float64Array> {
  const wrong = (problem: string, line?: number) => {
    const where = line === undefined ? path : `${path}, line ${line}`;
    return new ProgramError(`--slots ${where}: ${problem}`, { exitCode: 2 });
  };
  const parser = createSlotsParser();
  let line = 0;
  const take = (text: string) => {
    line++;
    const problem = parser.line(text);
    if (problem !== undefined) throw wrong(problem, line);
  };
  let rest = "";
  try {
    await using file = await open(path);
    for await (const chunk of file.createReadStream({ encoding: "utf8" })) {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > mostLineBytes) throw wrong("expected an offset a line; got a line without an end", line + 1);
      for (const each of lines) take(each);
    }
  } catch (error) {
    if (error instanceof ProgramError) throw error;
    throw wrong(`cannot read it: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (rest !== "") take(rest);
  const offsetsMs = parser.end();
  if (typeof offsetsMs === "string") throw wrong(offsetsMs);
  return offsetsMs;
}
