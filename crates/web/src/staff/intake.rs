//! `/intake`: staff take a case down for somebody at the counter, on the phone, in the grid; a slip goes with it.

use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{Choice, FieldError, Page, show, show_with};
use crate::parts::history::history;
use crate::parts::pairing::pairing;
use crate::parts::photo::{self, NotTaken};
use crate::parts::qr::Qr;
use crate::parts::receipt_slip::{ReceiptSlip, danger};
use crate::parts::telling::{self, Telling};
use crate::problem::Problem;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use desk::{Failure, Raised, read_case_code};
use domain::case::{Channel, Command, Contact, Door, Handed, PHOTOS_MOST, Raise, Track, Trust};
use domain::district::UnitKind;
use domain::{Label, Lang, Refusal, Role, Why};
use serde::Deserialize;
use std::sync::PoisonError;
use store::{opening, read};

/// The doors at which staff take cases down.
const DOORS: &[Door] = &[
    Door::Counter,
    Door::Phone,
    Door::Grid,
    Door::Reception,
    Door::Appointment,
    Door::HomeVisit,
    Door::ReturnVisit,
    Door::Enterprise,
    Door::Meeting,
    Door::MediationCentre,
    Door::Letter,
];

/// What the case before was: the next one at the same counter begins with it.
#[derive(Deserialize)]
pub(crate) struct IntakeQuery {
    #[serde(default)]
    door: String,
    #[serde(default)]
    track: String,
}

#[derive(Template)]
#[template(path = "staff/intake.html")]
struct IntakePage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    key: String,
    text: String,
    title: String,
    place: String,
    called: String,
    phone: String,
    email: String,
    telling: Telling,
    speakers: String,
    doors: Vec<Choice>,
    tracks: Vec<Choice>,
    categories: Vec<Choice>,
    streets: Vec<Choice>,
    accused: Vec<Choice>,
    marks: Vec<Choice>,
}

impl IntakePage {
    /// The sentence at a field.
    fn error(&self, field: &str) -> String {
        self.errors.iter().find(|e| e.field == field).map_or(String::new(), |e| e.text.clone())
    }
}

#[derive(Template)]
#[template(path = "staff/taken.html")]
struct TakenPage {
    /// Whom to call now: said to whoever stands there; empty where nobody is in danger.
    danger: String,
    l: L,
    page: Page,
    slip: ReceiptSlip,
    receipt: String,
    next: String,
    key: String,
    /// The address to which the secret went already, as a word: by text message, or by e-mail.
    sent: String,
    /// The code that a second device scans or types, and its picture; none when it is too late for one.
    pairing: Option<(String, Option<Qr>)>,
    /// Whether a slip with the secret may be printed.
    prints: bool,
}

/// A slip with the secret, for the printer alone.
#[derive(Template)]
#[template(path = "staff/secret_slip.html")]
struct SecretSlipPage {
    l: L,
    page: Page,
    slip: ReceiptSlip,
}

/// `GET /intake`
pub(crate) async fn form(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Query(asked): Query<IntakeQuery>,
) -> Response {
    let usual = match staff.role {
        Role::Grid => Door::Grid,
        Role::Dispatcher => Door::Phone,
        _ => Door::Counter,
    };
    let door = Door::of(&asked.door).filter(|d| DOORS.contains(d)).unwrap_or(usual);
    let track = Track::of(&asked.track).unwrap_or(Track::Hotline);
    let sent = Sent::with(&[("door", door.code()), ("track", track.code()), ("marks", "oral")]);
    page(&app, &visitor, StatusCode::OK, &sent, Vec::new())
}

