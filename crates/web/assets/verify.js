// The page /verify: reads a receipt from the text box, a file, or the part of the address after "#" (which browsers
// never send to a server), and says in plain words what the check shows and what it cannot show. The check itself is
// receipt.js and needs no network; only the second button asks the ledger of today.
//
// Markup:  <form data-verify> <textarea name="receipt"> <input type="file" data-receipt-file>
//          <textarea name="vkey"> <button class="btn btn-main">  <div data-verify-result role="status">…</div> </form>
// What stands in the result at first is for browsers too old to run this file (it needs BigInt): it is cleared here.
// The ledger's key comes from the field vkey; empty, from <script type="application/json" id="vkey">"…"</script>
// or <meta name="vkey" content="…">.
import { verifyReceipt, checkGrowth } from "./receipt.js";

const zh = !document.documentElement.lang.startsWith("en");
const say = (chinese, english) => (zh ? chinese : english);
const reasons = {
  format: () => say("这不是一张完整的回执，或者抄写时少了、多了什么。请用原文件再试一次。", "This is not a whole receipt, or something was lost in copying. Try the original file."),
  key: () => say("账本公钥这一行不对。请从公示栏或 /checkpoint.vkey 重新抄一遍。", "The line with the ledger's key is not right. Copy it again from the notice board or /checkpoint.vkey."),
  "other-key": () => say("这张回执不是用这把公钥对应的账本签的。请看公钥是否属于发回执的区。", "This receipt was not signed by the ledger that this key belongs to. Is it the key of the district that issued it?"),
  hall: () => say("这是会场离线时发的临时回执。会后并入全区账本以后，请用同一个编号查进度，在那里取新的回执来核对。", "This is a provisional receipt of a hall without network. Once the hall is merged, follow the case by the same code and check the new receipt from there."),
  signature: () => say("签名和内容对不上：回执上的账本记录被改过。", "The signature does not fit: the ledger's head on this receipt was changed."),
  entry: () => say("签名没有问题，但里面不是本系统的登记内容。", "The signature is good, but what it holds is not an entry of this system."),
  inclusion: () => say("登记内容和账本对不上：内容或位置被改过。", "The entry does not fit the ledger: its text or its place was changed."),
  shrunk: () => say("今天的账本比发回执时还短。账本丢了记录。请保存回执和这个页面。", "Today's ledger is shorter than when the receipt was issued. Records were dropped. Keep the receipt and this page."),
  rewritten: () => say("今天的账本不是从发回执时的账本接着写的。旧记录被改过。请保存回执和这个页面。", "Today's ledger does not continue the one of the receipt. Old records were changed. Keep the receipt and this page."),
};
const labels = { case: ["事项", "Case"], kind: ["登记种类", "Kind"], category: ["类别", "Category"], unit: ["单位", "Unit"],
  at: ["登记时间（到小时）", "Entered (to the hour)"], hour: ["登记时间（到小时）", "Entered (to the hour)"], body: ["内容的指纹", "Fingerprint of the content"], field: ["填过的一项（指纹）", "A field (fingerprint)"], due: ["最晚答复", "Due"],
  calendar: ["工作日历版本", "Calendar version"], rules: ["规则版本", "Rules version"], prev: ["同一事项上一条", "Previous entry of the case"] };

function element(name, className, content) {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (typeof content === "string") node.textContent = content; // never as HTML: a receipt is a stranger's text
  else if (content) node.append(...content);
  return node;
}
function seal(good) {
  return element("span", good ? "seal" : "seal seal-no", good ? say("核对\n无误", "Checked") : say("对不上", "Does\nnot fit"));
}
function facts(rows) {
  return element("dl", "facts", rows.flatMap(([term, value]) => [element("dt", "", term), element("dd", "num", value)]));
}

