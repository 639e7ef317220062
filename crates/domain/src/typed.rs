//! What people type, read the same way at every door: which characters show something, how a text is kept, and what a
//! code, a number or an address means however its characters are written.
//!
//! A text in somebody's own words is kept as it was typed, without control characters ([`kept`]). What is compared (codes,
//! digits, phones, addresses, words that are looked for) is folded first ([`folded`]).

use crate::moment::Moment;
use calendar::Date;
use jiff::civil::Time;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest text, in characters. Real messages to mayors' boxes stay below 10 000.
pub const TEXT_MOST: usize = 20_000;

/// The longest title that is made of a text's first words, in characters.
const WORDS_MOST: usize = 40;
/// The fewest digits of a phone number: 110, 119.
const PHONE_LEAST: usize = 3;
/// What people write who have no phone.
const NO_PHONE: &[&str] = &["无", "没有", "暂无", "无电话", "没有电话", "不详", "-", "--", "/", "none", "no", "n/a"];
/// The longest part of an e-mail address before its sign, and the longest whole, in bytes (RFC 5321).
const LOCAL_MOST: usize = 64;
const EMAIL_MOST: usize = 254;

/// Whether a character shows something on paper. Spaces, control characters, marks of format and direction, fillers and
/// the blank pattern of Braille don't.
pub fn shows(c: char) -> bool {
    let blank = matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{16FE4}'
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D159}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}');
    !(blank || c.is_whitespace() || c.is_control() || is_no_character(c))
}

/// Code points that Unicode never gives to a character.
fn is_no_character(c: char) -> bool {
    matches!(c, '\u{FDD0}'..='\u{FDEF}') || u32::from(c) & 0xFFFE == 0xFFFE
}

/// Whether there is something to read in a text: the one meaning of "filled in".
pub fn says_something(text: &str) -> bool {
    text.chars().any(shows)
}

/// A text without control characters and without what turns its direction: whatever ends a line is a line end, tabs stay, the
/// rest is left out.
pub fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let keep = |c: char| match c {
        '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\n' | '\t' => Some(c),
        c if c.is_control() || is_no_character(c) || turns(c) => None,
        c => Some(c),
    };
    text.chars().filter_map(keep).collect()
}

/// Whether a sign turns the direction of what follows it, so that a reader sees another text than the one that is there.
fn turns(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A text as it is kept: plain, without space around it, and empty if there is nothing to read in it.
pub fn kept(text: &str) -> String {
    let text = plain(text);
    if says_something(&text) { text.trim().to_owned() } else { String::new() }
}

/// A line as it is kept: one line, else like [`kept`].
pub fn kept_line(text: &str) -> String {
    kept(text).replace(['\n', '\t'], " ")
}

/// The first words of a text, as its title: the first sentence that has words. Never empty when there is something to read.
pub fn first_words(text: &str) -> String {
    let has_words = |line: &&str| line.chars().any(char::is_alphanumeric);
    let mut lines = text.lines().filter(|line| says_something(line));
    let line = lines.clone().find(has_words).or_else(|| lines.next()).unwrap_or_default();
    let mark = |c: char| matches!(c, '。' | '！' | '？' | '；');
    let bare = line.trim_start_matches(|c: char| mark(c) || !shows(c)).trim();
    let line = if bare.is_empty() { line.trim() } else { bare };
    // "1。" and "急！" are no sentences yet.
    let mut words = 0;
    let end = line.char_indices().find(|(_, c)| {
        words += usize::from(c.is_alphanumeric());
        words > 1 && mark(*c)
    });
    let sentence = end.map_or(line, |(end, _)| &line[..end]);
    if sentence.chars().count() <= WORDS_MOST { sentence.to_owned() } else { shortened(line, WORDS_MOST) }
}

/// A text of at most so many characters, the last of which says that it was cut. What belongs to one sign (a letter with
/// its accent, a family of faces) is not cut apart.
pub fn shortened(text: &str, most: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= most {
        return text.to_owned();
    }
    let joins = |c: char| is_combining_mark(c) || matches!(c, '\u{200D}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}');
    let apart = |at: usize| at == 0 || (!joins(chars[at]) && chars[at - 1] != '\u{200D}');
    let most = most.saturating_sub(1);
    let end = (0..=most).rev().find(|at| apart(*at)).filter(|at| *at > 0).unwrap_or(most);
    chars[..end].iter().chain(['…'].iter()).collect()
}

/// A character as it is compared: every dash and every space is one, what can't be seen is left out.
fn fold_char(c: char) -> Option<char> {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{2500}' | '\u{30FC}' => Some('-'),
        c if c.is_whitespace() => Some(' '),
        c => shows(c).then_some(c),
    }
}

