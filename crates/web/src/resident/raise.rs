//! Raising something: one box to begin with, everything else optional, nothing lost by a refusal.

use super::{Form, fresh, marked};
use crate::app::App;
use crate::caller::{From, Visitor};
use crate::cookie::{VISIT, cookie, cookie_key, is_marked, set_cookie};
use crate::form::{KEY_MOST, Sent};
use crate::lang::L;
use crate::page::{Choice, FieldError, Page, go, show_with};
use crate::parts::history::history;
use crate::parts::photo::{self, NotTaken};
use crate::parts::telling::{self, Telling};
use crate::problem::Problem;
use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::{Failure, Key};
use domain::case::{CaseId, Contact, Door, Event, PHOTOS_MOST, Raise, Stage, Track, Trust, Visit, With, field};
use domain::district::{District, Unit, UnitKind};
use domain::{Actor, Label, Lang, Why};
use sha2::{Digest, Sha256};
use store::read::{self, Told};

/// The name under which a phone keeps what was typed here.
pub(crate) const DRAFT: &str = "raise";
/// Where the scope of these keys begins.
const SCOPE: &str = "resident-web";
/// How many examples stand beside a category.
const EXAMPLES: usize = 3;

#[derive(Template)]
#[template(path = "resident/raise.html")]
struct RaisePage {
    l: L,
    page: Page,
    form: Form,
    key: String,
    draft: &'static str,
    /// What is urgent, for the script that says whom to call while one writes.
    dangers: String,
    streets: Vec<Choice>,
    categories: Vec<Choice>,
    tracks: Vec<Choice>,
    units: Vec<Choice>,
    public: Vec<Choice>,
    telling: Telling,
}

/// `GET /raise`
pub(crate) async fn form(State(app): State<App>, visitor: Visitor) -> Response {
    restored(page(&app, &visitor, StatusCode::OK, Form::default(), app.random_text()))
}

