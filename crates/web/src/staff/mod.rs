//! The working pages of staff: what each post has to do, the whole case on one page, taking a case down.

pub(crate) mod act;
pub(crate) mod bulk;
pub(crate) mod case;
mod command;
mod decision;
pub(crate) mod desk;
mod forms;
mod imported;
pub(crate) mod inbox;
pub(crate) mod intake;
pub(crate) mod keys;
pub(crate) mod late;
pub(crate) mod leader;
mod merge;
pub(crate) mod near;
pub(crate) mod release;
pub(crate) mod request;
pub(crate) mod returns;
pub(crate) mod reviews;
mod rows;
pub(crate) mod search;
mod similar;
mod suggest;
pub(crate) mod templates;
mod timeline;
pub(crate) mod work_slip;

use crate::view;
use calendar::{Calendar, Date};
use domain::moment::day_number;
use domain::{Moment, Role};
use reading::mask;

/// Whether a role works with what people wrote; other roles read texts with numbers masked.
fn handles(role: Role) -> bool {
    matches!(role, Role::Clerk | Role::Head | Role::Dispatcher)
}

/// Days by which lists are grouped, as day numbers to hold raw due days against: the law rolls a last day that is a
/// holiday to the next working day, and a line stands where its rolled day does.
#[derive(Clone, Copy)]
struct Days {
    now: Moment,
    today: Date,
    /// A due day before this one is over.
    late: i64,
    /// A due day before this one is today or over.
    tomorrow: i64,
    /// A due day before this one is this week, to its Sunday, or over.
    next_week: i64,
    /// The first day that is not near: near are today and the next two working days.
    soon: i64,
}

impl Days {
    fn of(now: Moment, calendar: &Calendar) -> Days {
        let today = now.date();
        let number = day_number(today);
        let before = |day: i64| view::due_before(day, calendar);
        let to_sunday = i64::from(7 - i32::from(today.weekday().to_monday_one_offset()));
        Days {
            now,
            today,
            late: before(number),
            tomorrow: before(number + 1),
            next_week: before(number + to_sunday + 1),
            soon: day_number(calendar.add_working(today, 2).0) + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(today: &str) -> Days {
        let noon = today.parse::<Date>().unwrap().at(12, 0, 0, 0);
        Days::of(Moment::from_local(noon), &Calendar::builtin())
    }

    fn number(day: &str) -> i64 {
        day_number(day.parse().unwrap())
    }

    #[test]
    fn a_saturday_that_rolls_to_monday_is_late_from_tuesday_on() {
        assert!(number("2023-05-13") >= days("2023-05-15").late, "on Monday it is still in time");
        assert!(number("2023-05-13") < days("2023-05-16").late);
        assert!(number("2023-05-12") < days("2023-05-15").late);
        assert_eq!(view::rolled(number("2023-05-13"), &Calendar::builtin()).to_string(), "2023-05-15");
        assert_eq!(view::rolled(number("2023-05-12"), &Calendar::builtin()).to_string(), "2023-05-12");
    }

    #[test]
    fn a_line_stands_in_the_group_of_the_day_that_it_shows() {
        let friday = days("2023-05-12");
        assert!(number("2023-05-12") < friday.tomorrow, "Friday is today");
        assert!(number("2023-05-13") >= friday.next_week, "Saturday is Monday, and that is next week");
        let monday = days("2023-05-15");
        assert!(number("2023-05-13") >= monday.late && number("2023-05-13") < monday.tomorrow, "on Monday it is today");
        let sunday = days("2023-05-14");
        assert_eq!(sunday.late, sunday.tomorrow, "nothing is due on a Sunday");
    }

    #[test]
    fn a_week_ends_on_sunday_and_near_are_two_working_days() {
        assert_eq!(days("2023-05-17").next_week, number("2023-05-20"));
        assert_eq!(days("2023-05-21").next_week, number("2023-05-20"));
        assert_eq!(days("2023-05-18").soon, number("2023-05-23"));
    }
}