/// A text as it is compared: width, compatibility forms and composed characters folded (NFKC), every dash and every space
/// the same, without what can't be seen and without space around it. Capitals stay.
pub fn folded(text: &str) -> String {
    folded_at(text).into_iter().map(|(c, _)| c).collect::<String>().trim().to_owned()
}

/// The characters of [`folded`], each with the place in the text, in characters, that it comes from; space around stays.
pub fn folded_at(text: &str) -> Vec<(char, usize)> {
    let mut out = Vec::with_capacity(text.len());
    // A letter with its accents is one sign.
    let (mut sign, mut from) = (String::new(), 0);
    let mut put = |sign: &mut String, from: usize| {
        out.extend(sign.nfkc().filter_map(fold_char).map(|c| (c, from)));
        sign.clear();
    };
    for (at, c) in text.chars().enumerate().filter(|(_, c)| shows(*c) || c.is_whitespace()) {
        if !is_combining_mark(c) {
            put(&mut sign, from);
            from = at;
        }
        sign.push(c);
    }
    put(&mut sign, from);
    out
}

/// The value behind its label, if there is one (编号：, No.), without marks around it.
fn value(text: &str) -> String {
    let text = folded(text);
    let behind = text.rsplit_once(':').map_or(text.as_str(), |(_, value)| value);
    let behind = behind.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let label = behind.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("no."));
    behind.get(if label { 3.. } else { 0.. }).unwrap_or_default().trim_start().to_owned()
}

/// A code or a secret in groups, as it is compared: capital letters and digits, look-alikes read as what they look like
/// (O as 0, I and L as 1), without label, spaces and dashes. A character that no code has stays, and fits nothing.
pub fn code(text: &str) -> String {
    let kept = value(text);
    let kept = kept.chars().filter(|c| !matches!(c, ' ' | '-' | '_'));
    kept.map(|c| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    })
    .collect()
}

/// Digits that open a case, as they are compared: without label, spaces and dashes.
pub fn digits(text: &str) -> String {
    value(text).chars().filter(|c| !matches!(c, ' ' | '-')).collect()
}

/// A phone number as it is understood: in narrow characters, empty if it says that there is none. None if it can't be a
/// number: fewer than three digits, or a letter right beside a digit.
///
/// Two numbers, and words beside a number, stay: whoever calls reads them.
pub fn phone(text: &str) -> Option<String> {
    let text = folded(text);
    let bare = text.trim_matches(|c: char| "。.,;、:".contains(c)).trim();
    if bare.is_empty() || NO_PHONE.contains(&bare.to_lowercase().as_str()) {
        return Some(String::new());
    }
    let label = bare.split_once(':').filter(|(label, _)| !label.contains(|c: char| c.is_ascii_digit()));
    let number = label.map_or(bare, |(_, number)| number.trim());
    let sort = |c: char| (c.is_ascii_digit(), c.is_ascii_alphabetic());
    let chars: Vec<(bool, bool)> = number.chars().map(sort).collect();
    let mixed = chars.windows(2).any(|pair| pair.iter().any(|p| p.0) && pair.iter().any(|p| p.1));
    let enough = chars.iter().filter(|c| c.0).count() >= PHONE_LEAST;
    (enough && !mixed).then(|| number.to_owned())
}

/// Whether a phone number, as understood, is one number: digits and what stands between them.
pub fn is_one_number(phone: &str) -> bool {
    !phone.is_empty() && phone.chars().all(|c| c.is_ascii_digit() || " +-()#*转".contains(c))
}

