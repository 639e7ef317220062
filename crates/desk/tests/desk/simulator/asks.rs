//! What the actors of a schedule ask for: mostly what can be done, by whom may do it; now and then nonsense.

use super::world::World;
use crate::*;
use ::registers::listen::{meeting, opinion};
use ::registers::resolve::{encounter, reception};
use calendar::YearTable;
use desk::Key;
use domain::Label;
use domain::register::{Line, On, Text};
use domain::rule::RuleTable;
use rand_core::RngCore;

/// The one source of chance of a schedule.
pub struct Dice(Entropy);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(Entropy::seeded(seed))
    }

    pub fn below(&mut self, most: usize) -> usize {
        self.0.rng().next_u32() as usize % most
    }

    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}

/// What is asked of the desk, with an idempotency key or without.
#[derive(Clone, Debug)]
pub struct Ask {
    pub actor: Actor,
    pub what: What,
    pub key: Option<Key>,
}

#[derive(Clone, Debug)]
pub enum What {
    Raise(Box<Raise>),
    Act {
        id: CaseId,
        seen: Option<u64>,
        command: Box<Command>,
    },
    Change(Box<ground::Command>),
    /// An act on a talk meeting: a record of a register, whose acts ask for cases in the same commit.
    Meet {
        on: On,
        act: Box<meeting::Act>,
    },
    /// An act on an opinion: a unit claims it, or the chair settles who leads, with its case in the same commit.
    Line {
        on: On,
        act: Box<opinion::Act>,
    },
    /// An act on a reception day.
    Day {
        on: On,
        act: Box<reception::Act>,
    },
    /// An act on an encounter: a record of a register, whose acts ask for acts on the day in the same commit, and for cases.
    Visit {
        on: On,
        act: Box<encounter::Act>,
    },
}

impl What {
    /// Which record of a register it is on; none for what is on a case or the district.
    pub fn on(&self) -> Option<On> {
        match self {
            What::Meet { on, .. } | What::Line { on, .. } | What::Day { on, .. } | What::Visit { on, .. } => Some(*on),
            What::Raise(_) | What::Act { .. } | What::Change(_) => None,
        }
    }
}

/// What brings a case in a stage further.
fn onward(stage: Stage) -> &'static [CommandKind] {
    use CommandKind as K;
    match stage {
        Stage::Raised => &[K::Accept],
        Stage::Accepted => &[K::Dispatch],
        Stage::Handling => &[K::Answer, K::Answer, K::Approve, K::Reply, K::Report, K::UpholdObjection, K::Ask],
        Stage::Answered => &[K::AskReview, K::GiveVerdict, K::EndUnreached],
        Stage::Review => &[K::AnswerReview, K::FileOpinion],
        Stage::ReReview => &[K::OpenHearing, K::CloseHearing, K::AnswerReReview],
        Stage::Merged => &[K::FollowMerged, K::Part],
        Stage::Ended => &[K::AskReReview, K::AskReview, K::Reopen],
        Stage::NotAccepted | Stage::Routed | Stage::Withdrawn => &[K::Reopen],
    }
}

fn actors() -> Vec<Actor> {
    let staff = UNITS.iter().flat_map(|(unit, _)| Role::ALL.iter().map(|role| staff(unit, *role)));
    [Actor::Resident, Actor::clock()].into_iter().chain(staff).collect()
}

fn words(dice: &mut Dice) -> String {
    if dice.one_in(20) { String::new() } else { reason() }
}

fn unit(dice: &mut Dice) -> domain::district::UnitCode {
    if dice.one_in(20) { "no such unit".into() } else { dice.pick(UNITS).0.into() }
}

fn category(dice: &mut Dice) -> ground::CategoryCode {
    dice.pick(&["heating", "heating.cold", "lift"]).into()
}

