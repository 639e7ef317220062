//! The working pages of staff: what each post has to do, the whole case on one page, taking a case down.

pub(crate) mod act;
pub(crate) mod bulk;
pub(crate) mod case;
mod command;
pub(crate) mod desk;
mod forms;
pub(crate) mod inbox;
pub(crate) mod intake;
pub(crate) mod keys;
pub(crate) mod late;
pub(crate) mod leader;
pub(crate) mod near;
pub(crate) mod release;
pub(crate) mod returns;
pub(crate) mod reviews;
mod rows;
mod sides;
pub(crate) mod slip;
mod story;
mod suggest;
pub(crate) mod templates;

use crate::caller::Staff;
use calendar::{Calendar, Date};
use domain::Role;
use domain::district::{District, UnitKind};
use domain::moment::day_number;
use reading::mask;

/// Whether an account sits at the discipline unit: only there sealed cases are listed.
fn is_discipline(district: &District, staff: &Staff) -> bool {
    district.units.get(&staff.unit).is_some_and(|u| u.kind == UnitKind::Discipline)
}

/// Whether a role works with what people wrote; other roles read texts with numbers masked.
fn handles(role: Role) -> bool {
    matches!(role, Role::Clerk | Role::Head | Role::Dispatcher)
}

/// Days by which lists are grouped, as day numbers.
#[derive(Clone, Copy)]
struct Days {
    today: Date,
    /// A due day before this one is over: its roll-over to the next working day, too.
    late: i64,
    /// The day after today.
    tomorrow: i64,
    /// The first day after this week's Sunday.
    next_week: i64,
    /// The first day that is not near: near are today and the next two working days.
    soon: i64,
}

impl Days {
    fn of(today: Date, calendar: &Calendar) -> Days {
        let number = day_number(today);
        // The law rolls a last day that is a holiday to the next working day: on that day it is not over yet.
        let back = (1..=60).find(|n| calendar.is_working(domain::moment::date_of(number - n))).unwrap_or(1);
        let to_sunday = i64::from(7 - i32::from(today.weekday().to_monday_one_offset()));
        Days {
            today,
            late: number - back + 1,
            tomorrow: number + 1,
            next_week: number + to_sunday + 1,
            soon: day_number(calendar.add_working(today, 2).0) + 1,
        }
    }
}

/// The day that a list shows for a due day: itself, or once it is past the working day that it rolls to.
fn shown_day(due: i64, days: &Days, calendar: &Calendar) -> Date {
    let rolled = || (due..due + 60).find(|d| calendar.is_working(domain::moment::date_of(*d)));
    let day = if due < day_number(days.today) { rolled().unwrap_or(due) } else { due };
    domain::moment::date_of(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(today: &str) -> Days {
        Days::of(today.parse().unwrap(), &Calendar::builtin())
    }

    fn number(day: &str) -> i64 {
        day_number(day.parse().unwrap())
    }

    #[test]
    fn a_saturday_that_rolls_to_monday_is_late_from_tuesday_on() {
        assert!(number("2023-05-13") >= days("2023-05-15").late, "on Monday it is still in time");
        assert!(number("2023-05-13") < days("2023-05-16").late);
        assert!(number("2023-05-12") < days("2023-05-15").late);
        let monday = shown_day(number("2023-05-13"), &days("2023-05-15"), &Calendar::builtin());
        assert_eq!(monday.to_string(), "2023-05-15");
    }

    #[test]
    fn a_week_ends_on_sunday_and_near_are_two_working_days() {
        assert_eq!(days("2023-05-17").next_week, number("2023-05-22"));
        assert_eq!(days("2023-05-21").next_week, number("2023-05-22"));
        assert_eq!(days("2023-05-18").soon, number("2023-05-23"));
    }
}