fn page(app: &App, visitor: &Visitor, status: StatusCode, sent: &Sent, errors: Vec<FieldError>) -> Response {
    let (l, district) = (visitor.l, app.desk().district());
    let typed = |name: &str| sent.raw(name).to_owned();
    let streets = district.units.values().filter(|u| matches!(u.kind, UnitKind::Street | UnitKind::Community));
    let streets = streets.filter(|u| !u.closed).map(|u| Choice::of(u.code.as_str(), u.name(l.0), sent.get("street")));
    let accused = district.units.values().map(|u| Choice::of(u.code.as_str(), u.name(l.0), sent.get("accused")));
    let categories = district.catalogue.categories.iter();
    let categories = categories.map(|c| Choice::of(c.code.as_str(), c.name(l.0), sent.get("category")));
    let mark = |value: &str, key: &str| Choice {
        selected: sent.all("marks").any(|m| m == value),
        ..Choice::of(value, &l.t(key), "")
    };
    let mut telling = Telling::of(l, &app.messages().offers(), sent.get("tell"));
    // The answers are a resident's own words; here somebody else gives one for them.
    for choice in telling.choices.iter_mut().filter(|c| c.value == Channel::None.code()) {
        choice.label = l.t("staff-intake-tell-none");
    }
    let template = IntakePage {
        l,
        page: visitor.page(l.t("nav-intake")),
        key: app.random_text(),
        text: typed("text"),
        title: typed("title"),
        place: typed("place"),
        called: typed("name"),
        phone: typed("phone"),
        email: typed("email"),
        telling,
        speakers: typed("speakers"),
        doors: Choice::some(DOORS, l, sent.get("door")),
        tracks: Choice::all::<Track>(l, sent.get("track")),
        categories: categories.collect(),
        streets: streets.collect(),
        accused: accused.collect(),
        marks: vec![mark("oral", "staff-intake-oral"), mark("public", "staff-intake-public")],
        errors,
    };
    show_with(status, &template)
}

/// What the form says, or which field must change.
fn read(sent: &Sent) -> Result<Raise, Refusal> {
    let some = |name: &str| Some(sent.get(name)).filter(|v| !v.is_empty()).map(str::to_owned);
    let door = Door::of(sent.get("door")).filter(|d| DOORS.contains(d)).ok_or(Refusal::at(Why::Empty, "door"))?;
    let track = Track::of(sent.get("track")).ok_or(Refusal::at(Why::Empty, "track"))?;
    let speakers = match some("speakers") {
        None => None,
        Some(n) => Some(n.parse().map_err(|_| Refusal::at(Why::TooManySpeakers, "speakers"))?),
    };
    Ok(Raise {
        track,
        door,
        title: sent.get("title").to_owned(),
        text: sent.raw("text").to_owned(),
        category: some("category").map(|c| c.as_str().into()),
        street: some("street").map(|s| s.as_str().into()),
        place: sent.get("place").to_owned(),
        contact: Contact {
            name: sent.get("name").to_owned(),
            phone: sent.get("phone").to_owned(),
            email: sent.get("email").to_owned(),
            // In the first language: what the person reads, nobody asked.
            tell: telling::read(sent, Lang::Zh),
        },
        public: sent.all("marks").any(|m| m == "public"),
        oral: sent.all("marks").any(|m| m == "oral"),
        speakers,
        accused: some("accused").map(|u| u.as_str().into()),
        ..Raise::default()
    })
}

/// `POST /intake`: the same key again is the same case, and the same slip.
pub(crate) async fn raise(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let (key, l) = (sent.key(&staff)?, visitor.l);
    let at_photos = |text: String| FieldError { field: "photos".into(), text };
    let refused = |refusal: Refusal| {
        let problem = Problem::from(refusal);
        let field = problem.field().unwrap_or("text").to_owned();
        let mut errors = vec![FieldError { field, text: problem.sentence(l.0) }];
        if sent.files("photos").next().is_some() && errors[0].field != "photos" {
            errors.push(at_photos(l.t("raise-photos-again")));
        }
        page(&app, &visitor, problem.status(), &sent, errors)
    };
    let raise = match read(&sent) {
        Ok(raise) => raise,
        Err(refusal) => return Ok(refused(refusal)),
    };
    // The desk names them in the event by itself.
    let photos = match photo::of_form(&app, None, &sent).await {
        Ok(photos) => photos,
        Err(NotTaken::Later(problem)) => {
            let errors = vec![at_photos(problem.sentence(l.0))];
            return Ok(problem.with_retry(page(&app, &visitor, problem.status(), &sent, errors)));
        }
        Err(NotTaken::Wrong(message)) => {
            let errors = vec![at_photos(l.t_n(message, PHOTOS_MOST))];
            return Ok(page(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, &sent, errors));
        }
    };
    match app.desk().raise(staff.actor(), raise, photos, Some(key)).await {
        Ok(raised) => taken(&app, &visitor, &sent, raised).await,
        Err(Failure::Refused(refusal)) => Ok(refused(refusal)),
        Err(failure) => Err(failure.into()),
    }
}

