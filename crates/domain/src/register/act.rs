//! The acts of a register, declared once by [`acts!`](crate::acts): the enum, the rows of the role matrix, the fields of
//! the forms, and the one reader for form, API, import row and demo line. And its events, by [`events!`](crate::events).

use super::Facts;
use crate::actor::{Actor, Role};
use crate::codes::UnitCode;
use crate::label::{Label, Lang};
use crate::refusal::{Refusal, Why};
use std::collections::BTreeMap;

/// What was handed in for an act: texts by the name of their field. A field that was not handed in reads as empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<String, String>);

impl Values {
    /// The text of a field.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Every field with its text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

impl<N: Into<String>, T: Into<String>> FromIterator<(N, T)> for Values {
    fn from_iter<I: IntoIterator<Item = (N, T)>>(pairs: I) -> Values {
        Values(pairs.into_iter().map(|(name, text)| (name.into(), text.into())).collect())
    }
}

/// A term that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Its code, which is what is handed in.
    pub code: &'static str,
    /// Its names, in Chinese and in English.
    pub label: [&'static str; 2],
}

/// How a field is entered.
#[derive(Clone, Copy, Debug)]
pub enum Input {
    /// A line.
    Line,
    /// A text of several lines.
    Text,
    /// A whole number.
    Number,
    /// A day.
    Day,
    /// A day with a time.
    Moment,
    /// A unit of the district.
    Unit,
    /// Several units.
    Units,
    /// A category of the catalogue.
    Category,
    /// A danger of the catalogue.
    Danger,
    /// Another record, by its handle.
    Record,
    /// A mark that is set or not.
    Mark,
    /// One of some terms.
    Choice(fn() -> Vec<Term>),
    /// Several fields that belong together, each under its own name.
    Parts(&'static [Field]),
}

impl Input {
    /// Its name, as the description of the API has it.
    pub fn name(self) -> &'static str {
        match self {
            Input::Line => "line",
            Input::Text => "text",
            Input::Number => "number",
            Input::Day => "day",
            Input::Moment => "moment",
            Input::Unit => "unit",
            Input::Units => "units",
            Input::Category => "category",
            Input::Danger => "danger",
            Input::Record => "record",
            Input::Mark => "mark",
            Input::Choice(_) => "choice",
            Input::Parts(_) => "parts",
        }
    }
}

/// A field of an act.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in forms, JSON, imports and refusals.
    pub name: &'static str,
    /// Its labels, in Chinese and in English.
    pub label: [&'static str; 2],
    /// How it is entered.
    pub input: Input,
    /// Whether it may be left empty.
    pub optional: bool,
}

/// Which posts may do an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The role, at the unit that has the record; the act that begins it gives it to the actor's unit.
    Here(Role),
    /// The role, wherever it is.
    Anywhere(Role),
    /// The program, when time alone brings something about.
    Clock,
    /// Whoever it is about, without an account.
    Resident,
    /// Whoever does an act on another record that asks for this one; nobody by itself.
    Asked,
}

impl By {
    /// Whether an actor is one of them, for a record that a unit has.
    pub fn is(self, actor: &Actor, unit: Option<&UnitCode>) -> bool {
        match self {
            By::Here(role) => actor.role() == Some(role) && unit.is_none_or(|unit| actor.unit() == Some(unit)),
            By::Anywhere(role) => actor.role() == Some(role),
            By::Clock => matches!(actor, Actor::System { .. }),
            By::Resident => matches!(actor, Actor::Resident),
            By::Asked => false,
        }
    }
}

/// An act as it is declared: its row of the role matrix, and its form.
#[derive(Clone, Copy, Debug)]
pub struct ActOf {
    /// Its code in forms, the API and the demo.
    pub code: &'static str,
    /// Its names, in Chinese and in English: the label of its button.
    pub label: [&'static str; 2],
    /// The stages in which it is possible; none: it begins a record.
    pub from: &'static [&'static str],
    /// Who may do it.
    pub by: &'static [By],
    /// Its fields, in the order of the form.
    pub fields: &'static [Field],
}

