//! What supervision and leaders look at: what is late, where and why; what is stuck; what residents said in the end.
//! Sealed accusations are listed for the discipline unit alone, and never among what is stuck or said.

use crate::args;
use crate::db::{Db, Result, Row};
use crate::keys::Keys;
use crate::vault;
use crate::view::{After, CaseRow, Duty, Hours, case_row, duty_row, hour, known, listed, owed, owed_from};
use calendar::Date;
use domain::Moment;
use domain::case::{Case, CaseId, Cases, Event, Texts, Verdict, evolve, field};
use domain::district::{CategoryCode, UnitCode};
use domain::moment::day_number;
use std::collections::BTreeMap;

domain::vocabulary! {
    /// Why something is open: the act that is waited for.
    Why {
        Acceptance "acceptance" "受理" "acceptance",
        Dispatch "dispatch" "派单" "dispatch",
        Objection "objection" "异议待决定" "a decision on an objection",
        Answer "answer" "答复" "an answer",
        Report "report" "协办反馈" "a joint unit's report",
        Approval "approval" "批准" "an approval",
        /// What waits for its resident and is late waits for its answer: it is no pause.
        Question "question" "诉求人回复（期限暂停）" "the resident's reply (the clock is paused)",
        Review "review" "复查、复核答复" "the answer to a review",
        Erasure "erasure" "删除申请待决定" "a decision on an erasure",
        /// A meeting, a lecture, a reception day: whatever is no case.
        Record "record" "会议、讲座、接待等的办理" "what a meeting, lecture or reception day asks for",
    }
}

domain::vocabulary! {
    /// Why a case is stuck: what a leader settles with the units.
    Stuck {
        Urgent "urgent" "紧急" "urgent",
        Nobody "nobody" "没有单位承办" "no unit has it",
        Hard "hard" "长期超期" "long overdue",
        Returned "returned" "多次退回" "sent back repeatedly",
        Review "review" "复查、复核超期" "review overdue",
        Unsolved "unsolved" "没有解决，也没人说接着办" "not solved, and nobody said whether it goes on",
        Cleared "cleared" "紧急标记被取消" "urgent mark taken away",
    }
}

/// What a case in the inbox waits for, as a code of [`Why`].
macro_rules! inbox_why {
    () => {
        "CASE c.stage WHEN 'raised' THEN 'acceptance' WHEN 'accepted' THEN 'dispatch' \
         WHEN 'handling' THEN 'objection' ELSE 'erasure' END"
    };
}

/// What a duty waits for, as a code of [`Why`].
macro_rules! why {
    () => {
        "CASE WHEN d.register <> 'case' THEN 'record' WHEN d.held = 'question' AND d.due < 99999999 THEN 'answer' \
         WHEN d.held IS NOT NULL THEN d.held WHEN d.rule = 'joint_report' THEN 'report' ELSE 'answer' END"
    };
}
/// Numbers of a group: over before the first day, near before the second, all.
macro_rules! numbers {
    ($due:literal, $hour:expr) => {
        concat!(
            "CAST(COALESCE(SUM(CASE WHEN (",
            $due,
            " < $1 OR ",
            $hour,
            " < $2) THEN 1 ELSE 0 END), 0) AS BIGINT) AS late, \
             CAST(COALESCE(SUM(CASE WHEN ",
            $due,
            " >= $1 AND ",
            $due,
            " < $3 AND ",
            $hour,
            " >= $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS soon, COUNT(*) AS open"
        )
    };
}
const OPEN: &str = concat!(
    "SELECT d.unit, ",
    why!(),
    " AS why, ",
    numbers!("d.due", "d.hour"),
    " FROM duties d WHERE d.district = $4 AND d.sealed <= $5 AND d.since <= $6 GROUP BY d.unit, ",
    why!(),
    " UNION ALL SELECT '', ",
    inbox_why!(),
    ", ",
    numbers!("c.alarm", hour!()),
    " FROM cases c WHERE c.district = $4 AND c.sealed = $5 AND c.inbox = 1 \
     GROUP BY ",
    inbox_why!(),
    " UNION ALL SELECT '', 'review', ",
    numbers!("c.alarm", hour!()),
    " FROM cases c WHERE c.district = $4 AND c.sealed <= $5 AND c.alarm IS NOT NULL \
     AND c.stage IN ('review', 're_review') HAVING COUNT(*) > 0"
);
const OWED: &str = concat!(
    "SELECT ",
    listed!(),
    ", ",
    owed!(),
    owed_from!(),
    "WHERE d.district = $1 AND d.unit = $2 AND (d.due, d.seq, d.no) > ($3, $4, $5) AND (d.due < $6 OR d.hour < $7) \
     AND d.hour >= $8 AND d.sealed <= $9 AND d.since <= $10 AND ($11 = '' OR ",
    why!(),
    " = $11) ORDER BY d.due, d.seq, d.no LIMIT $12"
);

