//! What an act on an opinion leads to.

use super::{Act, Event, Opinion, Opinions};
use crate::listen::meeting::{Meeting, Meetings};
use crate::shared::Sort;
use domain::case::{Case, Cases, Claim, Command, Contact, Door, Raise, Stage as CaseStage};
use domain::codes::{CategoryCode, RecordCode, UnitCode};
use domain::handle::CaseId;
use domain::register::{ActOf, Ask, Deed, Facts, Line, New, On, on_request, permitted};
use domain::{Actor, Refusal, Why, reasons};

reasons! {
    NOT_OPEN "opinion_board_closed" "认领板没有打开。" "请等主持人在恳谈会页面打开认领板。" "The board is not open." "Wait until the chair opens it on the meeting's page.",
    NOT_HERE "opinion_not_here" "贵单位不在到会部门里。" "请主持人先把贵单位加入到会部门。" "Your unit is not among those that came." "Ask the chair to add it to the meeting first.",
    WITH_UNIT "opinion_with_unit" "这一件已经交给单位办理。" "不用再认领；请看页面上是哪个单位。" "It is with a unit already." "There is nothing left to claim: its page says who has it.",
    NO_CATEGORY "opinion_no_category" "第{}条还没有类别。" "请为它选类别，再确定牵头单位。" "Opinion {} has no category." "Choose one, and settle who leads.",
    CONTESTED "opinion_contested" "第{}条是几家同时认领的。" "请先确定它的牵头单位。" "Opinion {} is claimed by several units." "Settle who leads it first.",
    NO_WORDS "opinion_no_words" "这一条的原话现在读不出来。" "请再点一次；还是不行的，请告诉管理员。" "The words of this line can't be read now." "Try once more; if it stays so, tell the administrator.",
}

pub(super) fn offers(opinion: &Opinion, actor: &Actor) -> Vec<&'static ActOf> {
    let stage = (opinion.version > 0).then_some(opinion.stage);
    let own = actor.unit().is_some_and(|unit| claim_of(opinion, unit).is_some());
    let fits = |act: &ActOf| match act.code {
        "claim" => !own,
        "unclaim" => own,
        "erase" => !opinion.erased,
        _ => true,
    };
    let unit = stage.map(|_| &opinion.unit);
    let may = |act: &&ActOf| permitted(Act::ALL, act.code, stage, actor, unit).is_ok();
    Act::ALL.iter().filter(may).filter(|act| fits(act)).collect()
}

pub(super) fn decide(opinion: &Opinion, act: &Act, facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
    if let Act::Note { meeting, no, topic, how, words } = act {
        on_request(Act::ALL, act.code(), opinion.stage, facts)?;
        let of = facts.other::<Meetings>(*meeting).filter(|_| opinion.version == 0);
        let of = of.ok_or(Refusal::at(Why::NoSuchRecord, "meeting"))?;
        let kept = Event::Kept {
            code: RecordCode::of(&facts.fresh),
            meeting: of.id,
            unit: of.unit.clone(),
            street: of.street.clone(),
            starts: of.starts,
            no: *no,
            topic: *topic,
            how: *how,
        };
        return Ok(vec![New::of(kept).with("words", &words.0).into()]);
    }
    if opinion.version == 0 {
        return Err(Refusal::new(Why::NoSuchRecord));
    }
    match act {
        Act::Confirm { .. } | Act::RaiseUnread {} | Act::Drop { .. } | Act::Finish {} => {
            on_request(Act::ALL, act.code(), opinion.stage, facts)?;
        }
        _ => permitted(Act::ALL, act.code(), Some(opinion.stage), facts.actor, Some(&opinion.unit))?,
    }
    let asks = |command: Command| opinion.case.map(|(case, _)| ask(case, command));
    Ok(match act {
        Act::Note { .. } => Vec::new(),
        Act::Confirm { words, sort, category, near, name, phone, public } => {
            let line = |line: &Option<Line>| line.as_ref().map(|Line(text)| text.clone()).unwrap_or_default();
            let contact = Contact { name: line(name), phone: line(phone), ..Contact::default() };
            let said =
                Handling { sort: *sort, category: category.clone(), near: near.clone(), contact, public: *public };
            raise(opinion, &words.0, said, true, facts)
        }
        Act::RaiseUnread {} => {
            let written = facts.past::<Opinions>(opinion.id).find_map(|(_, _, private)| private.get("words"));
            let words = written.ok_or(Refusal::new(NO_WORDS))?;
            raise(opinion, words, Handling::default(), false, facts)
        }
        Act::Drop { reason } => vec![New::of(Event::Struck {}).with("reason", &reason.0).into()],
        Act::Claim { post, step, by } => {
            let unit = facts.actor.unit().ok_or(Refusal::new(Why::NotYours))?;
            let meeting = board(opinion, facts)?;
            if *unit != meeting.unit && !meeting.departments.contains(unit) {
                return Err(Refusal::new(NOT_HERE));
            }
            let claimed = New::of(Event::Claimed { unit: unit.clone(), by: *by }).into();
            let asked = asks(Command::Claim { post: post.0.clone(), step: step.0.clone(), by: *by });
            std::iter::once(claimed).chain(asked).collect()
        }
        Act::Unclaim {} => {
            let unit = facts.actor.unit().ok_or(Refusal::new(Why::NotYours))?;
            board(opinion, facts)?;
            claim_of(opinion, unit).ok_or(Refusal::new(Why::NoClaim))?;
            let unclaimed = New::of(Event::Unclaimed { unit: unit.clone() }).into();
            std::iter::once(unclaimed).chain(asks(Command::Unclaim)).collect()
        }
        Act::Settle { lead, joint, category } => {
            board(opinion, facts)?;
            settle(opinion, (lead, joint), category.as_ref(), facts)?
        }
        Act::Finish {} => {
            if let Some(settled) = given(opinion, facts) {
                return Ok(vec![New::of(settled).into()]);
            }
            // Who may still have it: the dispatch centre was faster with the others, they are closed, or the resident took it back.
            let case = free(opinion, facts);
            let may = |claim: &&Claim| {
                let open = facts.district.open_unit(&claim.unit).is_some();
                open && case.is_some_and(|case| case.task_of(&claim.unit).is_none())
            };
            match opinion.claims.iter().filter(may).collect::<Vec<_>>().as_slice() {
                [] => vec![New::of(Event::Lapsed {}).into()],
                [_] if case.is_some_and(|case| case.category.is_none()) => {
                    return Err(Refusal::new(NO_CATEGORY).about(opinion.no));
                }
                [one] => settle(opinion, (&one.unit, &[]), None, facts)?,
                _ => return Err(Refusal::new(CONTESTED).about(opinion.no)),
            }
        }
        Act::Erase {} if opinion.erased => return Err(Refusal::new(Why::Erased)),
        Act::Erase {} => vec![New::of(Event::Erased {}).into()],
    })
}

