//! Every page, as everybody who may see it: on small and large screens, in both languages, with what a person needs who
//! hears a page instead of seeing it.

use super::axe;
use super::site::{Site, user_of};
use super::tab::{Tab, browse, is_there};
use domain::{Label, Role};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use web::routes::{Access, Route, table};

/// Routes that answer with something else than a page.
const NO_PAGES: &[&str] = &[
    "/admin/import/template.xlsx",
    "/assets/{file}",
    "/case/copy",
    "/case/photo/{n}",
    "/case/receipt.tlog-proof",
    "/cases/{code}/photo/{n}",
    "/checkpoint",
    "/checkpoint.vkey",
    "/figures/feed.atom",
    "/healthz",
    "/language",
    "/ledger/{index}/receipt",
    "/metrics",
    "/open-data/{file}",
    // The collection of what pages are made of, for those who write pages; in Chinese alone.
    "/patterns",
    "/print-size",
    "/readyz",
    "/receipts/{file}",
    // Sends on to the day's page.
    "/receptions/{code}/book",
    "/receptions/{code}/calendar.ics",
    "/records/meetings/{code}/minutes.docx",
    "/records/{register}/{code}/stream",
    "/tile/{*path}",
];

/// Who looks at pages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Who {
    /// Somebody without a case.
    Anybody,
    /// A resident whose case is in this turn of its way.
    Resident(&'static str),
    /// A post.
    Post(Role),
    /// Whoever has given the password of this account and is asked for more.
    Entering(&'static str),
}

impl Who {
    pub fn name(self) -> &'static str {
        match self {
            Who::Anybody => "anybody",
            Who::Resident(turn) => turn,
            Who::Post(role) => role.code(),
            Who::Entering(user) => user,
        }
    }

    /// Whether a page is looked at as this person: what is for everybody, only once, unless it has more for posts.
    fn may(self, route: &Route) -> bool {
        match (self, route.access) {
            (Who::Anybody, Access::Public)
            | (Who::Resident(_), Access::Visit)
            | (Who::Entering(_), Access::Entering) => true,
            (Who::Post(_), Access::Public) => route.path.starts_with("/figures"),
            (Who::Post(role), Access::Staff(roles)) => roles.contains(&role),
            _ => false,
        }
    }
}

/// A page that nobody is led to: of an address that does not exist.
const NOT_LINKED: &[&str] = &["/no-such-page"];

/// The route of an address.
fn route_of(address: &str) -> Option<&'static Route> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let fits = |pattern: &str| {
        let (mut pieces, mut path) = (pattern.split('/'), path.split('/'));
        loop {
            match (pieces.next(), path.next()) {
                (None, None) => return true,
                (Some(piece), Some(given)) if piece == given || piece.starts_with('{') => {}
                _ => return false,
            }
        }
    };
    table().filter(|r| r.method == "GET" && fits(r.path)).min_by_key(|r| r.path.matches('{').count())
}

/// The addresses of all links of a page, and of the search box with a word in it.
const LINKS: &str =
    "return [...document.querySelectorAll('a[href^=\"/\"]:not([download])')].map((a) => a.getAttribute('href'))
       .concat([...document.querySelectorAll('header form.find')].map((f) => f.getAttribute('action') + '?q=lamp'))";

