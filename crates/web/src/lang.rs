//! What pages say, in both languages: messages from `locales/`, dates and lengths of time as people read them.

use calendar::Date;
use domain::{Lang, Moment};
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

fluent_templates::static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "zh-CN",
        // Marks around a variable would be copied along with a code.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ZH: LazyLock<LanguageIdentifier> = LazyLock::new(|| Lang::Zh.tag().parse().unwrap_or_default());
static EN: LazyLock<LanguageIdentifier> = LazyLock::new(|| Lang::En.tag().parse().unwrap_or_default());

/// A page's language: `l.t("key")` in templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct L(pub(crate) Lang);

impl L {
    fn id(self) -> &'static LanguageIdentifier {
        match self.0 {
            Lang::Zh => &ZH,
            Lang::En => &EN,
        }
    }

    /// The message of a key.
    pub(crate) fn t(&self, key: &str) -> String {
        LOCALES.try_lookup(self.id(), key).unwrap_or_else(|| key.to_owned())
    }

    /// Whether there is a message of this key.
    pub(crate) fn has(&self, key: &str) -> bool {
        LOCALES.try_lookup(self.id(), key).is_some()
    }

    /// The message of a key; empty if there is none.
    pub(crate) fn if_any(&self, key: &str) -> String {
        if self.has(key) { self.t(key) } else { String::new() }
    }

    /// The message of a key with `{ $n }`.
    pub(crate) fn t_n(&self, key: &str, n: impl std::fmt::Display) -> String {
        self.t_with(key, &[("n", n.to_string())])
    }

    /// The message of a key with its variables.
    pub(crate) fn t_with(&self, key: &str, values: &[(&'static str, String)]) -> String {
        let args: HashMap<Cow<'static, str>, FluentValue<'_>> =
            values.iter().map(|(name, v)| (Cow::Borrowed(*name), value(v))).collect();
        LOCALES.try_lookup_with_args(self.id(), key, &args).unwrap_or_else(|| key.to_owned())
    }

    /// The source of a rule, with the laws that the built-in table rests on as each language names them:
    /// `《信访工作条例》第二十二条、第二十三条`, `Regulations on Petition Work, art. 22, 23`.
    pub(crate) fn law(&self, source: &str) -> String {
        const LAWS: [(&str, &str); 3] = [
            ("信访工作条例", "Regulations on Petition Work"),
            ("人民调解法", "People's Mediation Law"),
            ("北京接诉即办工作条例", "Beijing Regulations on Swift Response to Complaints"),
        ];
        let articles =
            |numbers: &str| -> Option<Vec<u16>> { numbers.split(',').map(|n| n.trim().parse().ok()).collect() };
        let found = LAWS.iter().find_map(|(zh, en)| Some((zh, en, articles(source.strip_prefix(zh)?)?)));
        match (self.0, found) {
            // What a district wrote in its own words stays as it is.
            (_, None) => source.to_owned(),
            (Lang::Zh, Some((law, _, articles))) => {
                let articles = articles.iter().map(|n| format!("第{}条", numeral(*n)));
                format!("《{law}》{}", articles.collect::<Vec<_>>().join("、"))
            }
            (Lang::En, Some((_, law, articles))) => {
                let articles = articles.iter().map(u16::to_string).collect::<Vec<_>>();
                format!("{law}, art. {}", articles.join(", "))
            }
        }
    }

    /// A day as people read it: `5月16日 周二`, `Tue 16 May`; with the year when it is not `near`'s.
    pub(crate) fn day(&self, date: Date, near: Date) -> String {
        if date.year() != near.year() {
            return self.full_day(date);
        }
        match self.0 {
            Lang::Zh => format!("{}月{}日 {}", date.month(), date.day(), self.weekday(date)),
            Lang::En => format!("{} {} {}", self.weekday(date), date.day(), month(date)),
        }
    }

    /// A day with its year, for what is kept or read by whoever comes later: `2023年5月16日 周二`, `Tue 16 May 2023`.
    pub(crate) fn full_day(&self, date: Date) -> String {
        match self.0 {
            Lang::Zh => format!("{} {}", self.date(date), self.weekday(date)),
            Lang::En => format!("{} {}", self.weekday(date), self.date(date)),
        }
    }

    /// The same with hour and minute.
    pub(crate) fn full_moment(&self, at: Moment) -> String {
        let local = at.local();
        format!("{} {:02}:{:02}", self.full_day(local.date()), local.hour(), local.minute())
    }

    /// A day with its year and without its weekday, as windows have it: `2023年5月16日`, `16 May 2023`.
    pub(crate) fn date(&self, date: Date) -> String {
        match self.0 {
            Lang::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
            Lang::En => format!("{} {} {}", date.day(), month(date), date.year()),
        }
    }

    /// The month of a day: `2023年5月`, `May 2023`.
    pub(crate) fn month(&self, date: Date) -> String {
        const LONG: &str = "January February March April May June July August September October November December";
        match self.0 {
            Lang::Zh => format!("{}年{}月", date.year(), date.month()),
            Lang::En => format!("{} {}", LONG.split(' ').nth(month_index(date)).unwrap_or_default(), date.year()),
        }
    }

    fn weekday(self, date: Date) -> &'static str {
        const EN_DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        const ZH_DAYS: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
        let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs()) % 7;
        self.0.pick(ZH_DAYS[weekday], EN_DAYS[weekday])
    }
}