impl World<'_> {
    /// The next thing that somebody asks for.
    pub fn ask(&mut self) -> Ask {
        let key = self.dice.one_in(2).then(|| self.fresh_key());
        if self.dice.one_in(12) {
            let what = What::Change(Box::new(self.change()));
            return Ask { actor: system(), what, key };
        }
        if self.meets && !self.dice.one_in(4) {
            return self.meet(key);
        }
        if self.receives && !self.dice.one_in(4) {
            return self.receive(key);
        }
        if self.book.cases.is_empty() || self.dice.one_in(5) {
            return self.raise(key);
        }
        let id = self.dice.pick(&self.book.cases);
        let case = store::read::case(&mut self.reader, 1, id).unwrap().unwrap();
        let kind = match self.dice.below(10) {
            0 => self.dice.pick(CommandKind::ALL),
            1..=6 => self.dice.pick(onward(case.stage)),
            _ => {
                let rows: Vec<_> = TABLE.iter().filter(|t| t.from.contains(&case.stage)).map(|t| t.command).collect();
                self.dice.pick(&rows)
            }
        };
        let (all, district) = (actors(), self.desk().district());
        let from = self.dice.below(all.len());
        let may = (0..all.len()).map(|n| &all[(from + n) % all.len()]);
        let able = if self.dice.one_in(12) { None } else { may.into_iter().find(|a| can(&case, a, &district, kind)) };
        let actor = able.unwrap_or(&all[from]).clone();
        let command = Box::new(self.command(kind, &case));
        // Sometimes somebody has looked at the case before, and it may have changed since.
        let seen = self.dice.one_in(4).then(|| case.version - (self.dice.below(8) / 7) as u64);
        Ask { actor, what: What::Act { id, seen, command }, key }
    }

    fn raise(&mut self, key: Option<Key>) -> Ask {
        let dice = &mut self.dice;
        let actor = if dice.one_in(4) { dice.pick(&actors()) } else { Actor::Resident };
        let raise = Raise {
            track: dice.pick(Track::ALL),
            door: dice.pick(Door::ALL),
            text: words(dice),
            category: dice.one_in(3).then(|| category(dice)),
            public: dice.one_in(2),
            accused: dice.one_in(2).then(|| unit(dice)),
            secret: dice.pick(&["", "580264"]).into(),
            contact: Contact {
                phone: "13800000000".into(),
                email: "name@example.com".into(),
                tell: dice
                    .pick(&[None, Some(Channel::Sms), Some(Channel::Email)])
                    .map(|channel| Tell { channel, lang: domain::Lang::Zh }),
                ..Contact::default()
            },
            ..Raise::default()
        };
        Ask { actor, what: What::Raise(Box::new(raise)), key }
    }

    /// A talk meeting begins, or goes on.
    fn meet(&mut self, key: Option<Key>) -> Ask {
        let begins = self.book.meetings.is_empty() || self.dice.one_in(12);
        // Mostly the first one, so that it gets somewhere.
        let on = match self.book.meetings.first() {
            Some(first) if !begins && !self.dice.one_in(4) => On::Record(*first),
            Some(_) if !begins => On::Record(self.dice.pick(&self.book.meetings)),
            _ => On::New,
        };
        let (now, known) = (self.clock.now(), self.book.meetings.last().copied());
        let of = match on {
            On::Record(id) => store::stream::record(&mut self.reader, ::registers::REGISTERS, 1, id).unwrap(),
            On::New | On::Begin(_) => None,
        };
        let meeting = of.as_ref().and_then(|record| record.state.downcast_ref::<meeting::Meeting>());
        let dice = &mut self.dice;
        let is_case = |note: &&meeting::Note| note.state == meeting::NoteState::Confirmed || note.no.is_multiple_of(5);
        let cases = meeting.filter(|of| of.boarded).map(|of| of.notes.iter().filter(is_case).map(|note| note.opinion));
        let cases: Vec<CaseId> = cases.into_iter().flatten().collect();
        if !cases.is_empty() && !dice.one_in(3) {
            let line = if dice.one_in(3) { dice.pick(&cases) } else { cases[0] };
            let unit = dice.pick(&["housing", "water", "street-1", "street-1"]);
            let act = Box::new(on_board(dice, now));
            return Ask { actor: staff(unit, Role::Clerk), what: What::Line { on: On::Record(line), act }, key };
        }
        let act = match meeting {
            None => plan_meeting(dice, now, known.filter(|_| begins)),
            Some(_) if dice.one_in(8) => meet(dice, 1),
            Some(of) if of.opened.is_none() => meeting::Act::Open {},
            Some(of) if !dice.one_in(3) => to_the_board(dice, of),
            Some(of) => meet(dice, of.notes.last().map_or(1, |note| note.no)),
        };
        let roles = [Role::Clerk, Role::Clerk, Role::Clerk, Role::Head, Role::Head, Role::Leader];
        let unit = dice.pick(&["street-1", "street-1", "street-1", "street-1", "housing"]);
        let actor = staff(unit, dice.pick(&roles));
        Ask { actor, what: What::Meet { on, act: Box::new(act) }, key }
    }

    /// Somebody comes to a reception day, or the day goes on.
    fn receive(&mut self, key: Option<Key>) -> Ask {
        let begins = self.book.days.is_empty() || self.dice.one_in(20);
        let roles = [Role::Clerk, Role::Clerk, Role::Clerk, Role::Head, Role::Head, Role::Leader];
        let unit = self.dice.pick(&["street-1", "street-1", "street-1", "street-1", "housing"]);
        let actor = if self.dice.one_in(9) { Actor::Resident } else { staff(unit, self.dice.pick(&roles)) };
        if begins {
            let act = Box::new(plan_day(&mut self.dice, self.clock.now()));
            return Ask { actor, what: What::Day { on: On::New, act }, key };
        }
        let id = if self.dice.one_in(5) { self.dice.pick(&self.book.days) } else { self.book.days[0] };
        let of = store::stream::record(&mut self.reader, ::registers::REGISTERS, 1, id).unwrap();
        let day = of.as_ref().and_then(|record| record.state.downcast_ref::<reception::Reception>());
        let called = day.and_then(|day| day.at_desk(1)).map(|ticket| (ticket.no, ticket.encounter));
        let (dice, visits) = (&mut self.dice, &self.book.visits);
        let visit = match called {
            Some((_, at_desk)) if !dice.one_in(3) => Some(at_desk),
            _ => (!visits.is_empty()).then(|| dice.pick(visits)),
        };
        let on_day = |act| What::Day { on: On::Record(id), act: Box::new(act) };
        let open = day.is_some_and(|day| day.stage == reception::Stage::Open);
        let waits = day.is_some_and(|day| !day.line.is_empty());
        let turn = match (open, called.is_some(), waits) {
            _ if dice.one_in(4) => dice.below(12),
            (false, ..) => dice.pick(&[0, 1, 1, 1, 1, 10]),
            (true, true, _) => dice.pick(&[4, 6, 7, 8, 9, 9]),
            (true, false, true) => dice.pick(&[2, 3, 3, 11]),
            (true, false, false) => 11,
        };
        let what = match (turn, visit) {
            (0, _) => on_day(reception::Act::Publish {}),
            (1, _) => on_day(reception::Act::Open {}),
            (2 | 3, _) => on_day(reception::Act::Call { desk: 1 + dice.below(2) as u8 }),
            (4, _) => on_day(reception::Act::Miss { no: called.map_or(1, |(no, _)| no) }),
            (5, _) if dice.one_in(4) => on_day(reception::Act::Close { turned: dice.one_in(2) }),
            (6, Some(visit)) => What::Visit { on: On::Record(visit), act: Box::new(of_visit(dice)) },
            (7..=9, Some(visit)) => What::Visit { on: On::Record(visit), act: Box::new(take_down(dice)) },
            (10, _) => What::Visit { on: On::New, act: Box::new(book_time(dice, id)) },
            _ => {
                let come = encounter::Act::Come { reception: id, people: dice.below(9) as u8, fetch: dice.one_in(4) };
                What::Visit { on: On::New, act: Box::new(come) }
            }
        };
        Ask { actor, what, key }
    }

    /// The district itself moves on.
    fn change(&mut self) -> ground::Command {
        let district = self.desk().district();
        let dice = &mut self.dice;
        match dice.below(7) {
            0..=2 => {
                let year = 2024 + dice.below(3);
                let revision = district.calendar.table(year as i16).map_or(1, |t| t.revision + 1);
                let off = dice.pick(&["03-08/03-12", "04-04/04-06", "05-01/05-08"]).replace('/', &format!("/{year}-"));
                let text = format!(
                    "year = {year}\nrevision = {revision}\nsource = \"made up\"\noff = [\"{year}-{off}\"]\nwork = []"
                );
                ground::Command::LoadCalendar(YearTable::parse(&text).unwrap())
            }
            3 => {
                let mut rules = RuleTable::builtin();
                rules.rules.values_mut().for_each(|rule| rule.length += dice.below(3) as u16);
                ground::Command::PublishRules(rules)
            }
            4 => ground::Command::PublishCatalogue(catalogue()),
            5 => ground::Command::SetUnits(units()),
            // Not by this actor: a refusal.
            _ => ground::Command::ChangePassword,
        }
    }

    fn command(&mut self, kind: CommandKind, case: &Case) -> Command {
        use CommandKind as K;
        let other = match case.merged_into {
            Some(into) if !self.dice.one_in(9) => into,
            _ => self.dice.pick(&self.book.cases),
        };
        let now = self.clock.now();
        let dice = &mut self.dice;
        let open: Vec<u16> = case.tasks.iter().filter(|t| t.is_open()).map(|t| t.no).collect();
        let task = if open.is_empty() { 1 } else { dice.pick(&open) };
        let outcome = dice.pick(case.track.outcomes());
        let (text, why) = (words(dice), words(dice));
        match kind {
            K::Accept => Command::Accept {
                way: (case.track == Track::Petition).then_some(Way::Opinion),
                category: category(dice),
            },
            K::NotAccept => Command::NotAccept { reason: dice.pick(ScopeReason::ALL), text },
            K::Route => Command::Route { way: dice.pick(Way::ALL), text },
            K::Dispatch => {
                let joint = if dice.one_in(3) { vec![unit(dice)] } else { vec![] };
                let lead = if case.track == Track::Accusation { "discipline".into() } else { unit(dice) };
                Command::Dispatch { lead, joint }
            }
            K::Designate => Command::Designate { unit: unit(dice), reason: why },
            K::Join => Command::Join { unit: unit(dice) },
            K::Release => Command::Release { task },
            K::Object => Command::Object { task, reason: why },
            K::UpholdObjection => Command::UpholdObjection { task },
            K::RejectObjection => Command::RejectObjection { task, reason: why },
            K::Transfer => Command::Transfer { task, to: unit(dice), reason: why },
            K::Extend => {
                let running: Vec<u16> = case.duties().map(|(no, _)| no).collect();
                let clock = if running.is_empty() { 1 } else { dice.pick(&running) };
                Command::Extend { clock, days: dice.below(16) as u16, reason: why }
            }
            K::Ask => Command::Ask { task, question: text },
            K::Inform => Command::Inform { task, text },
            K::Reply => Command::Reply { text },
            K::Unask => Command::Unask,
            K::Note => Command::Note { text },
            K::Report => Command::Report { task, text },
            K::Answer => Command::Answer { task, outcome, text, basis: why },
            K::Approve => Command::Approve { task },
            K::SendBack => Command::SendBack { task, reason: why },
            K::GiveVerdict => verdict(dice.pick(Solved::ALL)),
            K::EndUnreached => Command::EndUnreached,
            K::Reopen => Command::Reopen { reason: why },
            K::AskReview => Command::AskReview { reason: why },
            K::AnswerReview => Command::AnswerReview { outcome, text },
            K::AskReReview => Command::AskReReview { reason: why },
            K::OpenHearing => Command::OpenHearing,
            K::CloseHearing => Command::CloseHearing,
            K::AnswerReReview => Command::AnswerReReview { outcome, text },
            K::FileOpinion => Command::FileOpinion { outcome, text, body: why, dated: now.date() },
            K::Merge => Command::Merge { into: other, reason: why },
            K::Part => Command::Part { from: other, reason: why },
            K::FollowMerged => Command::FollowMerged { into: other },
            K::Link => Command::Link { link: dice.pick(LinkKind::ALL), to: other },
            K::Unlink => Command::Unlink { to: other },
            K::Withdraw => Command::Withdraw,
            K::Erase => Command::Erase { ground: dice.pick(Ground::ALL) },
            K::Recategorise => Command::Recategorise { category: category(dice) },
            K::CorrectField => {
                let field = dice.pick(Corrected::ALL);
                let value = if field == Corrected::Phone { "13900000000".into() } else { text };
                Command::CorrectField { field, value }
            }
            K::ChooseTelling => {
                let tell = Tell { channel: dice.pick(Channel::ALL), lang: domain::Lang::Zh };
                Command::ChooseTelling { tell, address: dice.pick(&["", "13800000000", "name@example.com"]).into() }
            }
            K::Claim => Command::Claim { post: text, step: why, by: now.date() },
            K::Unclaim => Command::Unclaim,
            K::Settle => Command::Settle { lead: unit(dice), joint: vec![], category: None },
            K::AskStep => Command::AskStep,
            K::TellStep => Command::TellStep { kept: dice.pick(Kept::ALL) },
            K::HideText => Command::HideText { reason: why },
            K::ReleaseText => Command::ReleaseText { text, answer: why },
            K::AskErasure => Command::AskErasure { reason: why },
            K::DeclineErasure => Command::DeclineErasure { reason: why },
            K::Unmask => Command::Unmask { purpose: dice.pick(Purpose::ALL), text },
            K::DeclareInterest => Command::DeclareInterest,
            K::LetRest => Command::LetRest { reason: why },
            K::MarkUrgent => Command::MarkUrgent { danger: dice.pick(&["gas", "fire"]).into(), reason: why },
            K::ClearUrgent => Command::ClearUrgent { reason: why },
            K::Reached => Command::Reached { at: now, note: text },
            K::MoveDue => Command::MoveDue,
            K::HandSecret => Command::HandSecret { way: dice.pick(Handed::ALL) },
            K::Open => Command::Open { digits: dice.pick(&["580264", "5802"]).into() },
            K::SetDigits => Command::SetDigits { digits: dice.pick(&["274091", "2740"]).into() },
            K::ConfirmAddress => Command::ConfirmAddress { channel: dice.pick(Channel::ALL) },
            K::ReportTries => Command::ReportTries,
        }
    }
}

