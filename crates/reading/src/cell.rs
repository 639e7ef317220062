//! A text as a cell of a table that a spreadsheet may open.

/// Whether a spreadsheet would run a text. Plain numbers begin like formulas and are harmless.
fn runs(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    if matches!(first, '+' | '-') && is_number(&text[1..]) {
        return false;
    }
    // The full-width forms are read as their narrow ones by Chinese and Japanese editions.
    matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
}

fn is_number(digits: &str) -> bool {
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, part].iter().all(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether behind any number of apostrophes stands something that runs. Some programs take apostrophes away when they
/// read a file.
fn runs_behind_apostrophes(text: &str) -> bool {
    runs(text.trim_start_matches('\''))
}

/// The CSV form of a text: an apostrophe in front of what a spreadsheet would run, and in front of what already looks
/// like the guarded form of something.
pub fn guard(text: &str) -> String {
    if runs_behind_apostrophes(text) { format!("'{text}") } else { text.to_owned() }
}

/// Takes back what [`guard`] did, in place.
pub fn unguard(text: &mut String) {
    if text.starts_with('\'') && runs_behind_apostrophes(text) {
        text.remove(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_run_numbers_stay_numbers_and_what_comes_back_has_lost_nothing() {
        for (cell, guarded) in [
            ("=1+1", "'=1+1"),
            ("\n=1+1", "'\n=1+1"),
            ("'=1+1", "''=1+1"),
            ("－1", "'－1"),
            ("-3", "-3"),
            ("+3.5", "+3.5"),
            ("-inf", "'-inf"),
            ("-列表", "'-列表"),
            ("'灯'不亮", "'灯'不亮"),
            ("'", "'"),
            ("", ""),
        ] {
            assert_eq!(guard(cell), guarded, "{cell:?}");
            let mut back = guarded.to_owned();
            unguard(&mut back);
            assert_eq!(back, cell);
        }
    }
}
