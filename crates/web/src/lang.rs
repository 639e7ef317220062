//! What pages say, in both languages: messages from `locales/`, dates and lengths of time as people read them.

use calendar::Date;
use domain::Lang;
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

    /// The source of a rule, with the names of the laws that the built-in table rests on in the page's language.
    pub(crate) fn law(&self, source: &str) -> String {
        const LAWS: [(&str, &str); 3] = [
            ("信访工作条例", "Regulations on Petition Work, art."),
            ("人民调解法", "People's Mediation Law, art."),
            ("北京接诉即办工作条例", "Beijing Regulations on Swift Response to Complaints, art."),
        ];
        match (self.0, LAWS.iter().find_map(|(zh, en)| Some((en, source.strip_prefix(zh)?)))) {
            (Lang::En, Some((law, articles))) => format!("{law}{articles}"),
            _ => source.to_owned(),
        }
    }

    /// A day as people read it: `5月16日 周二`, `Tue 16 May`; with the year when it is not `near`'s.
    pub(crate) fn day(&self, date: Date, near: Date) -> String {
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        const EN_DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        const ZH_DAYS: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
        let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs()) % 7;
        let month = MONTHS[usize::from(date.month().unsigned_abs()).saturating_sub(1) % 12];
        let (year, other_year) = (date.year(), date.year() != near.year());
        match (self.0, other_year) {
            (Lang::Zh, true) => format!("{year}年{}月{}日", date.month(), date.day()),
            (Lang::Zh, false) => format!("{}月{}日 {}", date.month(), date.day(), ZH_DAYS[weekday]),
            (Lang::En, true) => format!("{} {month} {year}", date.day()),
            (Lang::En, false) => format!("{} {} {month}", EN_DAYS[weekday], date.day()),
        }
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
        assert_eq!(L(Lang::Zh).day(day, "2024-01-01".parse().unwrap()), "2023年5月16日");
    }

    #[test]
    fn a_variable_stands_in_its_message_without_marks() {
        assert_eq!(L(Lang::En).t_n("days-left", 3), "3 days left");
        assert_eq!(L(Lang::En).t_n("days-left", 1), "1 day left");
        assert_eq!(L(Lang::Zh).t_n("days-left", 1), "还有 1 天");
        assert_eq!(L(Lang::En).t_n("staff-ledger", "007"), "Ledger entry 007", "a code stays as it is");
    }
}
