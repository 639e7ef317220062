//! What figures are counted over: one read table each, brought to the columns that a filter narrows and groups by.

use crate::rounding::Measure;
use serde::Deserialize;

/// A read table that figures are counted over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// The cases.
    #[default]
    Cases,
    /// The lectures.
    Lectures,
    /// The talk meetings.
    Meetings,
    /// The encounters of reception days and visits.
    Encounters,
}

/// Stands where a record of this kind has no such thing at all: no track, no category. No code holds this character, and
/// no filter asks for it; a group of it is told to nobody.
pub(crate) const NOWHERE: &str = "!";

impl Table {
    /// Every table.
    pub const ALL: &'static [Table] = &[Table::Cases, Table::Lectures, Table::Meetings, Table::Encounters];

    /// The code of the register whose records it holds.
    pub fn register(self) -> &'static str {
        match self {
            Table::Cases => "case",
            Table::Lectures => "lecture",
            Table::Meetings => "meeting",
            Table::Encounters => "encounter",
        }
    }

    /// What one row of it is counted as.
    pub fn measure(self) -> Measure {
        match self {
            Table::Cases => Measure::Cases,
            Table::Lectures | Table::Meetings => Measure::Sessions,
            Table::Encounters => Measure::Encounters,
        }
    }

    /// What statements select from: the table's own columns, and `seq`, `lead`, `track`, `category`, `coarse`, `street` and
    /// `sealed` for all.
    pub(crate) fn source(self) -> &'static str {
        match self {
            Table::Cases => "cases",
            Table::Lectures => {
                "(SELECT district, seq, unit AS lead, '!' AS track, '!' AS category, '!' AS coarse, street, \
                 0 AS sealed, lecture, stage, held_day, heads FROM lectures) AS sessions"
            }
            Table::Meetings => {
                "(SELECT district, seq, unit AS lead, '!' AS track, '!' AS category, '!' AS coarse, street, \
                 0 AS sealed, stage, held_day AS meeting_day, opinions FROM meetings) AS talks"
            }
            Table::Encounters => {
                "(SELECT district, seq, unit AS lead, '!' AS track, '!' AS category, '!' AS coarse, street, \
                 0 AS sealed, mode, level, stage, received_day FROM encounters) AS visits"
            }
        }
    }

    /// The same with the columns of `crate::list::Counted`.
    pub(crate) fn listed(self) -> &'static str {
        match self {
            Table::Cases => "cases",
            Table::Lectures => {
                "(SELECT l.district, l.seq, r.id, r.code, l.unit AS lead, '!' AS track, '!' AS category, '!' AS coarse, \
                 l.street, 0 AS sealed, l.lecture, l.stage, l.held_day, l.heads FROM lectures l \
                 JOIN records r ON r.district = l.district AND r.seq = l.seq) AS sessions"
            }
            Table::Meetings => {
                "(SELECT m.district, m.seq, r.id, r.code, m.unit AS lead, '!' AS track, '!' AS category, '!' AS coarse, \
                 m.street, 0 AS sealed, m.stage, m.held_day AS meeting_day, m.heads, m.opinions FROM meetings m \
                 JOIN records r ON r.district = m.district AND r.seq = m.seq) AS talks"
            }
            Table::Encounters => {
                "(SELECT e.district, e.seq, r.id, r.code, e.unit AS lead, '!' AS track, '!' AS category, '!' AS coarse, \
                 e.street, 0 AS sealed, e.mode, e.level, e.stage, e.received_day, e.matters FROM encounters e \
                 JOIN records r ON r.district = e.district AND r.seq = e.seq) AS visits"
            }
        }
    }
}

/// What a figure sums up over the rows that it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sum {
    /// Heads of sessions: not persons, for who comes twice is counted twice.
    Heads,
    /// Opinions of talk meetings that are cases.
    Opinions,
}

impl Sum {
    /// Every sum.
    pub const ALL: &'static [Sum] = &[Sum::Heads, Sum::Opinions];

    /// The table that has it.
    pub fn table(self) -> Table {
        match self {
            Sum::Heads => Table::Lectures,
            Sum::Opinions => Table::Meetings,
        }
    }

    /// What it is counted in.
    pub fn measure(self) -> Measure {
        match self {
            Sum::Heads => Measure::Heads,
            Sum::Opinions => Measure::Cases,
        }
    }

    /// Its column.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Sum::Heads => "heads",
            Sum::Opinions => "opinions",
        }
    }
}
