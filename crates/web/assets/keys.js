// The working pages by keyboard: the sheet that `?` opens says which key does what. Everything here can be done without
// this file. A key is taken only while nobody types, and none together with Ctrl, Alt or Meta; a switch on the sheet turns
// single keys off on this device.
//
//   data-row              a line of a list (its first link is what j and k walk through)
//   input[name=pick]      its tick box       · data-suggested   the button of a suggested dispatch, in a line or on a page
//   #act                  the form that a case page leads with; beside a suggestion it is folded
//   input[name=q|code]    the search box     · dialog#keys      the sheet

const OFF = "doorstep-keys-off";
const zh = !document.documentElement.lang.startsWith("en");
const say = (chinese, english) => (zh ? chinese : english);
const sheet = document.getElementById("keys");
const rows = () => [...document.querySelectorAll("[data-row]")];
const off = () => { try { return localStorage.getItem(OFF) === "1"; } catch { return false; } };

const voice = Object.assign(document.createElement("p"), { className: "sr" });
voice.setAttribute("role", "status");
document.body.append(voice);
const tell = (text) => { voice.textContent = text; };

const types = (element) => element.isContentEditable || ["TEXTAREA", "SELECT"].includes(element.tagName) ||
  (element.tagName === "INPUT" && !["checkbox", "radio", "button", "submit"].includes(element.type));
const current = () => document.activeElement?.closest?.("[data-row]") ?? null;

function move(by) {
  const all = rows(), at = all.indexOf(current());
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
  const link = next?.querySelector("a[href]");
  link?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}

function counted() {
  const n = document.querySelectorAll("input[name=pick]:checked").length;
  tell(say(`已勾选 ${n} 件`, `${n} chosen`));
}

function tick(all) {
  const boxes = all ? [...document.querySelectorAll("input[name=pick][type=checkbox]")] : [current()?.querySelector("input[name=pick][type=checkbox]")];
  const found = boxes.filter(Boolean);
  const on = !found.every((box) => box.checked);
  for (const box of found) box.checked = on;
  if (found.length) counted();
}

function act() {
  const link = current()?.querySelector("a[href]");
  if (link) { location.assign(`${link.href.split("#")[0]}#act`); return; }
  const form = document.querySelector("#act form"), fold = form?.closest("details");
  if (fold) fold.open = true;
  const field = form && [...form.elements].find((f) => f.tagName !== "FIELDSET" && f.offsetParent && !f.disabled && f.type !== "hidden" && f.name !== "template" && f.name !== "fill");
  field?.focus();
}

function suggested() {
  const button = current()?.querySelector("[data-suggested]") ?? document.querySelector("form > [data-suggested]");
  if (button) button.click(); else tell(say("这里没有建议的派单", "No suggested dispatch here"));
}

function search() {
  const box = document.querySelector("header input[name=q]") ?? document.querySelector("input[name=q], input[name=code]");
  box?.focus();
  box?.select();
}

function go(key) {
  const paths = { d: "/desk", i: "/inbox", n: "/intake" };
  if (key === "s") { search(); return; }
  const link = paths[key] && document.querySelector(`nav a[href="${paths[key]}"]`);
  if (link) location.assign(link.href);
}

function help() {
  if (!sheet?.showModal) { location.assign("/keys"); return; }
  if (sheet.open) sheet.close(); else sheet.showModal();
}

const KEYS = { j: () => move(1), k: () => move(-1), x: () => tick(false), X: () => tick(true), a: act, y: suggested, "/": search };
let gone = -1e9;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || types(event.target)) return;
  if (off()) return;
  if (event.key === "?") { event.preventDefault(); help(); return; }
  if (document.querySelector("dialog[open]")) return;
  if (event.timeStamp - gone < 1500) { gone = -1e9; event.preventDefault(); go(event.key); return; }
  if (event.key === "g") { gone = event.timeStamp; return; }
  const does = KEYS[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});

// A link that leads to the form that a page leads with puts the cursor into it: when the browser has gone to the form
// itself, which takes the focus away.
if (location.hash === "#act") addEventListener("load", () => setTimeout(act));
document.addEventListener("change", (event) => { if (event.target.name === "pick") counted(); });

for (const label of document.querySelectorAll("[data-key-switch]")) {
  const box = label.querySelector("input");
  label.hidden = false;
  box.checked = off();
  box.addEventListener("change", () => {
    try { localStorage.setItem(OFF, box.checked ? "1" : "0"); } catch { box.checked = false; }
  });
}
