//! One's own case: where it stands and why, who has it, what has happened, and what one can do.

use super::timeline::{ContactOpening, ResidentTimeline, TimelineStep};
use super::{Form, marked, visited, when};
use crate::app::App;
use crate::caller::{Visit, Visitor};
use crate::lang::L;
use crate::page::{Choice, Page, show_with};
use crate::parts::answer::{answer_of, latest_answer};
use crate::parts::promise::{claim_words, promised};
use crate::parts::telling::Telling;
use crate::parts::{receipt_slip, review_request};
use crate::problem::Problem;
use crate::view::{self, ClockView, StatusView};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use calendar::{Date, Unit};
use domain::case::{
    Case, Channel, Clock, CommandKind, Ending, Event, Facts, Handled, Kept, Reviewer, Solved, Stage, Trust, field,
    offers,
};
use domain::district::District;
use domain::rule::RuleId;
use domain::{Actor, Label, Moment};
use store::read::{self, History};

/// Where a case stands, as one says it to its resident.
fn standing(l: L, case: &Case) -> StatusView {
    let question = case.question.is_some() && case.stage == Stage::Handling;
    let name = if question { "question".to_owned() } else { case.stage.code().replace('_', "-") };
    let drawn = view::status(l, case.stage, question);
    // When it is the resident's turn, that is no pause.
    let asked = question || case.stage == Stage::Answered || case.running(RuleId::GoOnAsk).is_some();
    // What was not solved is over, and no tick belongs to it.
    let unsolved = case.verdict.is_some_and(|v| v.solved != Solved::Yes);
    let kind = match drawn.kind {
        _ if asked => "next",
        "done" if unsolved => "stop",
        kind => kind,
    };
    let name = if unsolved && case.stage == Stage::Ended { "ended-unsolved".to_owned() } else { name };
    StatusView { kind, words: l.t(&format!("stand-{name}")) }
}

/// Where the case of somebody else stands, in which this one goes on: its resident is not the one who reads this.
fn other_standing(l: L, case: &Case) -> StatusView {
    let words = l.t(&format!("shown-stand-{}", case.stage.code().replace('_', "-")));
    StatusView { words, ..view::status(l, case.stage, case.question.is_some()) }
}

/// A clock, as one says it to the resident.
fn clock_view(l: L, clock: &Clock, now: Moment, district: &District) -> ClockView {
    let drawn = view::clock(l, clock, now, &district.calendar);
    if clock.is_paused() { ClockView { words: l.t("stand-paused"), ..drawn } } else { drawn }
}

/// Why a clock ends on its day: from when, how long, by which rule, what was added.
fn reason(l: L, clock: &Clock, district: &District, today: Date) -> String {
    let source = district.rules.of_case(clock.rule).source;
    let source = if source == "configuration" { l.t_n("why-own-rule", district.rules.version) } else { l.law(&source) };
    let key = match clock.unit {
        Unit::Working => "why-working",
        Unit::Calendar => "why-calendar",
        Unit::Hour => "why-hours",
    };
    let mut words = l.t_with(
        key,
        &[
            ("start", l.day(clock.start, today)),
            ("n", clock.days.to_string()),
            ("name", clock.rule.label(l.0).to_owned()),
            ("source", source),
        ],
    );
    for (days, key) in [(clock.extended, "why-extended"), (clock.paused, "why-paused")] {
        if days > 0 {
            let values = [("n", days.to_string()), ("unit", l.t(crate::view::unit_key(clock.unit)))];
            words.push_str(&l.t_with(key, &values));
        }
    }
    if clock.due.raw != clock.due.rolled {
        words.push_str(&l.t_n("why-rolled", l.day(clock.due.raw, today)));
    }
    words
}

/// The answer as it was given.
struct AnswerView {
    outcome: String,
    text: String,
    basis: String,
    time: String,
    who: String,
}

/// What the resident may do now.
#[derive(Default)]
struct ResidentActs {
    reply: bool,
    verdict: bool,
    withdraw: bool,
    reopen: bool,
    correct: bool,
    erase: bool,
    hide: bool,
    tell: bool,
    /// The last day to ask for a review; none when it can't be asked for.
    review: Option<String>,
    /// The same for a re-review.
    re_review: Option<String>,
}

