//! A record on one page, and what is done on it: `/records/{register}/{code}`; and the form by which a record begins.

use super::form::{Form, Forms, name, values};
use super::{Face, Happened, Scene, face_of};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::{L, capital};
use crate::page::{FieldError, Page, form_status, go, show_with, url_code};
use crate::parts::case_title::CaseTitle;
use crate::parts::handles::by_handle;
use crate::parts::stream::Heard;
use crate::parts::who::who;
use crate::problem::Problem;
use crate::view::{self, ClockView, StatusView};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use desk::Failure;
use domain::case::{self, CaseId, Fields, Visit};
use domain::register::{ActOf, On};
use domain::{Refusal, Role, Why};
use std::sync::PoisonError;
use store::listed::{self, AskedCase, Told};
use store::view::Card;

/// A case that the record asked for, as its page names it.
struct AskedLine {
    code: String,
    /// Its page, for who may open it; empty otherwise.
    href: String,
    /// Whether its slip can be printed here, for whoever spoke.
    slip: bool,
    title: String,
    status: StatusView,
    unit: String,
}

/// A line of the history.
struct StoryLine {
    title: String,
    time: String,
    iso: String,
    who: String,
    details: Vec<String>,
    said: Vec<(String, String)>,
    index: u64,
}

/// Another record that is named on the page.
struct Other {
    href: String,
    title: String,
    note: String,
}

/// `GET /records/{register}/{code}/stream`: says when the record has changed.
pub(crate) async fn stream(
    State(app): State<App>,
    Path((register, code)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let face = face_of(&register).ok_or_else(Problem::not_found)?;
    let (number, code) = (app.desk().number(), desk::read_case_code(&code).ok_or_else(Problem::not_found)?);
    let heard = Heard::by(&app);
    let found = app.read(move |db, _| listed::by_code(db, number, face.shelf().code(), &code)).await?;
    found.map(|(id, _)| heard.of(id)).ok_or_else(Problem::not_found)
}

#[derive(Template)]
#[template(path = "records/record.html")]
struct RecordPage {
    l: L,
    page: Page,
    /// A text that is to be read before something is done: heading and text.
    paper: Option<(String, String)>,
    plural: &'static str,
    list: String,
    /// Where its forms go.
    at: String,
    code: String,
    kind: String,
    title: String,
    status: StatusView,
    clock: Option<ClockView>,
    version: u64,
    key: String,
    errors: Vec<FieldError>,
    stands: Vec<String>,
    main: Option<Form>,
    forms: Vec<Form>,
    facts: Vec<(String, String)>,
    asked: Vec<AskedLine>,
    asked_title: String,
    alike: Vec<Other>,
    into: Option<Other>,
    story: Vec<StoryLine>,
    public_page: Option<String>,
    /// Further pages of it.
    ways: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "records/begin.html")]
struct BeginPage {
    l: L,
    page: Page,
    plural: &'static str,
    list: String,
    /// Where its form goes.
    at: String,
    title: String,
    key: String,
    errors: Vec<FieldError>,
    form: Form,
}

/// A record as it was read for its page.
struct Loaded {
    told: Told,
    asked: Vec<AskedCase>,
    cards: std::collections::BTreeMap<CaseId, Card>,
    alike: Vec<Told>,
    into: Option<Told>,
}

async fn load(app: &App, face: &'static dyn Face, code: &str) -> Result<Loaded, Problem> {
    let code = desk::read_case_code(code).ok_or_else(Problem::not_found)?;
    let number = app.desk().number();
    let found = app.read(move |db, keys| {
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((id, _)) = listed::by_code(db, number, face.shelf().code(), &code)? else { return Ok(None) };
        let Some(told) = listed::some(db, &mut keys, registers::REGISTERS, number, &[id])?.pop() else {
            return Ok(None);
        };
        let asked = listed::asked(db, number, id)?;
        let ids: Vec<CaseId> = asked.iter().map(|case| case.id).collect();
        let cards = store::view::cards(db, &mut keys, number, &ids)?;
        let alike = face.alike(db, &mut keys, number, &told)?;
        let into = match face.into(&told) {
            Some(into) => listed::some(db, &mut keys, registers::REGISTERS, number, &[into])?.pop(),
            None => None,
        };
        Ok(Some(Loaded { told, asked, cards, alike, into }))
    });
    found.await?.ok_or_else(Problem::not_found)
}

/// `GET /records/{register}/{code}`
pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path((register, code)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let face = face_of(&register).ok_or_else(Problem::not_found)?;
    let loaded = load(&app, face, &code).await?;
    Ok(page(&app, &visitor, &staff, face, &loaded, &Refused::nothing()))
}

