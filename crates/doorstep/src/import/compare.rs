//! A source's own on-time flag against our clock, row by row: how many agree, and why the others don't.
//!
//! Ours is the clock that goes into the ledger with the case ([`domain::case::Origin::clock`]): from opening to the target,
//! stopped on the day of closing, late when that day lies behind the due day. Beside it stands a count to the second, which
//! shows whether the hour explains a difference.

use super::rows::Row;
use calendar::Date;
use std::collections::BTreeMap;

/// Why flag and clock say the same, or not. In the order in which they are asked and printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// They say the same.
    Agree,
    /// The source says nothing.
    NoFlag,
    /// There is no target: no clock of ours can be met or missed.
    NoTarget,
    /// The target lies before the opening.
    TargetBeforeOpened,
    /// Closed on the target's own day, after its hour: a due day of ours counts to its end.
    SameDay,
    /// Not closed: the source judged by a day that the file does not tell.
    NotClosed,
    /// None of these.
    Unexplained,
}

impl Reason {
    fn said(self) -> (&'static str, &'static str) {
        match self {
            Reason::Agree => ("一致", "they agree"),
            Reason::NoFlag => ("来源没有给出标志", "the source gives no flag"),
            Reason::NoTarget => {
                ("没有目标时间：我们没有可比的期限", "no target: there is no clock of ours to be met or missed")
            }
            Reason::TargetBeforeOpened => {
                ("目标时间早于提出时间（当天办结）", "the target lies before the opening (closed on the target's day)")
            }
            Reason::SameDay => (
                "目标当天、过了钟点办结：我们的期限算到当天结束",
                "closed on the target's day after its hour: our due day counts to its end",
            ),
            Reason::NotClosed => {
                ("未办结：不知道来源按哪一天判断", "not closed: the file does not tell the day of the source's word")
            }
            Reason::Unexplained => ("原因不明", "unexplained"),
        }
    }
}

/// One row as both see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    reason: Reason,
    /// The source's word: on time?
    theirs: Option<bool>,
    /// Our clock's word: on time?
    ours: Option<bool>,
}

/// The comparison so far.
#[derive(Debug)]
pub struct Comparison {
    today: Date,
    pairs: BTreeMap<Pair, u64>,
    by_second: (u64, u64),
}

impl Comparison {
    /// A comparison as of a day: a row that is not closed is on time as long as its target has not passed.
    pub fn new(today: Date) -> Comparison {
        Comparison { today, pairs: BTreeMap::new(), by_second: (0, 0) }
    }

    /// Counts a row.
    pub fn add(&mut self, row: &Row) {
        let Some(origin) = &row.raise.origin else { return };
        let ours = origin.clock().map(|clock| !clock.is_late(self.today));
        let theirs = row.on_time;
        let reason = match (theirs, ours, row.target, origin.closed) {
            (None, ..) => Reason::NoFlag,
            (_, None, ..) | (_, _, None, _) => Reason::NoTarget,
            _ if theirs == ours => Reason::Agree,
            (_, _, Some(target), _) if target < origin.opened => Reason::TargetBeforeOpened,
            (_, _, _, None) => Reason::NotClosed,
            (_, _, Some(target), Some(closed)) if closed > target && closed.date() == target.date() => Reason::SameDay,
            _ => Reason::Unexplained,
        };
        *self.pairs.entry(Pair { reason, theirs, ours }).or_default() += 1;
        if let (Some(theirs), Some(target), Some(closed)) = (theirs, row.target, origin.closed) {
            self.by_second.0 += u64::from(theirs == (closed <= target));
            self.by_second.1 += 1;
        }
    }

    /// How many rows have a reason.
    pub fn count(&self, reason: Reason) -> u64 {
        self.pairs.iter().filter(|(pair, _)| pair.reason == reason).map(|(_, n)| n).sum()
    }

