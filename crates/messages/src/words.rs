//! What a message says: a sentence for each topic in both languages, with nothing in it that says who somebody is or
//! what somebody wrote.

use calendar::Date;
use domain::case::{Case, Event, Topic};
use domain::district::{District, UnitCode};
use domain::register::Term;
use domain::rule::RuleId;
use domain::{Label, Lang, Moment};
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;
use store::outbox::{About, Letter, Message};

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

/// The longest text of a WeCom group robot, in bytes.
pub const ROBOT_MOST: usize = 2048;

/// What a message may say of a case: its code, terms of the field, names of units and categories, and dates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    district: String,
    site: Option<String>,
    code: String,
    unit: String,
    category: String,
    reason: String,
    way: String,
    /// The secret that opens the case, for the one message that brings it.
    secret: String,
    /// The code by which whoever holds the address says that it is theirs, while they have not.
    confirmation: String,
    by: Option<(&'static str, Date)>,
    /// When it takes place, of what takes place.
    when: Option<Moment>,
    year: i16,
    /// Whose group is told; otherwise whose record it is.
    for_unit: bool,
}

/// A message as it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// An e-mail's subject; for the page of the administrator also of the others.
    pub subject: String,
    /// What it says, as text message or in a group.
    pub short: String,
    /// What it says as e-mail.
    pub long: String,
}

/// Whether a topic of cases is told to the group of a unit; the others go to whose record it is.
pub fn is_for_units(topic: &str) -> bool {
    use Topic::*;
    let of_units = |topic| {
        matches!(topic, Urgent | Task | JointTask | TaskReleased | ObjectionUpheld | ObjectionRejected | Replied)
    };
    Topic::of(topic).is_some_and(of_units)
}

/// Whether a message asks whoever gets it whether the address is theirs, until they have said so: the first one to it.
pub fn asks(topic: &str) -> bool {
    matches!(Topic::of(topic), Some(Topic::Received | Topic::Chosen))
}