/// Goes to every page that somebody is led to from where that person begins, to at most so many of one route, and to
/// those of routes that are known already only if they are cases or where the person begins. Returns the routes.
pub async fn walk(
    tab: &Tab,
    who: Who,
    most: usize,
    known: &BTreeSet<&str>,
    mut visit: impl AsyncFnMut(&str),
) -> BTreeSet<&'static str> {
    let first = tab.path().await;
    let mut ahead = VecDeque::from([first.clone()]);
    if who == Who::Anybody {
        ahead.extend(["/"].into_iter().chain(NOT_LINKED.iter().copied()).map(str::to_owned));
    }
    let mut seen: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    while let Some(address) = ahead.pop_front() {
        let route = route_of(&address).filter(|r| who.may(r) && is_page(r.path)).map(|r| r.path);
        let route = route.or(NOT_LINKED.iter().find(|p| **p == address).copied());
        let new = |r: &&str| address == first || *r == "/cases/{code}" || !known.contains(r);
        let Some(of_route) = route.filter(new).map(|r| seen.entry(r).or_default()) else { continue };
        if of_route.len() == most || !of_route.insert(address.clone()) {
            continue;
        }
        tab.go(&address).await;
        let links = tab.run(LINKS).await;
        ahead.extend(links.as_array().unwrap().iter().map(|l| l.as_str().unwrap().to_owned()));
        visit(&address).await;
    }
    seen.into_keys().collect()
}

/// Whether people read what is there: what stands under `/api` is for programs.
fn is_page(path: &str) -> bool {
    !path.starts_with("/api/") && !NO_PAGES.contains(&path)
}

/// The residents are in different turns of a case's way.
const TURNS: &[&str] = &["raised", "asked", "answered", "review", "re_review", "sealed"];

/// Accounts that are asked for more than the password: for one of their own, for the code of a second factor, to set one up.
const ENTERING: &[&str] = &["new-password", "dispatcher-1", "new-factor"];

fn everybody() -> Vec<Who> {
    let turns = TURNS.iter().map(|turn| Who::Resident(turn));
    let entering = ENTERING.iter().map(|user| Who::Entering(user));
    let posts = Role::ALL.iter().map(|role| Who::Post(*role));
    [Who::Anybody].into_iter().chain(turns).chain(entering).chain(posts).collect()
}

/// Takes somebody's place.
async fn become_(tab: &Tab, site: &Site, who: Who) {
    let case = |turn| match turn {
        "raised" => &site.raised,
        "asked" => &site.asked,
        "answered" => &site.answered,
        "review" => &site.review,
        "re_review" => &site.re_review,
        _ => &site.sealed,
    };
    match who {
        Who::Anybody => tab.go("/").await,
        Who::Resident(turn) => tab.follow(&case(turn).code, &case(turn).digits).await,
        Who::Post(role) => {
            tab.sign_in(&user_of(role)).await;
            // Its cases are another post's too, but for what it does about them.
            if role == Role::Supervisor {
                tab.go("/reviews").await;
            }
        }
        Who::Entering(user) => tab.give_password(user, super::site::PASSWORD).await,
    }
}

/// What is wrong with the page as it stands, for a screen of WIDTH pixels: one sentence each.
const FAULTS: &str = r##"
const width = WIDTH, wrong = [];
const name = (e) => e.outerHTML.slice(0, 120);
const seen = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 1;
for (const fold of document.querySelectorAll("details")) fold.open = true;
const root = document.scrollingElement;
if (root.scrollWidth > width) {
  const wide = [...document.querySelectorAll("main *, header *, footer *")].filter((e) => seen(e) && e.getBoundingClientRect().right > width + 1);
  wrong.push("wider than the screen, " + root.scrollWidth + ": " + wide.slice(-2).map(name).join(" … "));
}
if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");
for (const e of document.querySelectorAll("input, select, textarea")) {
  if (e.type === "hidden") continue;
  if (!(e.labels?.length || e.ariaLabel || e.getAttribute("aria-labelledby"))) wrong.push("no label: " + name(e));
}
const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) { wrong.push("twice the id " + id); break; }
for (const e of document.querySelectorAll("[aria-describedby]"))
  for (const id of e.getAttribute("aria-describedby").trim().split(/\s+/)) if (!ids.includes(id)) wrong.push("no description " + id);
for (const e of document.querySelectorAll("img:not([alt])")) wrong.push("a picture without words: " + name(e));
if (width < 1000) for (const e of document.querySelectorAll("button, .btn, input, select, textarea, summary")) {
  if (e.type === "hidden" || !seen(e)) continue;
  const target = ["radio", "checkbox"].includes(e.type) && e.labels[0] || e;
  const high = target.getBoundingClientRect().height;
  if (high < 43.5) wrong.push("only " + high + " px high: " + name(e));
}
return wrong;
"##;

