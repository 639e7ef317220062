// Keeps what somebody types, sends it once, and says honestly whether it has arrived. Every form works without this file.
//
//   <form method="post" data-draft="raise" [data-send]>      data-draft: a name for the draft, one a form
//     <input type="hidden" name="key" value="…">             idempotency key: the same key twice is one case
//     fields …                                               data-no-draft on a field: never kept on the phone
//     <div class="draft" data-draft-state role="status" hidden></div>
//     <input type="file" data-photo> <div data-photo-preview></div>
//
//     <p data-keep-nothing hidden><label><input type="checkbox">…</label></p>   before the first field: no draft at all
//
// Draft   : fields are kept as drafts.js says, in this tab or for this account; never passwords, files or hidden fields, never
//           an accusation, nothing once the box is ticked. A page that carries <meta name="draft-done" content="raise">
//           removes the draft: the server has it now.
// Sending : (data-send) by fetch with the same key until the server has answered. It says where to go by JSON
//           {"location": "/…"} (asked for by Accept) or by a redirect; any other answer below 500 is shown by sending
//           the form the ordinary way: the same key, so nothing is done twice.
// Printing: <button type="button" data-print hidden> opens the browser's own dialog; without this file it is not there.
// Photos  : made smaller on the device before they are sent; drawing them anew also drops the position stored in them.

import { own, isAccusation } from "./drafts.js";

const zh = !document.documentElement.lang.startsWith("en");
const say = (chinese, english) => (zh ? chinese : english);
const PHOTO_SIDE = 1600;

const kept = (field) => field.name && !field.hasAttribute("data-no-draft") &&
  !["hidden", "password", "file", "submit", "button"].includes(field.type);
function read(form) {
  return [...form.elements].filter(kept).filter((f) => !["checkbox", "radio"].includes(f.type) || f.checked).map((f) => [f.name, f.value]);
}
const empty = (form) => [...form.elements].filter(kept).every((f) =>
  ["checkbox", "radio"].includes(f.type) ? f.checked === f.defaultChecked : f.tagName === "SELECT" || f.value === "");
function fill(form, fields) {
  for (const field of [...form.elements].filter(kept)) {
    const values = fields.filter(([name]) => name === field.name).map(([, value]) => value);
    if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
    else if (values.length) field.value = values[0];
  }
}
const clock = (ms) => new Date(ms).toLocaleString(zh ? "zh-CN" : "en", { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });

