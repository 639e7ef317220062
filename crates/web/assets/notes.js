// A note-taker keeps up with speech: Enter sends the line and the field is free at once; what the server has not said to be on
// disk stays on this device under its own key, and is sent until it has: the same line once, however often it is sent.
// Alt and a digit choose the topic. Lines of other note-takers come as they are written.

import { listen } from "/assets/live.js";

const EVERY = 3000;
const form = document.querySelector("form[data-notes]");

/** The lines that wait, oldest first, kept under the meeting's code and the account. Storage that is off keeps them here. */
export function queue(name, storage) {
  let lines = [];
  try { lines = JSON.parse(storage.getItem(name)) ?? []; } catch { /* none */ }
  const keep = () => { try { lines.length ? storage.setItem(name, JSON.stringify(lines)) : storage.removeItem(name); } catch { /* here alone */ } };
  return {
    add: (line) => { lines.push(line); keep(); },
    first: () => lines[0],
    done: (key) => { lines = lines.filter((line) => line.key !== key); keep(); },
    count: () => lines.length,
  };
}

function start() {
  const field = form.elements["note-words"], said = form.querySelector("[data-notes-state]"), main = document.getElementById("lines");
  const waiting = queue(`doorstep-notes:${document.body.dataset.owner}:${form.dataset.notes}`, localStorage);
  let busy = false;

  const fresh = (html) => {
    const now = new DOMParser().parseFromString(html, "text/html").getElementById("lines");
    // Nobody's open form is taken from under the hand.
    if (!now || now.innerHTML === main.innerHTML) return;
    if (main.querySelector("details[open]")) said.textContent = form.dataset.more;
    else main.innerHTML = now.innerHTML;
  };
  const tell = () => { said.textContent = waiting.count() ? form.dataset.waiting.replace("0", waiting.count()) : form.dataset.kept; };

  async function send() {
    if (busy) return;
    busy = true;
    for (let line = waiting.first(); line; line = waiting.first()) {
      tell();
      try {
        const body = new URLSearchParams({ ...line, csrf: form.elements.csrf.value });
        const answer = await fetch(form.action, { method: "POST", body });
        if (answer.ok) { waiting.done(line.key); fresh(await answer.text()); continue; }
        // Refused for good: back to the field, where its words can be mended; nothing typed is lost.
        if (answer.status === 422) {
          waiting.done(line.key);
          if (!field.value.trim()) field.value = line["note-words"];
          said.textContent = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#errors li")?.textContent ?? "!";
          busy = false;
          return;
        }
        break;
      } catch { break; }
    }
    busy = false;
    tell();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!field.value.trim()) return;
    const { "note-topic": topic, "note-how": how } = form.elements;
    waiting.add({ act: "note", key: crypto.randomUUID(), "note-words": field.value, "note-topic": topic.value, "note-how": how.value });
    field.value = "";
    field.focus();
    send();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  });
  addEventListener("keydown", (event) => {
    const topics = [...form.querySelectorAll("input[name=note-topic]")];
    const chosen = event.altKey && topics.find((topic) => topic.value === event.key);
    if (chosen) { event.preventDefault(); chosen.checked = true; field.focus(); }
  });
  setInterval(() => { if (waiting.count()) send(); }, EVERY);
  listen(location.pathname.replace(/notes$/, "stream"), async () => {
    if (busy || waiting.count()) return;
    try {
      const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
      if (answer.ok && !answer.redirected) fresh(await answer.text());
    } catch { /* the next look comes */ }
  });
  field.focus();
  send();
}

if (form) start();
