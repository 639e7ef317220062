//! Numbers that lead to somebody: phones, identity and bank cards, plates, accounts of mail and chats; and those that don't.

use super::Stretch;
use super::line::{Line, Sort, is_spoken, sort};

/// How many digits may be a phone or identity number.
const LEAST: usize = 7;
/// A number of more digits is no amount.
const AMOUNT_MOST: usize = 10;
/// What stands behind an amount.
const UNITS: &[&str] = &[
    "元", "角", "块", "万", "亿", "%", "度", "吨", "米", "公里", "千米", "平方", "平米", "㎡", "m²", "公斤", "千克",
    "升", "件", "次", "人次", "个", "户", "株", "份", "字",
];
/// What stands before an amount.
const MONEY: &str = "¥￥$€";
/// What stands before the name of an account in a chat. Longer words before those that they begin with.
const CHATS: &[&str] = &[
    "微信号码",
    "微信号",
    "微信",
    "薇信",
    "威信",
    "QQ号码",
    "QQ号",
    "QQ群",
    "QQ",
    "qq号",
    "qq",
    "wechat",
    "WeChat",
    "Wechat",
    "VX",
    "Vx",
    "vx",
    "V信",
    "v信",
    "抖音号",
    "快手号",
    "支付宝账号",
    "支付宝",
    "微博",
    "钉钉号",
];
/// The first character of a plate: the short name of a province.
const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

/// The end of a number that is nobody's: a day, a range of years, a decimal, an amount, a standard.
pub(super) fn kept(line: &Line, at: usize) -> Option<usize> {
    if sort(line.get(at)?) != Sort::Digit || line.goes_on(at) {
        return None;
    }
    date(line, at).or_else(|| years(line, at)).or_else(|| standard(line, at)).or_else(|| amount(line, at))
}

fn digits(line: &Line, at: usize, most: usize) -> usize {
    line.run(at, most, |c| c.is_ascii_digit())
}

fn value(line: &Line, at: usize, digits: usize) -> u32 {
    (at..at + digits).filter_map(|n| line.get(n)?.to_digit(10)).fold(0, |sum, d| sum * 10 + d)
}

/// The end of a day as it is written, `2023-05-04` or `2023/5/4`.
fn date(line: &Line, at: usize) -> Option<usize> {
    let mut end = at;
    for (n, most) in [2100, 12, 31].into_iter().enumerate() {
        if n > 0 {
            if !matches!(line.get(end), Some('-' | '/' | '.')) {
                return None;
            }
            end += 1;
        }
        let found = digits(line, end, 5);
        let value = value(line, end, found);
        let fits = if n == 0 { found == 4 && value >= 1900 } else { (1..=2).contains(&found) && value >= 1 };
        if !fits || value > most {
            return None;
        }
        end += found;
    }
    Some(end)
}

/// The end of `2019-2023`.
fn years(line: &Line, at: usize) -> Option<usize> {
    let year = |at: usize| digits(line, at, 5) == 4 && (1900..=2100).contains(&value(line, at, 4));
    let end = at + 9;
    let range = year(at) && matches!(line.get(at + 4), Some('-' | '~' | '至' | '到')) && year(at + 5);
    (range && line.get(end) != Some('-')).then_some(end)
}

/// The end of the number of a standard, behind its letters: `GB/T 12345-2020`.
fn standard(line: &Line, at: usize) -> Option<usize> {
    let space = usize::from(line.before(at) == Some(' '));
    let letters = line.run_before(at - space, 4, |c| c.is_ascii_uppercase() || c == '/');
    let number = digits(line, at, 7);
    let parts = at + number + line.run(at + number, 4, |c| c.is_ascii_digit() || c == '.');
    let year = digits(line, parts + 1, 5) == 4 && (1900..=2100).contains(&value(line, parts + 1, 4));
    (letters >= 2 && line.get(parts) == Some('-') && year).then_some(parts + 5)
}

