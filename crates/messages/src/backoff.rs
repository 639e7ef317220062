//! When a message that could not be sent is tried again. Pure.

/// One minute and half a day, in milliseconds.
const FIRST: i64 = 60_000;
const LONGEST: i64 = 12 * 3_600_000;
/// How often a message is tried before it is given up: over a little more than a day.
pub const TRIES_MOST: u32 = 12;

/// How long to wait after so many tries, in milliseconds: a minute, then each time twice as long, at most 12 hours. None:
/// it is given up, until somebody lets it be tried again.
pub fn wait(tries: u32) -> Option<i64> {
    (tries < TRIES_MOST).then(|| FIRST.saturating_mul(1 << tries.saturating_sub(1).min(20)).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_from_a_minute_to_twelve_hours_and_end() {
        let minutes: Vec<_> = (1..=13).map(|tries| wait(tries).map(|ms| ms / 60_000)).collect();
        let [rest @ .., last, beyond] = &minutes[..] else { panic!() };
        let expected = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 720].map(Some);
        assert_eq!(rest, expected);
        assert_eq!((*last, *beyond), (None, None));
    }
}