function show(place, result, vkey) {
  place.replaceChildren();
  if (!result.ok) {
    place.append(element("div", "sheet", [seal(false), element("p", "lead", reasons[result.reason]())]));
    return;
  }
  const entry = result.entry.map(([key, value]) => [labels[key]?.[zh ? 0 : 1] ?? key, value]);
  const later = element("button", "btn", say("再看看：今天的账本还接着它吗？（要联网）", "And today? Does the ledger still continue it? (needs the network)"));
  later.type = "button";
  const answer = element("div", "btns", []);
  answer.setAttribute("role", "status");
  later.addEventListener("click", () => compare(result, vkey, later, answer));
  place.append(element("div", "sheet", [
    seal(true),
    element("p", "lead", say(`下面的内容确实登记在账本里，是第 ${result.index + 1} 条，和发回执时账本签名的一模一样。当时账本共有 ${result.size} 条。`,
      `What follows was entered in the ledger, as number ${result.index + 1} of the ${result.size} that it held when the receipt was issued, exactly as the ledger signed it then.`)),
    facts([...entry, [say("账本", "Ledger"), result.origin]]),
    element("h3", "", say("这次核对不能说明什么", "What this check can't show")),
    element("ul", "", [
      element("li", "", say("不能说明写的内容是真的，只能说明登记的就是这些。", "Not that what was written is true; only that this is what was entered.")),
      element("li", "", say("不能说明别的事项都登记了。没拿到回执的，这里查不到。", "Not that every other matter was entered. What has no receipt can't be found here.")),
      element("li", "", say("不能说明账本后来没有改动，要点下面的按钮和今天的账本比。", "Not that the ledger was left alone afterwards; for that, compare it with today's by the button below.")),
      element("li", "", say("公钥如果也是从这个网站来的，请和公示栏、每年公报上印的对一对。", "If the key came from this website too, compare it with the one printed on the notice board or in the district's yearly bulletin.")),
    ]),
    element("div", "btns", [later]),
    answer,
  ]));
}

async function compare(result, vkey, button, answer) {
  button.disabled = true;
  answer.textContent = say("正在取今天的账本……", "Fetching today's ledger…");
  try {
    const growth = await checkGrowth(result, vkey, async (path) => {
      const response = await fetch(path, { credentials: "omit", cache: path === "/checkpoint" ? "no-store" : "default" });
      if (!response.ok) throw new Error(String(response.status));
      return new Uint8Array(await response.arrayBuffer());
    });
    answer.replaceChildren(element("p", growth.ok ? "notice notice-ok" : "notice notice-bad", growth.ok
      ? say(`接得上。今天的账本有 ${growth.size} 条，发回执时的 ${result.size} 条原样都在里面，只增不改。`,
        `It does. Today's ledger has ${growth.size} entries; the ${result.size} of the receipt's time are all in it, unchanged.`)
      : reasons[growth.reason]()));
  } catch {
    answer.textContent = say("没有取到今天的账本。上面的核对不受影响，等有网络再试。", "Today's ledger could not be fetched. The check above stands; try again when there is a network.");
  }
  button.disabled = false;
}

for (const form of document.querySelectorAll("form[data-verify]")) {
  const place = form.querySelector("[data-verify-result]"), box = form.elements.receipt, keyField = form.elements.vkey;
  const json = document.getElementById("vkey"), meta = document.querySelector("meta[name=vkey]");
  const pageKey = json ? JSON.parse(json.textContent) : meta?.content ?? "";
  if (keyField && !keyField.value) keyField.value = pageKey;
  place.replaceChildren();
  const check = () => {
    const vkey = (keyField?.value.trim() || pageKey).replace(/\s+/g, ""); // copied from paper, the line may be broken
    show(place, verifyReceipt(box.value, vkey), vkey);
    place.scrollIntoView({ block: "nearest" });
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); check(); });
  form.querySelector("[data-receipt-file]")?.addEventListener("change", async (event) => {
    const file = event.target.files[0];
    if (file && file.size < 100000) { box.value = await file.text(); check(); }
  });
  // A QR code may carry the receipt itself: /verify#r=<base64url of its text>.
  if (location.hash.startsWith("#r=")) {
    try {
      const bytes = atob(location.hash.slice(3).replaceAll("-", "+").replaceAll("_", "/"));
      box.value = new TextDecoder().decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)));
      check();
    } catch { /* not a receipt: the box stays empty */ }
  }
}
