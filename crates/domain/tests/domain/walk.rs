//! Random lives of cases: whatever is asked by whomever, in whatever order, with whatever words, certain things hold.

mod holds;

use crate::late::never_less_late;
use crate::*;
use calendar::YearTable;
use domain::rule::{RuleId, RuleTable};
use holds::{clocks_hold, never_stuck, notice_holds};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What the walks reached, counted.
#[derive(Default)]
struct Reached {
    stages: BTreeMap<&'static str, u32>,
    events: BTreeMap<&'static str, u32>,
    acts: BTreeMap<&'static str, u32>,
    refusals: BTreeMap<&'static str, u32>,
    told: BTreeMap<&'static str, u32>,
    topics: BTreeMap<&'static str, u32>,
}

/// One step's dice: which case, which act, who, two arguments, days that pass.
type Dice = (u8, u16, u16, u16, u16, u8);

struct Walk<'a> {
    district: District,
    now: Moment,
    cases: Vec<Story>,
    reached: &'a RefCell<Reached>,
}

fn actors() -> Vec<Actor> {
    let mut actors = vec![Actor::Resident, Actor::clock()];
    for (unit, _) in UNITS {
        actors.extend(Role::ALL.iter().map(|role| staff(unit, *role)));
    }
    actors
}

fn pick<T: Clone>(from: &[T], dice: u16) -> T {
    from[usize::from(dice) % from.len()].clone()
}

/// What brings a case in a stage further.
fn onward(stage: Stage) -> &'static [CommandKind] {
    use CommandKind as K;
    match stage {
        Stage::Raised => &[K::Accept, K::Accept, K::Claim],
        Stage::Accepted => &[K::Dispatch, K::Dispatch, K::Designate, K::Claim, K::Claim],
        Stage::Handling => {
            &[K::Answer, K::Approve, K::Reply, K::Report, K::UpholdObjection, K::RejectObjection, K::Inform, K::Ask]
        }
        Stage::Answered => &[K::AskReview, K::AskReReview, K::GiveVerdict, K::EndUnreached],
        Stage::Review => &[K::AnswerReview, K::FileOpinion],
        Stage::ReReview => &[K::OpenHearing, K::OpenHearing, K::CloseHearing, K::AnswerReReview, K::FileOpinion],
        Stage::Merged => &[K::FollowMerged],
        Stage::Ended => &[K::AskReReview, K::AskReview, K::Reopen],
        Stage::NotAccepted | Stage::Routed | Stage::Withdrawn => &[K::Reopen],
    }
}

fn words(dice: u16) -> String {
    match dice % 23 {
        0 => String::new(),
        1 if dice % 2 == 1 => "长".repeat(TEXT_MOST + 1),
        2 => " \n\t".into(),
        3 => "\u{0}\u{202e}{}".into(),
        _ => "已经看过现场。".into(),
    }
}

fn unit(dice: u16) -> UnitCode {
    if dice % 13 == 0 { "no such unit".into() } else { pick(UNITS, dice).0.into() }
}

fn category(dice: u16) -> ground::CategoryCode {
    pick(&["heating", "heating.cold", "street", "heating", "没有"], dice).into()
}

