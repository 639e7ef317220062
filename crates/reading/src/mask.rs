//! What stands in the place of personal data until a handler opens it, and what no index may hold.
//!
//! Patterns find forms, not persons: a name without a form of address or a label stays. That is said where a file is made.
//! Each pattern looks at a bounded stretch before and behind where it stands, or passes over all that it has looked at: a
//! text costs as much as it is long, whatever stands in it.

mod address;
mod line;
mod name;
mod number;

use line::Line;

const DOT: char = '•';
/// What stands in a text in place of what is hidden.
pub(crate) const MASK: &str = "•••";

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
    if start.is_empty() { start } else { format!("{start}{MASK}") }
}

/// A phone number: its last two digits, enough to tell two numbers apart.
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

/// A field that leaves the house: nothing of it, but whether there is something.
pub fn whole(text: &str) -> &'static str {
    if text.is_empty() { "" } else { MASK }
}

/// A text for who handles the case, where it stands among others: numbers that may be a phone's or an identity card's,
/// e-mail addresses, names of accounts in chats, and the known fields wherever they stand, are dots.
pub fn numbers(text: &str, known: &[&str]) -> String {
    hide(text, known, Sight::Handler)
}

/// A text for everybody else, and for what leaves the house: without what [`numbers`] hides, addresses, plates of cars, and
/// names before a form of address.
pub fn text(text: &str, known: &[&str]) -> String {
    hide(text, known, Sight::Other)
}

/// For whose eyes a text is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Who handles the case.
    Handler,
    /// Everybody else.
    Other,
}

/// From where to before where something stands.
type Stretch = (usize, usize);

fn hide(text: &str, known: &[&str], sight: Sight) -> String {
    let mut text = text.to_owned();
    for value in known.iter().map(|v| v.trim()).filter(|v| v.chars().count() >= 2) {
        text = text.replace(value, MASK);
    }
    let hidden = hidden(&text, sight);
    let mut out = String::with_capacity(text.len());
    for (n, c) in text.chars().enumerate() {
        match (hidden[n], n > 0 && hidden[n - 1]) {
            (false, _) => out.push(c),
            (true, false) => out.push_str(MASK),
            (true, true) => {}
        }
    }
    out
}

/// Which characters of a text are hidden by what they are.
pub(crate) fn hidden(text: &str, sight: Sight) -> Vec<bool> {
    let line = Line::of(text);
    let mut hidden = vec![false; line.len()];
    for (start, end) in stretches(&line, sight) {
        hidden[start..end].fill(true);
    }
    hidden
}

fn stretches(line: &Line, sight: Sight) -> Vec<Stretch> {
    let mut found = number::mails(line);
    found.extend(number::chats(line));
    let mut at = 0;
    while at < line.len() {
        // What is no number for anybody, such as a day, is passed whole.
        if let Some(end) = number::kept(line, at) {
            at = end;
            continue;
        }
        // A flat is no number of a phone.
        let flat = !line.goes_on(at) && address::dashed(line, at, false).is_some();
        let number = number::long(line, at).filter(|_| !flat);
        let other = || match sight {
            Sight::Handler => None,
            Sight::Other => {
                address::at(line, at).or_else(|| number::plate(line, at)).or_else(|| name::called(line, at))
            }
        };
        let stretch = number.or_else(other);
        // A numeral that gave nothing is passed with all that belongs to it, so that its tail isn't read as another one.
        at = match (stretch, flat) {
            (Some((_, end)), _) => end,
            (None, true) => address::dashed(line, at, false).unwrap_or(at + 1),
            (None, false) => line.behind(at),
        };
        found.extend(stretch);
    }
    if sight == Sight::Other {
        found.extend(name::forms(line));
    }
    found
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
    fn a_known_name_is_dots_inside_the_text_too() {
        assert_eq!(numbers("我叫示例居民，住示例里", &["示例居民", ""]), "我叫•••，住示例里");
    }

    #[test]
    fn fields_are_masked_wholly_and_empty_ones_stay_empty() {
        assert_eq!((whole("张三"), whole("")), ("•••", ""));
        assert_eq!(
            (text("", &[]).as_str(), text("12", &[]).as_str(), text("@", &[]).as_str(), text("先生", &[]).as_str()),
            ("", "12", "@", "先生")
        );
    }

    #[test]
    fn who_handles_a_case_reads_places_plates_and_names_and_no_number() {
        for kept in ["3号楼2单元，2023-05-04起，第123456件", "解放路12号3单元502室，津A12345，找王师傅"]
        {
            assert_eq!(numbers(kept, &[]), kept);
        }
        assert_eq!(numbers("电话10000000001，微信号abcdef_123", &[]), "电话•••，微信号•••");
    }

    #[test]
    fn masking_a_text_costs_as_much_as_it_is_long() {
        const MOST: usize = 60;
        let heavy = [
            "一",
            "1",
            "a",
            "a1",
            "一1",
            "1-",
            "1 ",
            "1，",
            "十",
            "一三八",
            "号",
            "3号",
            "3号楼",
            "先生",
            "王先生",
            "@",
            "a@",
            "1@",
            "·",
            "阿·",
            "津A",
            "微信",
            "QQ",
            "我叫",
            "2023-",
            "1.",
            "GB",
            "里3-",
            "路",
            "1 a ",
            "13800001111",
            "•",
            "#",
            "3#",
        ];
        for unit in heavy {
            let text = unit.repeat(20_000 / unit.chars().count());
            for sight in [Sight::Handler, Sight::Other] {
                let line = Line::of(&text);
                let _ = stretches(&line, sight);
                assert!(line.steps() <= MOST * line.len(), "{unit}: {} steps for {}", line.steps(), line.len());
            }
        }
    }
}