impl ResidentActs {
    /// What whoever opens the case with its secret may do: a visit that only looks is told how to open it.
    fn of(l: L, case: &Case, district: &District, now: Moment) -> ResidentActs {
        let (actor, visit) = (&Actor::Resident, domain::case::Visit::BEST);
        let facts =
            Facts { now, actor, district, code: "", secret: "", other: None, visit, numbers: &[], asked: false };
        let possible = if case.erased { Vec::new() } else { offers(case, &facts) };
        let can = |kind| possible.iter().any(|offer| offer.act == kind);
        let until = |rule| case.running(rule).map(|(_, c)| l.day(c.due.rolled, now.date()));
        ResidentActs {
            reply: can(CommandKind::Reply),
            verdict: can(CommandKind::GiveVerdict),
            withdraw: can(CommandKind::Withdraw),
            reopen: can(CommandKind::Reopen),
            correct: can(CommandKind::CorrectField),
            erase: can(CommandKind::AskErasure),
            hide: can(CommandKind::HideText),
            tell: can(CommandKind::ChooseTelling),
            review: until(RuleId::ReviewAsk).filter(|_| can(CommandKind::AskReview)),
            re_review: until(RuleId::ReReviewAsk).filter(|_| can(CommandKind::AskReReview)),
        }
    }
}

/// The first step that a unit promised when it claimed the case at a meeting.
struct StepView {
    /// Who promised what, by when.
    promised: String,
    /// The resident's word on it so far; empty while there is none.
    word: String,
    /// Whether the resident may say if it was kept.
    asked: bool,
    kept: Vec<Choice>,
}

/// The case in which this one goes on.
struct MergedInto {
    status: StatusView,
}

/// What the resident has written, as it was corrected since.
struct OwnWords {
    title: String,
    text: String,
    place: String,
    name: String,
    phone: String,
}

#[derive(Template)]
#[template(path = "resident/case.html")]
struct OwnCasePage {
    l: L,
    page: Page,
    form: Form,
    key: String,
    /// Tells this case's drafts from those of another one on the same phone.
    tag: String,
    version: u64,
    code: String,
    own: OwnWords,
    photos: Vec<usize>,
    status: StatusView,
    /// Whom to call now; empty where nobody is in danger.
    danger: String,
    /// Until when it may be said whether an unsolved case goes on; none when nobody asks.
    go_on: Option<String>,
    /// What happens next, in a sentence.
    next: String,
    clock: Option<ClockView>,
    clock_words: String,
    why: String,
    unit: String,
    joint: String,
    hops: u16,
    facts: Vec<(String, String)>,
    /// The last day for what the resident is waited for; empty when it is nothing.
    until: String,
    question: Option<String>,
    answer: Option<AnswerView>,
    other: Option<MergedInto>,
    step: Option<StepView>,
    steps: Vec<TimelineStep>,
    openings: Vec<ContactOpening>,
    erased: bool,
    /// Whether an erasure that was asked for is not decided yet.
    erasure_asked: bool,
    /// Where neighbours see it, while they do.
    shown: Option<String>,
    may: ResidentActs,
    /// Whether the visit only looks.
    looks: bool,
    telling: Telling,
    /// Whether there is a request for the level over the district to print.
    request: bool,
    /// How the resident is told now, in a sentence.
    telling_now: String,
    solved: Vec<Choice>,
    handled: Vec<Choice>,
    asked_for_good: Vec<Choice>,
}

impl OwnCasePage {
    /// What was typed into a field that came back, or what stands there now.
    fn typed<'a>(&'a self, field: &str, now: &'a str) -> &'a str {
        if self.form.v("field") == field { self.form.v(field) } else { now }
    }
}

/// `GET /case`
pub(crate) async fn show(State(app): State<App>, visitor: Visitor, visit: Visit) -> Result<Response, Problem> {
    page(&app, &visitor, visit, StatusCode::OK, Form::default(), app.random_text()).await
}

/// The page, with a form that came back if there is one.
pub(crate) async fn page(
    app: &App,
    visitor: &Visitor,
    visit: Visit,
    status: StatusCode,
    form: Form,
    key: String,
) -> Result<Response, Problem> {
    let history = visited(app, visit).await?;
    let number = app.desk().number();
    let into = history.case.merged_into;
    let other = match into {
        Some(other) => app.read(move |db, _| read::case(db, number, other)).await?,
        None => None,
    };
    let district = app.desk().district();
    let mut drawn = draw(visitor, &history, other.as_ref(), &district, app.desk().now(), form, key);
    drawn.telling = Telling::of_case(visitor.l, &app.messages().offers(), &history.case, drawn.form.v("tell"));
    drawn.may.tell &= !drawn.telling.choices.is_empty();
    // Digits that others may know look, and that is all.
    drawn.looks = history.case.trust(visit.1) < Trust::Acts;
    if drawn.looks {
        drawn.may = ResidentActs::default();
        drawn.step.iter_mut().for_each(|step| step.asked = false);
        (drawn.own.name, drawn.own.phone) = Default::default();
    }
    Ok(show_with(status, &drawn))
}

