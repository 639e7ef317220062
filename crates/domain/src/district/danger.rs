//! Which words and which kinds of matter mean danger, and whom to call first: data of the dispatch catalogue. A catalogue
//! that names none goes by the built-in list.

use super::{Catalogue, CategoryCode, DangerCode};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// How many characters may stand between the parts of a word with a gap, such as `井盖…丢`.
const GAP: usize = 6;
/// What a gap does not reach across.
const STOPS: [char; 9] = ['。', '！', '？', '；', '.', '!', '?', ';', '\n'];

/// A danger: what people write when they mean it, and whom to call before anything else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Danger {
    /// Its code.
    pub code: DangerCode,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// Whom to call first, as a part of a Chinese sentence: `119 或燃气公司`.
    pub call_zh: String,
    /// The same in English.
    pub call_en: String,
    /// The categories whose cases are always of this danger.
    #[serde(default)]
    pub categories: Vec<CategoryCode>,
    /// Words that mean it, in both languages. `…` stands for a few characters between two parts.
    #[serde(default)]
    pub words: Vec<String>,
}

impl Danger {
    /// Its name in a language.
    pub fn name(&self, lang: crate::Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }

    /// Whom to call first, in a language.
    pub fn call(&self, lang: crate::Lang) -> &str {
        lang.pick(&self.call_zh, &self.call_en)
    }

    /// Whether every word says enough to be looked for: two characters at least, on both sides of a gap.
    pub(super) fn is_usable(&self) -> bool {
        let long = |part: &str| !part.is_empty();
        let names = [&self.zh, &self.en, &self.call_zh, &self.call_en];
        self.code.is_well_formed()
            && names.iter().all(|name| !name.trim().is_empty())
            && self.words.iter().all(|word| {
                let word = fold(word);
                word.chars().count() >= 2 && word.split('…').all(long)
            })
    }
}

/// A danger that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// Which.
    pub danger: &'a Danger,
    /// The word of the catalogue that stands in the text; none: it was found by the category.
    pub word: Option<&'a str>,
}

impl Catalogue {
    /// The dangers in force.
    pub fn dangers(&self) -> &[Danger] {
        if self.dangers.is_empty() { &BUILTIN } else { &self.dangers }
    }

    /// The danger of a code.
    pub fn danger(&self, code: &DangerCode) -> Option<&Danger> {
        self.dangers().iter().find(|d| &d.code == code)
    }

    /// A danger's name in a language; the code itself for one that is not there.
    pub fn danger_name<'a>(&'a self, code: &'a DangerCode, lang: crate::Lang) -> &'a str {
        self.danger(code).map_or(code.as_str(), |d| d.name(lang))
    }

    /// The first danger whose word stands in a text, or else whose category it is.
    pub fn danger_in(&self, text: &str, category: Option<&CategoryCode>) -> Option<Found<'_>> {
        let folded = fold(text);
        let word = |danger: &Danger| danger.words.iter().position(|word| stands_in(&folded, &fold(word)));
        let by_word = self.dangers().iter().find_map(|danger| {
            let word = danger.words.get(word(danger)?)?;
            Some(Found { danger, word: Some(word) })
        });
        by_word.or_else(|| {
            let category = category?;
            let of = |code: &CategoryCode| code == category || code.as_str() == category.coarse();
            let danger = self.dangers().iter().find(|danger| danger.categories.iter().any(of))?;
            Some(Found { danger, word: None })
        })
    }
}

/// A text as words are looked for in it: small letters, narrow forms, no space but between words of Latin letters.
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    for c in text.chars() {
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            c => c,
        };
        if c.is_whitespace() && c != '\n' {
            space = true;
            continue;
        }
        if std::mem::take(&mut space) && c.is_ascii_alphanumeric() && out.ends_with(|l: char| l.is_ascii_alphanumeric())
        {
            out.push(' ');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// Whether a folded word stands in a folded text, its parts behind each other within a sentence.
fn stands_in(text: &str, word: &str) -> bool {
    let (first, rest) = word.split_once('…').unwrap_or((word, ""));
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|t| whole(t, &text[..from], first)) {
        let end = from + at + first.len();
        if rest.is_empty() || follows(&text[end..], rest) {
            return true;
        }
        from = end;
    }
    false
}

