//! Masking of what leaves: names, phones and places wholly; inside free text, what looks like a phone or document number,
//! an e-mail address, a street address, or a form of address behind a name.
//!
//! Patterns find forms, not persons: a name without a form of address stays. That is said where the file is made.

/// What stands in place of what is masked.
const MASK: &str = "***";
/// From so many digits on a number is taken for one that leads to somebody.
const DIGITS: usize = 7;
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

/// A field that says who or where somebody is: nothing of it, but whether there is something.
pub fn whole(text: &str) -> &'static str {
    if text.is_empty() { "" } else { MASK }
}

/// A free text without what its patterns give away, and without what the case's own fields say of the resident.
pub fn text(text: &str, known: &[&str]) -> String {
    let mut text = text.to_owned();
    for value in known.iter().map(|v| v.trim()).filter(|v| v.chars().count() >= 2) {
        text = text.replace(value, MASK);
    }
    let chars: Vec<char> = text.chars().collect();
    let mut hidden = vec![false; chars.len()];
    for (start, end) in numbers(&chars).into_iter().chain(mails(&chars)).chain(forms(&chars)) {
        hidden[start..end].fill(true);
    }
    let mut masked = String::with_capacity(text.len());
    let mut before = false;
    for (c, hide) in chars.into_iter().zip(hidden) {
        match (hide, before) {
            (false, _) => masked.push(c),
            (true, false) => masked.push_str(MASK),
            (true, true) => {}
        }
        before = hide;
    }
    masked
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

/// Long numbers, and addresses.
fn numbers(chars: &[char]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let end = match chars[at] {
            c if is_digit(c) => {
                long_number(chars, at).or_else(|| english(chars, at)).inspect(|end| found.push((at, *end)))
            }
            _ => None,
        };
        let end = end.or_else(|| {
            address(chars, at).map(|(start, end)| {
                found.push((start, end));
                end
            })
        });
        // A numeral that gave nothing is passed with all that belongs to it, so that its tail isn't read as another one.
        at = end.unwrap_or_else(|| at + run(chars, at, is_digit).max(1));
    }
    found
}

fn run(chars: &[char], at: usize, belongs: fn(char) -> bool) -> usize {
    chars[at..].iter().take_while(|c| belongs(**c)).count()
}

/// The end of a number of many digits, which may be grouped; dates are none.
fn long_number(chars: &[char], at: usize) -> Option<usize> {
    let (mut end, mut groups) = (at, Vec::new());
    loop {
        let digits = run(chars, end, is_digit);
        groups.push(digits);
        end += digits;
        let next_is_digit = chars.get(end + 1).is_some_and(|c| is_digit(*c));
        if !(next_is_digit && matches!(chars[end], '-' | '－' | ' ')) {
            break;
        }
        end += 1;
    }
    let is_date = groups.len() >= 3 && groups[0] == 4 && groups[1] <= 2 && groups[2] <= 2;
    if is_date || groups.iter().sum::<usize>() < DIGITS {
        return None;
    }
    // The check character of a document number.
    Some(if chars.get(end).is_some_and(|c| matches!(c, 'X' | 'x')) { end + 1 } else { end })
}

/// A numeral with the part of a house behind it, with all further ones, and the street's name before it.
fn address(chars: &[char], at: usize) -> Option<(usize, usize)> {
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

fn mails(chars: &[char]) -> Vec<(usize, usize)> {
    let belongs = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
    let around = |at: usize| {
        let before = chars[..at].iter().rev().take_while(|c| belongs(c)).count();
        let behind = chars[at + 1..].iter().take_while(|c| belongs(c)).count();
        (before > 0 && behind > 0).then_some((at - before, at + 1 + behind))
    };
    chars.iter().enumerate().filter(|(_, c)| matches!(c, '@' | '＠')).filter_map(|(at, _)| around(at)).collect()
}

/// The character before a form of address: a family name.
fn forms(chars: &[char]) -> Vec<(usize, usize)> {
    let is_name = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
    let at_form = |at: &usize| FORMS.iter().any(|form| starts(chars, *at, form)) && is_name(chars[at - 1]);
    (1..chars.len()).filter(at_form).map(|at| (at - 1, at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_and_document_numbers_are_masked_however_they_are_grouped() {
        assert_eq!(text("电话13800001111，谢谢", &[]), "电话***，谢谢");
        assert_eq!(text("138-0000-1111或022 2345 6789", &[]), "***或***");
        assert_eq!(text("１３８００００１１１１", &[]), "***");
        assert_eq!(text("证号12010119900101123X。", &[]), "证号***。");
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
        assert_eq!(text("我住解放路12号3单元502室漏水", &[]), "***漏水");
        assert_eq!(text("，幸福里5号楼2门301。", &[]), "，***。");
        assert_eq!(text("十二栋没有电", &[]), "***没有电");
        assert_eq!(text("light out at 12 Main St today", &[]), "light out at *** today");
    }

    #[test]
    fn mail_addresses_and_names_before_a_form_of_address_are_masked() {
        assert_eq!(text("写信给a.b-c@example.org吧", &[]), "写信给***吧");
        assert_eq!(text("找王师傅，李女士说过", &[]), "找***师傅，***女士说过");
    }

    #[test]
    fn fields_are_masked_wholly_and_empty_ones_stay_empty() {
        assert_eq!((whole("张三"), whole("")), ("***", ""));
        assert_eq!(
            (text("", &[]).as_str(), text("12", &[]).as_str(), text("@", &[]).as_str(), text("先生", &[]).as_str()),
            ("", "12", "@", "先生")
        );
    }
}