fn draw(
    visitor: &Visitor,
    history: &History,
    other: Option<&Case>,
    district: &District,
    now: Moment,
    form: Form,
    key: String,
) -> OwnCasePage {
    let today = now.date();
    let (l, case) = (visitor.l, &history.case);
    let teller = ResidentTimeline { l, district, history, today };
    let clock = case.for_resident();
    // Of the random half: the first one is alike in all cases.
    let tag = case.id.hex()[16..].to_owned();
    let mut page = marked(l, visitor.page(l.t("case-title")), &form);
    page.done_draft = visitor
        .done
        .as_deref()
        .and_then(|d| d.strip_prefix("done-")?.strip_suffix("-sent"))
        .map(|act| format!("{}-{tag}", act.trim_end_matches("-unsolved")));
    let unit = |code| district.unit_name(code, l.0).to_owned();
    let lead = case.tasks.iter().rev().find(|t| t.lead);
    let joint = case.tasks.iter().filter(|t| !t.lead && t.is_open()).map(|t| unit(&t.unit)).collect::<Vec<_>>();
    let photos = match history.told.first().map(|t| &t.body.event) {
        Some(Event::Raised { photos, .. }) if !case.erased => (1..=photos.len()).collect(),
        _ => Vec::new(),
    };
    OwnCasePage {
        l,
        page,
        key,
        tag,
        version: case.version,
        code: case.code.clone(),
        own: own(history),
        photos,
        status: standing(l, case),
        danger: receipt_slip::danger(l, district, history),
        go_on: go_on(l, case, today),
        next: next(l, case),
        clock: clock.map(|c| clock_view(l, c, now, district)),
        clock_words: clock.map(|c| l.t(promised(c.rule))).unwrap_or_default(),
        why: clock.map(|c| reason(l, c, district, today)).unwrap_or_default(),
        unit: lead.map(|t| unit(&t.unit)).unwrap_or_default(),
        joint: joint.join(l.0.pick("、", ", ")),
        hops: case.hops,
        facts: facts(l, case, district, today),
        until: case.waits().map(|window| l.day(window.due.rolled, today)).unwrap_or_default(),
        question: case.question.and_then(|_| history.latest(field::QUESTION)).map(str::to_owned),
        answer: answer(&teller),
        step: first_step(&teller, now, &form),
        other: other.map(|o| MergedInto { status: other_standing(l, o) }),
        steps: steps(&teller, clock),
        openings: teller.openings(),
        erased: case.erased,
        erasure_asked: case.erasure_asked,
        shown: case.shown().map(|_| format!("/published/{}", history.first())),
        may: ResidentActs::of(l, case, district, now),
        looks: false,
        telling: Telling::of(l, &[], ""),
        request: review_request::is_due(case),
        telling_now: l.t_n("telling-now", case.tell.map_or(Channel::None, |t| t.channel).label(l.0)),
        solved: Choice::all::<Solved>(l, form.v("solved")),
        handled: Choice::all::<Handled>(l, form.v("handled")),
        asked_for_good: vec![Choice::of("yes", &l.t("verdict-asked-for-good"), form.v("asked_for_good"))],
        form,
    }
}

fn first_step(teller: &ResidentTimeline<'_>, now: Moment, form: &Form) -> Option<StepView> {
    let (l, case, today) = (teller.l, &teller.history.case, teller.today);
    let step = case.step.as_ref().filter(|_| !case.erased)?;
    let told = teller.history.told.iter().map(|told| (&told.body.event, &told.private));
    let [post, first] = claim_words(told, &step.unit);
    let values = [
        ("unit", teller.district.unit_name(&step.unit, l.0).to_owned()),
        ("post", post),
        ("step", first),
        ("day", l.day(step.by, today)),
    ];
    Some(StepView {
        promised: l.t_with("step-promised", &values),
        word: step.word.map(|(kept, _)| l.t_n("step-word", kept.label(l.0))).unwrap_or_default(),
        asked: step.is_over(now),
        kept: Choice::all::<Kept>(l, form.v("kept")),
    })
}

fn own(history: &History) -> OwnWords {
    let fields = history.fields();
    let of = |name: &str| fields.get(name).cloned().unwrap_or_default();
    OwnWords {
        title: of(field::TITLE),
        text: of(field::TEXT),
        place: of(field::PLACE),
        name: of(field::NAME),
        phone: of(field::PHONE),
    }
}

/// What the case is, line by line.
fn facts(l: L, case: &Case, district: &District, today: Date) -> Vec<(String, String)> {
    let mut facts = vec![(l.t("case-kind"), case.track.label(l.0).to_owned())];
    if let Some(category) = &case.category {
        facts.push((l.t("case-category"), district.catalogue.name(category, l.0).to_owned()));
    }
    if let Some(street) = &case.street {
        facts.push((l.t("case-street"), district.unit_name(street, l.0).to_owned()));
    }
    if let Some(accused) = &case.accused {
        facts.push((l.t("case-accused"), district.unit_name(accused, l.0).to_owned()));
    }
    if let Some((taken, _)) = &case.opening.taken {
        let key = if case.is_own_answer() { "case-taken-own" } else { "case-taken-other" };
        facts.push((l.t("case-taken"), l.t_n(key, district.unit_name(taken, l.0))));
    }
    for (rule, key) in [(RuleId::ReplyAsk, "case-reply-by"), (RuleId::JudicialConfirmation, "case-confirm-by")] {
        if let Some((_, window)) = case.running(rule) {
            facts.push((l.t(key), l.day(window.due.rolled, today)));
        }
    }
    facts
}