/// The conditions of what is stuck, over a case `c` and the day before which it must have been due or accepted.
macro_rules! stuck {
    (nobody $day:literal) => {
        concat!("c.inbox = 1 AND c.sealed = 0 AND c.stage = 'accepted' AND c.accepted_day < ", $day)
    };
    (hard $day:literal) => {
        concat!("c.sealed = 0 AND c.stage NOT IN ('review', 're_review') AND c.alarm < ", $day)
    };
    (returned $day:literal) => {
        concat!("c.sealed = 0 AND c.live = 1 AND c.returned > 1 AND c.raised_day < ", $day)
    };
    (review $day:literal) => {
        concat!("c.sealed = 0 AND c.stage IN ('review', 're_review') AND c.alarm < ", $day)
    };
    (urgent $day:literal) => {
        concat!("c.sealed = 0 AND c.urgent = 1 AND c.seq < ", $day)
    };
    (unsolved $day:literal) => {
        concat!("c.sealed = 0 AND c.unsolved < ", $day)
    };
    (cleared $moment:literal) => {
        concat!("c.sealed = 0 AND c.cleared >= ", $moment)
    };
}
const STUCK: &str = concat!(
    "SELECT 'nobody' AS what, COUNT(*) AS n FROM cases c WHERE c.district = $1 AND ",
    stuck!(nobody "$2"),
    " UNION ALL SELECT 'hard', COUNT(*) FROM cases c WHERE c.district = $1 AND ",
    stuck!(hard "$3"),
    " UNION ALL SELECT 'returned', COUNT(*) FROM cases c WHERE c.district = $1 AND ",
    stuck!(returned "$4"),
    " UNION ALL SELECT 'review', COUNT(*) FROM cases c WHERE c.district = $1 AND ",
    stuck!(review "$5"),
    " UNION ALL SELECT 'urgent', COUNT(*) FROM cases c WHERE c.district = $1 AND ",
    stuck!(urgent "$6"),
    " UNION ALL SELECT 'unsolved', COUNT(*) FROM cases c WHERE c.district = $1 AND ",
    stuck!(unsolved "$7"),
    " UNION ALL SELECT 'cleared', COUNT(*) FROM cases c WHERE c.district = $1 AND ",
    stuck!(cleared "$8"),
    " UNION ALL SELECT 'published', COALESCE(MAX(at), -1) FROM publications WHERE district = $1"
);
macro_rules! stuck_list {
    ($which:ident) => {
        concat!(
            "SELECT ",
            listed!(),
            ", COALESCE(c.alarm, c.accepted_day, c.raised_day) AS due FROM cases c WHERE c.district = $1 AND ",
            stuck!($which "$2"),
            " AND (COALESCE(c.alarm, c.accepted_day, c.raised_day), c.seq) > ($3, $4) \
             ORDER BY COALESCE(c.alarm, c.accepted_day, c.raised_day), c.seq LIMIT $5"
        )
    };
}
const NOBODY: &str = stuck_list!(nobody);
const HARD: &str = stuck_list!(hard);
const RETURNED: &str = stuck_list!(returned);
const REVIEW: &str = stuck_list!(review);
const URGENT: &str = stuck_list!(urgent);
const UNSOLVED: &str = stuck_list!(unsolved);
const CLEARED: &str = stuck_list!(cleared);