/// Who leads and who joins: the case is handed over at once.
fn settle(
    opinion: &Opinion,
    (lead, joint): (&UnitCode, &[UnitCode]),
    category: Option<&CategoryCode>,
    facts: &Facts<'_>,
) -> Result<Vec<Deed<Event>>, Refusal> {
    let case = free(opinion, facts).ok_or(Refusal::new(WITH_UNIT))?;
    if case.category.is_none() && category.is_none() {
        return Err(Refusal::at(Why::Empty, "category"));
    }
    let settled = New::of(Event::Settled { lead: lead.clone(), joint: joint.to_vec() }).into();
    let command = Command::Settle { lead: lead.clone(), joint: joint.to_vec(), category: category.cloned() };
    Ok(vec![settled, ask(case.id, command)])
}

/// That the dispatch centre gave it to a unit that claimed it, and that unit still leads.
fn given(opinion: &Opinion, facts: &Facts<'_>) -> Option<Event> {
    let case = facts.other::<Cases>(opinion.case?.0).filter(|case| !is_free(case.stage))?;
    let lead = case.lead().filter(|lead| case.step.as_ref().is_some_and(|step| step.unit == lead.unit))?;
    let joint = case.tasks.iter().filter(|task| !task.lead && task.is_open()).map(|task| task.unit.clone());
    let joint = joint.filter(|unit| claim_of(opinion, unit).is_some()).collect();
    Some(Event::Settled { lead: lead.unit.clone(), joint })
}

fn claim_of<'a>(opinion: &'a Opinion, unit: &UnitCode) -> Option<&'a Claim> {
    opinion.claims.iter().find(|claim| claim.unit == *unit)
}

/// The meeting, whose board is open; and the case is still nobody's.
fn board<'a>(opinion: &Opinion, facts: &Facts<'a>) -> Result<&'a Meeting, Refusal> {
    let meeting = facts.other::<Meetings>(opinion.meeting).ok_or(Refusal::new(Why::NoSuchRecord))?;
    if !meeting.board {
        return Err(Refusal::new(NOT_OPEN));
    }
    free(opinion, facts).map(|_| meeting).ok_or(Refusal::new(WITH_UNIT))
}

/// Its case, while no unit has it.
fn free<'a>(opinion: &Opinion, facts: &Facts<'a>) -> Option<&'a Case> {
    let (case, _) = opinion.case?;
    facts.other::<Cases>(case).filter(|case| is_free(case.stage))
}

/// Whether a case in this stage can be claimed: no unit has it.
pub fn is_free(stage: CaseStage) -> bool {
    matches!(stage, CaseStage::Raised | CaseStage::Accepted)
}

fn ask(case: CaseId, command: Command) -> Deed<Event> {
    Deed::Ask(Ask::of::<Cases>(On::Record(case), command.into()))
}

/// How an opinion is handled, beside its words.
struct Handling {
    sort: Sort,
    category: Option<CategoryCode>,
    near: Option<UnitCode>,
    contact: Contact,
    public: bool,
}

impl Default for Handling {
    /// What was not read back: a request, of which nobody said more.
    fn default() -> Handling {
        Handling { sort: Sort::Request, category: None, near: None, contact: Contact::default(), public: false }
    }
}

/// It becomes a case, and nothing of what was written stays behind.
fn raise(opinion: &Opinion, words: &str, said: Handling, read_back: bool, facts: &Facts<'_>) -> Vec<Deed<Event>> {
    let raise = Raise {
        track: said.sort.track(),
        door: Door::Meeting,
        text: words.to_owned(),
        category: said.category,
        street: said.near.or_else(|| opinion.street.clone()),
        contact: said.contact,
        public: said.public,
        oral: true,
        ..Raise::default()
    };
    let case = facts.fresh.handle;
    vec![
        New::of(Event::Raised { case, read_back }).into(),
        Deed::Ask(Ask::of::<Cases>(On::Begin(case), raise.into())),
        New::of(Event::Erased {}).into(),
    ]
}
