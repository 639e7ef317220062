//! Who calls: a guard stands in front of every route, as its row of the table says, and hands its handler who it is.

use crate::app::App;
use crate::cookie::{DEVICE, SESSION, VISIT, cookie, cookie_key, is_marked};
use crate::form::KEY_MOST;
use crate::lang::L;
use crate::page::{self, Page, User, encode};
use crate::problem::Problem;
use crate::rate_limit::networks;
use crate::roles::{ANY, Access, CASES};
use crate::session;
use crate::sign_in_tries::Browser;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use domain::case::{self, CaseId};
use domain::district::{District, Scope, Token, UnitCode, UnitKind};
use domain::{Actor, Label, Lang, Role};
use std::net::{IpAddr, SocketAddr};
use store::access::{self, Due};

/// A signed-in account at its post.
#[derive(Clone, Debug)]
pub(crate) struct Staff {
    /// The account's number.
    pub(crate) account: u32,
    /// Its sign-in name.
    pub(crate) user: String,
    /// Its unit.
    pub(crate) unit: UnitCode,
    /// Its role.
    pub(crate) role: Role,
    /// The form token of its session, as hex.
    pub(crate) form: String,
    /// The key of its session.
    pub(crate) session: [u8; 32],
    /// What it must do before anything else.
    pub(crate) due: Due,
}

impl Staff {
    /// As the desk knows it.
    pub(crate) fn actor(&self) -> Actor {
        Actor::Staff { account: self.account, unit: self.unit.clone(), role: self.role }
    }

    /// Whether it sits at the discipline unit: only there sealed cases are listed.
    pub(crate) fn is_discipline(&self, district: &District) -> bool {
        district.units.get(&self.unit).is_some_and(|u| u.kind == UnitKind::Discipline)
    }
}

impl FromRequestParts<App> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        // The guard of the route has put it there; a handler on a route without that guard gets nobody.
        parts.extensions.get::<Staff>().cloned().ok_or_else(Problem::not_yours)
    }
}

/// A resident who has opened a case, and what it was opened with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visit(pub(crate) CaseId, pub(crate) case::Visit);

impl FromRequestParts<App> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        parts.extensions.get::<Visit>().copied().ok_or_else(Problem::wrong_secret)
    }
}

/// Stands in front of every route: who may call it, by the route's row. What is not allowed there ends here.
pub(crate) async fn guard(
    State((app, access)): State<(App, Access)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    // U+0000 can't be kept in a PostgreSQL text, and nobody types it.
    if request.uri().query().is_some_and(|q| q.contains("%00")) {
        return Err(Problem::form());
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) && access.is_page() {
        same_origin(&app, request.headers())?;
    }
    if access.is_page()
        && let Some(staff) = signed_in(&app, request.headers()).await?
    {
        match (access, session::due_page(staff.due)) {
            (Access::Entering, _) | (_, None) => drop(request.extensions_mut().insert(staff)),
            (Access::Staff(_), Some(page)) if request.method() == Method::GET => return Ok(page::go(page)),
            // Whoever has not come in yet is nobody on every page but those on the way in.
            _ => {}
        }
    }
    let roles = match access {
        Access::Staff(roles) => roles,
        _ => ANY,
    };
    match access {
        Access::Staff(_) | Access::Entering => match request.extensions().get::<Staff>() {
            None if request.method() == Method::GET => {
                let to = request.uri().path_and_query().map_or("/", |p| p.as_str());
                return Ok(page::go(&format!("/sign-in?to={}", encode(to))));
            }
            None => return Err(Problem::signed_out()),
            Some(staff) if !roles.contains(&staff.role) => return Err(Problem::not_yours()),
            Some(_) => {}
        },
        Access::Visit => {
            let visit = cookie(request.headers(), VISIT).and_then(|c| app.visits().look(cookie_key(c)));
            match visit {
                Some((id, visit)) => {
                    let marked = visit.marked || is_marked(request.headers());
                    request.extensions_mut().insert(Visit(id, case::Visit { marked, ..visit }));
                }
                None if request.method() == Method::GET => return Ok(page::go("/follow?done=visit-over")),
                None => return Err(Problem::visit_over()),
            }
        }
        Access::Public
        | Access::Intake
        | Access::CaseSecret
        | Access::CaseCaller
        | Access::Reader
        | Access::RecordReader
        | Access::RecordCaller
        | Access::ActCaller
        | Access::ActToken => {}
    }
    Ok(next.run(request).await)
}

