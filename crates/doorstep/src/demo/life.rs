//! What becomes of the demo's cases: the lives that `year.csv` names, as steps.

mod after;

use super::fault;
use super::town::{CENTRE, DISCIPLINE, DISTRICT, PETITIONS};
use super::walk::{Planned, Stop, Walk, Way, last_day};
use super::words::Words;
use super::year::{End, Row, Turn};
use calendar::Date;
use domain::case::{Case, Channel, Door, Kept, Tell, Way as LawfulWay};
use domain::case::{
    Command, Corrected, Ground, Handled, LinkKind, Outcome, Purpose, ScopeReason, Solved, Stage, Track, Verdict,
};
use domain::district::UnitCode;
use domain::register::Line;
use domain::rule::RuleId;
use domain::{Actor, Lang, Role};
use registers::listen::opinion;

/// A life that is being planned: the walk, the row it follows, and the words for it.
pub struct Life<'a, 'b> {
    pub walk: Walk<'a>,
    pub row: &'b Row,
    pub words: &'b Words,
    /// Cases planned before, which this one may be merged into or linked to.
    pub others: &'b [Way],
    /// Where it lies, for words about it.
    pub place: String,
}

impl Life<'_, '_> {
    /// From acceptance to the end that the row names.
    pub fn go(&mut self) -> Planned<()> {
        if self.row.end == End::Raised {
            return Ok(());
        }
        if self.row.has(Turn::Early) {
            return self.withdraw();
        }
        if self.is_claimed() {
            self.claim()?;
            if self.handle()? {
                self.close()?;
            }
            return self.aftermath();
        }
        self.triage()?;
        match self.row.end {
            End::NotAccepted | End::Routed if self.row.has(Turn::Reopen) => {
                self.walk.home(3)?;
                self.resident(Command::Reopen { reason: self.words.reopen().into() })?;
                self.accept(1)?;
            }
            End::NotAccepted | End::Routed => return self.erase(),
            End::Accepted => return Ok(()),
            _ => {}
        }
        self.dispatch(None)?;
        if self.handle()? {
            self.close()?;
        }
        self.aftermath()
    }

    fn track(&self) -> Track {
        self.walk.case().track
    }

    fn resident(&mut self, command: Command) -> Planned<()> {
        self.walk.act(Actor::Resident, command)
    }

    fn staff(&self, unit: &str, role: Role, n: usize) -> Planned<Actor> {
        Ok(self.walk.town.staff(&unit.into(), role, n)?)
    }

    fn dispatcher(&mut self) -> Planned<Actor> {
        let at = if self.walk.case().is_sealed() { DISCIPLINE } else { CENTRE };
        let n = self.walk.dice.below(3);
        self.staff(at, Role::Dispatcher, n)
    }

    fn supervisor(&mut self) -> Planned<Actor> {
        let n = self.walk.dice.below(2);
        self.staff(PETITIONS, Role::Supervisor, n)
    }

    /// The lead's unit and task.
    fn lead(&self) -> Planned<(UnitCode, u16)> {
        let lead = self.walk.case().lead().ok_or_else(|| fault("a case in handling has no lead"))?;
        Ok((lead.unit.clone(), lead.no))
    }

    /// Who works on it at a unit: the clerk, or the head where the clerk has withdrawn.
    fn worker(&self, unit: &UnitCode) -> Planned<Actor> {
        let clerk = self.walk.town.staff(unit, Role::Clerk, 0)?;
        let withdrawn = clerk.account().is_some_and(|a| self.walk.case().withdrawn_accounts.contains(&a));
        Ok(if withdrawn { self.walk.town.staff(unit, Role::Head, 0)? } else { clerk })
    }

    fn lead_worker(&self) -> Planned<(Actor, u16)> {
        let (unit, task) = self.lead()?;
        Ok((self.worker(&unit)?, task))
    }

