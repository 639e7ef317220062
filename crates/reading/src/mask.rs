//! What stands in the place of personal data until a handler opens it, and what no index may hold.

/// How many digits in a row may be a phone or identity number.
const NUMBER_LEAST: usize = 7;
const DOT: char = '•';
/// What stands in a text in place of what is hidden.
const MASK: &str = "•••";
/// What stands behind the number of a house, a building, a staircase or a flat.
const PARTS: &[&str] = &["号楼", "号院", "单元", "号", "栋", "幢", "座", "室", "弄", "户", "门"];
/// What stands at the end of a street's or an estate's name.
const STREETS: &[char] = &['路', '街', '道', '巷', '弄', '里', '村', '区', '园', '苑', '厦', '庄'];
/// How many characters of a street's name are taken with its number.
const NAME_MOST: usize = 6;
/// Forms of address that stand behind a name.
const FORMS: &[&str] = &["先生", "女士", "小姐", "师傅", "同志", "老师", "大爷", "大妈"];
/// The last word of an English street address.
const ENGLISH: &[&str] =
    &["st", "street", "ave", "avenue", "rd", "road", "ln", "lane", "dr", "drive", "sq", "square", "ct", "pl", "blvd"];

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
/// e-mail addresses, and the known fields wherever they stand, are dots.
pub fn numbers(text: &str, known: &[&str]) -> String {
    hide(text, known, |chars| [digits(chars, false), mails(chars)].concat())
}

/// A text for everybody else, and for what leaves the house: without what [`numbers`] hides, street addresses, and names
/// before a form of address.
///
/// Patterns find forms, not persons: a name without a form of address stays. That is said where a file is made.
pub fn text(text: &str, known: &[&str]) -> String {
    hide(text, known, |chars| [digits(chars, true), mails(chars), forms(chars)].concat())
}

/// From where to before where something stands.
type Stretch = (usize, usize);

fn hide(text: &str, known: &[&str], find: impl Fn(&[char]) -> Vec<Stretch>) -> String {
    let mut text = text.to_owned();
    for value in known.iter().map(|v| v.trim()).filter(|v| v.chars().count() >= 2) {
        text = text.replace(value, MASK);
    }
    let chars: Vec<char> = text.chars().collect();
    let mut hidden = vec![false; chars.len()];
    for (start, end) in find(&chars) {
        hidden[start..end].fill(true);
    }
    let mut out = String::with_capacity(text.len());
    for (n, c) in chars.iter().enumerate() {
        match (hidden[n], n > 0 && hidden[n - 1]) {
            (false, _) => out.push(*c),
            (true, false) => out.push_str(MASK),
            (true, true) => {}
        }
    }
    out
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

/// The numerals of house numbers.
fn is_numeral(c: char) -> bool {
    is_digit(c) || "一二三四五六七八九十百零〇".contains(c) || c.is_ascii_alphabetic()
}

fn starts(chars: &[char], at: usize, word: &str) -> bool {
    word.chars().enumerate().all(|(n, c)| chars.get(at + n) == Some(&c))
}

/// Long numbers, and addresses if they are asked for.
fn digits(chars: &[char], addresses: bool) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let digit = is_digit(chars[at]);
        if let Some(end) = digit.then(|| date(chars, at)).flatten() {
            at = end;
            continue;
        }
        let number = || long_number(chars, at).or_else(|| english(chars, at).filter(|_| addresses));
        let number = digit.then(number).flatten().map(|end| (at, end));
        let stretch = number.or_else(|| address(chars, at).filter(|_| addresses));
        // A numeral that gave nothing is passed with all that belongs to it, so that its tail isn't read as another one.
        at = stretch.map_or_else(|| at + run(chars, at, is_digit).max(1), |(_, end)| end);
        found.extend(stretch);
    }
    found
}

fn run(chars: &[char], at: usize, belongs: fn(char) -> bool) -> usize {
    chars[at..].iter().take_while(|c| belongs(**c)).count()
}

