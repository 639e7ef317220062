// node --test crates/web/assets/patterns.test.mjs
// The contrast figures on /patterns are those of app.css, and each is enough (WCAG 2.2 AA).
import test from "node:test";
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";

const css = readFileSync(new URL("./app.css", import.meta.url), "utf8");
// What only pages in a hall need.
const hall = readFileSync(new URL("./hall.css", import.meta.url), "utf8");
const page = readFileSync(new URL("../templates/patterns.html", import.meta.url), "utf8");
const folder = new URL("../templates/", import.meta.url);
const templates = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".html")).map((name) => readFileSync(new URL(name, folder), "utf8"));
const colours = (from, to) => Object.fromEntries([...css.slice(css.indexOf(from), css.indexOf(to)).matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]));
const light = colours(":root {", "@media (prefers-color-scheme"), dark = colours("@media (prefers-color-scheme", "/* Ground */");

function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return Math.floor(((high + 0.05) / (low + 0.05)) * 100) / 100; // rounded down: a figure that fails never prints as one that passes
}

test("the contrast table of /patterns says what the stylesheet does, and every pair is enough in light and dark", () => {
  const rows = [...page.matchAll(/<tr data-fg="([\w-]+)" data-bg="([\w-]+)">(.*?)<\/tr>/g)];
  assert.ok(rows.length >= 20);
  for (const [, fg, bg, cells] of rows) {
    const [lightSays, darkSays, needs] = [...cells.matchAll(/class="n">([\d.]+)</g)].map((m) => Number(m[1]));
    assert.equal(contrast(light[fg], light[bg]), lightSays, `${fg} on ${bg}, light`);
    assert.equal(contrast(dark[fg], dark[bg]), darkSays, `${fg} on ${bg}, dark`);
    assert.ok(Math.min(lightSays, darkSays) >= needs, `${fg} on ${bg} needs ${needs}`);
  }
});

test("the stylesheet stays small and the templates hold no inline style, script or handler", () => {
  assert.ok(gzipSync(css).length < 10_000);
  for (const text of templates) {
    const html = text.replace(/\{#[\s\S]*?#\}/g, "");
    assert.doesNotMatch(html, /\sstyle=|<style|\son\w+=|javascript:|<script(?![^>]*(\ssrc=|type="application\/json"))/);
  }
  assert.doesNotMatch(css + hall, /url\(|@import/);
});

test("every class and every variable that the parts use is in the stylesheet", () => {
  const defined = new Set([...(css + hall).matchAll(/\.([a-z][\w-]*)/g)].map((m) => m[1]));
  const plain = new Set(["grow", "desk", "public", "choices"]);
  for (const text of templates) for (const [, list] of text.replace(/\{[#%{][\s\S]*?[#%}]\}/g, " ").matchAll(/class="([^"]*)"/g))
    for (const name of list.split(/\s+/).filter((n) => n && !n.endsWith("-"))) assert.ok(defined.has(name) || plain.has(name), `class ${name}`);
  const set = new Set([...css.matchAll(/(--[\w-]+):/g)].map((m) => m[1]));
  for (const [, name] of (css + hall).matchAll(/var\((--[\w-]+)\)/g)) assert.ok(set.has(name), `variable ${name}`);
});