/// The last day on which the resident of an unsolved case is asked whether it goes on, while it may still be said; the day
/// stays there when it is over, since it may be said later too.
fn go_on(l: L, case: &Case, today: Date) -> Option<String> {
    let (_, window) = case.running(RuleId::GoOnAsk).filter(|_| case.stage == Stage::Ended && !case.erased)?;
    Some(l.day(window.due.rolled, today))
}

/// What happens next, in a sentence.
fn next(l: L, case: &Case) -> String {
    if case.is_urgent() && case.running(RuleId::UrgentHand).is_some() {
        return l.t("next-urgent");
    }
    // Nobody else reads it.
    if case.is_sealed()
        && matches!(case.stage, Stage::Raised | Stage::Accepted | Stage::Handling)
        && case.question.is_none()
    {
        return l.t(&format!("next-sealed-{}", case.stage.code()));
    }
    let waits = case.question.is_some() && case.stage == Stage::Handling;
    let key = match case.stage {
        Stage::Handling if waits => "next-question",
        Stage::Handling if case.tasks.iter().any(|t| t.state == domain::case::TaskState::Approval) => "next-approval",
        Stage::Ended if case.erased => "next-erased",
        Stage::Ended => match case.ended {
            Some((Ending::NotReached, _)) => "next-not-reached",
            Some((Ending::Elsewhere, _)) => "next-elsewhere",
            _ => "next-ended",
        },
        // The level over the district answers: a paper goes there.
        Stage::Review | Stage::ReReview if case.reviewer() == Reviewer::Outside => "next-outside",
        stage => return l.t(&format!("next-{}", stage.code().replace('_', "-"))),
    };
    l.t(key)
}

/// The latest answer that the resident has been given.
fn answer(teller: &ResidentTimeline<'_>) -> Option<AnswerView> {
    use Event::*;
    let (l, history) = (teller.l, teller.history);
    let told = latest_answer(history)?;
    let outcome = match &told.body.event {
        Answered { outcome, .. }
        | AnsweredTogether { outcome, .. }
        | ReviewAnswered { outcome, .. }
        | ReReviewAnswered { outcome, .. } => outcome.label(l.0),
        _ => "",
    };
    let holder = answer_of(history, told);
    let of = |name: &str| holder.get(name).cloned().unwrap_or_default();
    // An opinion from outside is that body's, and of its own day, whoever filed it and when.
    let dated = match &told.body.event {
        ReviewAnswered { dated, .. } | ReReviewAnswered { dated, .. } => *dated,
        _ => None,
    };
    let outside = holder.get(field::BODY).cloned();
    let who = outside
        .or_else(|| told.body.by.unit().map(|u| teller.district.unit_name(u, l.0).to_owned()))
        .unwrap_or_default();
    Some(AnswerView {
        outcome: outcome.to_owned(),
        text: of(field::ANSWER),
        basis: of(field::BASIS),
        time: dated.map_or_else(|| when(l, told.body.at, teller.today).0, |day| l.day(day, teller.today)),
        who,
    })
}

/// What has happened, where it stands now, and what will come.
fn steps(teller: &ResidentTimeline<'_>, clock: Option<&Clock>) -> Vec<TimelineStep> {
    let (l, case) = (teller.l, &teller.history.case);
    let mut steps = teller.steps();
    let above = latest_answer(teller.history).map(|told| told.version);
    for step in steps.iter_mut().filter(|step| Some(step.version) == above) {
        // It stands above, with its basis.
        (step.said, step.note) = (String::new(), l.t("line-answer-above"));
    }
    let made = |kind, title: String, time: String, iso: String| {
        let (who, said, note) = (String::new(), String::new(), String::new());
        TimelineStep { version: 0, kind, title, time, iso, who, said, note }
    };
    steps.push(made("now", l.t_n("line-now", standing(l, case).words), String::new(), String::new()));
    if let Some(clock) = clock.filter(|c| !c.is_paused()) {
        // What is counted in hours ends at one.
        let by = clock.due_at.map_or_else(|| l.day(clock.due.rolled, teller.today), |at| when(l, at, teller.today).0);
        let day = l.t_n("line-by", by);
        steps.push(made("ahead", l.t(promised(clock.rule)), day, clock.due.rolled.to_string()));
    }
    steps
}