/// What was refused, to be shown again.
struct Refused<'a> {
    status: StatusCode,
    sent: Option<&'a Sent>,
    errors: Vec<FieldError>,
    notice: Option<String>,
}

impl Refused<'_> {
    fn nothing() -> Self {
        Refused { status: StatusCode::OK, sent: None, errors: Vec::new(), notice: None }
    }
}

fn page(
    app: &App,
    visitor: &Visitor,
    staff: &Staff,
    face: &'static dyn Face,
    loaded: &Loaded,
    refused: &Refused<'_>,
) -> Response {
    let (l, now, d) = (visitor.l, app.desk().now(), app.desk().district());
    let scene = Scene { l, d: &d, now, staff };
    let Loaded { told, asked, alike, .. } = loaded;
    let forms = Forms { face, scene: &scene, told: Some(told), alike, sent: refused.sent, errors: &refused.errors };
    let offers = told.shelf.offers(told.state.as_ref(), &staff.actor(), now);
    let mut forms: Vec<Form> = offers.into_iter().filter_map(|act| forms.of(act)).collect();
    let main = face.leads(&scene, told).iter().find_map(|lead| forms.iter().position(|form| form.act == *lead));
    let main = main.map(|at| Form { button: "main", ..forms.remove(at) });
    let title = told.title(l.0);
    let code = told.shelf.code_of(told.state.as_ref()).unwrap_or_default();
    let page = visitor.page(title.clone());
    let template = RecordPage {
        l,
        page: match &refused.notice {
            Some(text) => page.noting("bad", text.clone()),
            None => page,
        },
        paper: face.paper(l, told),
        plural: face.shelf().plural(),
        list: l.t(&format!("nav-{}", face.shelf().plural())),
        at: format!("/records/{}/{code}/act", face.shelf().plural()),
        code,
        kind: face.kind(&scene, told),
        title,
        status: face.status(&scene, told),
        clock: face.clock(&scene, told).map(|clock| view::clock(l, &clock, now, &d.calendar)),
        version: told.shelf.version(told.state.as_ref()),
        key: app.random_text(),
        errors: refused.errors.clone(),
        stands: face.stands(&scene, told, asked),
        main,
        forms,
        facts: face.facts(&scene, told),
        asked: asked.iter().filter_map(|case| asked_line(&scene, loaded, case)).collect(),
        asked_title: l.if_any(&format!("{}-asked", face.shelf().code())),
        alike: alike.iter().map(|other| named(face, &scene, other)).collect(),
        into: loaded.into.as_ref().map(|other| named(face, &scene, other)),
        story: story(face, &scene, told),
        public_page: face.public_page(told),
        ways: face.ways(l, told, staff, scene.is_own(told)),
    };
    show_with(refused.status, &template)
}

fn named(face: &dyn Face, scene: &Scene<'_>, told: &Told) -> Other {
    let code = told.shelf.code_of(told.state.as_ref()).unwrap_or_default();
    let href = format!("/records/{}/{code}", face.shelf().plural());
    Other { href, title: told.title(scene.l.0), note: face.line(scene, told) }
}

fn asked_line(scene: &Scene<'_>, loaded: &Loaded, case: &AskedCase) -> Option<AskedLine> {
    let (l, d, staff) = (scene.l, scene.d, scene.staff);
    let card = loaded.cards.get(&case.id)?;
    let field = |name: &str| card.fields.get(name).map_or("", String::as_str);
    let (own, leads) = (scene.is_own(&loaded.told), case.lead.as_deref() == Some(staff.unit.as_str()));
    let unit_bound = matches!(staff.role, Role::Clerk | Role::Head);
    // Its words are for who took it down, who leads it, and who dispatches it.
    let handled = staff.role == Role::Dispatcher || unit_bound && (own || leads);
    let called = CaseTitle {
        title: field(case::field::TITLE),
        text: field(case::field::TEXT),
        erased: card.erased,
        handled,
        category: case.category.as_ref(),
        street: case.street.as_ref(),
        personal: card.personal.iter().map(String::as_str).collect(),
    };
    // A clerk of another unit is told that there is a case, and where it stands: its code is half of what opens it.
    let private = !loaded.told.shelf.summary(loaded.told.state.as_ref()).is_some_and(|summary| summary.public);
    if unit_bound && !own && !leads && private {
        let (code, href, unit, title) = (String::new(), String::new(), String::new(), l.t("staff-title-hidden"));
        return Some(AskedLine { code, href, slip: false, title, status: view::status(l, case.stage, false), unit });
    }
    Some(AskedLine {
        code: case.code.clone(),
        href: if unit_bound && !leads { String::new() } else { format!("/cases/{}", case.code) },
        slip: own && unit_bound,
        // Who stepped aside reads nothing of it.
        title: if card.aside.contains(&staff.account) { l.t("staff-title-hidden") } else { called.said(l, d) },
        status: view::status(l, case.stage, false),
        unit: case.lead.as_deref().map(|unit| d.unit_name(&unit.into(), l.0).to_owned()).unwrap_or_default(),
    })
}

