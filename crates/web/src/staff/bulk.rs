//! `/bulk`: one act on several chosen cases. First its fields, then what it will do to each case or why it can't, then
//! what was done. Each case gets a command of its own with a key of its own; together they share a commit.

use super::rows::RecordLines;
use super::suggest::suggestion;
use super::{Days, handles};
use crate::app::App;
use crate::caller::{Staff, Visitor};
use crate::form::Sent;
use crate::lang::L;
use crate::page::{Choice, FieldError, Page, first_page, form_status, go, show_with};
use crate::problem::Problem;
use crate::view::{self, StatusView};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use desk::{Failure, Key};
use domain::case::{Case, CaseId, Command, CommandKind, Facts, Stage, Track, Visit, Way, decide, evolve, may_see};
use domain::district::{District, UnitKind};
use domain::{Label, Refusal, Role, Why};
use std::collections::BTreeMap;
use store::view::work;
use tokio::task::JoinSet;

/// In a row of the suggested dispatch: the case is accepted already, its category is known.
pub(super) const KNOWN: &str = "-";

/// What can be done to several cases at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BulkAct {
    /// Accept if need be, and dispatch as the catalogue suggests.
    Suggested,
    Dispatch,
    Designate,
    Ask,
    Extend,
}

impl BulkAct {
    const ALL: [BulkAct; 5] =
        [BulkAct::Suggested, BulkAct::Dispatch, BulkAct::Designate, BulkAct::Ask, BulkAct::Extend];

    fn code(self) -> &'static str {
        match self {
            BulkAct::Suggested => "suggested",
            BulkAct::Dispatch => "dispatch",
            BulkAct::Designate => "designate",
            BulkAct::Ask => "ask",
            BulkAct::Extend => "extend",
        }
    }

    fn label(self, l: L) -> String {
        let kind = match self {
            BulkAct::Suggested => return l.t("clerk-suggested"),
            BulkAct::Dispatch => CommandKind::Dispatch,
            BulkAct::Designate => CommandKind::Designate,
            BulkAct::Ask => CommandKind::Ask,
            BulkAct::Extend => CommandKind::Extend,
        };
        super::forms::capital(l, kind.label(l.0))
    }

    fn is_for(self, role: Role) -> bool {
        match self {
            BulkAct::Suggested | BulkAct::Dispatch | BulkAct::Designate => role == Role::Dispatcher,
            BulkAct::Ask => matches!(role, Role::Clerk | Role::Head),
            BulkAct::Extend => handles(role),
        }
    }

    /// The fields of its form, as the domain names them.
    fn fields(self) -> &'static [&'static str] {
        match self {
            BulkAct::Suggested => &[],
            BulkAct::Dispatch => &["lead"],
            BulkAct::Designate => &["unit", "reason"],
            BulkAct::Ask => &["question"],
            BulkAct::Extend => &["days", "reason"],
        }
    }
}

/// The acts that a role is offered under a list.
pub(super) fn acts(l: L, role: Role) -> Vec<Choice> {
    let all = BulkAct::ALL.into_iter().filter(|a| a.is_for(role));
    all.map(|a| Choice::of(a.code(), &a.label(l), "")).collect()
}

/// A row as the list sent it: code and version as they were shown, and what the confirmed act needs beside.
#[derive(Clone)]
struct ChosenRow {
    code: String,
    version: u64,
    args: Vec<String>,
}

impl ChosenRow {
    fn parse(text: &str) -> Option<ChosenRow> {
        let mut parts = text.split(' ');
        let code = desk::read_case_code(parts.next()?)?;
        Some(ChosenRow { code, version: parts.next()?.parse().ok()?, args: parts.map(str::to_owned).collect() })
    }

