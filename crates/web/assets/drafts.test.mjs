// node --test crates/web/assets/drafts.test.mjs
import test from "node:test";
import assert from "node:assert/strict";
import { drafts, isAccusation, ACCOUNT_HOURS, VISIT_HOURS } from "./drafts.js";

class Memory {
  #all = new Map();
  get length() { return this.#all.size; }
  key(n) { return [...this.#all.keys()][n] ?? null; }
  getItem(name) { return this.#all.get(name) ?? null; }
  setItem(name, value) { this.#all.set(name, String(value)); }
  removeItem(name) { this.#all.delete(name); }
}
const browser = () => ({ local: new Memory(), session: new Memory() });
const typed = { fields: [["text", "漏水"], ["phone", "10000000001"]], key: null };

test("what a visitor typed stays in the tab, and the next one at the same browser finds nothing", () => {
  const device = browser();
  const first = drafts("", device);
  assert.ok(first.save("raise", typed));
  assert.deepEqual(first.load("raise").fields, typed.fields);
  assert.equal(device.local.length, 0);
  const next = drafts("", { local: device.local, session: new Memory() });
  assert.equal(next.load("raise"), null);
});

test("what an account typed without signal waits for that account, and is shown to no other account and no visitor", () => {
  const device = browser();
  drafts("17", device).save("intake", { ...typed, key: "k1" });
  assert.equal(drafts("18", device).load("intake"), null);
  assert.equal(drafts("1", device).load("intake"), null);
  assert.equal(drafts("", device).load("intake"), null);
  const again = drafts("17", { local: device.local, session: new Memory() });
  assert.equal(again.load("intake").key, "k1");
});

test("signing out ends the account's drafts and leaves what another account has not sent yet", () => {
  const device = browser();
  drafts("17", device).save("intake", typed);
  drafts("17", device).save("answer-X", typed);
  drafts("18", device).save("intake", typed);
  drafts("17", device).end();
  assert.equal(drafts("17", device).load("intake"), null);
  assert.equal(device.local.length, 1);
  assert.ok(drafts("18", device).load("intake"));
});

test("a visit's draft ends after two hours and an account's after seven days", () => {
  const device = browser();
  let hour = 0;
  const at = () => hour * 36e5;
  for (const [owner, hours] of [["", VISIT_HOURS], ["17", ACCOUNT_HOURS]]) {
    hour = 0;
    const own = drafts(owner, device, at);
    own.save("raise", typed);
    hour = hours - 1;
    assert.ok(own.load("raise"), owner);
    hour = hours;
    assert.equal(own.load("raise"), null, owner);
  }
});

test("what an earlier version kept of visitors on the device is removed", () => {
  const device = browser();
  device.local.setItem("doorstep-draft:raise", JSON.stringify({ saved: Date.now(), fields: typed.fields }));
  device.local.setItem("doorstep-draft:intake", "not even JSON");
  device.local.setItem("keys-off", "1");
  drafts("17", device).save("intake", typed);
  drafts("", device).tidy();
  assert.equal(device.local.length, 2);
  assert.ok(drafts("17", device).load("intake"));
});

test("an accusation is known by its kind, by the unit it is about, and by its words before either is chosen", () => {
  for (const field of [["track", "accusation"], ["accused", "housing"], ["text", "检举某科负责人收受红包"], ["title", "举报"]])
    assert.ok(isAccusation([["place", ""], field]), field.join());
  for (const field of [["track", "hotline"], ["accused", ""], ["text", "楼道灯不亮"], ["name", "贿"]])
    assert.ok(!isAccusation([["place", ""], field]), field.join());
});

test("where storage is switched off nothing is kept and nothing breaks", () => {
  const off = drafts("", { local: null, session: null });
  assert.equal(off.save("raise", typed), false);
  assert.equal(off.load("raise"), null);
  off.drop("raise"); off.end(); off.tidy();
});
