//! What stands in the place of personal data until a handler opens it, and what no index may hold.

/// How many digits in a row may be a phone or identity number.
const NUMBER_LEAST: usize = 7;
const DOT: char = '•';

/// A name: its first character.
pub fn name(text: &str) -> String {
    first(text, 1)
}

/// A place: its first two characters.
pub fn place(text: &str) -> String {
    first(text, 2)
}

fn first(text: &str, shown: usize) -> String {
    let mut chars = text.trim().chars();
    let start: String = chars.by_ref().take(shown).collect();
    if start.is_empty() { start } else { format!("{start}{DOT}{DOT}{DOT}") }
}

/// A phone number: its last two digits. Not more: the last four often are the digits that follow the case.
pub fn phone(text: &str) -> String {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() {
        return String::new();
    }
    let end: String = digits.iter().skip(digits.len().saturating_sub(2).max(1)).collect();
    format!("{DOT}{DOT}{DOT}{DOT}{DOT}{DOT}{end}")
}

/// An e-mail address: its first character, and where it goes.
pub fn email(text: &str) -> String {
    let (local, domain) = text.trim().split_once('@').unwrap_or((text.trim(), ""));
    if local.is_empty() { String::new() } else { format!("{}@{domain}", first(local, 1)) }
}

/// A text for readers who don't handle the case: numbers that may be a phone's or an identity card's, e-mail addresses,
/// and the known personal fields wherever they stand, are dots.
pub fn text(text: &str, known: &[&str]) -> String {
    let mut text = text.to_owned();
    for value in known.iter().map(|v| v.trim()).filter(|v| v.chars().count() >= 2) {
        text = text.replace(value, "•••");
    }
    numbers(&mails(&text))
}

/// E-mail addresses as dots: what belongs to one on both sides of its sign.
fn mails(text: &str) -> String {
    if !text.contains(['@', '＠']) {
        return text.to_owned();
    }
    let belongs = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
    let chars: Vec<char> = text.chars().collect();
    let mut hidden = vec![false; chars.len()];
    for (at, _) in chars.iter().enumerate().filter(|(_, c)| matches!(c, '@' | '＠')) {
        let before = chars[..at].iter().rev().take_while(|c| belongs(c)).count();
        let behind = chars[at + 1..].iter().take_while(|c| belongs(c)).count();
        if before > 0 && behind > 0 {
            hidden[at - before..=at + behind].fill(true);
        }
    }
    let mut out = String::with_capacity(text.len());
    for (n, c) in chars.iter().enumerate() {
        match (hidden[n], n > 0 && hidden[n - 1]) {
            (false, _) => out.push(*c),
            (true, false) => out.extend(std::iter::repeat_n(DOT, 6)),
            (true, true) => {}
        }
    }
    out
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

/// Runs of digits, single spaces and hyphens between them included.
fn numbers(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let (mut end, mut digits) = (at, 0);
        while let Some(c) = chars.get(end).copied() {
            if is_digit(c) {
                digits += 1;
            } else if !(digits > 0 && gap(&chars[end..])) {
                break;
            }
            end += 1;
        }
        if digits >= NUMBER_LEAST && !is_date(&chars[at..end]) {
            out.extend(std::iter::repeat_n(DOT, 6));
        } else {
            out.extend(&chars[at..end.max(at + 1).min(chars.len())]);
        }
        at = end.max(at + 1);
    }
    out
}

/// Whether after at most three marks, none of which parts a sentence, digits go on: `138  0013—8000`.
fn gap(rest: &[char]) -> bool {
    let marks = rest.iter().take_while(|c| !is_digit(**c)).count();
    let parts = |c: &char| c.is_alphanumeric() || "，。、；：,;:\n".contains(*c);
    (1..=3).contains(&marks) && marks < rest.len() && !rest[..marks].iter().any(parts)
}

/// `2023-05-04` is a day, not a number.
fn is_date(chars: &[char]) -> bool {
    let text: String = chars.iter().collect();
    text.len() <= 10 && text.matches('-').count() == 2 && text.parse::<calendar::Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_shows_its_first_character_and_a_phone_its_last_two_digits() {
        assert_eq!(name("示例居民0001"), "示•••");
        assert_eq!(name(" "), "");
        assert_eq!(phone("10000000001"), "••••••01");
        assert_eq!(phone("100-0000-0021"), "••••••21");
        assert_eq!(phone("7"), "••••••", "a single digit would be all of it");
        assert_eq!(place("示例里3号楼2单元"), "示例•••");
    }

    #[test]
    fn numbers_of_seven_digits_and_more_are_dots_however_they_are_written() {
        assert_eq!(text("电话10000000001，请回", &[]), "电话••••••，请回");
        assert_eq!(text("打 100-0000 0001 找我", &[]), "打 •••••• 找我");
        for written in
            ["100  0000  0001", "100—0000—0001", "100–0000–0001", "100　0000　0001", "100/0000/0001", "(100)0000-001"]
        {
            assert!(text(written, &[]).ends_with("••••••"), "{written}");
        }
        assert_eq!(text("１０００００００００１", &[]), "••••••");
        assert_eq!(text("3号楼2单元，2023-05-04起，第123456件", &[]), "3号楼2单元，2023-05-04起，第123456件");
        assert_eq!(text("", &[]), "");
        assert_eq!(text("12", &[]), "12");
    }

    #[test]
    fn a_mail_address_is_dots_and_a_lone_sign_is_not() {
        assert_eq!(text("写信给a.b-c+d@mail.example.org吧", &[]), "写信给••••••吧");
        assert_eq!(text("a＠b.example", &[]), "••••••");
        assert_eq!(text("@ 或 a@", &[]), "@ 或 a@");
    }

    #[test]
    fn a_known_name_is_dots_inside_the_text_too() {
        assert_eq!(text("我叫示例居民，住示例里", &["示例居民", ""]), "我叫•••，住示例里");
    }
}