/// Whether the rest of a word with gaps follows.
fn follows(text: &str, rest: &str) -> bool {
    let (part, rest) = rest.split_once('…').unwrap_or((rest, ""));
    let within: usize = text.chars().take(GAP).take_while(|c| !STOPS.contains(c)).map(char::len_utf8).sum();
    let end = text[within..].char_indices().nth(part.chars().count()).map_or(text.len(), |(n, _)| within + n);
    text[..end].find(part).is_some_and(|at| {
        let end = at + part.len();
        at <= within && (rest.is_empty() || follows(&text[end..], rest))
    })
}

/// Where a part begins that is not the middle of a longer Latin word; `before` is what stands before the text.
fn whole(text: &str, before: &str, part: &str) -> Option<usize> {
    let latin = |c: char| c.is_ascii_alphanumeric();
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find(part)?;
        let left = text[..at].chars().next_back().or(before.chars().next_back());
        let right = text[at + part.len()..].chars().next();
        let joined = |a: Option<char>, b: Option<char>| a.is_some_and(latin) && b.is_some_and(latin);
        if !joined(left, part.chars().next()) && !joined(part.chars().next_back(), right) {
            return Some(at);
        }
        from = at + part.chars().next().map_or(1, char::len_utf8);
    }
}

/// The built-in list: code, names, whom to call, words.
type Row = (&'static str, [&'static str; 2], [&'static str; 2], &'static [&'static str]);

const ROWS: [Row; 8] = [
    (
        "gas",
        ["燃气泄漏", "smell of gas"],
        ["119 或燃气公司的抢修电话（请到室外再打）", "119 or the gas company's emergency number (from outdoors)"],
        &[
            "煤气味",
            "燃气味",
            "天然气味",
            "液化气味",
            "煤气…漏",
            "燃气…漏",
            "天然气…漏",
            "液化气…漏",
            "漏煤气",
            "漏燃气",
            "漏天然气",
            "煤气中毒",
            "一氧化碳",
            "smell of gas",
            "smells of gas",
            "smell gas",
            "gas smell",
            "gas leak",
            "gas is leaking",
            "leaking gas",
            "carbon monoxide",
        ],
    ),
    (
        "fire",
        ["着火", "fire"],
        ["119", "119"],
        &[
            "着火",
            "起火",
            "失火",
            "火灾",
            "冒浓烟",
            "冒黑烟",
            "烧起来",
            "on fire",
            "caught fire",
            "thick smoke",
            "black smoke",
        ],
    ),
    (
        "electric",
        ["漏电", "leaking electricity"],
        [
            "供电公司的抢修电话；有人触电打 120 和 119",
            "the power company's emergency number; if somebody was hurt, 120 and 119",
        ],
        &[
            "漏电",
            "触电",
            "电线…掉",
            "电线…断",
            "电线…裸露",
            "电缆…断",
            "冒火花",
            "electric shock",
            "leaking electricity",
            "live wire",
            "exposed wire",
            "exposed wires",
            "power line is down",
        ],
    ),
    (
        "trapped",
        ["有人被困", "people trapped"],
        ["119", "119"],
        &[
            "被困",
            "困在电梯",
            "电梯…困",
            "people trapped",
            "is trapped",
            "are trapped",
            "trapped in",
            "stuck in the lift",
            "stuck in the elevator",
        ],
    ),
    (
        "life",
        ["有人有生命危险", "somebody's life is in danger"],
        ["110 或 120", "110 or 120"],
        &["跳楼", "轻生", "自杀", "昏迷", "晕倒", "没有呼吸", "suicide", "unconscious", "not breathing"],
    ),
    (
        "collapse",
        ["坍塌", "collapse"],
        ["119 或 110", "119 or 110"],
        &[
            "坍塌",
            "塌陷",
            "倒塌",
            "垮塌",
            "路面…塌",
            "地面…塌",
            "墙…要倒",
            "collapsed",
            "collapsing",
            "about to collapse",
            "sinkhole",
        ],
    ),
    (
        "falling",
        ["高空坠物", "falling objects"],
        ["110", "110"],
        &[
            "高空坠物",
            "高空抛物",
            "坠落",
            "外墙…脱落",
            "墙皮…掉",
            "玻璃…掉下",
            "玻璃…要掉",
            "广告牌…要掉",
            "瓷砖…脱落",
            "要掉下来",
            "falling object",
            "falling objects",
            "about to fall",
            "falling from the roof",
        ],
    ),
    (
        "manhole",
        ["井盖缺失、损坏", "a missing or broken manhole cover"],
        ["110，并请提醒路人避让", "110, and warn those who pass"],
        &[
            "井盖…丢",
            "井盖…没了",
            "井盖…不见",
            "井盖…缺",
            "井盖…坏",
            "井盖…破",
            "井盖…塌",
            "井盖…翻",
            "没有井盖",
            "没井盖",
            "缺井盖",
            "missing manhole",
            "manhole cover is missing",
            "manhole cover is broken",
            "manhole…missing",
            "manhole…broken",
            "open manhole",
            "manhole is open",
        ],
    ),
];

static BUILTIN: LazyLock<Vec<Danger>> = LazyLock::new(|| {
    let danger = |(code, [zh, en], [call_zh, call_en], words): Row| Danger {
        code: code.into(),
        zh: zh.into(),
        en: en.into(),
        call_zh: call_zh.into(),
        call_en: call_en.into(),
        categories: Vec::new(),
        words: words.iter().map(|word| (*word).to_owned()).collect(),
    };
    ROWS.map(danger).into()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Option<(String, String)> {
        let catalogue = Catalogue::default();
        let found = catalogue.danger_in(text, None)?;
        Some((found.danger.code.to_string(), found.word.unwrap_or_default().to_owned()))
    }

    #[test]
    fn a_danger_is_found_by_the_words_that_people_use_and_what_only_looks_like_one_is_none() {
        #[derive(Deserialize)]
        struct Text {
            text: String,
            danger: Option<String>,
            word: Option<String>,
        }
        let texts: Vec<Text> = serde_json::from_str(include_str!("../../tests/dangers.json")).unwrap();
        for Text { text, danger, word: by } in texts {
            assert_eq!(word(&text), danger.zip(by), "{text}");
        }
    }

    #[test]
    fn a_category_of_danger_needs_no_word() {
        let mut danger = BUILTIN[0].clone();
        danger.categories = vec!["gas".into()];
        let catalogue = Catalogue { dangers: vec![danger], ..Catalogue::default() };
        let found = catalogue.danger_in("有点怪味", Some(&"gas.pipe".into())).unwrap();
        assert_eq!((found.danger.code.as_str(), found.word), ("gas", None));
        assert!(catalogue.danger_in("有点怪味", Some(&"gasworks".into())).is_none());
        assert!(
            catalogue.danger_in("着火了", None).is_none(),
            "a list of one's own takes the place of the built-in one"
        );
    }

    #[test]
    fn every_built_in_danger_can_be_used_and_is_found_by_each_of_its_words() {
        let catalogue = Catalogue::default();
        for danger in catalogue.dangers() {
            assert!(danger.is_usable(), "{}", danger.code);
            for word in &danger.words {
                let text = format!("我家楼下{}，请快来。", word.replace('…', "那个"));
                let found = catalogue.danger_in(&text, None).map(|f| f.word);
                assert!(found.flatten().is_some(), "{text}");
            }
        }
        let short = Danger { words: vec!["火".into()], ..BUILTIN[0].clone() };
        let open = Danger { words: vec!["井盖…".into()], ..BUILTIN[0].clone() };
        assert!(!short.is_usable() && !open.is_usable());
    }
}