/// What an account may read of what was written. Numbers that somebody left in a text are for the unit that has the record.
fn readable(scene: &Scene<'_>, told: &Told, words: &Fields) -> Fields {
    let own = scene.is_own(told);
    let open = words.iter().filter(|(name, _)| own || !told.shelf.closed().contains(&name.as_str()));
    let read = |text: &String| if own { text.clone() } else { reading::mask::numbers(text, &[]) };
    open.map(|(name, text)| (name.clone(), read(text))).collect()
}

/// The private texts of an event: what each is called, and the text.
fn said(l: L, face: &dyn Face, words: &Fields) -> Vec<(String, String)> {
    let label = |name: &&str| Some((l.t(&format!("{}-word-{name}", face.shelf().code())), words.get(*name)?.clone()));
    face.words().iter().filter_map(label).collect()
}

/// What happened, the latest first.
fn story(face: &dyn Face, scene: &Scene<'_>, told: &Told) -> Vec<StoryLine> {
    let l = scene.l;
    let line = |(index, event): &(u64, domain::register::Recorded)| {
        let Happened { title, details } = face.happened(scene, event.body.as_ref())?;
        let (at, by) = face.shelf().stamp(event.body.as_ref());
        Some(StoryLine {
            title,
            time: l.full_moment(at),
            iso: at.minute().replace(' ', "T"),
            who: who(l, scene.d, &by),
            details,
            said: said(l, face, &readable(scene, told, &event.private)),
            index: *index,
        })
    };
    told.events.iter().rev().filter_map(line).collect()
}

/// `POST /records/{register}/{code}/{act}`. A refusal shows the page again as it is now, with all that was typed.
pub(crate) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path((register, code)): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, Problem> {
    let face = face_of(&register).ok_or_else(Problem::not_found)?;
    let loaded = load(&app, face, &code).await?;
    let told = &loaded.told;
    let seen: u64 = sent.get("version").parse().map_err(|_| Problem::form())?;
    let key = sent.key(&staff)?;
    let declared = told.shelf.acts();
    let asked = declared.iter().find(|act| act.code == sent.get("act")).ok_or_else(Problem::form)?;
    // What the page did not offer the rules refuse, and say why.
    let act = ActOf { code: asked.code, label: asked.label, from: &[], by: &[], fields: asked.fields };
    let done = run(&app, &staff, face, (On::Record(told.id), Some(seen)), &act, &sent, key).await?;
    let wrong = match done {
        Ok(_) => {
            return Ok(go(&format!(
                "/records/{register}/{}?done={}",
                url_code(&code),
                done_key(visitor.l, face, asked.code)
            )));
        }
        Err(wrong) => wrong,
    };
    let refusals = refusals(wrong)?;
    let loaded = load(&app, face, &code).await?;
    let errors = at_fields(visitor.l, &act, &refusals);
    // What is said of the record as it stands, and of no field, is said on top: its form may not be there any more.
    let stands = |why| refusals.iter().any(|refusal| refusal.why == why);
    let status = match (stands(Why::NotYours), stands(Why::Changed) || stands(Why::WrongStage)) {
        (true, _) => Some(StatusCode::FORBIDDEN),
        (_, true) => Some(StatusCode::CONFLICT),
        _ => None,
    };
    let notice = status.map(|_| match stands(Why::Changed) {
        true => visitor.l.t_n("record-changed", &errors[0].text),
        false => errors[0].text.clone(),
    });
    let refused = Refused {
        status: status.unwrap_or(form_status(&errors)),
        sent: Some(&sent),
        errors: if notice.is_some() { Vec::new() } else { errors },
        notice,
    };
    Ok(page(&app, &visitor, &staff, face, &loaded, &refused))
}

