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

/// Whether a spreadsheet would take a text for a number or a date, and write it otherwise: a phone number loses its first
/// zero, a long one its last digits, a house number 3-2 becomes a day. A small number stays what it is.
fn is_changed(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let small = digits == text.len() && digits < 5 && !text.starts_with('0');
    let begins = text.bytes().next().is_some_and(|b| b.is_ascii_digit() || b == b'+');
    begins && digits > 0 && !small && text.bytes().all(|b| b.is_ascii_digit() || b"+-./: Ee%,".contains(&b))
}

fn is_changed_behind_apostrophes(text: &str) -> bool {
    is_changed(text.trim_start_matches('\''))
}

/// The CSV form of a text: an apostrophe in front of what a spreadsheet would run, and in front of what already looks
/// like the guarded form of something.
pub fn guard(text: &str) -> String {
    let guarded = text.starts_with('\'') && is_changed_behind_apostrophes(text);
    if guarded || runs_behind_apostrophes(text) { format!("'{text}") } else { text.to_owned() }
}

/// The CSV form of somebody's own words, phones among them: an apostrophe also in front of what a spreadsheet would take
/// for a number or a date.
pub fn guard_words(text: &str) -> String {
    if is_changed_behind_apostrophes(text) { format!("'{text}") } else { guard(text) }
}

/// Takes back what [`guard`] and [`guard_words`] did, in place.
pub fn unguard(text: &mut String) {
    if text.starts_with('\'') && (runs_behind_apostrophes(text) || is_changed_behind_apostrophes(text)) {
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

    #[test]
    fn a_phone_or_a_house_number_stays_text_in_a_spreadsheet_and_comes_back_as_it_was() {
        for (words, guarded) in [
            ("02223456789", "'02223456789"),
            ("+8613800001111", "'+8613800001111"),
            ("13800001111", "'13800001111"),
            ("13800001111/13900002222", "'13800001111/13900002222"),
            ("3-2", "'3-2"),
            ("1E5", "'1E5"),
            ("012", "'012"),
            ("'012", "''012"),
            ("12", "12"),
            ("3号楼", "3号楼"),
            ("=1", "'=1"),
            ("", ""),
        ] {
            assert_eq!(guard_words(words), guarded, "{words:?}");
            for form in [guard_words(words), guard(words)] {
                let mut back = form;
                unguard(&mut back);
                assert_eq!(back, words);
            }
        }
    }
}