/// The account of the session cookie, if the session lives and the account is open.
async fn signed_in(app: &App, headers: &HeaderMap) -> Result<Option<Staff>, Problem> {
    let Some(value) = cookie(headers, SESSION).filter(|v| v.len() == 64) else { return Ok(None) };
    let (key, number) = (cookie_key(value), app.desk().number());
    let Some(session) = app.read(move |db, _| access::session(db, number, key)).await? else { return Ok(None) };
    let now = app.desk().now().0;
    if session::is_over(&session, now) {
        return Ok(None);
    }
    let district = app.desk().district();
    let Some(account) = district.accounts.get(&session.account).filter(|a| !a.closed) else { return Ok(None) };
    if session::is_to_touch(&session, now) {
        app.desk().put(vec![access::touch_session(number, key, now)]).await?;
    }
    let form = session.form.iter().map(|b| format!("{b:02x}")).collect();
    let (unit, role, user) = (account.unit.clone(), account.role, account.user.clone());
    Ok(Some(Staff { account: account.id, user, unit, role, form, session: key, due: session.due }))
}

/// Refuses what another site made the browser send.
pub(crate) fn same_origin(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).and_then(|h| h.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site").and_then(|h| h.to_str().ok())
        && !matches!(site, "same-origin" | "none")
    {
        return Err(Problem::other_site());
    }
    match text(ORIGIN) {
        Some(origin) if !app.site().is_own(origin, text(HOST)) => Err(Problem::other_site()),
        _ => Ok(()),
    }
}

/// How a visitor wants pages: language, size of print, where they are, and who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) l: L,
    pub(crate) large: bool,
    /// The path without its query.
    pub(crate) path: String,
    /// `?done=…`: what the page before has just done, as a message `done-…`.
    pub(crate) done: Option<String>,
    pub(crate) staff: Option<Staff>,
    /// The tags of what the caller has already (`If-None-Match`).
    pub(crate) known: Option<String>,
    demo: bool,
    /// Whether this is a hall without network, whose ledger is merged afterwards.
    hall: bool,
    held: Option<desk::Hold>,
    district: std::sync::Arc<domain::district::District>,
    now: domain::Moment,
}

impl Visitor {
    /// From the parts of a request behind its guard.
    pub(crate) fn of(parts: &Parts, app: &App) -> Visitor {
        let query: Vec<(String, String)> =
            form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let asked = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let wanted = asked("lang").or_else(|| cookie(&parts.headers, "lang"));
        let accepted = parts.headers.get(ACCEPT_LANGUAGE).and_then(|h| h.to_str().ok()).unwrap_or_default();
        let lang = match wanted {
            Some("en") => Lang::En,
            Some("zh-CN") => Lang::Zh,
            _ if accepted.to_ascii_lowercase().starts_with("en") => Lang::En,
            _ => Lang::Zh,
        };
        let large = asked("print").or_else(|| cookie(&parts.headers, "print")) == Some("large");
        Visitor {
            l: L(lang),
            large,
            path: parts.uri.path().to_owned(),
            done: asked("done").map(|d| format!("done-{d}")),
            staff: parts.extensions.get::<Staff>().cloned(),
            known: crate::kept::known(&parts.headers),
            demo: app.is_demo(),
            hall: app.desk().is_hall(),
            held: app.desk().held(),
            district: app.desk().district(),
            now: app.desk().now(),
        }
    }

    /// What is said on top of every page of a demonstration and of a hall.
    fn said_first(&self) -> Option<String> {
        let l = self.l;
        let hall = self.hall.then(|| l.t("hall-banner"));
        let demo = self.demo.then(|| l.t_n("demo-banner", l.date(self.now.date())));
        hall.into_iter().chain(demo).reduce(|said, more| format!("{said} {more}"))
    }

