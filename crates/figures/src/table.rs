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
}

/// Stands where a record of this kind has no such thing at all: no track, no category. No code holds this character, and
/// no filter asks for it; a group of it is told to nobody.
pub(crate) const NOWHERE: &str = "!";

impl Table {
    /// Every table.
    pub const ALL: &'static [Table] = &[Table::Cases, Table::Lectures];

    /// The code of the register whose records it holds.
    pub fn register(self) -> &'static str {
        match self {
            Table::Cases => "case",
            Table::Lectures => "lecture",
        }
    }

    /// What one row of it is counted as.
    pub fn measure(self) -> Measure {
        match self {
            Table::Cases => Measure::Cases,
            Table::Lectures => Measure::Sessions,
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
        }
    }
}

/// What a figure sums up over the rows that it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sum {
    /// Heads of sessions: not persons, for who comes twice is counted twice.
    Heads,
}

impl Sum {
    /// Every sum.
    pub const ALL: &'static [Sum] = &[Sum::Heads];

    /// The table that has it.
    pub fn table(self) -> Table {
        match self {
            Sum::Heads => Table::Lectures,
        }
    }

    /// What it is counted in.
    pub fn measure(self) -> Measure {
        match self {
            Sum::Heads => Measure::Heads,
        }
    }

    /// Its column.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Sum::Heads => "heads",
        }
    }
}
