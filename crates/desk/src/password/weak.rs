//! Which passwords are no secret: common ones, Chinese habits (a name in pinyin with digits), and the names of the
//! district, unit and account. What is left of a password after taking away what anybody would try first must be enough.

/// Pieces of common passwords.
const COMMON: &str = include_str!("common.txt");
/// Rows and slants of a keyboard, on which fingers run.
const KEYS: &[&str] = &[
    "`1234567890-=",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "1qazxsw23edcvfr45tgbnhy67ujm",
    "qazwsxedcrfvtgbyhnujmikolp",
    "!@#$%^&*()_+",
    "147258369",
    "159357",
];
/// The initials and finals of pinyin; most joins are syllables, which is near enough for judging a password.
const INITIALS: &[&str] = &[
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c", "s", "y",
    "w",
];
const FINALS: &[&str] = &[
    "iang", "iong", "uang", "ang", "eng", "ian", "iao", "ing", "ong", "uai", "uan", "ai", "an", "ao", "ei", "en", "ia",
    "ie", "in", "iu", "ou", "ua", "ue", "ui", "un", "uo", "ve", "a", "e", "i", "o", "u", "v",
];
const WITHOUT_INITIAL: &[&str] = &["ang", "eng", "ai", "an", "ao", "ei", "en", "er", "ou", "a", "e", "o"];

/// So many letters must be left, so many different ones.
const LEFT_LEAST: usize = 5;
const DIFFERENT_LEAST: usize = 4;
/// A name in pinyin has at most so many syllables.
const NAME_SYLLABLES: usize = 3;

/// Why a password is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// It is made of what everybody tries first.
    Common,
    /// It is made of the names of the district, the unit or the account.
    Name,
    /// It is a name in pinyin, with or without digits.
    Pinyin,
}

/// Why a password is no secret, if it is none. `names` are those of district, unit and account.
pub fn weakness<'a>(password: &str, names: impl IntoIterator<Item = &'a str>) -> Option<Weak> {
    let text: Vec<char> = password.chars().map(plain).collect();
    let mut taken: Vec<bool> = text.iter().map(|c| !c.is_alphabetic()).collect();
    take_runs(&text, &mut taken);
    let words = COMMON.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
    take_words(&text, &mut taken, words.filter(|w| w.len() >= 3));
    if let weak @ Some(_) = judged(&text, &taken) {
        return weak;
    }
    // Also a name's parts: `street1.clerk` is a street and a post.
    let named: Vec<String> = names.into_iter().map(|name| name.chars().map(plain).collect()).collect();
    let parts = named.iter().flat_map(|n| n.split(|c: char| !c.is_alphanumeric()).chain([n.as_str()]));
    let long = |part: &&str| part.chars().count() >= if part.is_ascii() { 3 } else { 2 };
    take_words(&text, &mut taken, parts.filter(long));
    judged(&text, &taken).map(|_| Weak::Name)
}

/// A letter as it is compared: small, of ordinary width.
fn plain(c: char) -> char {
    let c = match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '　' => ' ',
        c => c,
    };
    c.to_lowercase().next().unwrap_or(c)
}

/// The letter that a sign stands for in `p@ssw0rd`.
fn letter(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        c => c,
    }
}

fn take_words<'a>(text: &[char], taken: &mut [bool], words: impl Iterator<Item = &'a str>) {
    for word in words {
        let word: Vec<char> = word.chars().collect();
        for at in 0..text.len().saturating_sub(word.len() - 1) {
            let here = &text[at..at + word.len()];
            if here.iter().zip(&word).all(|(c, w)| c == w || letter(*c) == *w) {
                taken[at..at + word.len()].fill(true);
            }
        }
    }
}

/// Takes runs of three and more: the same letter, neighbours in the alphabet or on a keyboard, and whatever is repeated
/// at once.
fn take_runs(text: &[char], taken: &mut [bool]) {
    let step = |a: char, b: char| i64::from(u32::from(b)) - i64::from(u32::from(a));
    for at in 0..text.len().saturating_sub(2) {
        let steps = (step(text[at], text[at + 1]), step(text[at + 1], text[at + 2]));
        let on_keys = |three: &[char]| {
            let there: String = three.iter().collect();
            let back: String = three.iter().rev().collect();
            KEYS.iter().any(|row| row.contains(&there) || row.contains(&back))
        };
        if (steps.0 == steps.1 && steps.0.abs() <= 1) || on_keys(&text[at..at + 3]) {
            taken[at..at + 3].fill(true);
        }
    }
    for length in 2..=text.len() / 2 {
        for at in 0..=text.len() - 2 * length {
            if text[at..at + length] == text[at + length..at + 2 * length] {
                taken[at + length..at + 2 * length].fill(true);
            }
        }
    }
}