/// A visit asks for the form anew and gets a new key; the back button brings it back as it was, with its key and all that
/// stood in it: sent again, it is the same case.
fn restored(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

impl RaisePage {
    /// Whether a phone can find a street by where it is.
    fn located(&self) -> bool {
        self.streets.iter().any(|street| !street.hint.is_empty())
    }
}

fn page(app: &App, visitor: &Visitor, status: StatusCode, form: Form, key: String) -> Response {
    let (l, district) = (visitor.l, app.desk().district());
    let template = RaisePage {
        l,
        page: marked(l, visitor.page(l.t("raise-title")), &form),
        key,
        draft: DRAFT,
        dangers: dangers(&district, l),
        streets: streets(&district, l, form.v("street")),
        categories: categories(&district, l, form.v("category")),
        tracks: tracks(l, form.v("track")),
        units: units(&district, l, form.v("accused")),
        telling: Telling::of(l, &app.messages().offers(), form.v("tell")),
        public: vec![Choice::of("yes", &l.t("raise-public"), form.v("public"))],
        form,
    };
    fresh(show_with(status, &template))
}

pub(super) fn streets(district: &District, l: L, chosen: &str) -> Vec<Choice> {
    let streets = district.units.values().filter(|u| u.kind == UnitKind::Street && !u.closed);
    // The hint is where the street is, for the phone that is asked.
    let hint = |u: &Unit| u.at.map(|point| point.to_string()).unwrap_or_default();
    streets.map(|u| Choice { hint: hint(u), ..Choice::of(u.code.as_str(), u.name(l.0), chosen) }).collect()
}

fn units(district: &District, l: L, chosen: &str) -> Vec<Choice> {
    district.units.values().map(|u| Choice::of(u.code.as_str(), u.name(l.0), chosen)).collect()
}

/// The catalogue's words of danger, and whom to call, as the script reads them.
fn dangers(district: &District, l: L) -> String {
    let danger = |d: &domain::district::Danger| serde_json::json!({ "call": d.call(l.0), "words": d.words });
    serde_json::Value::from(district.catalogue.dangers().iter().map(danger).collect::<Vec<_>>()).to_string()
}

/// The categories, second levels set in below their first one.
fn categories(district: &District, l: L, chosen: &str) -> Vec<Choice> {
    let mut all: Vec<_> = district.catalogue.categories.iter().collect();
    all.sort_by_key(|c| {
        (district.catalogue.categories.iter().position(|f| f.code.0 == c.code.coarse()), c.code.0.len())
    });
    let name = |c: &domain::district::Category| {
        let set_in = if c.code.as_str().contains('.') { "\u{3000}" } else { "" };
        // What residents say is Chinese.
        let examples: Vec<&str> = c.keywords.iter().map(String::as_str).take(EXAMPLES).collect();
        let examples = if l.0 == Lang::Zh && !examples.is_empty() {
            format!("（{}）", examples.join("、"))
        } else {
            String::new()
        };
        format!("{set_in}{}{examples}", c.name(l.0))
    };
    all.iter().map(|c| Choice::of(c.code.as_str(), &name(c), chosen)).collect()
}

/// The tracks in plain words; whoever chooses nothing makes a hotline request.
fn tracks(l: L, chosen: &str) -> Vec<Choice> {
    let chosen = if chosen.is_empty() { Track::Hotline.code() } else { chosen };
    let choice = |track: &Track| Choice {
        hint: l.t(&format!("raise-track-hint-{}", track.code())),
        ..Choice::of(track.code(), &l.t(&format!("raise-track-{}", track.code())), chosen)
    };
    Track::ALL.iter().map(choice).collect()
}

/// `POST /raise`
pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    From(from): From,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, Problem> {
    let typed_key = sent.get("key").to_owned();
    let key = if (1..=KEY_MOST).contains(&typed_key.len()) { typed_key } else { app.random_text() };
    if let Err(problem) = app.limits().count_intake(from) {
        return Ok(refused(&app, &visitor, &problem, sent, key));
    }
    let photos = match photo::of_form(&app, Some(from), &sent).await {
        Ok(photos) => photos,
        Err(NotTaken::Later(problem)) => return Ok(refused(&app, &visitor, &problem.at("photos"), sent, key)),
        Err(NotTaken::Wrong(message)) => {
            let text = visitor.l.t_n(message, PHOTOS_MOST);
            let form = Form { errors: vec![FieldError { field: "photos".into(), text }], sent };
            return Ok(page(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, form, key));
        }
    };
    let Some(mut raise) = read_form(&sent, visitor.l, &photos) else { return Err(Problem::form()) };
    raise.marked = is_marked(&headers);
    if let Some(same) = sent_before(&app, &headers, &raise).await? {
        let done = if same { "raised" } else { "raised-before" };
        let to = format!("/case/receipt?done={done}");
        return Ok(arrived(&app, &headers, None, &to));
    }
    let idempotency = Key::of(SCOPE, &key);
    match app.desk().raise(Actor::Resident, raise, photos, Some(idempotency)).await {
        Ok(raised) => {
            if raised.again {
                let raised_at = history(&app, raised.id).await?.case.raised_at;
                if !app.visits().may_repeat(raised.id, raised_at, app.desk().now()) {
                    return Ok(arrived(&app, &headers, None, "/follow?done=raised-again"));
                }
            }
            Ok(arrived(&app, &headers, Some(raised.id), "/case/receipt?done=raised"))
        }
        // What was sent before under this key has arrived, although nobody could say so then: its receipt says what.
        Err(Failure::Refused(refusal)) if refusal.why == Why::KeyReused => {
            let number = app.desk().number();
            let done = app.read(move |db, _| read::done(db, number, &idempotency.0)).await?;
            let id = done.ok_or_else(Problem::broken)?.stream;
            // Only to the browser that raised it and still has it open: a kept form may be in other hands by now.
            let visits = cookie(&headers, VISIT).and_then(|c| app.visits().look(cookie_key(c)));
            if visits.map(|(visited, _)| visited) != Some(id) {
                let fresh = app.random_text();
                return Ok(refused(&app, &visitor, &refusal.into(), sent, fresh));
            }
            Ok(arrived(&app, &headers, None, "/case/receipt?done=raised-before"))
        }
        Err(failure) => {
            let problem = Problem::from(failure);
            if problem.status().is_server_error() {
                return Err(problem);
            }
            Ok(refused(&app, &visitor, &problem, sent, key))
        }
    }
}

/// Sends a browser to the receipt, and opens the case to it unless it is open already.
fn arrived(app: &App, headers: &HeaderMap, id: Option<CaseId>, to: &str) -> Response {
    let accepts = headers.get(header::ACCEPT).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let mut response = if accepts.contains("application/json") {
        Json(serde_json::json!({ "location": to })).into_response()
    } else {
        go(to)
    };
    if let Some(id) = id {
        begin_visit(app, &mut response, headers, id, With::Secret(1));
    }
    fresh(response)
}

/// Opens a case to the browser that gets this answer.
pub(crate) fn begin_visit(app: &App, response: &mut Response, headers: &HeaderMap, id: CaseId, with: With) {
    let cookie = app.random_text();
    app.visits().begin(cookie_key(&cookie), id, Visit { with, marked: is_marked(headers) });
    set_cookie(response, VISIT, &cookie, None);
}

/// The case that this browser has just raised with the same words: the back button and a second sending are no second
/// case, whatever key came with it. With whether all that came beside the words is the same too: what was changed is not
/// added, and whoever changed it must be told.
async fn sent_before(app: &App, headers: &HeaderMap, raise: &Raise) -> Result<Option<bool>, Problem> {
    let Some((id, visit)) = cookie(headers, VISIT).and_then(|c| app.visits().look(cookie_key(c))) else {
        return Ok(None);
    };
    let history = history(app, id).await?;
    if history.case.trust(visit) < Trust::Acts {
        return Ok(None);
    }
    let Some(first) = history.told.first() else { return Ok(None) };
    let said = |name: &str| first.private.get(name).map_or("", String::as_str);
    let raise = &raise.understood();
    // One that somebody has begun to work on is another matter by now.
    let same = history.case.stage == Stage::Raised
        && history.case.track == raise.track
        && history.case.street == raise.street
        && said(field::TEXT) == raise.text
        && said(field::PLACE) == raise.place;
    let with_all = same && is_all_the_same(first, raise);
    Ok(same.then_some(with_all))
}

/// Whether what stands beside the words is what the case was raised with.
fn is_all_the_same(first: &Told, raise: &Raise) -> bool {
    let Event::Raised { category, public, tell, accused, .. } = &first.body.event else { return false };
    let said = |name: &str| first.private.get(name).map_or("", String::as_str);
    let contact = &raise.contact;
    *category == raise.category
        && *public == (raise.public && raise.track != Track::Accusation)
        && *tell == contact.tell
        && *accused == raise.accused
        && said(field::PHOTOS) == raise.photos.join(" ")
        && said(field::NAME) == contact.name
        && said(field::PHONE) == contact.phone
        && said(field::EMAIL) == contact.email
        // No draft keeps digits that were chosen: none is no change.
        && (raise.secret.is_empty() || said(field::SECRET) == raise.secret)
}

/// The form with its fault, and all that was typed; photos can't be given back to a browser.
fn refused(app: &App, visitor: &Visitor, problem: &Problem, sent: Sent, key: String) -> Response {
    let field = problem.field().unwrap_or("text").to_owned();
    let mut errors = vec![FieldError { field, text: problem.sentence(visitor.l.0) }];
    if sent.files("photos").next().is_some() && errors[0].field != "photos" {
        errors.push(FieldError { field: "photos".into(), text: visitor.l.t("raise-photos-again") });
    }
    let response = page(app, visitor, problem.status(), Form { sent, errors }, key);
    problem.with_retry(response)
}

fn hex_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// The form as the desk takes it. None for a track that no page offers.
fn read_form(sent: &Sent, l: L, photos: &[(String, Vec<u8>)]) -> Option<Raise> {
    let chosen = |name: &str| Some(sent.get(name)).filter(|v| !v.is_empty());
    let track = chosen("track").map_or(Some(Track::Hotline), Track::of)?;
    // Whoever changed their mind about an accusation may have left the unit standing.
    let accused = chosen("accused").filter(|_| track == Track::Accusation);
    Some(Raise {
        track,
        door: Door::Web,
        text: sent.raw("text").to_owned(),
        category: chosen("category").map(Into::into),
        street: chosen("street").map(Into::into),
        place: sent.get("place").to_owned(),
        contact: Contact {
            name: sent.get("name").to_owned(),
            phone: sent.get("phone").to_owned(),
            email: sent.get("email").to_owned(),
            tell: telling::read(sent, l.0),
        },
        secret: sent.get("secret").to_owned(),
        public: sent.is_on("public"),
        accused: accused.map(Into::into),
        photos: photos.iter().map(|(_, bytes)| hex_hash(bytes)).collect(),
        ..Raise::default()
    })
}