    /// Another unit than those that have or had a task, for a category that could have been meant.
    fn other_unit(&mut self) -> Planned<UnitCode> {
        let used: Vec<UnitCode> = self.walk.case().tasks.iter().map(|t| t.unit.clone()).collect();
        let free: Vec<UnitCode> =
            self.words.units(self.track()).iter().filter(|u| !used.contains(u)).cloned().collect();
        self.walk.dice.pick(&free).cloned().ok_or_else(|| fault("no other unit is there").into())
    }

    /// Whether a unit claims it on the board of its meeting: every second one that is said there, where nothing of its life
    /// is about how it came to its unit.
    fn is_claimed(&self) -> bool {
        let other = [Turn::LateTriage, Turn::Recategorise, Turn::Upheld, Turn::Rejected, Turn::Transfer];
        let ends = matches!(self.row.end, End::NotAccepted | End::Routed | End::Accepted | End::Objected);
        let case = self.walk.case();
        let said = case.door == Door::Meeting && case.category.is_some() && case.street.is_some();
        said && self.walk.number().is_multiple_of(2) && !ends && !other.into_iter().any(|turn| self.row.has(turn))
    }

    /// A unit claims it while the meeting goes on, now and then two; the chair settles who leads. On the day of the first step
    /// its speaker is asked, and most say something.
    fn claim(&mut self) -> Planned<()> {
        self.walk.soon()?;
        let street = self.walk.case().street.clone().ok_or(Stop::Otherwise)?;
        let suggested = self.suggested()?;
        // What stands for the district sits in no hall: the street takes it on itself.
        let lead = if suggested.as_str() == DISTRICT { street.clone() } else { suggested };
        let mut by = self.walk.day().saturating_add(jiff::ToSpan::days(2));
        while !self.walk.town.works(by)? {
            by = by.saturating_add(jiff::ToSpan::days(1));
        }
        let other = self.other_unit()?;
        let twice = other != lead && (self.row.has(Turn::Joint) || self.walk.number().is_multiple_of(3));
        for unit in std::iter::once(&lead).chain(twice.then_some(&other)) {
            let (post, step) = (Line(self.words.post().into()), Line(self.words.first_step(self.walk.number()).into()));
            let actor = self.walk.town.staff(unit, Role::Clerk, 0)?;
            self.walk.board(actor, opinion::Act::Claim { post, step, by })?;
        }
        let joint = if twice && self.row.has(Turn::Joint) { vec![other] } else { Vec::new() };
        let chair = self.walk.town.staff(&street, Role::Clerk, 0)?;
        self.walk.board(chair, opinion::Act::Settle { lead, joint, category: None })?;
        let kept = match self.walk.number() % 16 {
            0 | 4 | 8 | 10 | 14 => Some(Kept::Yes),
            2 => Some(Kept::No),
            6 => Some(Kept::Unclear),
            _ => None,
        };
        if kept != Some(Kept::No) {
            self.first_step_done(by)?;
        }
        self.walk.evening(by)?;
        self.walk.act(Actor::clock(), Command::AskStep)?;
        let Some(kept) = kept else { return Ok(()) };
        self.walk.home(0)?;
        self.resident(Command::TellStep { kept })
    }

    /// The unit tells its speaker that the first step is done.
    fn first_step_done(&mut self, by: Date) -> Planned<()> {
        self.walk.office_on(by)?;
        let (actor, task) = self.lead_worker()?;
        let text = self.words.step_done().into();
        self.walk.act(actor, Command::Inform { task, text })
    }

    fn withdraw(&mut self) -> Planned<()> {
        let days = self.walk.dice.between(0, 2);
        self.walk.home(days)?;
        self.resident(Command::Withdraw)
    }