fn judged(text: &[char], taken: &[bool]) -> Option<Weak> {
    let left: Vec<char> = text.iter().zip(taken).filter(|(_, taken)| !**taken).map(|(c, _)| *c).collect();
    let mut different = left.clone();
    different.sort_unstable();
    different.dedup();
    if left.len() < LEFT_LEAST || different.len() < DIFFERENT_LEAST {
        return Some(Weak::Common);
    }
    let left: String = left.into_iter().collect();
    syllables(&left).is_some_and(|n| n <= NAME_SYLLABLES).then_some(Weak::Pinyin)
}

/// The fewest pinyin syllables that a text is made of, if it is made of them.
fn syllables(text: &str) -> Option<usize> {
    if !text.is_ascii() {
        return None;
    }
    let mut fewest: Vec<Option<usize>> = vec![None; text.len() + 1];
    fewest[0] = Some(0);
    for at in 0..text.len() {
        let Some(so_far) = fewest[at] else { continue };
        let rest = &text[at..];
        let after_initial = INITIALS
            .iter()
            .filter(|i| rest.starts_with(**i))
            .flat_map(|i| FINALS.iter().filter(|f| rest[i.len()..].starts_with(**f)).map(|f| i.len() + f.len()));
        let alone = WITHOUT_INITIAL.iter().filter(|s| rest.starts_with(**s)).map(|s| s.len());
        for length in after_initial.chain(alone) {
            let end = &mut fewest[at + length];
            *end = Some(end.map_or(so_far + 1, |n| n.min(so_far + 1)));
        }
    }
    fewest[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Entropy, fresh_password};

    const NAMES: [&str; 5] = ["street1.clerk", "示范一街道", "Demo street-1", "示范区", "Kangle District"];

    #[test]
    fn what_everybody_tries_first_is_no_secret() {
        let common = [
            "1234567890",
            "0987654321",
            "13800001111",
            "19900101199",
            "aaaaaaaaaa",
            "password123",
            "P@ssw0rd2023",
            "passwordpassword",
            "qwertyuiop",
            "1qaz2wsx3edc",
            "!QAZ2wsx#EDC",
            "asdfghjkl123",
            "abcdefghij",
            "woaini1314520",
            "admin@123456",
            "Admin888888",
            "iloveyou1314",
            "zhongguo1949",
            "beijing@2008",
            "mima123456",
            "qwe123asd456",
            "abc123abc123",
            "ｐａｓｓｗｏｒｄ１２３",
            "密码1234567890",
            "letmein12345",
            "147258369147",
            "xiaoming2010!",
            "woaizhongguo1",
            "a1b2a1b2a1b2",
        ];
        for password in common {
            assert_eq!(weakness(password, NAMES), Some(Weak::Common), "{password}");
        }
    }

    #[test]
    fn a_name_in_pinyin_with_digits_is_no_secret_and_neither_is_the_name_of_district_unit_or_account() {
        for password in ["zhangwei1990", "HuangLei19900101", "chenjianguo!88", "wangxiaofei@2023"] {
            assert_eq!(weakness(password, NAMES), Some(Weak::Pinyin), "{password}");
        }
        for password in ["demo-kangle-2023", "kangle.demo.kangle"] {
            assert_eq!(weakness(password, NAMES), Some(Weak::Name), "{password}");
            assert_eq!(weakness(password, []), None, "{password} elsewhere");
        }
        for password in ["street1.clerk", "示范一街道2023年", "示范区示范区示范区1"] {
            assert!(weakness(password, NAMES).is_some(), "{password}");
        }
    }

    #[test]
    fn what_somebody_thought_up_and_what_chance_made_is_one() {
        for password in [
            "a password for tests",
            "another password",
            "correct horse battery",
            "院子里的猫爱晒太阳呀呀",
            "wojiazhuzaihutongli8hao",
            "Tr0ub4dor&3xkcd",
        ] {
            assert_eq!(weakness(password, NAMES), None, "{password}");
        }
        let mut entropy = Entropy::seeded(9);
        for _ in 0..500 {
            let password = fresh_password(&mut entropy);
            assert_eq!(weakness(&password, NAMES), None, "{password}");
        }
    }

    #[test]
    fn any_text_is_judged() {
        for password in ["", "a", "é", "👍👍👍👍👍👍👍👍👍👍", "\u{200b}\u{200b}", "ıİßſ", &"密".repeat(200)]
        {
            weakness(password, ["", "é", "👍"]);
        }
    }
}