const ASKED_LATE: &str = concat!(
    "SELECT ",
    listed!(),
    ", c.asked_late AS due FROM cases c WHERE c.district = $1 AND c.sealed <= $2 AND c.asked_late IS NOT NULL \
     AND (c.asked_late, c.seq) < ($3, $4) ORDER BY c.asked_late DESC, c.seq DESC LIMIT $5"
);

// How many cases are looked through stands in the text: for all that PostgreSQL knows of an argument, it may be every case.
const WORDS: &str = "SELECT c.code, c.category, e.stream, e.version, e.at, e.body, v.sealed FROM \
(SELECT seq, id, code, category, ended_day FROM cases WHERE district = $1 AND sealed = 0 AND erased = 0 \
AND ended_day IS NOT NULL AND handled IS NOT NULL ORDER BY ended_day DESC, seq DESC LIMIT 40) c \
JOIN events e ON e.district = $1 AND e.stream = c.id LEFT JOIN vault v ON v.district = e.district AND v.seq = e.seq \
WHERE e.kind IN ('raised', 'field_corrected', 'telling_chosen', 'verdict_given') ORDER BY c.ended_day DESC, c.seq DESC, e.version";

/// The events of the cases in which a calendar table may move a date, as `read::to_move` picks them.
const MOVABLE: &str = concat!(
    "SELECT c.seq, e.stream, e.body FROM (SELECT seq, id FROM cases WHERE district = $1 AND ",
    crate::read::may_move!("$2"),
    " ORDER BY seq LIMIT $3) c JOIN events e ON e.district = $1 AND e.stream = c.id ORDER BY c.seq, e.version"
);

/// Every statement of this file, to be proved on both engines.
pub const STATEMENTS: &[&str] =
    &[OPEN, OWED, STUCK, NOBODY, HARD, RETURNED, REVIEW, URGENT, UNSOLVED, CLEARED, ASKED_LATE, WORDS, MOVABLE];

/// Those that may read more than they tell, and why.
pub const WALKS: &[(&str, &str)] = &[
    (MOVABLE, "a calendar table is loaded a few times a year; its preview looks for the first cases that it may move"),
    (OPEN, "counts all that is owed: there is no more of it after ten years than after one"),
];

/// What a unit, the centre or supervision has open for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The unit that has the task; none for what waits for the centre or for supervision.
    pub unit: Option<UnitCode>,
    /// What is waited for.
    pub why: Why,
    /// Those whose day is over. A clock that a question has paused in time is not.
    pub late: i64,
    /// Those whose day is near.
    pub soon: i64,
    /// All of them.
    pub open: i64,
}

/// What is open, by unit and by what is waited for; days before `late` are over, days before `soon` are near, and what is
/// counted in hours is late to the minute. One statement.
///
/// # Errors
/// What the database says.
pub fn open(db: &mut Db, district: i64, (late, soon, now): (i64, i64, Moment), sealed: bool) -> Result<Vec<Open>> {
    let today = day_number(now.date());
    let open = |row: &Row| -> Result<Open> {
        let unit = row.text("unit")?;
        let unit = (!unit.is_empty()).then(|| UnitCode::from(unit));
        Ok(Open {
            unit,
            why: known(row.text("why")?)?,
            late: row.int("late")?,
            soon: row.int("soon")?,
            open: row.int("open")?,
        })
    };
    db.query(OPEN, &args![late, now.0, soon, district, sealed, today])?.iter().map(open).collect()
}

/// Which of what a unit owes is listed.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Only what is due before this day number.
    pub before: i64,
    /// What is counted in hours.
    pub hours: Hours,
    /// Only what waits for this; none: for anything.
    pub why: Option<Why>,
    /// Whether what is owed to sealed cases may be listed.
    pub sealed: bool,
    /// Today, as a day number: what can't be done yet is not listed.
    pub today: i64,
}