/// Whether a phone number, as understood, is one number that a text message can be sent to: a mobile number of the
/// mainland, or one of another country with its `+`.
pub fn is_mobile(phone: &str) -> bool {
    let known = |(n, c): (usize, char)| c.is_ascii_digit() || " -".contains(c) || (n == 0 && c == '+');
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let here = |number: &str| number.len() == 11 && number.starts_with('1');
    let home = ["0086", "86", ""].iter().filter_map(|code| digits.strip_prefix(code)).any(here);
    let abroad = phone.starts_with('+') && !digits.starts_with("86") && (8..=15).contains(&digits.len());
    phone.chars().enumerate().all(known) && (home || abroad)
}

/// An e-mail address as it is understood: in narrow characters, empty if there is none. None if mail servers don't take
/// it, or if its letters are of two widths: whoever changed the keyboard in the middle looks at it once more.
pub fn email(text: &str) -> Option<String> {
    let wide = |c: char| matches!(c, 'Ａ'..='Ｚ' | 'ａ'..='ｚ');
    let two_widths = text.chars().any(wide) && text.chars().any(|c| c.is_ascii_alphabetic());
    let text = folded(text).replace('。', ".");
    if text.is_empty() {
        return Some(text);
    }
    let (local, domain) = text.split_once('@')?;
    let dotted = |part: &str, most: usize| part.split('.').all(|word| !word.is_empty() && word.len() <= most);
    let local_known = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let domain_known = |c: char| c.is_alphanumeric() || "-.".contains(c);
    let known = local.len() <= LOCAL_MOST
        && local.chars().all(local_known)
        && dotted(local, LOCAL_MOST)
        && domain.chars().all(domain_known)
        && dotted(domain, 63)
        && domain.split('.').all(|word| !word.starts_with('-') && !word.ends_with('-'))
        && domain.contains('.')
        && text.len() <= EMAIL_MOST
        && !two_widths;
    known.then_some(text)
}