    /// The frame of a page with this title. A page that staff opens is a desk page.
    pub(crate) fn page(&self, title: String) -> Page {
        let (l, form) = (self.l, self.staff.as_ref().map(|s| s.form.clone()));
        let staff = self.staff.as_ref().filter(|s| s.due == Due::Nothing);
        let mark = |s: &Staff| page::watermark(&self.district, l, s.account, s.role, s.unit.as_str(), self.now);
        let user =
            |s: &Staff| User { name: format!("{} · {}", self.district.unit_name(&s.unit, l.0), s.role.label(l.0)) };
        let page = Page {
            title,
            lang: l.0.tag(),
            large: self.large,
            desk: staff.is_some(),
            path: encode(&self.path),
            csrf: form.unwrap_or_default(),
            owner: staff.map(|s| s.account),
            user: staff.map(user),
            nav: page::nav(l, staff.map(|s| s.role), &self.path),
            notice: None,
            done_draft: None,
            watermark: staff.map(mark),
            find: staff.is_some_and(|s| CASES.contains(&s.role)),
            held: self.held.as_ref().map(|hold| hold.said(l.0).0),
            demo: self.said_first(),
        };
        match self.done.as_deref().filter(|key| l.has(key)) {
            // No tick where nothing has come right.
            Some(key) if key.contains("-unsolved-") => page.noting("info", l.t(key)),
            Some(key) => page.noting("ok", l.t(key)),
            None if staff.is_some_and(|s| self.is_to_agree(s)) => page.noting("bad", l.t("account-acts-wait")),
            None => page,
        }
    }
}

impl Visitor {
    /// Whether an act on an account waits for a second administrator and this account is to know of it.
    fn is_to_agree(&self, staff: &Staff) -> bool {
        !self.district.access.asked.is_empty() && self.district.is_guarded(&staff.unit, staff.role)
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Visitor::of(parts, app))
    }
}

/// The address that a request comes from; of an IPv6 address the first 64 bits, as one household has all the rest.
pub(crate) struct From(pub(crate) IpAddr);

impl FromRequestParts<App> for From {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip().to_canonical());
        let peer = peer.ok_or_else(Problem::broken)?;
        // Behind a proxy that we know the last hop that it names is the caller; from elsewhere the header is hearsay.
        let named = parts.headers.get_all("x-forwarded-for").iter().next_back().and_then(|h| h.to_str().ok());
        if !app.is_proxy(peer) {
            if named.is_some() {
                app.warn_of_proxy();
            }
            let [household, _] = networks(peer);
            return Ok(From(household));
        }
        let hop = named.and_then(|h| h.rsplit(',').next()).and_then(hop);
        let [household, _] = networks(hop.unwrap_or(peer));
        Ok(From(household))
    }
}

impl FromRequestParts<App> for Browser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let From(from) = From::from_request_parts(parts, app).await?;
        Ok(Browser { from, device: cookie(&parts.headers, DEVICE).map(str::to_owned) })
    }
}

/// The address of a hop as proxies write it: bare, with a port, an IPv6 one in brackets, in quotes.
fn hop(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = || text.trim_start_matches('[').trim_end_matches(']').parse().ok();
    text.parse::<SocketAddr>().map(|at| at.ip()).ok().or_else(bare)
}

/// Whoever may hand in a case: a system with a token of scope intake, or a resident, whose address is counted.
pub(crate) struct IntakeCaller {
    /// Who acts.
    pub(crate) actor: Actor,
    /// The scope of the caller's idempotency keys, and how long they must be: whoever has no token shares a scope with
    /// everybody, so that only chance keeps two keys apart.
    pub(crate) scope: String,
    pub(crate) key_least: usize,
}

impl FromRequestParts<App> for IntakeCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        json_only(&parts.headers)?;
        if !parts.headers.contains_key(AUTHORIZATION) {
            same_origin(app, &parts.headers)?;
            let From(from) = From::from_request_parts(parts, app).await?;
            app.limits().count_intake(from)?;
            return Ok(IntakeCaller { actor: Actor::Resident, scope: "resident".into(), key_least: KEY_OF_CHANCE });
        }
        let name = token(parts, app, &[Scope::Intake]).await?.name;
        Ok(IntakeCaller { scope: format!("token {name}"), key_least: 1, actor: Actor::System { name } })
    }
}

/// Refuses a body that is not said to be JSON: a page of another site can send text, and forms; JSON only if we let it.
pub(crate) fn json_only(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(CONTENT_TYPE).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().map(str::trim).unwrap_or_default();
    if kind.eq_ignore_ascii_case("application/json") { Ok(()) } else { Err(Problem::not_json()) }
}