    /// Numerator and denominator of the share on time: the source's, over rows with a flag; ours, over rows with a target.
    pub fn shares(&self) -> [(u64, u64); 2] {
        let share = |word: fn(&Pair) -> Option<bool>| {
            let count = |wanted: fn(bool) -> bool| {
                self.pairs.iter().filter(|(pair, _)| word(pair).is_some_and(wanted)).map(|(_, n)| n).sum()
            };
            (count(|on_time| on_time), count(|_| true))
        };
        [share(|pair| pair.theirs), share(|pair| pair.ours)]
    }

    /// The comparison as lines to print.
    pub fn lines(&self) -> Vec<String> {
        let all: u64 = self.pairs.values().sum();
        let word = |on_time: Option<bool>| match on_time {
            Some(true) => "按期 on time",
            Some(false) => "超期 late",
            None => "– ",
        };
        let mut lines = vec![format!(
            "按期标志比对（未办结的按{today}判断） / The on-time flag, compared (open rows as of {today}): {agree} / {all}",
            today = self.today,
            agree = self.count(Reason::Agree)
        )];
        for (pair, count) in &self.pairs {
            let (zh, en) = pair.reason.said();
            lines.push(format!("  {count:>8}  {} → {}  {zh} / {en}", word(pair.theirs), word(pair.ours)));
        }
        let [(their_yes, their_all), (our_yes, our_all)] = self.shares();
        lines.push(format!(
            "  来源按期 / on time by the source: {their_yes} / {their_all}; 我们 / by our clock: {our_yes} / {our_all}"
        ));
        let (same, compared) = self.by_second;
        lines.push(format!(
            "  已办结且有目标和标志的，精确到秒一致 / closed rows with target and flag that agree to the second: {same} / {compared}"
        ));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Moment;
    use domain::case::{Origin, Raise};
    use jiff::civil::date;

    fn at(day: i8, hour: i8) -> Moment {
        Moment::from_local(date(2011, 7, day).at(hour, 0, 0, 0))
    }

    fn reason(theirs: Option<bool>, target: Option<Moment>, closed: Option<Moment>) -> Reason {
        let origin = Origin { opened: at(5, 9), target: target.map(Moment::date), closed, answer: String::new() };
        let raise = Raise { origin: Some(origin), ..Raise::default() };
        let (id, cells) = (String::new(), Vec::new());
        let row = Row {
            line: 2,
            id,
            raise,
            target,
            on_time: theirs,
            unmapped: None,
            unplaced: None,
            odd_phone: false,
            settled: false,
            cells,
        };
        let mut comparison = Comparison::new(date(2011, 7, 20));
        comparison.add(&row);
        let found: Vec<Reason> = comparison.pairs.keys().map(|pair| pair.reason).collect();
        found[0]
    }

    #[test]
    fn flag_and_clock_agree_when_both_are_on_time_or_both_late() {
        assert_eq!(reason(Some(true), Some(at(8, 9)), Some(at(7, 9))), Reason::Agree);
        assert_eq!(reason(Some(false), Some(at(8, 9)), Some(at(9, 1))), Reason::Agree);
        assert_eq!(reason(Some(false), Some(at(8, 9)), None), Reason::Agree, "open, and its target has passed");
    }

    #[test]
    fn each_difference_gets_the_reason_that_explains_it() {
        assert_eq!(reason(None, Some(at(8, 9)), Some(at(9, 9))), Reason::NoFlag);
        assert_eq!(reason(Some(true), None, Some(at(9, 9))), Reason::NoTarget);
        assert_eq!(reason(Some(false), Some(at(8, 9)), Some(at(8, 10))), Reason::SameDay);
        assert_eq!(reason(Some(false), Some(at(5, 0)), Some(at(5, 10))), Reason::TargetBeforeOpened);
        assert_eq!(reason(Some(true), Some(at(8, 9)), None), Reason::NotClosed);
        assert_eq!(reason(Some(true), Some(at(8, 9)), Some(at(12, 9))), Reason::Unexplained);
    }
}
