// What stands on a wall is read anew when it has changed, and put in place only where it differs, so that nothing blinks and a
// screen reader is not told the same twice. <div id="live" data-live="/address" data-stream="/address/stream">

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

async function look() {
  try {
    const answer = await fetch(live.dataset.live, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const now = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
    if (now && now.innerHTML !== live.innerHTML) live.innerHTML = now.innerHTML;
  } catch { /* the line is down: the next look comes */ }
}

if (live) listen(live.dataset.stream, look, Number(live.dataset.every) || undefined);