/// The end of a day as it is written, `2023-05-04` or `2023/5/4`: no number.
fn date(chars: &[char], at: usize) -> Option<usize> {
    let mut end = at;
    for (n, most) in [2100, 12, 31].into_iter().enumerate() {
        if n > 0 {
            end += usize::from(matches!(chars.get(end), Some('-' | '/' | '.')));
        }
        let digits = run(chars, end, |c| c.is_ascii_digit());
        let value: u32 = chars[end..end + digits].iter().collect::<String>().parse().ok()?;
        let fits = if n == 0 { digits == 4 && value >= 1900 } else { digits <= 2 && value >= 1 };
        if !fits || value > most {
            return None;
        }
        end += digits;
    }
    Some(end)
}

/// The end of a number of many digits, however they are grouped, with the check character of a document number.
fn long_number(chars: &[char], at: usize) -> Option<usize> {
    let (mut end, mut digits) = (at, 0);
    loop {
        let more = run(chars, end, is_digit);
        (end, digits) = (end + more, digits + more);
        match gap(&chars[end..]) {
            Some(marks) => end += marks,
            None => break,
        }
    }
    let check = usize::from(matches!(chars.get(end), Some('X' | 'x')));
    (digits >= NUMBER_LEAST).then_some(end + check)
}

/// How many marks stand before further digits, at most three, none of which parts a sentence: `138  0013—8000`.
fn gap(rest: &[char]) -> Option<usize> {
    let marks = rest.iter().take_while(|c| !is_digit(**c)).count();
    let parts = |c: &char| c.is_alphanumeric() || "，。、；：,;:\n".contains(*c);
    ((1..=3).contains(&marks) && marks < rest.len() && !rest[..marks].iter().any(parts)).then_some(marks)
}

/// A numeral with the part of a house behind it, with all further ones, and the street's name before it.
fn address(chars: &[char], at: usize) -> Option<Stretch> {
    let mut end = part(chars, at)?;
    // A day of a month and a line of the underground are no addresses.
    let day = at > 0 && matches!(chars[at - 1], '月' | '年');
    if day || chars.get(end) == Some(&'线') {
        return None;
    }
    while let Some(next) = part(chars, end).or_else(|| (chars.get(end) == Some(&'-')).then(|| part(chars, end + 1))?) {
        end = next;
    }
    // A bare number behind a building is a flat.
    end += run(chars, end, is_digit);
    let mut start = at;
    if start > 0 && STREETS.contains(&chars[start - 1]) {
        let name = chars[..start].iter().rev().take(NAME_MOST).take_while(|c| c.is_alphanumeric()).count();
        start -= name;
    }
    Some((start, end))
}

/// The end of a numeral and what it numbers.
fn part(chars: &[char], at: usize) -> Option<usize> {
    let digits = run(chars, at, is_numeral);
    let behind = at + digits;
    let word = PARTS.iter().find(|word| starts(chars, behind, word)).filter(|_| digits > 0)?;
    Some(behind + word.chars().count())
}

/// The end of `12 Main St`.
fn english(chars: &[char], at: usize) -> Option<usize> {
    let mut end = at + run(chars, at, is_digit);
    for _ in 0..4 {
        if chars.get(end) != Some(&' ') {
            return None;
        }
        let letters = run(chars, end + 1, |c| c.is_ascii_alphabetic());
        let word: String = chars[end + 1..end + 1 + letters].iter().collect::<String>().to_ascii_lowercase();
        end += 1 + letters;
        if ENGLISH.contains(&word.as_str()) {
            return Some(end);
        }
        if letters == 0 {
            return None;
        }
    }
    None
}