/// What is said once an act is done: of this register, else of every one.
fn done_key(l: L, face: &dyn Face, act: &str) -> String {
    let own = format!("{}-{act}", face.shelf().plural());
    if l.has(&format!("done-{own}")) { own } else { format!("work-{act}") }
}

/// Reads an act from what was sent, and has it done.
async fn run(
    app: &App,
    staff: &Staff,
    face: &'static dyn Face,
    on: (On, Option<u64>),
    act: &ActOf,
    sent: &Sent,
    key: desk::Key,
) -> Result<Result<desk::Done, Vec<Failure>>, Problem> {
    let values = by_handle(app, act.fields, values(act, sent, &app.desk().district())).await?;
    let read = match face.shelf().read_act(act.code, &values) {
        Ok(read) => read,
        Err(wrong) => return Ok(Err(wrong.into_iter().map(Failure::Refused).collect())),
    };
    let by = (staff.actor(), Visit::BEST);
    let done = app.desk().execute_read(by, face.shelf(), on, (act.code, &values, read), Some(key)).await;
    Ok(done.map_err(|failure| vec![failure]))
}

/// The refusals among failures.
///
/// # Errors
/// What is no refusal.
pub(super) fn refusals(failures: Vec<Failure>) -> Result<Vec<Refusal>, Problem> {
    let one = |failure| match failure {
        Failure::Refused(refusal) => Ok(refusal),
        other => Err(Problem::from(other)),
    };
    failures.into_iter().map(one).collect()
}

/// Each sentence at its field, with the field's name; what is said of the whole act, at its form.
pub(super) fn at_fields(l: L, act: &ActOf, wrong: &[Refusal]) -> Vec<FieldError> {
    let at = |refusal: &Refusal| {
        let sentence = Problem::from(refusal.clone()).sentence(l.0);
        let field = act.fields.iter().find(|field| Some(field.name) == refusal.field);
        let label = field.map(|field| capital(l.0.pick(field.label[0], field.label[1])));
        FieldError {
            field: field.map_or_else(|| act.code.to_owned(), |field| name(act.code, field.name)),
            text: label.map_or(sentence.clone(), |label| format!("{label}{}{sentence}", l.0.pick("：", ": "))),
        }
    };
    wrong.iter().map(at).collect()
}

/// `GET /records/{register}/new`
pub(crate) async fn begin_form(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(register): Path<String>,
) -> Result<Response, Problem> {
    let face = face_of(&register).ok_or_else(Problem::not_found)?;
    begin_page(&app, &visitor, &staff, face, None, Vec::new()).await
}

async fn begin_page(
    app: &App,
    visitor: &Visitor,
    staff: &Staff,
    face: &'static dyn Face,
    sent: Option<&Sent>,
    errors: Vec<FieldError>,
) -> Result<Response, Problem> {
    let (l, now, d) = (visitor.l, app.desk().now(), app.desk().district());
    let (number, unit) = (app.desk().number(), staff.unit.clone());
    let earlier = app.read(move |db, keys| {
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        face.earlier(db, &mut keys, number, unit.as_str(), now)
    });
    let earlier = earlier.await?;
    let scene = Scene { l, d: &d, now, staff };
    let forms = Forms { face, scene: &scene, told: None, alike: &earlier, sent, errors: &errors };
    let form = forms.of(face.begins()).ok_or_else(Problem::not_found)?;
    let title = l.t(&format!("{}-new", face.shelf().code()));
    let template = BeginPage {
        l,
        page: visitor.page(title.clone()),
        plural: face.shelf().plural(),
        list: l.t(&format!("nav-{}", face.shelf().plural())),
        at: format!("/records/{}/new", face.shelf().plural()),
        title,
        key: app.random_text(),
        form: Form { button: "main", ..form },
        errors,
    };
    Ok(show_with(form_status(&template.errors), &template))
}

/// `POST /records/{register}/new`: a record begins.
pub(crate) async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    Path(register): Path<String>,
    sent: Sent,
) -> Result<Response, Problem> {
    let face = face_of(&register).ok_or_else(Problem::not_found)?;
    let (act, key) = (face.begins(), sent.key(&staff)?);
    match run(&app, &staff, face, (On::New, None), act, &sent, key).await? {
        Ok(done) => {
            let said = done_key(visitor.l, face, act.code);
            Ok(go(&format!("/records/{register}/{}?done={said}", done.code)))
        }
        Err(wrong) => {
            let errors = at_fields(visitor.l, act, &refusals(wrong)?);
            let sent = sent.changed("act", act.code.to_owned());
            begin_page(&app, &visitor, &staff, face, Some(&sent), errors).await
        }
    }
}