fn month_index(date: Date) -> usize {
    usize::from(date.month().unsigned_abs()).saturating_sub(1) % 12
}

/// The short English name of a day's month.
fn month(date: Date) -> &'static str {
    const SHORT: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    SHORT[month_index(date)]
}

/// A name as it stands in a heading or at the head of a column: labels begin with a small letter in English.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// The number of an article as laws write it: `二十三`.
fn numeral(n: u16) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |d: u16| DIGITS[usize::from(d % 10)];
    match n {
        1..=9 => digit(n).to_owned(),
        10..=19 => format!("十{}", digit(n)),
        20..=99 => format!("{}十{}", digit(n / 10), digit(n)),
        _ => n.to_string(),
    }
}

/// A variable as messages get it: a small count is a number, so that a message can say "1 day" and "2 days".
fn value(text: &str) -> FluentValue<'_> {
    let counts = text.len() <= 6 && text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    match text.parse::<u32>() {
        Ok(n) if counts => FluentValue::from(n),
        _ => FluentValue::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calendar::Calendar;

    #[test]
    fn a_day_reads_as_people_say_it_and_names_another_year() {
        let day: Date = "2023-05-16".parse().unwrap();
        assert!(Calendar::builtin().is_working(day));
        assert_eq!(L(Lang::Zh).day(day, day), "5月16日 周二");
        assert_eq!(L(Lang::En).day(day, day), "Tue 16 May");
        let next_year = "2024-01-01".parse().unwrap();
        assert_eq!(L(Lang::Zh).day(day, next_year), "2023年5月16日 周二", "the weekday stays");
        assert_eq!(L(Lang::En).day(day, next_year), "Tue 16 May 2023");
        assert_eq!(L(Lang::Zh).full_day(day), "2023年5月16日 周二");
        assert_eq!((L(Lang::Zh).month(day), L(Lang::En).month(day)), ("2023年5月".into(), "May 2023".into()));
        assert_eq!((L(Lang::Zh).date(day), L(Lang::En).date(day)), ("2023年5月16日".into(), "16 May 2023".into()));
    }

    #[test]
    fn a_law_is_named_as_people_cite_it_and_own_words_stay() {
        let (zh, en) = (L(Lang::Zh), L(Lang::En));
        assert_eq!(zh.law("信访工作条例 22, 30"), "《信访工作条例》第二十二条、第三十条");
        assert_eq!(zh.law("北京接诉即办工作条例 14"), "《北京接诉即办工作条例》第十四条");
        assert_eq!(en.law("信访工作条例 22, 23"), "Regulations on Petition Work, art. 22, 23");
        assert_eq!(zh.law("信访工作条例第九条"), "信访工作条例第九条");
        assert_eq!(en.law("区政府文件"), "区政府文件");
    }

    #[test]
    fn a_variable_stands_in_its_message_without_marks() {
        assert_eq!(L(Lang::En).t_n("days-left", 3), "3 days left");
        assert_eq!(L(Lang::En).t_n("days-left", 1), "1 day left");
        assert_eq!(L(Lang::Zh).t_n("days-left", 1), "还有 1 天");
        assert_eq!(L(Lang::En).t_n("staff-ledger", "007"), "Ledger entry 007", "a code stays as it is");
    }
}
