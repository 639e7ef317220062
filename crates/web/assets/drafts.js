// What stays on the device of what somebody types: whose it is, and when it goes.
//
//   <body data-owner="17">   A signed-in account: its drafts stay on the device under its number for 7 days, as whoever has no
//                            signal sends later. Signing out ends them; no other account and no visitor is shown them.
//   <body>                   A visitor: a draft belongs to this tab, for two hours. The next one at the same browser finds none.
//
// An accusation is kept nowhere, nor is anything once "leave nothing behind on this device" is ticked (form.js asks).

const PREFIX = "doorstep-draft:", HOUR = 36e5;
export const ACCOUNT_HOURS = 7 * 24, VISIT_HOURS = 2;

const ACCUSES = /检举|举报|控告|贿|贪污|红包|回扣|腐败|brib|corrupt|embezzl/i;

/** Whether the fields of a form, [[name, value]], are or may become an accusation: its words come before its kind is chosen. */
export const isAccusation = (fields) => fields.some(([name, value]) =>
  (name === "track" && value === "accusation") || (name === "accused" && value !== "") || (["text", "title"].includes(name) && ACCUSES.test(value)));

/** The drafts of an owner ("" for a visitor) in a page's two storages. Storage that is switched off keeps nothing. */
export function drafts(owner, storages, now = Date.now) {
  const storage = owner ? storages.local : storages.session, hours = owner ? ACCOUNT_HOURS : VISIT_HOURS;
  const mine = owner ? `${PREFIX}${owner}:` : PREFIX;
  const guarded = (work, other) => { try { return work(); } catch { return other; } };
  const names = (of) => Array.from({ length: of?.length ?? 0 }, (_, n) => of.key(n)).filter((name) => name.startsWith(PREFIX));
  const read = (of, name) => guarded(() => JSON.parse(of.getItem(name)), null);
  const fresh = (draft, most) => draft && now() - draft.saved < most * HOUR;
  return {
    load: (form) => guarded(() => { const draft = read(storage, mine + form); return fresh(draft, hours) ? draft : null; }, null),
    save: (form, draft) => guarded(() => { storage.setItem(mine + form, JSON.stringify({ ...draft, saved: now() })); return true; }, false),
    drop: (form) => guarded(() => storage.removeItem(mine + form)),
    /** All drafts of this owner: at the end of a session or visit. */
    end: () => guarded(() => names(storage).filter((name) => name.startsWith(mine)).forEach((name) => storage.removeItem(name))),
    /** What is old, and what has no owner on the device: an earlier version kept every visitor's words there. */
    tidy: () => guarded(() => names(storages.local)
      .filter((name) => !/^doorstep-draft:\d+:/.test(name) || !fresh(read(storages.local, name), ACCOUNT_HOURS))
      .forEach((name) => storages.local.removeItem(name))),
  };
}

function ofThisPage() {
  const own = drafts(document.body.dataset.owner ?? "", {
    get local() { try { return localStorage; } catch { return null; } },
    get session() { try { return sessionStorage; } catch { return null; } },
  });
  own.tidy();
  // The ways out: of a session here, of all sessions, of a visit.
  addEventListener("submit", (event) => {
    const to = event.target.getAttribute("action");
    if (to === "/sign-out" || to === "/case/leave" || (to === "/account/sessions/end" && event.submitter?.value === "all")) own.end();
  });
  return own;
}

/** The drafts of whoever looks at this page. */
export const own = typeof document === "undefined" ? null : ofThisPage();
