// What stands on a wall is fetched anew every few seconds, and put in place only where it has changed, so that nothing blinks
// and a screen reader is not told the same twice. <div id="live" data-live="/address">

const EVERY = 3000;
const live = document.getElementById("live");

async function look() {
  try {
    const answer = await fetch(live.dataset.live, { headers: { accept: "text/html" } });
    if (answer.ok && !answer.redirected) {
      const now = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
      if (now && now.innerHTML !== live.innerHTML) live.innerHTML = now.innerHTML;
    }
  } catch { /* the line is down: the next look comes */ }
  setTimeout(look, EVERY);
}

if (live) setTimeout(look, EVERY);
