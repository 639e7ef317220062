// What stands on a wall or in a queue is read anew when it has changed, and put in place only where it differs, so that nothing
// blinks and a screen reader is not told the same twice. <div id="live" data-live="/address" data-stream="/address/stream">;
// further parts of the same page are <div id="…" data-part>, also within it: while one is used, the others are still put in
// place. What somebody is using stays as it is: a form that stands open, or where the focus is. A page that need not be looked
// at any more comes without data-live: then it is loaded once more.

/** Calls `changed` when the server says that a record has changed: by its stream, and every few seconds while there is none. */
export function listen(stream, changed, every = 3000) {
  let line = null;
  // The browser connects again by itself, and is then told where the record is.
  if (stream && "EventSource" in globalThis) {
    line = new EventSource(stream);
    line.addEventListener("changed", changed);
  }
  setInterval(() => { if (!line || line.readyState !== EventSource.OPEN) changed(); }, every);
}

const live = typeof document === "undefined" ? null : document.getElementById("live");

// The keys of forms are new on every page; that is no change.
const plain = (html) => html.replace(/ name="key" value="[^"]*"/g, "");
const inUse = (part) => part.contains(document.activeElement) || part.querySelector("details[open] form");

// What a screen reader is told stands beside what is put in place anew, which would be told whole or not at all: the parts
// marked data-say, once they say something else.
const voice = live ? document.body.appendChild(Object.assign(document.createElement("p"), { className: "sr" })) : null;
voice?.setAttribute("role", "status");
const said = () => [...live.querySelectorAll("[data-say]")].map((part) => part.textContent.replace(/\s+/g, " ").trim()).join(" ");

async function look() {
  try {
    const answer = await fetch(live.dataset.live, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById(live.id)?.dataset.live) { location.replace(live.dataset.live); return; }
    const before = said();
    for (const part of [live, ...document.querySelectorAll("[data-part]")]) {
      const now = page.getElementById(part.id);
      if (now && plain(now.innerHTML) !== plain(part.innerHTML) && !inUse(part)) part.innerHTML = now.innerHTML;
    }
    if (said() !== before) voice.textContent = said();
  } catch { /* the line is down: the next look comes */ }
}

// What was left alone under somebody's hands is looked at when they leave it.
if (live) for (const left of ["focusout", "toggle"]) document.addEventListener(left, (event) => { if (!event.target.open) look(); }, true);
if (live) listen(live.dataset.stream, look, Number(live.dataset.every) || undefined);
