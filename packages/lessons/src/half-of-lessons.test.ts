import { test } from "node:test";
import { lessons } from "./lessons/lessons.ts";
import { assertLessonsHold } from "./scripted-run.ts";

const names = lessons.filter((_, index) => index % 2 === 1).map(({ name }) => name);

test("the other lessons' claims hold against a system of their own", { timeout: 110_000 }, (t) =>
  assertLessonsHold(t, process.execPath, names),
);