/// What a unit owes by due day, at most `most`: what is behind a number of [`open`].
///
/// # Errors
/// What the database says.
pub fn owed(
    db: &mut Db,
    district: i64,
    unit: &UnitCode,
    wanted: Wanted,
    after: After,
    most: usize,
) -> Result<Vec<Duty>> {
    let why = wanted.why.map_or("", |w| domain::Label::code(w));
    let args = args![
        district,
        unit.as_str(),
        after.due,
        after.seq,
        after.no,
        wanted.before,
        wanted.hours.before,
        wanted.hours.from,
        wanted.sealed,
        wanted.today,
        why,
        most as u64
    ];
    db.query(OWED, &args)?.iter().map(duty_row).collect()
}

/// What a leader is asked to settle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settle {
    /// How many cases are stuck for each reason.
    pub stuck: BTreeMap<Stuck, i64>,
    /// When figures were last published, in milliseconds since 1970.
    pub published: Option<i64>,
}

/// Days, as day numbers, before which a case must have been due (or accepted) to be stuck.
#[derive(Clone, Copy, Debug)]
pub struct Since {
    /// Accepted before this day and no unit has it.
    pub nobody: i64,
    /// Due before this day.
    pub hard: i64,
    /// A review due before this day.
    pub review: i64,
    /// The last day for the resident's word lies before this day.
    pub unsolved: i64,
    /// The urgent mark was taken away at this moment or later, in milliseconds since 1970.
    pub cleared: i64,
}

impl Since {
    fn of(self, stuck: Stuck) -> i64 {
        match stuck {
            Stuck::Nobody => self.nobody,
            Stuck::Hard => self.hard,
            Stuck::Review => self.review,
            Stuck::Unsolved => self.unsolved,
            Stuck::Cleared => self.cleared,
            // Whatever day it is.
            Stuck::Urgent | Stuck::Returned => i64::MAX,
        }
    }
}

/// How much is stuck, and since when nothing was published. One statement.
///
/// # Errors
/// What the database says.
pub fn settle(db: &mut Db, district: i64, since: Since) -> Result<Settle> {
    let day = |stuck| since.of(stuck);
    let [nobody, hard, returned, review] = [Stuck::Nobody, Stuck::Hard, Stuck::Returned, Stuck::Review].map(day);
    let [urgent, unsolved, cleared] = [Stuck::Urgent, Stuck::Unsolved, Stuck::Cleared].map(day);
    let args = args![district, nobody, hard, returned, review, urgent, unsolved, cleared];
    let mut settle = Settle::default();
    for row in db.query(STUCK, &args)? {
        let (what, n) = (row.text("what")?, row.int("n")?);
        match domain::Label::of(what) {
            Some(stuck) => drop(settle.stuck.insert(stuck, n)),
            None => settle.published = (n >= 0).then_some(n),
        }
    }
    Ok(settle)
}

/// The cases that are stuck for a reason, the oldest first, at most `most`: those that [`settle`] counts.
///
/// # Errors
/// What the database says.
pub fn stuck(
    db: &mut Db,
    district: i64,
    stuck: Stuck,
    since: Since,
    after: After,
    most: usize,
) -> Result<Vec<CaseRow>> {
    let sql = match stuck {
        Stuck::Nobody => NOBODY,
        Stuck::Hard => HARD,
        Stuck::Returned => RETURNED,
        Stuck::Review => REVIEW,
        Stuck::Urgent => URGENT,
        Stuck::Unsolved => UNSOLVED,
        Stuck::Cleared => CLEARED,
    };
    let args = args![district, since.of(stuck), after.due, after.seq, most as u64];
    db.query(sql, &args)?.iter().map(case_row).collect()
}