/// The end of an amount: with a unit behind it, a sign before it, or a point inside.
fn amount(line: &Line, at: usize) -> Option<usize> {
    let (mut end, mut count) = (at, 0);
    loop {
        let group = digits(line, end, AMOUNT_MOST + 1);
        let fits = if count == 0 { (1..=AMOUNT_MOST).contains(&group) } else { group == 3 };
        if !fits || count + group > AMOUNT_MOST {
            return None;
        }
        (end, count) = (end + group, count + group);
        // Thousands: 1,234,567.
        if line.get(end) != Some(',') || digits(line, end + 1, 4) != 3 {
            break;
        }
        end += 1;
    }
    let decimals = if line.get(end) == Some('.') { digits(line, end + 1, 12) } else { 0 };
    let behind = if decimals > 0 { end + 1 + decimals } else { end };
    let more = matches!(line.get(behind), Some('.')) && digits(line, behind + 1, 1) > 0;
    let space = usize::from(line.get(behind) == Some(' '));
    let named = line.one_of(behind + space, UNITS).is_some() || line.before(at).is_some_and(|c| MONEY.contains(c));
    ((named || (decimals > 0 && count < LEAST)) && !more).then_some(behind)
}

/// A number of many digits, however they are grouped and whether they are written out, with the mark before it and the
/// check character of a document number.
pub(super) fn long(line: &Line, at: usize) -> Option<Stretch> {
    let is_digit = |c: char| c.is_ascii_digit() || is_spoken(c);
    if !is_digit(line.get(at)?) || line.before(at).is_some_and(is_digit) {
        return None;
    }
    let mut end = at;
    let mut count = 0;
    loop {
        let more = line.run(end, usize::MAX, is_digit);
        (end, count) = (end + more, count + more);
        let group = |n: usize| line.run(end + n, 5, is_digit) == 4;
        let comma = |n: usize| matches!(line.get(end + n), Some(',' | '，'));
        match gap(line, end, is_digit) {
            Some(marks) => end += marks,
            // 138，0000，1111: a phone in its groups.
            None if (count == 3 && comma(0) && group(1) && comma(5) && group(6))
                || (count == 7 && comma(0) && group(1)) =>
            {
                end += 1;
            }
            None => break,
        }
    }
    let check = usize::from(matches!(line.get(end), Some('X' | 'x')));
    let mark = line.run_before(at, 1, |c| matches!(c, '(' | '+'));
    (count >= LEAST).then_some((at - mark, end + check))
}

/// How many marks stand before further digits, at most three, none of which parts a sentence: `138  0013—8000`.
fn gap(line: &Line, at: usize, is_digit: impl Fn(char) -> bool) -> Option<usize> {
    let marks = line.run(at, 4, |c| !is_digit(c) && !c.is_alphanumeric() && !"，。、；：,;:\n".contains(c));
    ((1..=3).contains(&marks) && line.get(at + marks).is_some_and(is_digit)).then_some(marks)
}

/// E-mail addresses: what belongs to one on both sides of its sign.
pub(super) fn mails(line: &Line) -> Vec<Stretch> {
    let belongs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
    let around = |at: usize| {
        let before = line.run_before(at, usize::MAX, belongs);
        let behind = line.run(at + 1, usize::MAX, belongs);
        (before > 0 && behind > 0).then_some((at - before, at + 1 + behind))
    };
    (0..line.len()).filter(|at| line.get(*at) == Some('@')).filter_map(around).collect()
}

/// Names of accounts in chats, behind what says so: a name has a digit or a joining mark, unless it is called a number.
pub(super) fn chats(line: &Line) -> Vec<Stretch> {
    let belongs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut found = Vec::new();
    let mut at = 0;
    while at < line.len() {
        let Some(behind) = line.one_of(at, CHATS) else {
            at += 1;
            continue;
        };
        let start = behind + line.run(behind, 3, |c| " :：是为".contains(c));
        let length = line.run(start, 31, belongs);
        let called = line.before(behind) == Some('号');
        let told = called || (start..start + length).any(|n| line.get(n).is_some_and(|c| !c.is_ascii_alphabetic()));
        if (5..=30).contains(&length) && told {
            found.push((start, start + length));
        }
        at = (start + length).max(at + 1);
    }
    found
}

/// The plate of a car: `津A12345`, `津A·D12345`.
pub(super) fn plate(line: &Line, at: usize) -> Option<Stretch> {
    let province = line.get(at).is_some_and(|c| PROVINCES.contains(c));
    if !province || !line.get(at + 1).is_some_and(|c| c.is_ascii_alphabetic()) {
        return None;
    }
    let start = at + 2 + line.run(at + 2, 1, |c| "·•- ".contains(c));
    let length = line.run(start, 7, |c| c.is_ascii_alphanumeric());
    let numbered = (start..start + length).filter(|n| line.get(*n).is_some_and(|c| c.is_ascii_digit())).count() >= 2;
    ((4..=6).contains(&length) && numbered).then_some((at, start + length))
}
