import assert from "node:assert/strict";
import { test } from "node:test";
import { fold } from "./fold.ts";

test("long lines are broken between words, and go on further in", () => {
  const text = "note\n  there was no warm-up: the first calls are slower\nshort";
  assert.equal(fold(text, 24), "note\n  there was no warm-up:\n    the first calls are\n    slower\nshort");
  assert.equal(fold(text, Number.POSITIVE_INFINITY), text);
});

test("a word that is longer than a line stays whole, and its line is its own", () => {
  assert.equal(fold("see https://example.org/a/long/path here", 12), "see\n  https://example.org/a/long/path\n  here");
  assert.equal(fold("  https://example.org/a/long/path", 12), "  https://example.org/a/long/path");
});