/// Cases whose resident was asked something when a term had already run out, the latest question first, at most `most`.
/// `due` is the day of that question.
///
/// # Errors
/// What the database says.
pub fn asked_late(
    db: &mut Db,
    district: i64,
    sealed: bool,
    before: Option<After>,
    most: usize,
) -> Result<Vec<CaseRow>> {
    let (due, seq) = before.map_or((i64::MAX, i64::MAX), |b| (b.due, b.seq));
    db.query(ASKED_LATE, &args![district, sealed, due, seq, most as u64])?.iter().map(case_row).collect()
}

/// Hands over the cases in which a calendar table that is loaded on a day may move a date, with the ledger index of
/// each one's first entry: at most `most`, the oldest first. One statement.
///
/// # Errors
/// What the database says.
pub fn movable(db: &mut Db, district: i64, today: Date, most: usize, mut each: impl FnMut(u64, &Case)) -> Result<()> {
    let answered = day_number(today) - crate::read::WINDOWS_LAST;
    let mut held: Option<(u64, Case)> = None;
    db.for_each(MOVABLE, &args![district, answered, most as u64], |row| {
        let (seq, id) = (row.int("seq")? as u64, CaseId(row.array("stream")?));
        if held.as_ref().is_none_or(|(_, case)| case.id != id) {
            if let Some((seq, case)) = held.take() {
                each(seq, &case);
            }
            held = Some((seq, Case::blank(id)));
        }
        if let Some((_, case)) = &mut held {
            let body = crate::read::body::<Cases>(row.bytes("body")?)?;
            evolve(case, body.at, &body.by, &body.event, &body.clocks);
        }
        Ok(())
    })?;
    if let Some((seq, case)) = held {
        each(seq, &case);
    }
    Ok(())
}

/// What a resident said about a case in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The case's code.
    pub code: String,
    /// Its category.
    pub category: Option<CategoryCode>,
    /// When it was said, in milliseconds since 1970.
    pub at: i64,
    /// The verdict.
    pub verdict: Verdict,
    /// The words.
    pub words: String,
    /// Every value that a personal field of the case ever had: to mask it where it stands in the words. Never shown.
    pub personal: Vec<String>,
}

/// The latest verdicts that came with words, at most `most`, of the latest cases that ended with a verdict. One
/// statement, and one for the keys.
///
/// # Errors
/// What the database says; [`StoreError::Corrupt`] for what does not open.
pub fn said(db: &mut Db, keys: &mut Keys, district: i64, most: usize) -> Result<Vec<Said>> {
    let rows = db.query(WORDS, &args![district])?;
    let mut streams: Vec<[u8; 16]> = rows.iter().map(|row| row.array("stream")).collect::<Result<_>>()?;
    streams.dedup();
    let found = if streams.is_empty() { Default::default() } else { keys.case_keys(&streams)? };
    let mut all: Vec<(CaseId, Option<Said>, Texts)> = Vec::new();
    for row in &rows {
        let (stream, version) = (row.array("stream")?, row.int("version")?);
        let mut private = vault::opened(found.get(&stream), district, &stream, version, row.opt_bytes("sealed")?)?;
        if all.last().is_none_or(|(id, ..)| id.0 != stream) {
            all.push((CaseId(stream), None, Texts::default()));
        }
        let Some((_, said, texts)) = all.last_mut() else { continue };
        let event = crate::read::body::<Cases>(row.bytes("body")?)?.event;
        texts.take(&event, &private);
        if let Event::VerdictGiven { verdict, .. } = event {
            *said = Some(Said {
                code: row.text("code")?.to_owned(),
                category: row.opt_text("category")?.map(CategoryCode::from),
                at: row.int("at")?,
                verdict,
                words: private.remove(field::WORDS).unwrap_or_default(),
                personal: Vec::new(),
            });
        }
    }
    let with_words = all.into_iter().filter_map(|(_, said, texts)| Some(Said { personal: texts.personal, ..said? }));
    Ok(with_words.filter(|said| !said.words.trim().is_empty()).take(most).collect())
}