    fn triage(&mut self) -> Planned<()> {
        let late = if self.row.has(Turn::LateTriage) { 3 } else { 0 };
        let wait = match self.track() {
            Track::Hotline | Track::Enterprise => self.walk.dice.between(0, 1),
            Track::Mediation | Track::Suggestion => self.walk.dice.between(0, 3),
            Track::Petition | Track::Accusation if self.row.has(Turn::Swift) => self.walk.dice.between(0, 3),
            Track::Petition | Track::Accusation => self.walk.dice.between(1, 7),
        };
        match self.row.end {
            End::NotAccepted => {
                self.walk.office(wait + late)?;
                let reason = *self.walk.dice.pick(REASONS).ok_or(Stop::Otherwise)?;
                let (text, actor) = (self.words.refusal(reason), self.dispatcher()?);
                self.walk.act(actor, Command::NotAccept { reason, text })
            }
            End::Routed => {
                self.walk.office(wait + late)?;
                let way = *self.walk.dice.pick(WAYS).ok_or(Stop::Otherwise)?;
                let (text, actor) = (self.words.door(way), self.dispatcher()?);
                self.walk.act(actor, Command::Route { way, text })
            }
            _ => self.accept(wait + late),
        }
    }

    fn accept(&mut self, wait: i64) -> Planned<()> {
        self.walk.office(wait)?;
        let way = (self.track() == Track::Petition).then_some(LawfulWay::Opinion);
        let category = self.walk.case().category.clone();
        let category = match category {
            Some(category) => category,
            None => self.words.category(self.walk.dice, self.track(), None)?,
        };
        let actor = self.dispatcher()?;
        self.walk.act(actor, Command::Accept { way, category })?;
        if self.row.has(Turn::Recategorise) {
            let category = self.words.category(self.walk.dice, self.track(), None)?;
            let actor = self.dispatcher()?;
            self.walk.act(actor, Command::Recategorise { category })?;
        }
        Ok(())
    }

    fn dispatch(&mut self, to: Option<UnitCode>) -> Planned<()> {
        let case = self.walk.case();
        if case.stage == Stage::Accepted && case.hops > 0 {
            self.walk.office(1)?;
        } else if self.walk.dice.chance(35) {
            self.walk.office(0)?;
        }
        let suggested = match to {
            Some(unit) => unit,
            None => self.suggested()?,
        };
        let mut joint = Vec::new();
        if self.row.has(Turn::Joint) && self.walk.case().tasks.is_empty() {
            let other = self.other_unit()?;
            joint.extend((other != suggested).then_some(other));
        }
        let actor = self.dispatcher()?;
        self.walk.act(actor, Command::Dispatch { lead: suggested, joint })
    }

    fn suggested(&mut self) -> Planned<UnitCode> {
        let case = self.walk.case();
        if case.is_sealed() {
            return Ok(DISCIPLINE.into());
        }
        let street = case.street.clone();
        // Small disputes go to the mediation centre of the street.
        if let Some(street) = street.as_ref().filter(|_| case.track == Track::Mediation)
            && self.walk.dice.chance(75)
        {
            return Ok(UnitCode(format!("{street}.mediation")));
        }
        let (case, at) = (self.walk.case(), self.walk.now());
        let district = self.walk.town.at(at)?;
        let unit = case.category.as_ref().and_then(|c| district.suggest(c, street.as_ref()));
        Ok(unit.map_or_else(|| PETITIONS.into(), |u| u.code.clone()))
    }