impl Walk<'_> {
    /// Raises a case by the dice; absurd ones are refused.
    fn raise(&mut self, (a, b, c, d): (u16, u16, u16, u16)) {
        let actor = if d % 3 == 0 { pick(&actors(), d / 3) } else { Actor::Resident };
        let closed = (b % 7 == 0).then(|| Moment(self.now.0 - i64::from(c) * 1000));
        let origin = (b % 5 == 0).then(|| Origin {
            opened: Moment(self.now.0 - i64::from(c) * 2000 + i64::from(d % 3)),
            target: Some(self.now.date()),
            closed,
            answer: words(c),
        });
        let raise = Raise {
            track: pick(&[Track::ALL, &[Track::Petition; 4]].concat(), a),
            door: pick(Door::ALL, b),
            text: words(c),
            category: (c % 3 == 0).then(|| category(d)),
            street: (c % 4 == 0).then(|| unit(d)),
            public: a % 2 == 0,
            speakers: (b % 6 == 0).then_some((c % 8) as u8),
            accused: (c % 2 == 0).then(|| unit(b)),
            secret: pick(&["", "", "580264", "1234", "字"], d).into(),
            contact: Contact {
                phone: if c % 13 == 0 { "12345转6" } else { "13800000000" }.into(),
                email: if a % 17 == 0 { "" } else { "name@example.com" }.into(),
                tell: pick(&[None, Some(Channel::Sms), Some(Channel::Email), Some(Channel::None)], b)
                    .map(|channel| Tell { channel, lang: Lang::En }),
                ..Contact::default()
            },
            origin,
            ..Raise::default()
        };
        let id = CaseId([self.cases.len() as u8 + 1; 16]);
        let facts = Facts {
            now: self.now,
            actor: &actor,
            district: &self.district,
            code: "C",
            secret: "654321",
            other: None,
            visit: Visit::BEST,
            numbers: &[],
            asked: false,
        };
        let news = match decide_raise(&raise, &facts) {
            Ok(news) => news,
            Err(refusal) => return self.refused(&refusal),
        };
        let mut story = Story {
            district: District::default(),
            now: self.now,
            case: Case::blank(id),
            bodies: vec![],
            privates: vec![],
        };
        let before = story.case.clone();
        story.take(&actor, news);
        self.cases.push(story);
        self.holds(self.cases.len() - 1, &before, &actor, 0);
    }

    fn refused(&self, refusal: &Refusal) {
        for lang in [Lang::Zh, Lang::En] {
            let (what, todo) = refusal.said(lang);
            assert!(!what.is_empty() && !todo.is_empty(), "{refusal:?}");
            assert!(!what.contains("“”") && !todo.contains("“”"), "{refusal:?} lacks its detail");
        }
        // A term in an English sentence is English.
        if matches!(refusal.why, Why::WrongStage | Why::WrongOutcome) {
            assert!(refusal.said(Lang::En).0.is_ascii() || refusal.said(Lang::En).0.contains('“'), "{refusal}");
            assert!(!refusal.said(Lang::En).0.contains(&refusal.detail[0]), "{refusal}");
        }
        *self.reached.borrow_mut().refusals.entry(refusal.why.code()).or_default() += 1;
    }

    fn command(&self, kind: CommandKind, case: &Case, a: u16, b: u16) -> Command {
        use CommandKind as K;
        let open: Vec<u16> = case.tasks.iter().filter(|t| t.is_open()).map(|t| t.no).collect();
        let task = if open.is_empty() || a % 9 == 0 { a % 7 } else { pick(&open, a) };
        let other = match case.merged_into {
            Some(into) if kind == K::FollowMerged && a % 9 != 0 => into,
            _ => CaseId([(b % 5) as u8; 16]),
        };
        let track = case.track;
        let outcome = if a % 11 == 0 { pick(Outcome::ALL, b) } else { pick(track.outcomes(), b) };
        let way = if track == Track::Petition && a % 5 != 0 { Some(Way::Opinion) } else { None };
        let witnessed = b % 6 == 0;
        let verdict = Verdict {
            solved: pick(Solved::ALL, a),
            handled: pick(Handled::ALL, b),
            asked_for_good: a % 7 == 0,
            witnessed,
        };
        match kind {
            K::Accept => Command::Accept { way, category: category(b) },
            K::NotAccept => Command::NotAccept { reason: pick(ScopeReason::ALL, a), text: words(b) },
            K::Route => Command::Route { way: pick(Way::ALL, a), text: words(b) },
            K::Dispatch => {
                let joint = if b % 3 == 0 { vec![unit(b / 3), unit(b / 7)] } else { vec![] };
                // A community's answers go up two levels within the district: more of them, so that both are reached.
                let lead = if a % 3 != 0 { "community-1".into() } else { unit(a) };
                Command::Dispatch { lead, joint }
            }
            K::Designate => Command::Designate { unit: unit(a), reason: words(b) },
            K::Join => Command::Join { unit: unit(b) },
            K::Release => Command::Release { task },
            K::Object => Command::Object { task, reason: words(b) },
            K::UpholdObjection => Command::UpholdObjection { task },
            K::RejectObjection => Command::RejectObjection { task, reason: words(b) },
            K::Transfer => Command::Transfer { task, to: unit(b), reason: words(a) },
            K::Extend => {
                let running: Vec<u16> = case.duties().map(|(no, _)| no).collect();
                let clock = if running.is_empty() || a % 9 == 0 { a } else { pick(&running, a) };
                Command::Extend { clock, days: if b % 8 == 0 { b } else { b % 16 }, reason: words(b) }
            }
            K::Ask => Command::Ask { task, question: words(b) },
            K::Inform => Command::Inform { task, text: words(b) },
            K::Reply => Command::Reply { text: words(b) },
            K::Unask => Command::Unask,
            K::Note => Command::Note { text: words(b) },
            K::Report => Command::Report { task, text: words(b) },
            K::Answer => Command::Answer { task, outcome, text: words(a), basis: words(b) },
            K::Approve => Command::Approve { task },
            K::SendBack => Command::SendBack { task, reason: words(b) },
            K::GiveVerdict => {
                let witness = if witnessed && b % 12 == 0 { "社区居民".into() } else { String::new() };
                Command::GiveVerdict { verdict, words: String::new(), witness }
            }
            K::EndUnreached => Command::EndUnreached,
            K::Reopen => Command::Reopen { reason: words(b) },
            K::AskReview => Command::AskReview { reason: words(b) },
            K::AnswerReview => Command::AnswerReview { outcome, text: words(b) },
            K::AskReReview => Command::AskReReview { reason: words(b) },
            K::OpenHearing => Command::OpenHearing,
            K::CloseHearing => Command::CloseHearing,
            K::AnswerReReview => Command::AnswerReReview { outcome, text: words(b) },
            K::FileOpinion => {
                let dated = Moment(self.now.0 - i64::from(a % 4) * 86_400_000).date();
                Command::FileOpinion { outcome, text: words(b), body: words(a), dated }
            }
            K::Merge => Command::Merge { into: other, reason: words(a) },
            K::Part => {
                Command::Part { from: case.merged_into.filter(|_| a % 9 != 0).unwrap_or(other), reason: words(b) }
            }
            K::FollowMerged => Command::FollowMerged { into: other },
            K::Link => Command::Link { link: pick(LinkKind::ALL, a), to: other },
            K::Unlink => Command::Unlink { to: other },
            K::Withdraw => Command::Withdraw,
            K::Erase => Command::Erase { ground: pick(Ground::ALL, a) },
            K::Recategorise => Command::Recategorise { category: category(a) },
            K::CorrectField => {
                let field = pick(Corrected::ALL, a);
                let value = if field == Corrected::Phone && b % 3 != 0 { "13900000000".into() } else { words(b) };
                Command::CorrectField { field, value }
            }
            K::ChooseTelling => {
                let tell = Tell { channel: pick(Channel::ALL, a), lang: Lang::Zh };
                let address = pick(&["", "13800000000", "name@example.com", "没有", "name@example"], b).into();
                Command::ChooseTelling { tell, address }
            }
            K::HideText => Command::HideText { reason: words(b) },
            K::ReleaseText => Command::ReleaseText { text: words(b), answer: words(a) },
            K::AskErasure => Command::AskErasure { reason: words(b) },
            K::DeclineErasure => Command::DeclineErasure { reason: words(b) },
            K::Unmask => Command::Unmask { purpose: pick(Purpose::ALL, a), text: words(b) },
            K::DeclareInterest => Command::DeclareInterest,
            K::LetRest => Command::LetRest { reason: words(b) },
            K::MarkUrgent => Command::MarkUrgent { danger: pick(&["gas", "fire", "none"], a).into(), reason: words(b) },
            K::ClearUrgent => Command::ClearUrgent { reason: words(b) },
            K::Reached => {
                let at = Moment(self.now.0 + [-60_000, 0, 60_000][usize::from(a) % 3]);
                Command::Reached { at, note: words(b) }
            }
            K::MoveDue => Command::MoveDue,
            K::HandSecret => Command::HandSecret { way: pick(Handed::ALL, a) },
            K::Open => Command::Open { digits: pick(&["580264", "123456", "5802"], b).into() },
            K::SetDigits => Command::SetDigits { digits: pick(&["274091", "123456", "2740"], b).into() },
            K::ConfirmAddress => Command::ConfirmAddress { channel: pick(Channel::ALL, a) },
            K::ReportTries => Command::ReportTries,
            K::Claim => {
                let by = Moment(
                    self.now.0
                        + (i64::from(if b % 9 == 0 { b % 70 } else { b % 3 }) - i64::from(b % 23 == 0)) * 86_400_000,
                )
                .date();
                Command::Claim { post: words(a), step: words(b), by }
            }
            K::Unclaim => Command::Unclaim,
            K::Settle => {
                let claims: Vec<UnitCode> = case.claims.iter().map(|claim| claim.unit.clone()).collect();
                let lead = if claims.is_empty() || a % 5 == 0 { unit(a) } else { pick(&claims, a) };
                let joint = claims.into_iter().filter(|unit| *unit != lead || b % 7 == 0).collect();
                Command::Settle { lead, joint, category: (b % 3 != 0).then(|| category(b)) }
            }
            K::AskStep => Command::AskStep,
            K::TellStep => Command::TellStep { kept: pick(Kept::ALL, a) },
        }
    }

    fn step(&mut self, dice: Dice) {
        let (which, act, who, a, b, days) = dice;
        // Mostly a day or none; now and then weeks.
        let passes = if days % 6 == 0 { i64::from(days / 6) } else { i64::from(days % 2) };
        self.now = Moment(self.now.0 + passes * 86_400_000 + i64::from(a));
        if a % 41 == 0 {
            self.turn_ground(b);
        }
        if self.cases.is_empty() || (self.cases.len() < 3 && which % 16 == 0) {
            return self.raise((act, who, a, b));
        }
        let mut at = usize::from(which) % self.cases.len();
        // What happens to the case that another one was merged into decides what becomes of that one.
        let into = self.cases[at].case.merged_into.filter(|_| act % 2 == 0);
        at = into.and_then(|id| self.cases.iter().position(|s| s.case.id == id)).unwrap_or(at);
        let case = self.cases[at].case.clone();
        // What others were merged into is taken back now and then, and they part from it; or answered, and it is theirs.
        let followed = self.cases.iter().any(|s| s.case.stage == Stage::Merged && s.case.merged_into == Some(case.id));
        // Mostly what is possible in this stage, and by somebody who may: otherwise no case gets anywhere.
        let kind = match act % 8 {
            0 => pick(CommandKind::ALL, act / 8),
            1 if case.step_to_ask().is_some() && b % 2 == 0 => CommandKind::AskStep,
            2 if !case.claims.is_empty() && b % 3 == 0 => CommandKind::Unclaim,
            2 | 3 if !case.claims.is_empty() && case.tasks.is_empty() => CommandKind::Settle,
            1 if followed && b % 4 == 0 => CommandKind::Withdraw,
            1..=3 if followed && case.stage == Stage::Handling => CommandKind::Answer,
            1..=4 => pick(onward(case.stage), act / 8),
            _ => {
                let rows: Vec<_> = TABLE.iter().filter(|t| t.from.contains(&case.stage)).collect();
                pick(&rows, act / 8).command
            }
        };
        let all = actors();
        let may = |n: usize| {
            let actor = pick(&all, who.wrapping_add(n as u16));
            let can = allowed(&case, &actor, &self.district).contains(&kind);
            can.then_some(actor)
        };
        let by = if who % 9 == 0 { None } else { (0..all.len()).find_map(may) };
        let actor = by.unwrap_or_else(|| pick(&all, who));
        // What ends a case early, or leads it nowhere, is asked for less often.
        let seldom = matches!(
            kind,
            CommandKind::Erase
                | CommandKind::Withdraw
                | CommandKind::NotAccept
                | CommandKind::Route
                | CommandKind::DeclareInterest
                | CommandKind::ChooseTelling
        );
        if seldom && !followed && b % 4 != 0 {
            return;
        }
        let command = self.command(kind, &case, a, b);
        let other = command.other().and_then(|id| self.cases.iter().find(|s| s.case.id == id)).map(|s| s.case.clone());
        // Claims come from the board of a meeting, now and then from nowhere.
        let board = matches!(kind, CommandKind::Claim | CommandKind::Unclaim | CommandKind::Settle);
        let asked = board && a % 13 != 0;
        let facts = Facts {
            now: self.now,
            actor: &actor,
            district: &self.district,
            code: "",
            secret: "",
            other: other.as_ref(),
            visit: Visit::BEST,
            numbers: &[],
            asked,
        };
        match decide(&case, &command, &facts) {
            Err(refusal) => self.refused(&refusal),
            Ok(news) => {
                assert!(asked || allowed(&case, &actor, &self.district).contains(&kind), "{kind} had no button");
                assert!(asked || offer(&case, kind, &facts).is_some(), "{kind} was not offered");
                assert!(!board || asked, "{kind} was done by itself");
                *self.reached.borrow_mut().acts.entry(kind.code()).or_default() += 1;
                self.holds_before(&case, &actor, &command);
                let from = self.cases[at].bodies.len();
                self.cases[at].now = self.now;
                self.cases[at].take(&actor, news);
                self.holds(at, &case, &actor, from);
            }
        }
    }

    /// The district itself moves on: a calendar table, an amended one, other rules.
    fn turn_ground(&mut self, dice: u16) {
        let revision = self.district.calendar.table(2027).map_or(1, |t| t.revision + 1);
        let off = pick(&["2027-01-01/2027-01-03", "2027-02-05/2027-02-11", "2027-01-04/2027-01-15"], dice);
        let table = format!(
            "year = 2027\nrevision = {revision}\nsource = \"made up\"\noff = [\"{off}\"]\nwork = [\"2027-02-20\"]"
        );
        if dice % 2 == 0 {
            let table = YearTable::parse(&table).unwrap();
            change(&mut self.district, &ground::Command::LoadCalendar(table)).unwrap();
        } else {
            let mut rules = RuleTable::builtin();
            for rule in rules.rules.values_mut() {
                rule.length = rule.length.saturating_add(dice % 5).saturating_sub(dice % 3).max(1);
            }
            change(&mut self.district, &ground::Command::PublishRules(rules)).unwrap();
        }
    }

    /// What no accepted command may have been.
    fn holds_before(&self, case: &Case, actor: &Actor, command: &Command) {
        assert!(
            !case.erased || matches!(command, Command::Link { .. } | Command::Unlink { .. }),
            "an erased case was acted on: {command:?}"
        );
        if let Some(account) = actor.account() {
            assert!(!case.withdrawn_accounts.contains(&account), "an account acted that has an interest");
        }
        if case.is_sealed() && actor.unit().is_some() {
            let unit = &self.district.units[actor.unit().unwrap()];
            assert!(unit.kind == UnitKind::Discipline && !case.is_about(&unit.code, &self.district), "{actor:?}");
        }
        if let Command::EndUnreached = command {
            assert!(self.now.date() > case.asked().unwrap().due.rolled, "ended while the resident was still asked");
        }
    }

    /// What holds after every accepted command.
    fn holds(&self, at: usize, before: &Case, actor: &Actor, from: usize) {
        let Story { case, bodies, .. } = &self.cases[at];
        assert_eq!(replay(case.id, bodies).as_ref(), Some(case), "a replay gives another case");
        let mut reached = self.reached.borrow_mut();
        *reached.stages.entry(case.stage.code()).or_default() += 1;
        for body in &bodies[from..] {
            *reached.events.entry(body.event.kind()).or_default() += 1;
            let bytes = serde_json::to_vec(body).unwrap();
            assert_eq!(&serde_json::from_slice::<Body<Event>>(&bytes).unwrap(), body);
            assert!(EVENT_KINDS.contains(&body.event.kind()));
            self.event_holds(before, case, &body.event, actor);
        }
        for n in from..bodies.len() {
            let (body, mut then) = (&bodies[n], replay(case.id, &bodies[..=n]).unwrap());
            for Notice { topic, to } in told(&body.event, &body.by, &then, &body.clocks) {
                notice_holds(topic, &to, &body.by, &then);
            }
            // Which events lead to a message, if the resident wants any.
            then.tell = Some(Tell { channel: Channel::Sms, lang: Lang::Zh });
            for Notice { topic, .. } in told(&body.event, &body.by, &then, &body.clocks) {
                *reached.told.entry(body.event.kind()).or_default() += 1;
                *reached.topics.entry(topic.code()).or_default() += 1;
            }
        }
        clocks_hold(before, case, &bodies[from..]);
        never_less_late(before, case, &bodies[from..]);
        never_stuck(case);
        if case.is_sealed() {
            for (unit, kind) in UNITS {
                let sees = may_see(case, &staff(unit, Role::Supervisor), &self.district);
                assert!(
                    !sees || (*kind == UnitKind::Discipline && !case.is_about(&(*unit).into(), &self.district)),
                    "{unit} sees it"
                );
            }
            assert!(case.tasks.iter().all(|t| self.district.units[&t.unit].kind == UnitKind::Discipline));
            assert!(case.tasks.iter().all(|t| !case.is_about(&t.unit, &self.district)));
            let none = (&None, &None, &None);
            assert_eq!((&case.category, &case.street, &case.accused), none, "an event tells what it is about");
        }
    }

    fn event_holds(&self, before: &Case, after: &Case, event: &Event, actor: &Actor) {
        use Stage as S;
        let ways: &[S] = match event {
            Event::Raised { .. } => &[S::Raised, S::Ended],
            Event::EndedElsewhere { .. } | Event::NotReached => &[S::Ended],
            Event::VerdictGiven { .. } => {
                assert_eq!(*actor, Actor::Resident, "a verdict without the resident");
                &[S::Ended]
            }
            // What is settled on a board is accepted and handed over at once.
            Event::Accepted { .. } if after.step.is_some() && before.step.is_none() => &[S::Handling],
            Event::Accepted { .. } | Event::Parted { .. } => &[S::Accepted],
            Event::NotAccepted { .. } => &[S::NotAccepted],
            Event::Routed { .. } => &[S::Routed],
            Event::Dispatched { .. } | Event::Transferred { .. } => &[S::Handling],
            Event::ObjectionUpheld { task } => {
                assert!(!before.task(*task).unwrap().designated, "a designated unit's objection was accepted");
                &[S::Accepted, S::Handling]
            }
            Event::Answered { .. } | Event::AnsweredTogether { .. } => &[S::Answered],
            Event::Reopened => &[S::Raised, S::Accepted],
            Event::ReviewAsked { .. } => &[S::Review],
            Event::ReReviewAsked { .. } => &[S::ReReview],
            Event::ReviewAnswered { .. } | Event::ReReviewAnswered { .. } => {
                assert!(
                    actor.unit() != before.answered_by.as_ref() || before.reviewer() == Reviewer::Outside,
                    "{actor:?} reviews its own"
                );
                let ends = if before.ended.is_some() { S::Ended } else { S::Answered };
                assert_eq!(after.stage, ends);
                &[S::Answered, S::Ended]
            }
            Event::Merged { .. } => &[S::Merged],
            Event::Withdrawn { .. } => &[S::Withdrawn],
            _ => {
                assert_eq!(after.stage, before.stage, "{} moved the case", event.kind());
                return;
            }
        };
        assert!(ways.contains(&after.stage), "{} led to {}", event.kind(), after.stage);
        if after.stage == S::Ended && before.stage != S::Ended {
            let by_word = matches!(event, Event::VerdictGiven { .. } | Event::NotReached);
            let again = matches!(event, Event::ReviewAnswered { .. } | Event::ReReviewAnswered { .. });
            let elsewhere = matches!(after.ended, Some((Ending::Elsewhere, _)));
            assert!(by_word || again || elsewhere, "{} ended a case", event.kind());
        }
    }
}