fn can(case: &Case, actor: &Actor, district: &ground::District, kind: CommandKind) -> bool {
    allowed(case, actor, district).contains(&kind)
}

fn plan_meeting(dice: &mut Dice, now: Moment, before: Option<CaseId>) -> meeting::Act {
    meeting::Act::Plan {
        name: Line("恳谈会".into()),
        no: 1,
        topics: Text("停车\n养老".into()),
        agenda: None,
        starts: Moment(now.0 + 3_600_000 * dice.below(2) as i64),
        minutes: if dice.one_in(20) { 0 } else { 60 },
        place: Line("礼堂".into()),
        street: None,
        chair: Line("主任".into()),
        departments: vec![unit(dice), "water".into(), "housing".into()],
        chosen: meeting::Chosen::Open,
        convener: None,
        after: before.filter(|_| dice.one_in(3)),
    }
}

fn plan_day(dice: &mut Dice, now: Moment) -> reception::Act {
    reception::Act::Plan {
        post: Line("主任".into()),
        leader: Line("示例姓名".into()),
        level: dice.pick(PostLevel::ALL),
        field: Line("民政".into()),
        form: reception::Form::Fixed,
        starts: Moment(now.0 + 86_400_000 * dice.pick(&[0, 0, 2])),
        minutes: 120,
        place: Line("接访室".into()),
        street: None,
        desks: 1 + dice.below(2) as u8,
        slot: if dice.one_in(20) { 0 } else { 30 },
        host: None,
    }
}

