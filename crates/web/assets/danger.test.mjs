// node --test crates/web/assets/danger.test.mjs, with DANGERS: the list as the page of /raise has it.
// What the page finds while one writes is what the rules find when it is sent.
import test from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dangerIn } from "./danger.js";

const texts = JSON.parse(readFileSync(new URL("../../domain/tests/dangers.json", import.meta.url), "utf8"));
const dangers = process.env.DANGERS ? JSON.parse(process.env.DANGERS) : null;

test("a danger is found by the same words as when the text is sent", { skip: !dangers }, () => {
  assert.ok(texts.some((t) => t.word) && texts.some((t) => !t.word));
  for (const { text, word } of texts) assert.equal(dangerIn(text, dangers)?.word ?? null, word, text);
});
