// One question at a time: shows the steps of <form data-steps> one by one. Every answer stays in the one form, so that
// sending, drafts and photos are form.js's as before; without this file each question opens by a tap.
//
//   <form data-steps="Question @ of #" data-more="# more questions">         @: which one, #: how many
//     <div data-step>…</div> <details data-step><summary>…</summary>…</details>
//     <p data-step-count hidden></p> <button data-step-next data-first="Add more" hidden>
//     <button data-step-send data-early="Send it as it is"> <button data-step-back hidden>

import { dangerIn } from "./danger.js";

const form = document.querySelector("form[data-steps]");

function byStep(form) {
  const next = form.querySelector("[data-step-next]"), back = form.querySelector("[data-step-back]");
  const count = form.querySelector("[data-step-count]"), send = form.querySelector("[data-step-send]");
  const all = [...form.querySelectorAll("[data-step]")];
  const further = next.textContent, sending = send.textContent;
  let now = all[0];

  function show(step, focus) {
    now = step;
    const at = all.indexOf(step), last = at === all.length - 1;
    all.forEach((s) => { s.hidden = s !== step; });
    if (step.tagName === "DETAILS") step.open = true;
    // The first box says what more there is: nobody need open it to see that all of it is optional.
    count.hidden = false;
    count.textContent = (at === 0 ? form.dataset.more : form.dataset.steps.replace("@", at)).replace("#", all.length - 1);
    next.textContent = at === 0 ? next.dataset.first : further;
    next.hidden = last;
    // The large button goes on, as in every form; it is sent by a small one until nothing more is asked.
    send.classList.toggle("btn-main", last);
    send.textContent = last ? sending : send.dataset.early;
    back.hidden = at === 0;
    if (focus) (step.querySelector("summary, legend, textarea") ?? step).focus();
  }

  const step = (by) => { show(all[Math.min(all.length - 1, Math.max(0, all.indexOf(now) + by))], true); };
  next.addEventListener("click", () => step(1));
  back.addEventListener("click", () => step(-1));
  // The heading of the question that is asked does not close it.
  form.addEventListener("click", (event) => { if (event.target.closest("summary")?.parentElement.matches("[data-step]")) event.preventDefault(); });
  form.addEventListener("keydown", (event) => {
    // This Enter ends the composing of Chinese; Safari says so by its number alone.
    if (event.isComposing || event.keyCode === 229) return;
    const line = event.target.matches("input:not([type=radio], [type=checkbox], [type=file])");
    if (event.key !== "Enter" || !line || next.hidden) return;
    event.preventDefault();
    step(1);
  });
  // What is missing is shown before the browser points at it.
  form.addEventListener("invalid", (event) => {
    const at = event.target.closest("[data-step]");
    if (at && at !== now) show(at, false);
  }, true);
  form.classList.add("by-step");
  form.querySelector("[data-without-steps]").hidden = true;
  show(now, false);
}

// "Where I am": chooses the street whose middle is nearest. The position stays on the phone; what is sent is the street.
//     <p data-here data-asking="…" data-found="…@…" data-far="…" data-failed="…" hidden><button> <span role="status"></p>
//     <input name="street" value="…" data-at="NORTH, EAST">   in degrees

const FAR_KM = 30;

function here(place) {
  const streets = [...form.querySelectorAll("[name=street][data-at]")], said = place.querySelector("[role=status]");
  const far = (street, at) => {
    const [north, east] = street.dataset.at.split(",").map(Number);
    return Math.hypot(north - at.latitude, (east - at.longitude) * Math.cos((north * Math.PI) / 180)) * 111.2;
  };
  const found = ({ coords }) => {
    const nearest = streets.reduce((a, b) => (far(b, coords) < far(a, coords) ? b : a));
    if (far(nearest, coords) > FAR_KM) { said.textContent = place.dataset.far; return; }
    nearest.click();
    said.textContent = place.dataset.found.replace("@", nearest.closest("label").innerText.trim());
  };
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => {
    said.textContent = place.dataset.asking;
    const failed = () => { said.textContent = place.dataset.failed; };
    navigator.geolocation.getCurrentPosition(found, failed, { timeout: 15000 });
  });
}

// Whom to call before anything is sent, once the text names a danger.
//     <div data-dangers="[…]" data-said="You wrote @: call #" hidden>…<p></p></div>

function warn(box) {
  const dangers = JSON.parse(box.dataset.dangers), text = box.closest("form").elements.text, said = box.querySelector("p");
  const look = () => {
    const found = dangerIn(text.value, dangers);
    const words = found ? box.dataset.said.replace("@", found.word.replace("…", "……")).replace("#", found.danger.call) : "";
    // What has not changed is not read out once more.
    if (words !== said.textContent) said.textContent = words;
    box.hidden = !found;
  };
  text.addEventListener("input", look);
  look();
}

const box = document.querySelector("[data-dangers]");
if (box) warn(box);
if (form) byStep(form);
const place = form?.querySelector("[data-here]");
if (place && navigator.geolocation && window.isSecureContext) here(place);