fn book_time(dice: &mut Dice, reception: CaseId) -> encounter::Act {
    let (slot, phone) = (dice.below(5) as u16, Line("13800000000".into()));
    let matter = dice.one_in(2).then(|| Text(reason()));
    encounter::Act::Book { reception, slot, phone, name: None, people: 1, matter, fetch: false, tongue: None }
}

/// What else may happen to an encounter.
fn of_visit(dice: &mut Dice) -> encounter::Act {
    match dice.below(5) {
        0 => encounter::Act::Unbook {},
        1 => encounter::Act::Advise { opinion: Text(reason()) },
        2 => encounter::Act::Erase {},
        3 => encounter::Act::Leave {},
        _ => encounter::Act::Arrive {},
    }
}

fn take_down(dice: &mut Dice) -> encounter::Act {
    encounter::Act::TakeDown {
        // A case that is refused leaves nothing of the act that asks for it, nor of what that asks of the day.
        words: Text(words(dice)),
        kind: dice.pick(encounter::Matter::ALL),
        category: dice.one_in(2).then(|| category(dice)),
        near: None,
        place: None,
        name: None,
        phone: None,
        speakers: Some(dice.below(7) as u8),
        opinion: dice.one_in(2).then(|| Text(reason())),
        public: dice.one_in(2),
    }
}

