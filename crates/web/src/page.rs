//! The frame of every page: who looks, in which language, what stands in the navigation.

use crate::lang::L;
use crate::roles::{CASES, READERS};
use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use domain::district::District;
use domain::register::Shelf;
use domain::{Label, Lang, Moment, Role};

/// An entry of the navigation.
pub(crate) struct NavItem {
    pub(crate) href: String,
    pub(crate) label: String,
    pub(crate) current: bool,
    pub(crate) count: Option<u64>,
}

/// Who is signed in, as the page names it: a post, never a person.
pub(crate) struct User {
    pub(crate) name: String,
}

/// What just happened: kind "ok", "bad" or "info".
pub(crate) struct Notice {
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

/// An option of a select, a radio group or tick boxes.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) selected: bool,
}

impl Choice {
    /// Every value of a vocabulary, one of them chosen.
    pub(crate) fn all<T: Label>(l: L, chosen: &str) -> Vec<Choice> {
        Choice::some(T::ALL, l, chosen)
    }

    /// Some values of a vocabulary, one of them chosen.
    pub(crate) fn some<T: Label>(values: &[T], l: L, chosen: &str) -> Vec<Choice> {
        values.iter().map(|v| Choice::of(v.code(), v.label(l.0), chosen)).collect()
    }

    /// One choice.
    pub(crate) fn of(value: &str, label: &str, chosen: &str) -> Choice {
        Choice { value: value.to_owned(), label: label.to_owned(), hint: String::new(), selected: value == chosen }
    }
}

/// A fault at a field of a form.
#[derive(Clone, Debug)]
pub(crate) struct FieldError {
    pub(crate) field: String,
    pub(crate) text: String,
}

/// The status of a page whose form has these faults.
pub(crate) fn form_status(errors: &[FieldError]) -> StatusCode {
    if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
}

/// What `_base.html` reads.
pub(crate) struct Page {
    pub(crate) title: String,
    pub(crate) lang: &'static str,
    pub(crate) large: bool,
    pub(crate) desk: bool,
    /// Where it is shown again in another language or size; empty where it is shown once.
    pub(crate) path: String,
    pub(crate) csrf: String,
    /// The account whose drafts the page keeps on the device; a visitor's belong to the tab.
    pub(crate) owner: Option<u32>,
    pub(crate) user: Option<User>,
    pub(crate) nav: Vec<NavItem>,
    pub(crate) notice: Option<Notice>,
    pub(crate) done_draft: Option<String>,
    pub(crate) watermark: Option<String>,
    /// Whether the frame has a box to search cases in.
    pub(crate) find: bool,
    /// Said on top of every page while nothing can be taken down: why.
    pub(crate) held: Option<String>,
    /// Said on top of every page of a demonstration (the data is made up, and its clock is another), and of a hall.
    pub(crate) demo: Option<String>,
}

impl Page {
    /// Whether the navigation leads there: what nobody is led to is not offered elsewhere either.
    pub(crate) fn leads(&self, href: &str) -> bool {
        self.nav.iter().any(|item| item.href == href)
    }

    fn l(&self) -> L {
        L(if self.lang == "en" { Lang::En } else { Lang::Zh })
    }

    /// The frame above the page's own part.
    pub(crate) fn top(&self) -> Top<'_> {
        Top { l: self.l(), page: self }
    }

    /// What is said first: a hold, the demonstration, what just happened.
    pub(crate) fn said(&self) -> SaidFirst<'_> {
        SaidFirst { page: self }
    }

    /// The frame below the page's own part.
    pub(crate) fn foot(&self) -> Foot<'_> {
        Foot { l: self.l(), page: self }
    }

    /// How many pixels the watermark takes in letters of 13, with a gap behind it: the pattern is made of whole ones.
    pub(crate) fn mark_room(&self) -> usize {
        let letters = self.watermark.as_deref().unwrap_or_default().chars();
        letters.map(|c| if c.is_ascii() { 8 } else { 14 }).sum::<usize>() + 60
    }

    /// With what just happened.
    pub(crate) fn noting(mut self, kind: &'static str, text: String) -> Page {
        self.notice = Some(Notice { kind, text });
        self
    }
}

#[derive(Template)]
#[template(path = "_top.html")]
pub(crate) struct Top<'a> {
    l: L,
    page: &'a Page,
}

#[derive(Template)]
#[template(path = "_said.html")]
pub(crate) struct SaidFirst<'a> {
    page: &'a Page,
}