    /// What happens between dispatch and answer. Returns whether it goes on to an answer.
    fn handle(&mut self) -> Planned<bool> {
        if self.row.has(Turn::Interest) {
            self.walk.office(0)?;
            let (actor, _) = self.lead_worker()?;
            self.walk.act(actor, Command::DeclareInterest)?;
        }
        self.objections()?;
        if self.row.end == End::Objected {
            return Ok(false);
        }
        if self.walk.case().contact && (self.row.has(Turn::Unmask) || self.walk.dice.chance(30)) {
            self.walk.office(0)?;
            let (actor, _) = self.lead_worker()?;
            let purpose =
                *self.walk.dice.pick(&[Purpose::Contact, Purpose::Handle, Purpose::Verify]).ok_or(Stop::Otherwise)?;
            self.walk.act(actor, Command::Unmask { purpose, text: "联系本人核实现场情况".into() })?;
        }
        if self.row.has(Turn::Note) || self.walk.dice.chance(15) {
            self.walk.office(0)?;
            let (actor, _) = self.lead_worker()?;
            let text = self.words.note(self.walk.dice);
            self.walk.act(actor, Command::Note { text })?;
        }
        if self.row.has(Turn::Correct) {
            self.walk.home(0)?;
            let value = format!("{}（补充：楼栋北侧）", self.place);
            self.resident(Command::CorrectField { field: Corrected::Place, value })?;
            let tell = Tell { channel: Channel::Email, lang: Lang::Zh };
            self.resident(Command::ChooseTelling { tell, address: "resident@example.com".into() })?;
            self.resident(Command::SetDigits { digits: "580264".into() })?;
        }
        if self.row.has(Turn::Transfer) {
            self.transfer()?;
        }
        if self.row.has(Turn::Ask) || self.row.has(Turn::Unask) || self.row.end == End::Asked {
            self.question()?;
        }
        if self.row.has(Turn::Release) {
            self.call_and_release()?;
        }
        if matches!(self.row.end, End::Asked | End::Handling) {
            return Ok(false);
        }
        if self.row.has(Turn::Joint) {
            self.reports()?;
        }
        if self.row.has(Turn::Extend) {
            self.extend()?;
        }
        if self.row.end == End::Withdrawn {
            self.withdraw()?;
            return Ok(false);
        }
        if self.row.end == End::Merged {
            self.merge()?;
            return Ok(false);
        }
        self.answer()?;
        Ok(self.row.end != End::Approval && self.row.end != End::Answered)
    }

    fn objections(&mut self) -> Planned<()> {
        let wanted =
            [Turn::Upheld, Turn::Rejected].into_iter().any(|t| self.row.has(t)) || self.row.end == End::Objected;
        if !wanted {
            return Ok(());
        }
        let wait = self.walk.dice.between(0, 2);
        self.walk.office(wait)?;
        let (actor, task) = self.lead_worker()?;
        let reason = self.words.objection(self.walk.dice);
        self.walk.act(actor, Command::Object { task, reason })?;
        if self.row.end == End::Objected {
            return Ok(());
        }
        let wait = self.walk.dice.between(0, 1);
        self.walk.office(wait)?;
        let actor = self.dispatcher()?;
        if self.row.has(Turn::Rejected) {
            let reason = "按派单目录和现场位置，由你单位牵头办理。".into();
            return self.walk.act(actor, Command::RejectObjection { task, reason });
        }
        self.walk.act(actor, Command::UpholdObjection { task })?;
        let other = self.other_unit()?;
        self.dispatch(Some(other))
    }

    fn transfer(&mut self) -> Planned<()> {
        self.walk.office(1)?;
        let (_, task) = self.lead()?;
        let (to, actor) = (self.other_unit()?, self.dispatcher()?);
        let reason = "现场核实后，主要责任在接收单位。".into();
        self.walk.act(actor, Command::Transfer { task, to, reason })
    }

    fn question(&mut self) -> Planned<()> {
        self.walk.office(0)?;
        let (actor, task) = self.lead_worker()?;
        let question = self.words.question(self.walk.dice);
        self.walk.act(actor.clone(), Command::Ask { task, question })?;
        if self.row.end == End::Asked {
            return Ok(());
        }
        if self.row.has(Turn::Unask) {
            self.walk.office(1)?;
            return self.walk.act(actor, Command::Unask);
        }
        let days = self.walk.dice.between(0, 4);
        self.walk.home(days)?;
        let text = self.words.reply(self.walk.dice);
        self.resident(Command::Reply { text })
    }