fn say(lang: Lang, key: &str, values: &[(&'static str, &str)]) -> String {
    let id: &LanguageIdentifier = match lang {
        Lang::Zh => &ZH,
        Lang::En => &EN,
    };
    let args: HashMap<Cow<'static, str>, FluentValue<'_>> =
        values.iter().map(|(name, v)| (Cow::Borrowed(*name), FluentValue::from(*v))).collect();
    LOCALES.try_lookup_with_args(id, key, &args).unwrap_or_else(|| key.to_owned())
}

/// A day in a sentence; with its year when it is not this one.
fn day(lang: Lang, date: Date, year: i16) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = MONTHS[usize::from(date.month().unsigned_abs()).saturating_sub(1) % 12];
    match (lang, date.year() == year) {
        (Lang::Zh, true) => format!("{}月{}日", date.month(), date.day()),
        (Lang::Zh, false) => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        (Lang::En, true) => format!("{} {month}", date.day()),
        (Lang::En, false) => format!("{} {month} {}", date.day(), date.year()),
    }
}

/// A day with its time.
fn time(lang: Lang, at: Moment, year: i16) -> String {
    let local = at.local();
    format!("{}{}{:02}:{:02}", day(lang, at.date(), year), lang.pick("", " "), local.hour(), local.minute())
}

impl Facts {
    /// What a message says of its record, as it was after the event that it tells of.
    pub fn of(message: &Message, letter: &Letter, district: &District, site: Option<&str>) -> Facts {
        let lang = message.lang;
        let blank = Facts {
            district: district.name(lang).to_owned(),
            site: site.map(str::to_owned),
            code: letter.about.code().to_owned(),
            for_unit: message.unit.is_some(),
            ..Facts::default()
        };
        let name = |unit: &UnitCode| district.unit_name(unit, lang).to_owned();
        let (event, case) = match &letter.about {
            About::Case { event, then } => (event.as_ref(), then.as_ref()),
            About::Record { unit, when, .. } => {
                let unit = message.unit.as_ref().unwrap_or(unit);
                return Facts { unit: name(unit), when: *when, year: message.at.date().year(), ..blank };
            }
        };
        let lead = case.tasks.iter().rev().find(|t| t.lead).map(|t| &t.unit);
        let unit = message.unit.as_ref().or(lead);
        let topic = Topic::of(&message.topic);
        Facts {
            unit: unit.map(name).unwrap_or_default(),
            category: danger(topic, case, district, lang)
                .or_else(|| case.category.as_ref().map(|c| district.catalogue.name(c, lang).to_owned()))
                .unwrap_or_default(),
            reason: match event {
                Event::NotAccepted { reason } => reason.label(lang).to_owned(),
                _ => String::new(),
            },
            way: case.way.map(|w| w.label(lang).to_owned()).unwrap_or_default(),
            secret: letter.secret.clone(),
            confirmation: if asks(&message.topic) { letter.confirmation.clone() } else { String::new() },
            by: topic.and_then(|topic| by(topic, case, message.unit.as_ref())),
            year: case.touched.date().year(),
            ..blank
        }
    }

    /// Made-up facts, for the page that shows every message.
    pub fn example(lang: Lang, code: &str, site: Option<&str>) -> Facts {
        use domain::case::{ScopeReason, Way};
        let topic = Topic::of(code);
        let by = topic.and_then(|topic| match topic {
            Topic::Received => Some("by-acceptance"),
            Topic::Asked => Some("by-reply"),
            Topic::Answered | Topic::ReviewAnswered | Topic::ReReviewAnswered => Some("by-verdict"),
            Topic::NotAccepted | Topic::Routed | Topic::NotReached | Topic::ErasureDeclined | Topic::Chosen => None,
            Topic::Urgent | Topic::TaskReleased | Topic::ObjectionUpheld | Topic::Secret | Topic::Readdressed => None,
            _ if is_for_units(code) => Some("group-by"),
            _ => Some("by-answer"),
        });
        Facts {
            district: lang.pick("示例区", "Example District").to_owned(),
            site: site.map(str::to_owned),
            code: "K7MP-2RQ9".to_owned(),
            unit: lang.pick("住房建设委", "the housing office").to_owned(),
            category: lang.pick("供热不热", "cold heating").to_owned(),
            reason: ScopeReason::OtherPlace.label(lang).to_owned(),
            way: Way::Arbitration.label(lang).to_owned(),
            secret: "2F6H-8K0M-3Q5S-7V9X-1ZAC-4EGJ-NR".to_owned(),
            confirmation: if asks(code) { "QV9X-1ZAC".to_owned() } else { String::new() },
            by: by.map(|key| (key, Date::constant(2024, 3, 8))),
            // 8 March 2024, 10:00.
            when: topic.is_none().then_some(Moment(1_709_863_200_000)),
            year: 2024,
            for_unit: is_for_units(code),
        }
    }

    /// The message of a topic in a language. What is no case says itself where to look.
    pub fn text(&self, topic: &Term, lang: Lang) -> Text {
        let Facts { district, code, unit, reason, way, secret, .. } = self;
        let category = match self.category.as_str() {
            "" => String::new(),
            name => format!("{}{name}", lang.pick("，", ", ")),
        };
        let values: &[(&'static str, &str)] = &[
            ("code", code),
            ("unit", unit),
            ("category", &category),
            ("reason", reason),
            ("way", way),
            ("secret", secret),
            ("when", &self.when.map(|at| time(lang, at, self.year)).unwrap_or_default()),
        ];
        let mut sentences = vec![say(lang, &topic.code.replace('_', "-"), values)];
        if let Some((key, date)) = self.by {
            sentences.push(say(lang, key, &[("day", &day(lang, date, self.year))]));
        }
        let gap = lang.pick("", " ");
        let named = lang.pick(topic.label[0], topic.label[1]);
        let of_case = Topic::of(topic.code).is_some();
        let key = if of_case { "mail-subject" } else { "mail-subject-record" };
        let subject = say(lang, key, &[("district", district), ("code", code), ("topic", named)]);
        if self.for_unit {
            sentences.push(say(lang, "group-look", &[]));
            let short = cut(&sentences.join(gap), ROBOT_MOST);
            return Text { subject, long: short.clone(), short };
        }
        let look = match (&self.site, self.confirmation.as_str()) {
            (Some(site), "") => say(lang, "look", &[("site", site)]),
            (None, "") => say(lang, "look-no-site", &[]),
            (Some(site), confirmation) => {
                let link = format!("{site}#{code}.{confirmation}");
                say(lang, "confirm", &[("link", &link), ("confirmation", confirmation)])
            }
            (None, confirmation) => say(lang, "confirm-no-site", &[("confirmation", confirmation)]),
        };
        let long = format!("{}\n\n{look}\n\n{district}\n\n{}\n", sentences.join(gap), say(lang, "mail-foot", &[]));
        sentences.extend(Some(look).filter(|_| of_case));
        let short = say(lang, "frame", &[("district", district), ("text", &sentences.join(gap))]);
        Text { subject, short, long }
    }
}

/// The name of the danger, for a duty channel: it says more than the category.
fn danger(topic: Option<Topic>, case: &Case, district: &District, lang: Lang) -> Option<String> {
    let code = case.urgent.as_ref().filter(|_| topic == Some(Topic::Urgent))?;
    Some(district.catalogue.danger_name(code, lang).to_owned())
}

/// By when what happens next, for a resident or a unit.
fn by(topic: Topic, case: &Case, unit: Option<&UnitCode>) -> Option<(&'static str, Date)> {
    let rolled = |clock: &domain::case::Clock| clock.due.rolled;
    if let Some(unit) = unit {
        let shown = matches!(topic, Topic::Task | Topic::JointTask | Topic::ObjectionRejected | Topic::Replied);
        // The day of its own task: what others owe on the case may be due on another one.
        let task = case.tasks.iter().rev().find(|t| t.unit == *unit && t.is_open()).filter(|_| shown)?;
        return case.owed(task).map(|c| ("group-by", rolled(c)));
    }
    if matches!(
        topic,
        Topic::NotAccepted
            | Topic::Routed
            | Topic::NotReached
            | Topic::ErasureDeclined
            | Topic::Chosen
            | Topic::Secret
            | Topic::Readdressed
    ) {
        return None;
    }
    if topic == Topic::Asked {
        return case.waits().map(|c| ("by-reply", rolled(c)));
    }
    let clock = case.for_resident().filter(|c| !c.is_paused())?;
    let key = match clock.rule {
        rule if rule.is_acceptance() => "by-acceptance",
        // A day says nothing of hours.
        RuleId::UrgentHand => return None,
        RuleId::HotlineDispatch => "by-dispatch",
        RuleId::NeedReply => "by-first-reply",
        RuleId::VerdictAsk => "by-verdict",
        _ => "by-answer",
    };
    Some((key, rolled(clock)))
}

/// At most so many bytes, whole characters.
fn cut(text: &str, most: usize) -> String {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_whole_in_both_languages_and_fits_its_channel() {
        for topic in Term::all::<Topic>() {
            for lang in [Lang::Zh, Lang::En] {
                let site = Some("https://doorstep.example/follow");
                let text = Facts::example(lang, topic.code, site).text(&topic, lang);
                for part in [&text.subject, &text.short, &text.long] {
                    assert!(
                        !part.contains('{') && !part.contains('$') && part.contains("K7MP-2RQ9"),
                        "{}: {part}",
                        topic.code
                    );
                }
                assert!(text.short.len() <= ROBOT_MOST && text.short.chars().count() <= 420, "{}", text.short);
                assert!(lang == Lang::Zh || text.short.is_ascii() || text.short.contains('“'), "{}", text.short);
            }
        }
    }

    #[test]
    fn a_robot_text_is_cut_between_characters() {
        assert_eq!(cut("中文", 4), "中");
        let task = Term::of(Topic::Task);
        let facts = Facts { unit: "长".repeat(5000), ..Facts::example(Lang::Zh, task.code, None) };
        let text = facts.text(&task, Lang::Zh).short;
        assert!(text.len() <= ROBOT_MOST && text.starts_with("【新任务】"));
    }

    #[test]
    fn a_day_names_another_year() {
        let date = Date::constant(2024, 1, 8);
        assert_eq!(day(Lang::Zh, date, 2024), "1月8日");
        assert_eq!(day(Lang::Zh, date, 2023), "2024年1月8日");
        assert_eq!(day(Lang::En, date, 2023), "8 January 2024");
    }
}