#[derive(Template)]
#[template(path = "_foot.html")]
pub(crate) struct Foot<'a> {
    l: L,
    page: &'a Page,
}

/// The navigation of a role; of everybody without one. Whoever works with cases finds every register there, too.
pub(crate) fn nav(l: L, role: Option<Role>, path: &str) -> Vec<NavItem> {
    let items: &[(&'static str, &str)] = match role {
        None => &[
            ("/raise", "nav-raise"),
            ("/follow", "nav-follow"),
            ("/figures", "nav-figures"),
            ("/verify", "nav-verify"),
        ],
        Some(Role::Grid) => &[("/intake", "nav-intake")],
        Some(Role::Clerk) => &[("/desk", "nav-desk"), ("/intake", "nav-intake")],
        Some(Role::Head) => &[
            ("/desk", "nav-desk"),
            ("/intake", "nav-intake"),
            ("/reviews", "nav-reviews"),
            ("/templates", "nav-templates"),
        ],
        Some(Role::Dispatcher) => {
            &[("/inbox", "nav-inbox"), ("/late", "nav-late"), ("/to-release", "nav-release"), ("/intake", "nav-intake")]
        }
        Some(Role::Supervisor) => &[("/late", "nav-late"), ("/reviews", "nav-reviews"), ("/to-release", "nav-release")],
        Some(Role::Leader) => &[("/leader", "nav-leader"), ("/late", "nav-late")],
        Some(Role::Auditor) => &[
            ("/ledger", "nav-ledger"),
            ("/openings", "nav-openings"),
            ("/late/asked", "nav-asked-late"),
            ("/sign-ins", "nav-sign-ins"),
            ("/exports", "nav-exports"),
        ],
        Some(Role::Administrator) => &[("/admin", "nav-admin")],
    };
    let is_here = |href: &str| path == href || path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'));
    let item = |href: String, key: &str| NavItem { current: is_here(&href), href, label: l.t(key), count: None };
    let own = items.iter().map(|(href, key)| item((*href).to_owned(), key));
    // An auditor comes to records from the ledger.
    let lists = role.is_some_and(|role| CASES.contains(&role) && role != Role::Auditor);
    let names = registers::listed().filter(|_| lists).map(Shelf::plural);
    let registers = names.map(|name| item(format!("/records/{name}"), &format!("nav-{name}")));
    let counts = role.is_some_and(|role| READERS.contains(&role));
    let figures = counts.then(|| item("/figures/live".to_owned(), "nav-figures"));
    own.chain(registers).chain(figures).collect()
}

/// The page a role begins its day on.
pub(crate) fn first_page(role: Role) -> &'static str {
    match role {
        Role::Grid => "/intake",
        Role::Clerk | Role::Head => "/desk",
        Role::Dispatcher => "/inbox",
        Role::Supervisor => "/late",
        Role::Leader => "/leader",
        Role::Auditor => "/ledger",
        Role::Administrator => "/admin",
    }
}

/// What is written across staff pages and their prints: unit, account and minute.
pub(crate) fn watermark(district: &District, l: L, account: u32, role: Role, unit: &str, now: Moment) -> String {
    let unit = district.unit_name(&unit.into(), l.0).to_owned();
    format!("{unit} {} #{account} {}", role.label(l.0), now.minute())
}

/// A page as an answer; with another status than 200 for a refused form.
pub(crate) fn show_with(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be drawn");
            crate::problem::Problem::broken().into_response()
        }
    }
}

/// A page as an answer.
pub(crate) fn show(template: &impl Template) -> Response {
    show_with(StatusCode::OK, template)
}

/// Sends the browser on by GET: what was posted is not posted again by going back.
pub(crate) fn go(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to.to_owned())]).into_response()
}

/// The code as addresses have it; it has been found, so it is well formed.
pub(crate) fn url_code(code: &str) -> String {
    desk::read_case_code(code).unwrap_or_default()
}

/// An address with its query: empty values are left out.
pub(crate) fn address(path: &str, query: &[(&str, &str)]) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    for (name, value) in query.iter().filter(|(_, v)| !v.is_empty()) {
        out.append_pair(name, value);
    }
    let query = out.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Percent-encodes what stands in a query.
pub(crate) fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// A path of this site.
pub(crate) fn safe_path(to: &str) -> Option<&str> {
    let plain = !to.contains('\\') && !to.chars().any(char::is_control);
    let own = to.starts_with('/') && !to.starts_with("//") && plain;
    own.then_some(to)
}