    fn call_and_release(&mut self) -> Planned<()> {
        self.walk.office(0)?;
        let (unit, actor) = (self.other_unit()?, self.dispatcher()?);
        self.walk.act(actor.clone(), Command::Join { unit })?;
        let task = self.walk.case().tasks.len();
        self.walk.office(0)?;
        let task = u16::try_from(task).map_err(fault)?;
        self.walk.act(actor, Command::Release { task })
    }

    fn reports(&mut self) -> Planned<()> {
        let open: Vec<(UnitCode, u16)> =
            self.walk.case().tasks.iter().filter(|t| !t.lead && t.is_open()).map(|t| (t.unit.clone(), t.no)).collect();
        for (unit, task) in open {
            let wait = self.walk.dice.between(0, 2);
            self.walk.office(wait)?;
            let actor = self.worker(&unit)?;
            let text = self.words.report(self.walk.dice);
            self.walk.act(actor, Command::Report { task, text })?;
        }
        Ok(())
    }

    fn promise(&self) -> Option<(u16, Date)> {
        let rules =
            domain::rule::CASES.iter().map(|rule| rule.id).filter(|id| id.is_promise() && *id != RuleId::Elsewhere);
        let running = rules.into_iter().find_map(|rule| self.walk.case().running(rule));
        running.map(|(no, clock)| (no, clock.due.alarm()))
    }

    fn extend(&mut self) -> Planned<()> {
        let Some((clock, due)) = self.promise() else { return Ok(()) };
        let day = self.walk.between(due, 50, 80);
        self.walk.office_on(day)?;
        let (unit, _) = self.lead()?;
        let actor = self.walk.town.staff(&unit, Role::Head, 0)?;
        let days = if self.track() == Track::Hotline { 5 } else { 15 };
        let reason = self.words.extension(self.walk.dice);
        self.walk.act(actor, Command::Extend { clock, days, reason })
    }

    /// The lead's answer, approved where the track asks for it; in time, unless the row says that it is late.
    fn answer(&mut self) -> Planned<()> {
        let (_, due) = self.promise().ok_or_else(|| fault("a case in handling has no promise"))?;
        if self.row.has(Turn::Late) {
            self.walk.office_on(due)?;
            let days = self.walk.dice.between(1, 6);
            self.walk.office(days)?;
        } else {
            let (low, high) = match () {
                () if self.row.has(Turn::Swift) => (5, 40),
                () if self.row.has(Turn::Slow) => (75, 95),
                () => (20, 85),
            };
            let day = self.walk.between(due, low, high);
            self.walk.office_on(day)?;
        }
        self.propose()?;
        if !self.track().needs_approval() {
            return self.kept(due);
        }
        if self.row.has(Turn::SentBack) {
            self.walk.office(0)?;
            let (unit, task) = self.lead()?;
            let head = self.walk.town.staff(&unit, Role::Head, 0)?;
            let reason = "事实部分请补充现场核查的时间和结论，再报。".into();
            self.walk.act(head, Command::SendBack { task, reason })?;
            self.walk.office(1)?;
            self.propose()?;
        }
        if self.row.end == End::Approval {
            return Ok(());
        }
        let wait = self.walk.dice.between(0, 2);
        self.walk.office(wait)?;
        let (unit, task) = self.lead()?;
        let head = self.walk.town.staff(&unit, Role::Head, 0)?;
        self.walk.act(head, Command::Approve { task })?;
        self.kept(due)
    }

    /// An answer that should be in time and isn't is planned otherwise.
    fn kept(&self, due: Date) -> Planned<()> {
        if self.row.has(Turn::Late) || self.walk.day() <= due { Ok(()) } else { Err(Stop::Otherwise) }
    }