impl ActOf {
    /// As it is told to other programs.
    pub fn declared(&self) -> Declared {
        let by = self.by.iter().map(|by| match by {
            By::Here(role) | By::Anywhere(role) => Term::of(*role),
            By::Clock => Term { code: "clock", label: ["时钟", "the clock"] },
            By::Resident => Term { code: "resident", label: ["群众本人", "the resident"] },
            By::Asked => Term { code: "asked", label: ["由另一条记录带出", "an act on another record"] },
        });
        Declared { code: self.code, label: self.label, from: self.from.to_vec(), by: by.collect(), fields: self.fields }
    }

    /// Whether a record begins with it.
    pub fn begins(&self) -> bool {
        self.from.is_empty()
    }

    /// Its name in a language.
    pub fn name(&self, lang: Lang) -> &'static str {
        lang.pick(self.label[0], self.label[1])
    }
}

/// Whether an actor may do an act now, of those that a register declares: `stage` is where the record stands, none before it
/// begins, and `unit` the unit that has it. An act of [`By::Asked`] is let by [`on_request`] instead.
///
/// # Errors
/// [`Why::WrongStage`] or [`Why::NotYours`], whichever is wrong first.
pub fn permitted<S: Label>(
    acts: &[ActOf],
    code: &str,
    stage: Option<S>,
    actor: &Actor,
    unit: Option<&UnitCode>,
) -> Result<(), Refusal> {
    let act = acts.iter().find(|act| act.code == code).ok_or(Refusal::new(Why::NoSuchAct))?;
    match stage {
        None if !act.begins() => return Err(Refusal::new(Why::NoSuchRecord)),
        Some(stage) if !act.from.contains(&stage.code()) => return Err(Refusal::new(Why::WrongStage).about_term(stage)),
        _ => {}
    }
    if act.by.iter().any(|by| by.is(actor, unit)) { Ok(()) } else { Err(Refusal::new(Why::NotYours)) }
}

/// Whether an act of [`By::Asked`] is possible now: another record's act asks for it, and the record stands where it fits.
///
/// # Errors
/// As [`permitted`].
pub fn on_request<S: Label>(acts: &[ActOf], code: &str, stage: S, facts: &Facts<'_>) -> Result<(), Refusal> {
    let act = acts.iter().find(|act| act.code == code).ok_or(Refusal::new(Why::NoSuchAct))?;
    if !facts.asked {
        return Err(Refusal::new(Why::NotYours));
    }
    let fits = act.begins() || act.from.contains(&stage.code());
    if fits { Ok(()) } else { Err(Refusal::new(Why::WrongStage).about_term(stage)) }
}

/// An act as it is told to other programs.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Its code.
    pub code: &'static str,
    /// Its names, in Chinese and in English.
    pub label: [&'static str; 2],
    /// The stages in which it is possible; none: it begins a record.
    pub from: Vec<&'static str>,
    /// Who may do it, as terms.
    pub by: Vec<Term>,
    /// Its fields.
    pub fields: &'static [Field],
}

impl Term {
    /// A term of a vocabulary.
    pub fn of<T: Label>(term: T) -> Term {
        Term { code: term.code(), label: [term.label(Lang::Zh), term.label(Lang::En)] }
    }

    /// All terms of a vocabulary.
    pub fn all<T: Label>() -> Vec<Term> {
        T::ALL.iter().copied().map(Term::of).collect()
    }
}