/// What brings a meeting to its board: a schedule is short.
fn to_the_board(dice: &mut Dice, of: &meeting::Meeting) -> meeting::Act {
    let waits = of.notes.iter().find(|note| note.state == meeting::NoteState::Noted);
    match waits {
        Some(note) => confirm(dice, note.no),
        None if of.notes.is_empty() || of.boarded => note(1),
        None => meeting::Act::Board {},
    }
}

fn note(topic: u8) -> meeting::Act {
    meeting::Act::Note { words: Text(reason()), topic, how: opinion::How::Spoken }
}

fn confirm(dice: &mut Dice, no: u16) -> meeting::Act {
    meeting::Act::Confirm {
        no,
        // A case that is refused leaves nothing of the act that asks for it.
        words: Text(words(dice)),
        sort: meeting::Sort::Request,
        category: dice.one_in(2).then(|| category(dice)),
        near: None,
        name: None,
        phone: None,
        public: dice.one_in(2),
    }
}

/// What may be done at a meeting whose last line has this number.
fn meet(dice: &mut Dice, last: u16) -> meeting::Act {
    let no = last.saturating_sub(dice.below(2) as u16).max(1);
    match dice.below(15) {
        12 | 13 => meeting::Act::Board {},
        14 => meeting::Act::EndBoard {},
        0 => meeting::Act::Notice {},
        1 | 2 => meeting::Act::Open {},
        3..=6 => note(dice.below(4) as u8),
        7 | 8 => confirm(dice, no),
        9 => meeting::Act::Drop { no, reason: Line("重复".into()) },
        10 => meeting::Act::Close { heads: 9, counted: meeting::Counted::ByHand, unread: dice.one_in(2) },
        _ => meeting::Act::Minute { text: Text("纪要".into()) },
    }
}

/// What may be done on a board.
fn on_board(dice: &mut Dice, now: Moment) -> opinion::Act {
    match dice.below(8) {
        0 => opinion::Act::Unclaim {},
        1 | 2 => {
            let joint = if dice.one_in(3) { vec!["water".into()] } else { vec![] };
            let category = dice.one_in(3).then(|| category(dice));
            opinion::Act::Settle { lead: dice.pick(&["housing", "water", "street-1"]).into(), joint, category }
        }
        3 if dice.one_in(3) => opinion::Act::Erase {},
        _ => {
            let by = Moment(now.0 + 86_400_000 * dice.below(4) as i64).date();
            opinion::Act::Claim { post: Line("岗位".into()), step: Line(words(dice)), by }
        }
    }
}