/// A whole number as it is typed, in digits of any width.
pub fn number(text: &str) -> Option<u32> {
    let text = folded(text);
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// A day as it is typed: year, month and day in digits, with whatever stands between them: `2023-05-20`, `2023年5月20日`,
/// `2023/5/20`.
pub fn day(text: &str) -> Option<Date> {
    match numbers(text)?.as_slice() {
        [year, month, day] => on(*year, *month, *day),
        _ => None,
    }
}

/// A day with hour and minute, and seconds if they are there: `2023-05-20 14:30`, `2023年5月20日14时30分`,
/// `2023-05-20T14:30`.
pub fn moment(text: &str) -> Option<Moment> {
    let (day, [hour, minute, second]) = match *numbers(text)?.as_slice() {
        [y, m, d, hour, minute] => (on(y, m, d)?, [hour, minute, 0]),
        [y, m, d, hour, minute, second] => (on(y, m, d)?, [hour, minute, second]),
        _ => return None,
    };
    let part = |n: u32| i8::try_from(n).ok();
    let time = Time::new(part(hour)?, part(minute)?, part(second)?, 0).ok()?;
    Some(Moment::from_local(day.to_datetime(time)))
}

fn on(year: u32, month: u32, day: u32) -> Option<Date> {
    if !(1900..=2200).contains(&year) {
        return None;
    }
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The numbers of a date; none if a letter stands in it that no date has.
fn numbers(text: &str) -> Option<Vec<u32>> {
    let text = folded(text);
    let fits = |c: char| c.is_ascii_digit() || "-/.: ,T年月日号时点分秒".contains(c);
    if !text.chars().all(fits) {
        return None;
    }
    let parts = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text in full-width characters.
    fn wide(text: &str) -> String {
        text.chars()
            .map(|c| char::from_u32(c as u32 + 0xFEE0).filter(|_| ('!'..='~').contains(&c)).unwrap_or(c))
            .collect()
    }

    #[test]
    fn a_day_and_a_time_are_read_as_people_write_them() {
        let day = |text| super::day(text).map(|day| day.to_string());
        for text in ["2023-05-20", "2023/5/20", "2023年5月20日", "２０２３．５．２０", " 2023-5-20 "] {
            assert_eq!(day(text).as_deref(), Some("2023-05-20"), "{text}");
        }
        for text in ["", "soon", "2023-05", "2023-13-01", "2023-02-30", "23-05-20", "2023-05-20x", "2023-05-20 14:30"] {
            assert_eq!(day(text), None, "{text}");
        }
        let moment = |text| super::moment(text).map(|at| at.local().to_string());
        for text in ["2023-05-20 14:30", "2023-05-20T14:30", "2023年5月20日14时30分", "2023/5/20　１４：３０"]
        {
            assert_eq!(moment(text).as_deref(), Some("2023-05-20T14:30:00"), "{text}");
        }
        for text in ["2023-05-20", "2023-05-20 25:00", "2023-05-20 14:30 uhr"] {
            assert_eq!(moment(text), None, "{text}");
        }
        assert_eq!(
            ["12", "１２", " 12 ", "-1", "1.5", "", "99999999999"].map(number),
            [Some(12), Some(12), Some(12), None, None, None, None]
        );
    }

    #[test]
    fn what_cannot_be_seen_is_nothing_to_read() {
        let nothing = "\u{200B}\u{FEFF}\u{200D}\u{2060}\u{AD}\u{202E}\u{2800}\u{3164}\u{3000}\u{A0}\u{FE0F}\u{115F}\
             \u{1160}\u{FFA0}\u{180E}\u{61C}\u{34F}\u{E0020}\u{FFFE}\u{0}\u{1B}\u{85}\u{2028} \t\r\n";
        for c in nothing.chars() {
            assert!(!shows(c), "{:04X}", c as u32);
        }
        assert!(!says_something(nothing) && !says_something(""));
        for text in ["。", "电", "㐂", "👨‍👩‍👧", "a", "\u{200B}灯"] {
            assert!(says_something(text), "{text}");
        }
        assert_eq!((kept(nothing).as_str(), kept(" 灯\u{200D} ").as_str()), ("", "灯\u{200D}"));
    }

    #[test]
    fn control_characters_are_left_out_and_whatever_ends_a_line_ends_it() {
        assert_eq!(plain("a\0b\u{1B}[1m\u{7F}\u{9F}c\u{FFFF}"), "ab[1mc");
        assert_eq!(plain("一\r\n二\r三\u{B}四\u{C}五\u{85}六\u{2028}七\t八\n"), "一\n二\n三\n四\n五\n六\n七\t八\n");
        assert_eq!(kept_line(" 王\r\n伟\t先生 "), "王 伟 先生");
        assert_eq!(plain("主\u{202E}任\u{2066}甲\u{2069}"), "主任甲", "nothing turns the direction of what follows it");
    }

    #[test]
    fn a_title_has_words_whenever_the_text_has() {
        for (text, title) in [
            ("！！！三号楼漏水，急", "三号楼漏水，急"),
            ("。。。路灯不亮", "路灯不亮"),
            ("？？为什么停水", "为什么停水"),
            ("；楼道灯坏了", "楼道灯坏了"),
            ("。\n路灯不亮", "路灯不亮"),
            ("1。路灯不亮。已经三天", "1。路灯不亮"),
            ("\u{200B}\n\u{FEFF}路灯不亮。很黑", "路灯不亮"),
            ("路灯不亮。很黑", "路灯不亮"),
            ("！！！", "！！！"),
            ("灯", "灯"),
            ("灯。", "灯。"),
        ] {
            assert_eq!(first_words(text), title, "{text}");
        }
        assert_eq!(first_words(&"很".repeat(50)).chars().count(), 40);
    }

    #[test]
    fn a_cut_text_does_not_part_what_belongs_to_one_sign() {
        assert_eq!(shortened("一二三四五", 4), "一二三…");
        assert_eq!(shortened("一二👨\u{200D}👩\u{200D}👧五六", 6), "一二…");
        assert_eq!(shortened("ae\u{301}bc", 3), "a…");
        assert_eq!(shortened("短", 4), "短");
        assert_eq!(shortened(&"\u{301}".repeat(9), 4).chars().count(), 4);
    }

    #[test]
    fn texts_are_the_same_whatever_forms_their_characters_have() {
        for (written, folded_text) in [
            ("⽔⼯", "水工"),
            ("e\u{301}té", "été"),
            ("楼\u{200B}道\u{FEFF}灯", "楼道灯"),
            ("ＬＥＤ　灯", "LED 灯"),
            ("㈠①㎡", "(一)1m2"),
            ("\u{F900}", "\u{8C48}"),
        ] {
            assert_eq!(folded(written), folded_text, "{written}");
        }
        assert_eq!(folded_at("\u{200B}㈠灯"), [('(', 1), ('一', 1), (')', 1), ('灯', 2)]);
    }

    #[test]
    fn a_code_is_the_same_however_it_is_written() {
        let given = "7K3M-92QX-4TA";
        let marks = format!("\u{200E}{given}\u{200E}");
        let written = [
            given.to_lowercase(),
            wide(given),
            given.replace('-', "\u{2011}"),
            given.replace('-', " — "),
            format!("编号：{given}。"),
            format!("编号 {given}"),
            format!("No. {given}"),
            format!("（{given}）"),
            marks,
        ];
        for written in written {
            assert_eq!(code(&written), "7K3M92QX4TA", "{written}");
        }
        assert_eq!(code("oil-OIL"), "011011");
        assert_eq!(code("7K3M灯92QX"), "7K3M灯92QX", "no code has such a character");
        assert_eq!(code("。：\u{200B}"), "");
    }

    #[test]
    fn digits_are_the_same_however_they_are_written() {
        for written in
            ["123456", "１２３４５６", "123 456", "123-456", "\u{202A}123456\u{202C}", "密码：123456。", "①2345⑥"]
        {
            assert_eq!(digits(written), "123456", "{written}");
        }
        assert_eq!(digits("12a456"), "12a456");
    }

    #[test]
    fn a_phone_is_understood_as_people_write_it() {
        for (written, understood) in [
            (wide("13800001111").as_str(), "13800001111"),
            (wide("022-23456789").as_str(), "022-23456789"),
            ("＋86 138 0000 1111", "+86 138 0000 1111"),
            ("（022）23456789", "(022)23456789"),
            ("138‑0000–1111", "138-0000-1111"),
            ("022—23456789", "022-23456789"),
            ("138\u{A0}0000\u{3000}1111", "138 0000 1111"),
            ("\u{202A}13800001111\u{202C}", "13800001111"),
            ("电话：13800001111。", "13800001111"),
            ("13800001111、13900002222", "13800001111、13900002222"),
            ("13800001111/02223456789", "13800001111/02223456789"),
            ("13800001111（微信同号）", "13800001111(微信同号)"),
            ("2712345转6", "2712345转6"),
            ("无", ""),
            ("None", ""),
            ("\u{200B}", ""),
        ] {
            assert_eq!(phone(written).as_deref(), Some(understood), "{written}");
        }
        for wrong in ["电话", "12", "1380000l111", "138OOOO1111", "打我手机"] {
            assert_eq!(phone(wrong), None, "{wrong}");
        }
        assert!(["138-0000-1111", "8613800001111", "+44 7700 900123"].iter().all(|number| is_mobile(number)));
        assert!(!["139001", "010-62345678", "1380013", "+12"].iter().any(|number| is_mobile(number)));
        assert!(is_mobile("+86 138 0000 1111") && !is_mobile("2712345转6") && !is_mobile("13800001111、13900002222"));
    }

    #[test]
    fn a_mail_address_is_folded_or_refused_and_never_kept_as_it_cannot_be_delivered() {
        let whole = wide("12345@qq.com");
        for (written, understood) in [
            ("a＠b.cn", "a@b.cn"),
            ("a@b。cn", "a@b.cn"),
            ("a@b．cn", "a@b.cn"),
            ("\u{202A}a.b+c@b.cn\u{202C}", "a.b+c@b.cn"),
            (whole.as_str(), "12345@qq.com"),
            ("", ""),
        ] {
            assert_eq!(email(written).as_deref(), Some(understood), "{written}");
        }
        let long = format!("{}@b.cn", "a".repeat(65));
        for wrong in ["ａ@b.cn", "名@b.cn", "a@b", "a b@c.cn", "a@@b.cn", "a@-b.cn", ".a@b.cn", "a@b..cn", &long] {
            assert_eq!(email(wrong), None, "{wrong}");
        }
    }
}