/// The idempotency key of a request, of so many visible characters at least; none if none was sent.
pub(crate) fn idempotency_key(headers: &HeaderMap, least: usize) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let fits = |key: &&str| (least..=KEY_MOST).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    value.to_str().ok().filter(fits).map(Some).ok_or_else(|| Problem::key(least))
}

/// 128 random bits take so many characters in base 64; a UUID has more.
const KEY_OF_CHANCE: usize = 22;

/// A connected system with a token of scope read.
pub(crate) struct ReadToken;

impl FromRequestParts<App> for ReadToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        token(parts, app, &[Scope::Read]).await.map(|_| ReadToken)
    }
}

/// A connected system that reads records of registers, with a token of scope read or act.
pub(crate) struct RecordReader {
    /// The unit at which it may act there too.
    pub(crate) unit: Option<UnitCode>,
}

impl FromRequestParts<App> for RecordReader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let token = token(parts, app, &[Scope::Read, Scope::Act]).await?;
        Ok(RecordReader { unit: token.post.map(|post| post.unit) })
    }
}

/// A connected system that acts on records of registers at a post, with a token of scope act.
pub(crate) struct ActToken {
    /// Its name.
    pub(crate) name: String,
    /// As the desk knows it.
    pub(crate) actor: Actor,
}

impl FromRequestParts<App> for ActToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let token = token(parts, app, &[Scope::Act]).await?;
        let actor = token.actor().ok_or_else(Problem::token)?;
        Ok(ActToken { name: token.name, actor })
    }
}

/// The bearer token of a request, if it may be used now and is of one of these scopes.
async fn token(parts: &Parts, app: &App, scopes: &[Scope]) -> Result<Token, Problem> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|h| h.to_str().ok());
    let token = header.and_then(|h| h.strip_prefix("Bearer ")).ok_or_else(Problem::token)?;
    let name = app.token(cookie_key(token.trim())).await?.ok_or_else(Problem::token)?;
    let district = app.desk().district();
    let token = district.open_token(&name, app.desk().now()).filter(|token| scopes.contains(&token.scope));
    token.cloned().ok_or_else(Problem::token)
}

/// The secret that opens a case to its resident: the header `Case-Secret`.
pub(crate) struct CaseSecret(pub(crate) String);

impl FromRequestParts<App> for CaseSecret {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let header = parts.headers.get("case-secret").and_then(|h| h.to_str().ok());
        header.map(|h| CaseSecret(h.trim().to_owned())).ok_or_else(Problem::wrong_secret)
    }
}

/// Whoever comes to a case: its resident with the secret, or a post with its token. The secret holds where both are sent.
pub(crate) enum CaseCaller {
    Resident(CaseSecret),
    Post(ActToken),
}

impl FromRequestParts<App> for CaseCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if parts.headers.contains_key(AUTHORIZATION) && !parts.headers.contains_key("case-secret") {
            return ActToken::from_request_parts(parts, app).await.map(CaseCaller::Post);
        }
        CaseSecret::from_request_parts(parts, app).await.map(CaseCaller::Resident)
    }
}

/// The long secret of a record's party, if the header `Record-Secret` has one.
fn record_secret(parts: &Parts) -> Option<String> {
    let header = parts.headers.get("record-secret").and_then(|h| h.to_str().ok());
    header.map(|h| h.trim().to_owned())
}

/// Whoever looks at a record: a system with its token, or a party to it with the record's secret, which holds where both are
/// sent.
pub(crate) enum RecordCaller {
    Reader(RecordReader),
    Party(String),
}

impl FromRequestParts<App> for RecordCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match record_secret(parts) {
            Some(secret) => Ok(RecordCaller::Party(secret)),
            None => RecordReader::from_request_parts(parts, app).await.map(RecordCaller::Reader),
        }
    }
}

/// Whoever acts on a record, likewise.
pub(crate) enum ActCaller {
    Post(ActToken),
    Party(String),
}

impl FromRequestParts<App> for ActCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match record_secret(parts) {
            Some(secret) => {
                same_origin(app, &parts.headers)?;
                Ok(ActCaller::Party(secret))
            }
            None => ActToken::from_request_parts(parts, app).await.map(ActCaller::Post),
        }
    }
}
