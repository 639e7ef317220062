//! The statutory days (全国年节及纪念日放假办法, 2024 revision), for years whose notice is not loaded.

use jiff::civil::{Date, date};

/// Spring Festival, Qingming, Dragon Boat and Mid-Autumn of each year: lunar and solar-term facts.
const FESTIVALS: &[(i16, [(i8, i8); 4])] = &[
    (2027, [(2, 6), (4, 5), (6, 9), (9, 15)]),
    (2028, [(1, 26), (4, 4), (5, 28), (10, 3)]),
    (2029, [(2, 13), (4, 4), (6, 16), (9, 22)]),
    (2030, [(2, 3), (4, 5), (6, 5), (9, 12)]),
    (2031, [(1, 23), (4, 5), (6, 24), (10, 1)]),
    (2032, [(2, 11), (4, 4), (6, 12), (9, 19)]),
];

/// Whether the law itself makes this day a holiday. Beyond the years above only the solar ones are known.
pub fn is_holiday(day: Date) -> bool {
    let solar = matches!((day.month(), day.day()), (1, 1) | (5, 1 | 2) | (10, 1..=3));
    if solar {
        return true;
    }
    let Some((year, [spring, rest @ ..])) = FESTIVALS.iter().find(|(y, _)| *y == day.year()) else { return false };
    let new_year = date(*year, spring.0, spring.1);
    let from_eve = day.since(new_year).map_or(i32::MAX, |s| s.get_days());
    (-1..=2).contains(&from_eve) || rest.contains(&(day.month(), day.day()))
}