/// The slip for the person at the counter: the same that the resident's own pages print.
async fn taken(app: &App, visitor: &Visitor, sent: &Sent, raised: Raised) -> Result<Response, Problem> {
    let l = visitor.l;
    let history = history(app, raised.id).await?;
    let (case, site) = (&history.case, app.site().origin());
    // The code goes to whoever looks at this page; the secret to the device that uses it.
    let pairing = case.may_pair(app.desk().now()).then(|| pairing(app, case.id));
    let sent_by = case.opening.handed.filter(|way| matches!(way, Handed::Sms | Handed::Email));
    let next = [("door", sent.get("door")), ("track", sent.get("track"))];
    let mut frame = visitor.page(l.t("staff-taken-title"));
    frame.done_draft = Some("intake".into());
    let mut slip = ReceiptSlip::of(app, l, &history, &raised.receipt, site, String::new());
    if raised.again && case.is_sealed() {
        // Sent a second time, the form would tell how far it is.
        slip.due = String::new();
    }
    let template = TakenPage {
        l,
        page: frame,
        slip,
        key: app.random_text(),
        sent: sent_by.map(|way| way.label(l.0).to_owned()).unwrap_or_default(),
        pairing,
        prints: case.may_print_secret(),
        receipt: raised.receipt,
        danger: danger(l, &app.desk().district(), &history),
        next: super::rows::address("/intake", &next),
    };
    Ok(show_with(StatusCode::CREATED, &template))
}

/// `POST /intake/slip`: a slip with a new secret, printed in staff's browser. That can't be prevented where there is no
/// second device; so it is an event, and what is opened with it is not independent.
pub(crate) async fn print(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let (key, l, number) = (sent.key(&staff)?, visitor.l, app.desk().number());
    let code = read_case_code(sent.get("code")).ok_or_else(Problem::not_found)?;
    let found = app.read(move |db, _| read::by_code(db, number, &code)).await?;
    let id = found.ok_or_else(Problem::not_found)?;
    match app.desk().act(staff.actor(), id, None, Command::HandSecret { way: Handed::Slip }, Some(key)).await {
        Ok(_) => {}
        // Not even that there is such a case.
        Err(Failure::Refused(refusal)) if refusal.why == Why::NotYours => return Err(Problem::not_found()),
        Err(failure) => return Err(failure.into()),
    }
    let history = history(&app, id).await?;
    let (no, first) = (history.case.opening.secret, history.first());
    let (secret, receipt) = app
        .read(move |db, keys| {
            let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
            let secret = opening::secret_of(&mut keys, id, no)?.unwrap_or_default();
            Ok((secret, read::latest_receipt(db, number, first)?.to_text()))
        })
        .await?;
    // The form sent a second time prints the same slip; one that was used or replaced since is not shown again.
    if history.case.opening.handed != Some(Handed::Slip) || history.case.opening.secret_trust == Trust::Nothing {
        return Err(Refusal::new(Why::NoNewSecret).into());
    }
    let slip =
        ReceiptSlip { paper_only: true, ..ReceiptSlip::of(&app, l, &history, &receipt, app.site().origin(), secret) };
    Ok(show(&SecretSlipPage { l, page: visitor.page(l.t("slip-title")), slip }))
}