function keepDraft(form) {
  const name = form.dataset.draft, line = form.querySelector("[data-draft-state]"), key = form.elements.key;
  const nothing = form.querySelector("[data-keep-nothing]"), box = nothing?.querySelector("input");
  if (nothing) nothing.hidden = false;
  const keepsNothing = () => Boolean(box?.checked) || isAccusation(read(form));
  let sending = false, waiting = 0, attempts = 0, tried = false, pause = 0;

  const state = (text, held, ...actions) => {
    if (!line) return;
    line.hidden = !text;
    line.classList.toggle("is-held", held);
    line.replaceChildren(text, ...actions.map(([label, act]) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-plain", textContent: label });
      button.addEventListener("click", act);
      return button;
    }));
  };
  // What the server has acknowledged keeps its key for as long as the tab is open: the back button brings a form back with
  // all that stood in it and a new key, and the same words once more are the same case. Only a sum of the words is kept.
  const sentName = `doorstep-sent:${form.dataset.draft}`;
  const sum = () => [...JSON.stringify(read(form))].reduce((h, c) => (Math.imul(h, 31) + c.codePointAt(0)) | 0, 7);
  const acknowledged = () => { if (!keepsNothing()) try { sessionStorage.setItem(sentName, JSON.stringify([sum(), key?.value])); } catch { /* storage is switched off */ } };
  const useKeyOfTheSame = () => {
    try {
      const [of, old] = JSON.parse(sessionStorage.getItem(sentName)) ?? [];
      if (old && key && of === sum()) key.value = old;
    } catch { /* storage is switched off */ }
  };
  const forget = () => { own.drop(name); tried = false; clearTimeout(waiting); };
  // Once a sending was tried, its key stays with the draft: the server may have it already, and must see the same key.
  const store = () => {
    if (keepsNothing()) { own.drop(name); return false; }
    return own.save(name, { fields: read(form), key: tried && key ? key.value : null });
  };
  box?.addEventListener("change", () => { clearTimeout(pause); store(); form.autocomplete = box.checked ? "off" : "on"; state("", false); });

  const draft = own.load(name);
  if (draft && empty(form)) {
    fill(form, draft.fields);
    if (draft.key && key) { key.value = draft.key; tried = true; }
    state(draft.key
      ? say("上次还没有确认收到。您写的都在，请再提交一次；不会变成两件。", "It was not confirmed last time. What you wrote is here; submit again: it will not become two.")
      : say(`找回了您 ${clock(draft.saved)} 写的内容。照片要重新选。`, `Restored what you wrote on ${clock(draft.saved)}. Photos have to be chosen again.`), Boolean(draft.key),
    [say("不要了，清空", "Clear it"), () => { forget(); form.reset(); state("", false); }]);
  }

  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => {
      const kept = store();
      if (!tried) state(kept ? say("已暂存在这部手机上，还没有提交。", "Kept on this device, not submitted yet.") : "", false);
    }, 400);
  });
  addEventListener("pagehide", () => { if (!sending && !empty(form) && own.load(name)) store(); });

  const buttons = (off) => form.querySelectorAll("button:not([type=button])").forEach((b) => b.setAttribute("aria-disabled", String(off)));
  let submitter = null;

  async function send() {
    if (sending) return;
    useKeyOfTheSame();
    sending = true; tried = true; buttons(true); clearTimeout(waiting); store();
    state(say("正在提交……", "Sending…"), false);
    let response;
    try {
      const body = new FormData(form);
      if (submitter?.name) body.append(submitter.name, submitter.value);
      const plain = form.enctype !== "multipart/form-data";
      response = await fetch(form.getAttribute("action") || location.href, { method: "POST", credentials: "same-origin",
        headers: { Accept: "application/json, text/html" }, body: plain ? new URLSearchParams(body) : body });
      if (response.status >= 500) throw new Error("server");
    } catch {
      sending = false; buttons(false);
      const seconds = Math.min(60, 5 * 2 ** attempts++);
      waiting = setTimeout(send, seconds * 1000);
      state(keepsNothing()
        ? say("还没有发出去，这台设备上也没有保存。请不要关掉这个页面，有网络后会自动再试。", "Not sent yet, and not kept on this device: leave this page open; it will be tried again when there is a network.")
        : say("还没有发出去，内容保存在这部手机上。有网络后会自动再试。", "Not sent yet; it is kept on this device and will be tried again when there is a network."), true,
        [say("现在再试", "Try now"), send]);
      return;
    }
    if (response.redirected) { acknowledged(); forget(); location.assign(response.url); return; }
    if ((response.headers.get("content-type") ?? "").startsWith("application/json")) {
      const answer = await response.json().catch(() => ({}));
      if (response.ok && answer.location) { acknowledged(); forget(); location.assign(answer.location); return; }
    }
    // Refused, or answered with a page: let the browser send it and show that page. requestSubmit is not used, as it would come back here.
    if (submitter?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value }));
    HTMLFormElement.prototype.submit.call(form);
  }

  form.addEventListener("submit", (event) => {
    if (!form.hasAttribute("data-send") || !window.fetch) {
      if (sending) event.preventDefault(); // a double tap
      sending = true; tried = true; store();
      return;
    }
    event.preventDefault();
    submitter = event.submitter ?? null;
    attempts = 0;
    send();
  });
  addEventListener("online", () => { if (tried && !sending && attempts) send(); });
  addEventListener("pageshow", (event) => { if (event.persisted) { sending = false; buttons(false); } }); // the back button
}

async function smaller(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, PHOTO_SIDE / Math.max(picture.width, picture.height));
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
  return { canvas, file: new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) };
}

function shrinkPhotos(input) {
  const preview = input.form?.querySelector("[data-photo-preview]");
  input.addEventListener("change", async () => {
    preview?.replaceChildren();
    const out = new DataTransfer();
    for (const file of input.files) {
      try {
        const made = await smaller(file);
        made.canvas.setAttribute("role", "img");
        made.canvas.setAttribute("aria-label", file.name);
        preview?.append(made.canvas);
        out.items.add(made.file);
      } catch { out.items.add(file); } // a kind that this browser can't draw: the server decides
    }
    input.files = out.files; // does not fire "change" again
  });
}

for (const done of document.querySelectorAll("meta[name=draft-done]")) own.drop(done.content);
document.querySelectorAll("form[data-draft]").forEach(keepDraft);
if (window.createImageBitmap && window.DataTransfer) document.querySelectorAll("input[type=file][data-photo]").forEach(shrinkPhotos);
document.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => print()); });
document.getElementById("errors")?.focus();