/// What of the page's words is in the wrong language: keys without a message; on an English page, Chinese letters.
const TONGUES: &str = r##"
const english = document.documentElement.lang === "en", wrong = [];
const words = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
const look = (text, where) => {
  if (english && /[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef]/.test(text)) wrong.push("Chinese on an English page: " + text.trim());
  if (KEYS.includes(text.trim())) wrong.push("a key instead of words: " + text.trim());
};
while (words.nextNode()) if (!words.currentNode.parentElement.closest("script, style, pre, code, textarea, [lang]:not(html)")) look(words.currentNode.data);
for (const e of document.querySelectorAll("[aria-label], [title], [placeholder], [alt], [data-label]"))
  for (const a of ["aria-label", "title", "placeholder", "alt", "data-label"]) if (e.hasAttribute(a)) look(e.getAttribute(a));
return [...new Set(wrong)];
"##;

/// The keys of all messages.
fn keys() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/locales/en");
    let files = folder.read_dir().unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let of = |text: String| {
        let lines = text.lines().filter_map(|l| l.split_once(" =")).map(|(key, _)| key.to_owned());
        lines.filter(|k| k.contains('-') && !k.contains(' ')).collect::<Vec<_>>()
    };
    files.flat_map(of).collect()
}

async fn faults(tab: &Tab, script: &str) -> Vec<String> {
    tab.run(script).await.as_array().unwrap().iter().map(|w| w.as_str().unwrap().to_owned()).collect()
}

/// Looks at a page on all screens: what is wrong.
async fn look(tab: &Tab, tongues: &str) -> Vec<String> {
    let mut found = faults(tab, tongues).await;
    found.extend(axe::violations(tab).await);
    for width in [1440, 390, 320] {
        tab.width(width).await;
        let script = FAULTS.replace("WIDTH", &width.to_string());
        found.extend(faults(tab, &script).await.into_iter().map(|f| format!("at {width}: {f}")));
    }
    found.extend(tab.complaints().await);
    found
}

/// Looks at every page of everybody in one language.
fn every_page_is_right(lang: &'static str) {
    if !is_there() {
        return;
    }
    let site = Site::serve();
    let tongues = TONGUES.replace("KEYS", &json!(keys()).to_string());
    browse(&site.server.address, async |tab| {
        let (mut wrong, mut seen) = (Vec::new(), BTreeSet::new());
        for who in everybody() {
            tab.forget_everybody().await;
            tab.go(&format!("/language?to={lang}&back=/")).await;
            become_(tab, &site, who).await;
            tab.complaints().await;
            // A resident's pages differ from turn to turn; a post's do not differ from post to post, but for cases.
            let known = if matches!(who, Who::Post(_)) { seen.clone() } else { BTreeSet::new() };
            let routes = walk(tab, who, 3, &known, async |page| {
                let mut found = look(tab, &tongues).await;
                // The browser itself complains of the status of a page that is not there.
                found.retain(|fault| !fault.contains("/no-such-page"));
                wrong.extend(found.into_iter().map(|f| format!("{} {lang} {page} {f}", who.name())));
            });
            seen.extend(routes.await);
        }
        assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
        let pages = table().filter(|r| r.method == "GET" && is_page(r.path));
        let missed: Vec<&str> = pages.map(|r| r.path).filter(|p| !seen.contains(p)).collect();
        assert!(missed.is_empty(), "no link leads to {missed:?}");
    });
}

#[test]
fn every_page_in_chinese_fits_every_screen_and_can_be_heard_and_touched() {
    every_page_is_right("zh-CN");
}

#[test]
fn every_page_in_english_fits_every_screen_and_speaks_english_alone() {
    every_page_is_right("en");
}