    fn propose(&mut self) -> Planned<()> {
        let (actor, task) = self.lead_worker()?;
        let outcome = self.outcome();
        let case = self.walk.case().clone();
        let text = self.words.answer(self.walk.dice, &case, outcome, &self.place);
        let basis = if self.track() == Track::Petition { self.words.basis(self.walk.dice) } else { String::new() };
        self.walk.act(actor, Command::Answer { task, outcome, text, basis })
    }

    fn outcome(&mut self) -> Outcome {
        let good = matches!(self.row.end, End::Resolved);
        let all = self.track().outcomes();
        if good || self.walk.dice.chance(30) {
            return all.first().copied().unwrap_or(Outcome::Done);
        }
        self.walk.dice.pick(all).copied().unwrap_or(Outcome::Explained)
    }

    /// The resident's word, or its absence.
    fn close(&mut self) -> Planned<()> {
        let promise = self.walk.case().promise().map(|c| c.due.alarm());
        let first = self.row.has(Turn::Reopen) && !matches!(self.row.end, End::NotAccepted | End::Routed);
        let end = if first { End::NotResolved } else { self.row.end };
        self.word(end)?;
        if self.row.has(Turn::Swift) && promise.is_some_and(|due| self.walk.day() > due) {
            return Err(Stop::Otherwise);
        }
        if !first {
            return Ok(());
        }
        let days = self.walk.dice.between(1, 9);
        self.walk.home(days)?;
        self.resident(Command::Reopen { reason: self.words.reopen().into() })?;
        self.dispatch(None)?;
        self.walk.office(1)?;
        self.answer()?;
        self.word(self.row.end)
    }

    fn word(&mut self, end: End) -> Planned<()> {
        let solved = match end {
            End::NotReached => {
                let asked = self.walk.case().asked().map(|c| c.due.rolled);
                let after = asked.and_then(|day| day.tomorrow().ok()).ok_or(Stop::Otherwise)?;
                self.walk.night(after)?;
                return self.walk.act(Actor::clock(), Command::EndUnreached);
            }
            End::Partly => Solved::Partly,
            End::NotResolved | End::Reviewing | End::ReReviewing => Solved::No,
            _ => Solved::Yes,
        };
        let most = if self.row.has(Turn::Swift) { 1 } else { 6 };
        let days = self.walk.dice.between(0, most);
        self.walk.home(days)?;
        let handled = match self.row.rate {
            Some(handled) => handled,
            None if solved == Solved::Yes => *self.walk.dice.pick(HAPPY).ok_or(Stop::Otherwise)?,
            None => *self.walk.dice.pick(UNHAPPY).ok_or(Stop::Otherwise)?,
        };
        let witnessed = self.row.has(Turn::Witness);
        let verdict = Verdict { solved, handled, asked_for_good: self.row.has(Turn::Begged), witnessed };
        let words = self.words.verdict(self.walk.dice, verdict);
        let witness = if witnessed { "示例见证人".into() } else { String::new() };
        self.resident(Command::GiveVerdict { verdict, words, witness })
    }
}

/// The level over the district, which answers a re-review.
const ABOVE: &str = "示范市人民政府";
/// Why a dispatcher says that two cases are one.
const MERGED: &str = "说的是同一件事，地点也一样。";
const REASONS: &[ScopeReason] = &[
    ScopeReason::Emergency,
    ScopeReason::InProcedure,
    ScopeReason::SameMatter,
    ScopeReason::Private,
    ScopeReason::Unlawful,
    ScopeReason::OtherPlace,
];
const WAYS: &[LawfulWay] =
    &[LawfulWay::Courts, LawfulWay::Arbitration, LawfulWay::Party, LawfulWay::Decision, LawfulWay::Duty];
const HAPPY: &[Handled] = &[Handled::Good, Handled::Good, Handled::Good, Handled::Good, Handled::Fair, Handled::NoWish];
const UNHAPPY: &[Handled] =
    &[Handled::Fair, Handled::Fair, Handled::Poor, Handled::Poor, Handled::NoWish, Handled::Good];
