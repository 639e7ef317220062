//! Where somebody lives: the number of a house in every writing, with the name of its street.

use super::Stretch;
use super::line::{Line, Sort, is_han, sort};

/// What stands behind the number of a house, a building, a staircase or a flat. Longer words before those that they begin
/// with.
const PARTS: &[&str] =
    &["号楼", "号院", "号室", "单元", "号", "#楼", "#院", "#门", "#", "栋", "幢", "座", "室", "弄", "户", "门", "排"];
/// What goes on an address and begins none.
const FURTHER: &[&str] = &["楼", "层"];
/// A part that is an address by itself.
const STRONG: &[&str] = &["号楼", "号院", "单元", "#楼", "#院", "栋", "幢", "弄"];
/// What stands at the end of a street's or an estate's name.
const STREETS: &str = "路街道巷弄里村区园苑厦庄胡同家属院大院公寓花城台坊庭";
/// What stands before a street's name and belongs to none.
const NO_NAME: &str = "住在到于从去的是我家";
/// How many characters of a street's name are taken with its number.
const NAME_MOST: usize = 6;
/// The last word of an English street address.
const ENGLISH: &[&str] =
    &["st", "street", "ave", "avenue", "rd", "road", "ln", "lane", "dr", "drive", "sq", "square", "ct", "pl", "blvd"];
/// English words that stand in no street's name.
const SMALL: &[&str] = &["to", "at", "in", "on", "for", "from", "and", "is", "are", "was", "has", "days", "people"];
/// The longest word of a street's English name.
const WORD_MOST: usize = 14;

/// An address that begins with the numeral at a place, with the street's name before it.
pub(super) fn at(line: &Line, at: usize) -> Option<Stretch> {
    if line.goes_on(at) {
        return None;
    }
    if let Some(end) = english(line, at) {
        return Some((at, end));
    }
    let street = line.before(at).is_some_and(|c| STREETS.contains(c) && is_han(c));
    let end = dashed(line, at, street).or_else(|| parts(line, at, street))?;
    let name = if street { line.run_before(at, NAME_MOST, |c| c.is_alphanumeric() && !NO_NAME.contains(c)) } else { 0 };
    Some((at - name, end))
}

/// The end of the number of a house: digits with a letter, a letter with digits, Chinese numerals, or a letter alone.
fn numeral(line: &Line, at: usize) -> Option<usize> {
    let run = |at: usize, own: Sort| line.run(at, 6, |c| sort(c) == own);
    let first = line.get(at).map(sort)?;
    let length = run(at, first);
    match first {
        Sort::Digit if length <= 5 => Some(at + length + usize::from(run(at + length, Sort::Letter) == 1)),
        Sort::Numeral if length <= 5 => Some(at + length),
        Sort::Letter if length == 1 => Some(at + 1 + run(at + 1, Sort::Digit).min(5)),
        _ => None,
    }
}

/// The end of a numeral and of what it numbers, with where the word begins.
fn part(line: &Line, at: usize, words: &[&str]) -> Option<(usize, usize)> {
    let behind = numeral(line, at)?;
    let sharp = line.get(behind) == Some('#');
    // "C#" is no house.
    let digits = line.get(at).is_some_and(|c| sort(c) != Sort::Letter);
    let end = line.one_of(behind, words).filter(|_| digits || !sharp)?;
    // "3单元门口" is a place, and no door.
    let door = line.before(end) == Some('门') && line.get(end).is_some_and(|c| "口前外卫诊铃锁市".contains(c));
    (!door).then_some((behind, end))
}

/// The end of the parts of an address side by side: `7号楼3门502`.
fn parts(line: &Line, at: usize, street: bool) -> Option<usize> {
    let (word, mut end) = part(line, at, PARTS)?;
    let first = word..end;
    // A day of a month, the number of a paper, and a line of the underground or of buses are no addresses.
    let other = line.before(at).is_some_and(|c| "月年第〕]】）)".contains(c));
    if other || matches!(line.get(end), Some('线')) || (end - word == 1 && line.has(word, "号") && line.has(end, "文"))
    {
        return None;
    }
    let mut count = 1;
    loop {
        let start = end + usize::from(matches!(line.get(end), Some('-' | ' ')));
        let Some((_, next)) = part(line, start, PARTS).or_else(|| part(line, start, FURTHER)) else { break };
        (end, count) = (next, count + 1);
    }
    let flat = flat(line, end);
    let strong = line.one_of(word, STRONG) == Some(first.end);
    // "一栋楼" counts, "502室" names.
    let counts = line.get(at).is_some_and(|c| sort(c) == Sort::Numeral) && word - at == 1;
    let counts = counts && (line.get(first.end) == Some('楼') || line.has(word, "单元"));
    let room = line.has(word, "室") && word - at >= 3;
    let is_address = street || count > 1 || flat.is_some() || (strong && !counts) || room;
    is_address.then_some(flat.unwrap_or(end))
}

/// The end of a bare number behind a building: a flat, unless it counts something.
fn flat(line: &Line, at: usize) -> Option<usize> {
    if line.get(at) == Some('-') {
        let length = line.run(at + 1, 10, |c| c.is_ascii_digit() || c == '-');
        return (length > 0).then_some(at + 1 + length);
    }
    let end = numeral(line, at).filter(|end| end - at >= 2 && line.get(at).is_some_and(|c| sort(c) != Sort::Letter))?;
    (!line.get(end).is_some_and(|c| "年月日元人次个天多万时点分米".contains(c))).then_some(end)
}

/// The end of `3-2-501`, or of `3-501` behind a street.
pub(super) fn dashed(line: &Line, at: usize, street: bool) -> Option<usize> {
    let mut end = at;
    let mut lengths = Vec::with_capacity(3);
    while lengths.len() < 4 {
        let digits = line.run(end, 5, |c| c.is_ascii_digit());
        lengths.push(digits);
        end += digits;
        if line.get(end) != Some('-') || !line.get(end + 1).is_some_and(|c| c.is_ascii_digit()) {
            break;
        }
        end += 1;
    }
    let fits = match lengths.as_slice() {
        [1..=3, 1..=2, 3..=4] => true,
        [1..=3, 1..=4] => street,
        [1..=3, 1..=2, 1..=2, 3..=4] => true,
        _ => false,
    };
    let end = end + usize::from(fits && line.get(end) == Some('室'));
    fits.then_some(end)
}

/// The end of `12 Main St`.
fn english(line: &Line, at: usize) -> Option<usize> {
    let digits = line.run(at, 6, |c| c.is_ascii_digit());
    if !(1..=5).contains(&digits) {
        return None;
    }
    let mut end = at + digits;
    for _ in 0..4 {
        if line.get(end) != Some(' ') {
            return None;
        }
        let letters = line.run(end + 1, WORD_MOST, |c| c.is_ascii_alphabetic());
        let word: String =
            (end + 1..=end + letters).filter_map(|n| line.get(n)).collect::<String>().to_ascii_lowercase();
        end += 1 + letters;
        if ENGLISH.contains(&word.as_str()) {
            return Some(end);
        }
        if letters == 0 || SMALL.contains(&word.as_str()) {
            return None;
        }
    }
    None
}