    fn text(&self, args: &[String]) -> String {
        let version = self.version.to_string();
        [self.code.as_str(), &version].into_iter().chain(args.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
    }
}

/// A chosen case as the page shows it.
struct BulkLine {
    code: String,
    title: String,
    status: Option<StatusView>,
    /// What will happen or has happened; or why not.
    said: String,
    good: bool,
    /// What the confirmation sends for it; empty when it can't be done.
    row: String,
}

#[derive(Template)]
#[template(path = "staff/bulk.html")]
struct BulkPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    heading: String,
    lead: String,
    act: &'static str,
    key: String,
    back: String,
    /// "check": the fields are to be filled in; "do": to be confirmed; "": done.
    step: &'static str,
    days: Option<String>,
    units: Vec<Choice>,
    unit_field: &'static str,
    text_field: &'static str,
    text_label: String,
    text: String,
    /// What was filled in, as the confirmation repeats it: label, name, value, as shown.
    filled: Vec<(String, &'static str, String, String)>,
    lines: Vec<BulkLine>,
    /// What was typed, when it did not reach all of them.
    lost: String,
    button: String,
}

impl BulkPage {
    /// The sentence at a field.
    fn error(&self, field: &str) -> String {
        self.errors.iter().find(|e| e.field == field).map_or(String::new(), |e| e.text.clone())
    }
}

/// What the steps share.
struct Bulk<'a> {
    app: &'a App,
    visitor: &'a Visitor,
    staff: &'a Staff,
    district: std::sync::Arc<District>,
    act: BulkAct,
    sent: &'a Sent,
    back: String,
}

/// `POST /bulk`
pub(crate) async fn bulk(
    State(app): State<App>,
    visitor: Visitor,
    staff: Staff,
    sent: Sent,
) -> Result<Response, Problem> {
    let now = sent.get("now");
    let act = if now.is_empty() { sent.get("act") } else { BulkAct::Suggested.code() };
    let act = BulkAct::ALL.into_iter().find(|a| a.code() == act && a.is_for(staff.role)).ok_or_else(Problem::form)?;
    // The keys of the cases are made from it: without one nothing would be done only once.
    sent.key(&staff)?;
    let (step, texts): (&str, Vec<&str>) =
        if now.is_empty() { (sent.get("step"), sent.all("pick").collect()) } else { ("do", vec![now]) };
    let mut rows: Vec<ChosenRow> = Vec::new();
    for row in texts.into_iter().filter_map(ChosenRow::parse) {
        if rows.len() < work::TOGETHER_MOST && !rows.iter().any(|r| r.code == row.code) {
            rows.push(row);
        }
    }
    let bulk = Bulk {
        back: back(sent.get("back"), staff.role),
        district: app.desk().district(),
        app: &app,
        visitor: &visitor,
        staff: &staff,
        act,
        sent: &sent,
    };
    if step == "do" {
        return bulk.done(&rows).await;
    }
    bulk.looked_at(&rows, step == "check").await
}

/// The list to go back to; nothing but our own lists.
fn back(asked: &str, role: Role) -> String {
    let own = ["/desk", "/inbox"]
        .iter()
        .any(|list| asked.strip_prefix(list).is_some_and(|rest| rest.is_empty() || rest.starts_with('?')));
    if own && !asked.contains(['\r', '\n']) { asked.to_owned() } else { first_page(role).to_owned() }
}

/// An address with one more value in its query.
fn with_done(back: &str, done: &str) -> String {
    let sign = if back.contains('?') { '&' } else { '?' };
    format!("{back}{sign}done={done}")
}