/// E-mail addresses: what belongs to one on both sides of its sign.
fn mails(chars: &[char]) -> Vec<Stretch> {
    let belongs = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
    let around = |at: usize| {
        let before = chars[..at].iter().rev().take_while(|c| belongs(c)).count();
        let behind = chars[at + 1..].iter().take_while(|c| belongs(c)).count();
        (before > 0 && behind > 0).then_some((at - before, at + 1 + behind))
    };
    chars.iter().enumerate().filter(|(_, c)| matches!(c, '@' | '＠')).filter_map(|(at, _)| around(at)).collect()
}

/// The character before a form of address: a family name.
fn forms(chars: &[char]) -> Vec<Stretch> {
    let is_name = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
    let at_form = |at: &usize| FORMS.iter().any(|form| starts(chars, *at, form)) && is_name(chars[at - 1]);
    (1..chars.len()).filter(at_form).map(|at| (at - 1, at)).collect()
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
        assert_eq!(numbers("电话10000000001，请回", &[]), "电话•••，请回");
        assert_eq!(numbers("打 100-0000 0001 找我", &[]), "打 ••• 找我");
        for written in
            ["100  0000  0001", "100—0000—0001", "100–0000–0001", "100　0000　0001", "100/0000/0001", "(100)0000-001"]
        {
            assert!(numbers(written, &[]).ends_with("•••"), "{written}");
        }
        assert_eq!(numbers("１０００００００００１", &[]), "•••");
        assert_eq!(numbers("3号楼2单元，2023-05-04起，第123456件", &[]), "3号楼2单元，2023-05-04起，第123456件");
        assert_eq!(numbers("", &[]), "");
        assert_eq!(numbers("12", &[]), "12");
    }

    #[test]
    fn a_mail_address_is_dots_and_a_lone_sign_is_not() {
        assert_eq!(numbers("写信给a.b-c+d@mail.example.org吧", &[]), "写信给•••吧");
        assert_eq!(numbers("a＠b.example", &[]), "•••");
        assert_eq!(numbers("@ 或 a@", &[]), "@ 或 a@");
    }

    #[test]
    fn a_known_name_is_dots_inside_the_text_too() {
        assert_eq!(numbers("我叫示例居民，住示例里", &["示例居民", ""]), "我叫•••，住示例里");
    }

    #[test]
    fn phones_and_document_numbers_are_masked_however_they_are_grouped() {
        assert_eq!(text("电话13800001111，谢谢", &[]), "电话•••，谢谢");
        assert_eq!(text("138-0000-1111或022 2345 6789", &[]), "•••或•••");
        assert_eq!(text("１３８００００１１１１", &[]), "•••");
        assert_eq!(text("证号12010119900101123X。", &[]), "证号•••。");
    }

    #[test]
    fn dates_amounts_and_short_numbers_stay() {
        for kept in ["2019-01-07来过", "2019/1/7 09:30:00", "欠费1200元", "12月5号停水", "坐3号线", "等了30天", "第2次"]
        {
            assert_eq!(text(kept, &[]), kept);
        }
    }

    #[test]
    fn addresses_are_masked_with_the_name_of_the_street() {
        assert_eq!(text("我住解放路12号3单元502室漏水", &[]), "•••漏水");
        assert_eq!(text("，幸福里5号楼2门301。", &[]), "，•••。");
        assert_eq!(text("十二栋没有电", &[]), "•••没有电");
        assert_eq!(text("light out at 12 Main St today", &[]), "light out at ••• today");
    }

    #[test]
    fn mail_addresses_and_names_before_a_form_of_address_are_masked() {
        assert_eq!(text("写信给a.b-c@example.org吧", &[]), "写信给•••吧");
        assert_eq!(text("找王师傅，李女士说过", &[]), "找•••师傅，•••女士说过");
    }

    #[test]
    fn fields_are_masked_wholly_and_empty_ones_stay_empty() {
        assert_eq!((whole("张三"), whole("")), ("•••", ""));
        assert_eq!(
            (text("", &[]).as_str(), text("12", &[]).as_str(), text("@", &[]).as_str(), text("先生", &[]).as_str()),
            ("", "12", "@", "先生")
        );
    }
}