#[test]
fn no_sequence_of_acts_breaks_what_must_hold_and_every_state_is_reached() {
    let reached = RefCell::new(Reached::default());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[29; 32]);
    // The same dice each time, so that what is reached is reached each time; PROPTEST_CASES asks for more.
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(400);
    let mut runner = TestRunner::new_with_rng(
        Config { cases, failure_persistence: None, max_shrink_iters: 300, ..Config::default() },
        rng,
    );
    let dice = any::<Dice>();
    let done = runner.run(&prop::collection::vec(dice, 100..260), |steps| {
        let now = Moment::from_local(date(2026, 11, 20).at(8, 0, 0, 0));
        let mut walk = Walk { district: founded(), now, cases: vec![], reached: &reached };
        for dice in steps {
            walk.step(dice);
        }
        Ok(())
    });
    done.unwrap();
    let reached = reached.into_inner();
    for stage in Stage::ALL {
        assert!(reached.stages.contains_key(stage.code()), "no walk reached the stage {stage}");
    }
    for kind in EVENT_KINDS {
        assert!(reached.events.contains_key(kind), "no walk reached the event {kind}: {:?}", reached.events);
    }
    for kind in CommandKind::ALL {
        assert!(reached.acts.contains_key(kind.code()), "no walk was allowed to {kind}");
    }
    for kind in EVENT_KINDS {
        let silent = SILENT.iter().find(|(silent, _)| silent == kind).map(|(_, why)| *why);
        let told = reached.told.contains_key(kind);
        assert!(told == silent.is_none(), "{kind}: told {told}, silent because {silent:?}");
    }
    for topic in Topic::ALL {
        assert!(reached.topics.contains_key(topic.code()), "no walk led to a message of {topic}: {:?}", reached.topics);
    }
    // Enough different refusals that the sequences are not mere noise against the first check.
    assert!(reached.refusals.len() > 30, "{:?}", reached.refusals);
}

#[test]
fn every_reason_says_what_is_wrong_and_what_to_do_in_both_languages() {
    for why in Why::ALL {
        let refusal = Refusal::new(*why).about_both("甲", "A");
        let (zh, en) = (refusal.said(Lang::Zh), refusal.said(Lang::En));
        for text in [&zh.0, &zh.1, &en.0, &en.1] {
            assert!(!text.is_empty() && !text.contains("{}"), "{why:?}: {text}");
        }
        assert!(!zh.0.is_ascii() && !zh.1.is_ascii(), "{why:?} is not Chinese: {zh:?}");
        assert!(en.0.chars().all(|c| c.is_ascii() || "“”–’".contains(c)), "{why:?}: {en:?}");
    }
}