impl Bulk<'_> {
    fn l(&self) -> L {
        self.visitor.l
    }

    fn sentence(&self, refusal: Refusal) -> String {
        Problem::from(refusal).sentence(self.l().0)
    }

    /// The handles of the rows' codes.
    async fn ids(&self, rows: &[ChosenRow]) -> Result<BTreeMap<String, (CaseId, bool)>, Problem> {
        let (number, codes) = (self.app.desk().number(), rows.iter().map(|r| r.code.clone()).collect::<Vec<_>>());
        self.app.read(move |db, _| work::by_codes(db, number, &codes)).await
    }

    /// The chosen cases that this account may see, by their codes: that there are others is told to nobody.
    async fn seen(&self, rows: &[ChosenRow]) -> Result<BTreeMap<String, Case>, Problem> {
        let ids = self.ids(rows).await?;
        let number = self.app.desk().number();
        let all: Vec<CaseId> = ids.values().map(|(id, _)| *id).collect();
        let mut cases = self.app.read(move |db, _| work::cases(db, number, &all)).await?;
        let (actor, mut seen) = (self.staff.actor(), BTreeMap::new());
        for (code, (id, _)) in ids {
            if let Some(case) = cases.remove(&id).filter(|c| may_see(c, &actor, &self.district)) {
                seen.insert(code, case);
            }
        }
        Ok(seen)
    }

    async fn case_lines(&self, ids: Vec<CaseId>) -> Result<RecordLines<'_>, Problem> {
        let days = Days::of(self.app.desk().now(), &self.district.calendar);
        RecordLines::read(self.app, self.l(), &self.district, self.staff, days, ids).await
    }

    /// What will happen to each, or why it can't: by the rules themselves.
    async fn looked_at(&self, rows: &[ChosenRow], filled: bool) -> Result<Response, Problem> {
        let cases = self.seen(rows).await?;
        let shown = self.case_lines(cases.values().map(|c| c.id).collect()).await?;
        let filled = filled || self.act.fields().is_empty();
        let (mut lines, mut at_fields): (Vec<BulkLine>, Vec<(usize, &'static str)>) = (Vec::new(), Vec::new());
        for row in rows {
            let Some(case) = cases.get(&row.code) else {
                lines.push(self.line(row, String::new(), None, Err(self.sentence(Refusal::new(Why::NoSuchCase)))));
                continue;
            };
            let looked = self.look(case, row, &shown.words(case.id), filled);
            if let Err((_, Some(field))) = &looked {
                at_fields.push((lines.len(), *field));
            }
            let said = looked.map_err(|(said, _)| said);
            lines.push(self.line(
                row,
                shown.title(case.id, case.category.as_ref(), case.street.as_ref()),
                Some(case),
                said,
            ));
        }
        // Nothing can be done, and what is wrong is what was typed: it is said where it was typed.
        let mut errors = Vec::new();
        if let (false, Some((n, field))) = (lines.iter().any(|l| l.good), at_fields.first()) {
            errors.extend(lines.get(*n).map(|l| FieldError { field: (*field).to_owned(), text: l.said.clone() }));
            for (n, _) in &at_fields {
                if let Some(line) = lines.get_mut(*n) {
                    (line.said, line.good) = (self.l().t("clerk-possible"), true);
                }
            }
        }
        if !filled || !errors.is_empty() {
            // All of them come along to the confirmation, which says of each what will happen or why it can't.
            lines.iter_mut().zip(rows).for_each(|(line, row)| line.row = row.text(&[]));
        }
        Ok(self.page(lines, errors, filled))
    }

    fn line(
        &self,
        row: &ChosenRow,
        title: String,
        case: Option<&Case>,
        said: Result<(String, Vec<String>), String>,
    ) -> BulkLine {
        let status = case.map(|c| view::status(self.l(), c.stage, c.question.is_some()));
        let (code, good) = (row.code.clone(), said.is_ok());
        match said {
            Ok((said, args)) => BulkLine { code, title, status, said, good, row: row.text(&args) },
            Err(said) => BulkLine { code, title, status, said, good, row: String::new() },
        }
    }

    /// What the act would do to a case, and what its row sends; or why not, with the field that is at fault.
    #[allow(clippy::type_complexity)] // said once, and taken apart where it is called
    fn look(
        &self,
        case: &Case,
        row: &ChosenRow,
        words: &str,
        filled: bool,
    ) -> Result<(String, Vec<String>), (String, Option<&'static str>)> {
        let refused = |refusal: Refusal| {
            let field = refusal.field.filter(|f| self.act.fields().contains(f));
            (self.sentence(refusal), field)
        };
        if row.version != case.version {
            return Err(refused(Refusal::new(Why::Changed)));
        }
        let args = self.args(case, words).map_err(|said| (said, None))?;
        let commands = self.commands(&args, !filled).map_err(refused)?;
        match self.after(case, &commands) {
            Ok(after) if filled => Ok((self.effect(case, &after), args)),
            // What depends on the fields is known when they are filled in.
            Ok(_) => Ok((self.l().t("clerk-possible"), args)),
            Err(refusal) => match refused(refusal) {
                (_, Some(_)) if !filled => Ok((self.l().t("clerk-possible"), args)),
                refused => Err(refused),
            },
        }
    }

    /// What the confirmed row needs beside code and version.
    fn args(&self, case: &Case, words: &str) -> Result<Vec<String>, String> {
        let refused = |why| Err(self.sentence(Refusal::new(why)));
        match self.act {
            BulkAct::Dispatch | BulkAct::Designate => Ok(Vec::new()),
            BulkAct::Suggested => {
                let (category, street) = (case.category.as_ref(), case.street.as_ref());
                if case.track == Track::Petition && case.stage == Stage::Raised {
                    return refused(Why::NeedsWay);
                }
                let found = suggestion(self.l(), &self.district, case.track, category, street, words);
                match (found.unit, found.category) {
                    (Some(unit), Some(category)) if case.track != Track::Accusation => {
                        let accept = case.stage == Stage::Raised;
                        Ok(vec![if accept { category.to_string() } else { KNOWN.to_owned() }, unit.to_string()])
                    }
                    _ => Err(self.l().t("clerk-no-suggestion")),
                }
            }
            BulkAct::Ask => match case.task_of(&self.staff.unit) {
                Some(task) => Ok(vec![task.no.to_string()]),
                None => refused(Why::NotYours),
            },
            BulkAct::Extend => {
                let head = self.staff.role == Role::Head;
                let may = |c: &domain::case::Clock| {
                    self.district.rules.of_case(c.rule).extension.is_some_and(|e| head || !e.by_head)
                };
                let clocks = || case.duties().filter(|(_, c)| c.task.is_none());
                let clock = clocks().filter(|(_, c)| may(c)).min_by_key(|(_, c)| c.due.alarm());
                match clock.or_else(|| clocks().min_by_key(|(_, c)| c.due.alarm())) {
                    Some((no, _)) => Ok(vec![no.to_string()]),
                    None => refused(Why::NoSuchClock),
                }
            }
        }
    }

    /// The commands of a row. With `guess`, empty fields are taken as filled in: what else is in the way shows then.
    fn commands(&self, args: &[String], guess: bool) -> Result<Vec<Command>, Refusal> {
        let text = |field: &str| match self.sent.raw(field) {
            "" if guess => "…".to_owned(),
            text => text.to_owned(),
        };
        let any = || self.district.units.values().find(|u| !u.closed && u.kind != UnitKind::Discipline);
        let unit = |field: &'static str| match (self.sent.get(field), any().filter(|_| guess)) {
            ("", Some(any)) => Ok(any.code.clone()),
            ("", None) => Err(Refusal::at(Why::Empty, field)),
            (unit, _) => Ok(unit.into()),
        };
        let number = |n: usize| args.get(n).and_then(|a| a.parse().ok()).ok_or(Refusal::new(Why::NotYours));
        let one = |command| Ok(vec![command]);
        match self.act {
            BulkAct::Suggested => {
                let [category, unit] = args else { return Err(Refusal::new(Why::NotYours)) };
                let dispatch = Command::Dispatch { lead: unit.as_str().into(), joint: Vec::new() };
                if category == KNOWN {
                    return one(dispatch);
                }
                Ok(vec![Command::Accept { way: None::<Way>, category: category.as_str().into() }, dispatch])
            }
            BulkAct::Dispatch => one(Command::Dispatch { lead: unit("lead")?, joint: Vec::new() }),
            BulkAct::Designate => one(Command::Designate { unit: unit("unit")?, reason: text("reason") }),
            BulkAct::Ask => one(Command::Ask { task: number(0)?, question: text("question") }),
            BulkAct::Extend => {
                let days = match self.sent.get("days") {
                    "" if guess => 1,
                    days => days.parse().map_err(|_| Refusal::at(Why::Empty, "days"))?,
                };
                one(Command::Extend { clock: number(0)?, days, reason: text("reason") })
            }
        }
    }

    /// The case after the commands, by the rules.
    fn after(&self, case: &Case, commands: &[Command]) -> Result<Case, Refusal> {
        let (mut case, actor, now) = (case.clone(), self.staff.actor(), self.app.desk().now());
        for command in commands {
            let facts = Facts {
                now,
                actor: &actor,
                district: &self.district,
                code: "",
                secret: "",
                other: None,
                visit: Visit::BEST,
                numbers: &[],
                asked: false,
            };
            for new in decide(&case, command, &facts)? {
                evolve(&mut case, now, &actor, &new.event, &new.clocks);
            }
        }
        Ok(case)
    }

    /// What a case gets by it, in words.
    fn effect(&self, before: &Case, after: &Case) -> String {
        let (l, today) = (self.l(), self.app.desk().now().date());
        let day = |case: &Case| case.next_due().map_or(String::new(), |c| l.day(c.due.rolled, today));
        let lead = after.lead().map_or("", |t| self.district.unit_name(&t.unit, l.0)).to_owned();
        let key = match self.act {
            BulkAct::Suggested if before.stage == Stage::Raised => "clerk-will-accept",
            BulkAct::Suggested | BulkAct::Dispatch => "clerk-will-dispatch",
            BulkAct::Designate => "clerk-will-designate",
            BulkAct::Ask => return l.t("clerk-will-ask"),
            BulkAct::Extend => return l.t_with("clerk-will-extend", &[("from", day(before)), ("to", day(after))]),
        };
        l.t_with(key, &[("unit", lead), ("date", day(after))])
    }

    /// Does it to each row, all at the same time.
    async fn done(&self, rows: &[ChosenRow]) -> Result<Response, Problem> {
        // The desk would say of a case that is not for this account whether it has changed, and so that it is there.
        let cases = self.seen(rows).await?;
        let mut acts = JoinSet::new();
        for (n, row) in rows.iter().enumerate() {
            let (commands, found) = (self.commands(&row.args, false), cases.get(&row.code).map(|c| c.id));
            let (desk, actor, mut seen) = (self.app.desk().clone(), self.staff.actor(), row.version);
            let scope = format!("account {}", self.staff.account);
            let key = format!("{} {} {}", self.sent.get("key"), self.act.code(), row.code);
            acts.spawn(async move {
                let act = async || {
                    let id = found.ok_or(Refusal::new(Why::NoSuchCase))?;
                    for (step, command) in commands?.into_iter().enumerate() {
                        let key = Key::of(&scope, &format!("{key} {step}"));
                        seen = desk.act(actor.clone(), id, Some(seen), command, Some(key)).await?.version;
                    }
                    Ok::<(), Failure>(())
                };
                (n, act().await)
            });
        }
        let mut outcomes: Vec<(usize, Result<(), Failure>)> = acts.join_all().await;
        outcomes.sort_by_key(|(n, _)| *n);
        let all_done = !outcomes.is_empty() && outcomes.iter().all(|(_, done)| done.is_ok());
        if all_done && !self.sent.get("now").is_empty() {
            return Ok(go(&with_done(&self.back, "suggested")));
        }
        // Titles only of what this account may see: the desk has said so by doing it.
        let may: Vec<CaseId> = outcomes
            .iter()
            .filter(|(_, done)| done.is_ok())
            .filter_map(|(n, _)| Some(cases.get(&rows.get(*n)?.code)?.id))
            .collect();
        let shown = self.case_lines(may).await?;
        let line = |(n, done): (usize, Result<(), Failure>)| {
            let row = rows.get(n)?;
            let title = match (&done, cases.get(&row.code)) {
                (Ok(()), Some(case)) => shown.title(case.id, case.category.as_ref(), case.street.as_ref()),
                _ => String::new(),
            };
            let said = match done {
                Ok(()) => Ok((self.l().t("clerk-done"), Vec::new())),
                Err(failure) => Err(Problem::from(failure).sentence(self.l().0)),
            };
            Some(self.line(row, title, None, said))
        };
        let lines = outcomes.into_iter().filter_map(line).collect();
        Ok(self.result(lines))
    }

    fn frame(&self) -> Page {
        let mut frame = self.visitor.page(self.act.label(self.l()));
        // A page that answers a form stands at an address that can't be asked for.
        frame.path = crate::page::encode(&self.back);
        frame
    }

    fn blank(&self, lines: Vec<BulkLine>) -> BulkPage {
        BulkPage {
            l: self.l(),
            page: self.frame(),
            errors: Vec::new(),
            heading: self.act.label(self.l()),
            lead: String::new(),
            act: self.act.code(),
            key: self.sent.get("key").to_owned(),
            back: self.back.clone(),
            step: "",
            days: None,
            units: Vec::new(),
            unit_field: "",
            text_field: "",
            text_label: String::new(),
            text: String::new(),
            filled: Vec::new(),
            lines,
            lost: String::new(),
            button: String::new(),
        }
    }

    /// The field of the words that are typed once for all of them; empty when the act has none.
    fn text_field(&self) -> &'static str {
        let mut fields = self.act.fields().iter().copied();
        fields.find(|f| matches!(*f, "reason" | "question")).unwrap_or_default()
    }

    fn result(&self, lines: Vec<BulkLine>) -> Response {
        let (l, done) = (self.l(), lines.iter().filter(|l| l.good).count());
        let lead = [("done", done.to_string()), ("n", lines.len().to_string())];
        // One that was refused at the end is done by hand: nobody types the words a second time.
        let lost = if done < lines.len() { self.sent.get(self.text_field()).to_owned() } else { String::new() };
        let page = BulkPage { lead: l.t_with("clerk-result", &lead), lost, ..self.blank(lines) };
        show_with(StatusCode::OK, &page)
    }

    /// The fields to fill in, or what is to be confirmed.
    fn page(&self, lines: Vec<BulkLine>, errors: Vec<FieldError>, filled: bool) -> Response {
        let (l, n) = (self.l(), lines.iter().filter(|l| l.good).count());
        if lines.is_empty() {
            let page = BulkPage { lead: l.t("clerk-none-picked"), ..self.blank(lines) };
            return show_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
        let confirm = filled && errors.is_empty();
        let fields = self.act.fields();
        let unit_field = fields.iter().find(|f| matches!(**f, "lead" | "unit")).copied().unwrap_or_default();
        let text_field = self.text_field();
        let label = |field: &str| match (field, self.act) {
            ("reason", BulkAct::Extend) => l.t("staff-field-reason-told"),
            ("unit" | "lead", _) => l.t("staff-field-lead"),
            ("question", _) => l.t("staff-field-question"),
            ("days", _) => l.t("staff-field-days"),
            _ => l.t("staff-field-reason"),
        };
        let units = self.district.units.values().filter(|u| !u.closed && u.kind != UnitKind::Discipline);
        let chosen = self.sent.get(unit_field).to_owned();
        let units: Vec<Choice> = units.map(|u| Choice::of(u.code.as_str(), u.name(l.0), &chosen)).collect();
        let shown = |field: &str, value: &str| {
            let unit = units.iter().find(|u| field == unit_field && u.value == value);
            unit.map_or_else(|| value.to_owned(), |u| u.label.clone())
        };
        let repeat = |field: &&'static str| {
            let value = self.sent.raw(field).to_owned();
            (label(field), *field, value.clone(), shown(field, &value))
        };
        let status = form_status(&errors);
        let page = BulkPage {
            lead: match (n, confirm) {
                (0, _) => l.t("clerk-none-possible"),
                (_, true) => l.t_n("clerk-confirm-lead", n),
                (_, false) => l.t_n("clerk-fields-lead", n),
            },
            step: if confirm { "do" } else { "check" },
            days: (!confirm && fields.contains(&"days")).then(|| self.sent.get("days").to_owned()),
            filled: if confirm { fields.iter().map(repeat).collect() } else { Vec::new() },
            unit_field: if confirm { "" } else { unit_field },
            text_label: label(text_field),
            text: self.sent.raw(text_field).to_owned(),
            text_field: if confirm { "" } else { text_field },
            button: match (n, confirm) {
                (0, _) => String::new(),
                (_, true) => l.t_n("clerk-confirm", n),
                (_, false) => l.t("clerk-look"),
            },
            units,
            errors,
            ..self.blank(lines)
        };
        show_with(status, &page)
    }
}