/// Declares the acts of a register.
#[macro_export]
macro_rules! acts {
    ($(#[$meta:meta])* $name:ident {
        $($(#[$ameta:meta])* $act:ident $code:literal $zh:literal $en:literal from [$($from:literal),*] by [$($by:expr),+ $(,)?]
            { $($field:ident: $type:ty = $fzh:literal $fen:literal),* $(,)? }),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[allow(missing_docs)] // each field is named by its labels
        pub enum $name { $($(#[$ameta])* $act { $($field: $type),* }),+ }

        impl $name {
            /// Every act, with its row of the role matrix and its form.
            pub const ALL: &'static [$crate::register::ActOf] = &[$($crate::register::ActOf {
                code: $code,
                label: [$zh, $en],
                from: &[$($from),*],
                by: &[$($by),+],
                fields: &[$($crate::register::Field {
                    name: stringify!($field),
                    label: [$fzh, $fen],
                    input: <$type as $crate::register::Value>::INPUT,
                    optional: <$type as $crate::register::Value>::OPTIONAL,
                }),*],
            }),+];

            /// Its code.
            pub fn code(&self) -> &'static str {
                match self { $($name::$act { .. } => $code),+ }
            }

            /// An act from what was handed in.
            ///
            /// # Errors
            /// What is wrong, field by field.
            pub fn read(code: &str, values: &$crate::register::Values) -> Result<$name, Vec<$crate::Refusal>> {
                #[allow(unused_mut)] // an act may have no fields
                let mut wrong: Vec<$crate::Refusal> = Vec::new();
                match code {
                    $($code => {
                        $(let $field = <$type as $crate::register::Value>::take(values, stringify!($field))
                            .map_err(|refusal| wrong.push(refusal)).ok();)*
                        $(let Some($field) = $field else { return Err(wrong) };)*
                        Ok($name::$act { $($field),* })
                    })+
                    _ => {
                        wrong.push($crate::Refusal::new($crate::Why::NoSuchAct));
                        Err(wrong)
                    }
                }
            }
        }
    };
}

/// Declares the events of a register: their kinds, and fields that are [`Plain`]. That no free text gets into the history
/// is checked by the compiler.
#[macro_export]
macro_rules! events {
    ($(#[$meta:meta])* $name:ident {
        $($(#[$emeta:meta])* $event:ident $kind:literal { $($(#[$fmeta:meta])* $field:ident: $type:ty),* $(,)? }),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "kind")]
        pub enum $name {
            $($(#[$emeta])* #[serde(rename = $kind)] $event { $($(#[$fmeta])* #[allow(missing_docs)] $field: $type),* }),+
        }

        impl $name {
            /// The kind of every event, as it stands in the ledger.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];

            /// Its kind.
            pub fn kind(&self) -> &'static str {
                match self { $($name::$event { .. } => $kind),+ }
            }
        }

        const _: fn() = || {
            #[allow(dead_code)] // it is asked at compile time only
            fn plain<T: $crate::register::Plain>() {}
            $($(plain::<$type>();)*)+
        };
    };
}

#[cfg(test)]
mod tests {
    use super::super::value::Text;
    use super::*;
    use calendar::Date;
    use proptest::prelude::*;

    crate::vocabulary! {
        /// A kind of thing.
        Kind { Umbrella "umbrella" "雨伞" "umbrella", Key "key" "钥匙" "key" }
    }

    acts! {
        /// Acts of lost property.
        Act {
            /// Somebody hands it in.
            HandIn "hand_in" "交来" "hand in" from [] by [By::Here(Role::Clerk)]
                { kind: Kind = "物品" "thing", words: Text = "说明" "words", day: Option<Date> = "拾到日" "day found" },
            /// Its owner fetches it.
            Fetch "fetch" "领回" "fetch" from ["kept"] by [By::Here(Role::Clerk), By::Anywhere(Role::Head)]
                { count: u32 = "件数" "how many", known: bool = "认识" "known" },
            /// Nobody fetched it.
            End "end" "结束" "end" from ["kept"] by [By::Clock] {},
        }
    }

    events! {
        /// Events of lost property.
        Event {
            /// It was handed in. Private: words.
            HandedIn "lost.handed_in" { thing: Kind, day: Option<Date> },
            /// It was fetched.
            Fetched "lost.fetched" { count: u32 },
        }
    }

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().copied().collect()
    }

    #[test]
    fn an_act_is_read_by_codes_and_by_names_in_both_languages() {
        for kind in ["umbrella", "雨伞", "Umbrella", " ｕmbrella "] {
            let act = Act::read("hand_in", &values(&[("kind", kind), ("words", "黑色"), ("day", "2023年5月20日")]));
            let Ok(Act::HandIn { kind, day, words }) = act else { panic!("{kind}: {act:?}") };
            assert_eq!((kind, words.0.as_str(), day), (Kind::Umbrella, "黑色", Some(jiff::civil::date(2023, 5, 20))));
        }
        assert!(matches!(Act::read("end", &Values::default()), Ok(Act::End {})));
    }

    #[test]
    fn every_wrong_field_is_named_at_once_and_an_unknown_act_is_refused() {
        let wrong = Act::read("hand_in", &values(&[("kind", "hat"), ("day", "soon")])).unwrap_err();
        let at: Vec<_> = wrong.iter().map(|r| (r.field, r.why)).collect();
        let expected = [(Some("kind"), Why::NoSuchTerm), (Some("words"), Why::Empty), (Some("day"), Why::BadDay)];
        assert_eq!(at, expected);
        assert_eq!(Act::read("fly", &Values::default()).unwrap_err()[0].why, Why::NoSuchAct);
    }

    #[test]
    fn the_form_is_the_same_list_that_the_reader_reads() {
        let hand_in = &Act::ALL[0];
        let fields: Vec<_> = hand_in.fields.iter().map(|f| (f.name, f.input.name(), f.optional)).collect();
        assert_eq!(fields, [("kind", "choice", false), ("words", "text", false), ("day", "day", true)]);
        let Input::Choice(terms) = hand_in.fields[0].input else { panic!("no choice") };
        assert_eq!(terms()[1], Term { code: "key", label: ["钥匙", "key"] });
        assert!(hand_in.begins() && !Act::ALL[1].begins());
    }

    #[test]
    fn who_may_act_is_asked_of_the_unit_that_has_the_record() {
        let clerk = |unit: &str| Actor::Staff { account: 1, unit: unit.into(), role: Role::Clerk };
        let here = UnitCode::from("street-1");
        assert!(By::Here(Role::Clerk).is(&clerk("street-1"), Some(&here)));
        assert!(!By::Here(Role::Clerk).is(&clerk("street-2"), Some(&here)));
        assert!(By::Here(Role::Clerk).is(&clerk("street-2"), None), "nobody has it yet");
        assert!(!By::Here(Role::Head).is(&clerk("street-1"), Some(&here)));
        assert!(By::Clock.is(&Actor::clock(), Some(&here)) && !By::Clock.is(&Actor::Resident, None));
    }

    #[test]
    fn an_event_reads_back_from_what_it_was_written_as() {
        let event = Event::HandedIn { thing: Kind::Key, day: None };
        let text = serde_json::to_string(&event).unwrap();
        assert!(text.contains("\"kind\":\"lost.handed_in\""), "{text}");
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
        assert_eq!(Event::KINDS, ["lost.handed_in", "lost.fetched"]);
        assert_eq!(Event::Fetched { count: 1 }.kind(), "lost.fetched");
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_read_or_refused_at_its_field(kind in ".*", words in ".*", day in ".*", count in ".*") {
            let values = values(&[("kind", &kind), ("words", &words), ("day", &day), ("count", &count), ("known", &words)]);
            for act in Act::ALL {
                let names: Vec<_> = act.fields.iter().map(|f| f.name).collect();
                match Act::read(act.code, &values) {
                    Ok(read) => prop_assert_eq!(read.code(), act.code),
                    Err(wrong) => for refusal in wrong {
                        prop_assert!(refusal.field.is_some_and(|field| names.contains(&field)));
                    },
                }
            }
        }
    }
}
