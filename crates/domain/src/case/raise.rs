//! Raising a case: what a door hands in, and what must be true of it.

use super::decide::Facts;
use super::event::Event;
use super::opening::{Handed, Opens, check_digits};
use super::term::*;
use super::{Fields, New, Urgent, field};
use crate::actor::{Actor, Role};
use crate::clock::{Clock, ClockChange};
use crate::codes::{CategoryCode, UnitCode};
use crate::district::UnitKind;
use crate::moment::Moment;
use crate::refusal::{Refusal, Why};
use crate::rule::RuleId;
use crate::tell::Tell;
pub use crate::typed::TEXT_MOST;
use crate::typed::{self, kept, kept_line};
use calendar::{Date, Due, Unit};
use serde::Serialize;

/// The longest title, in characters.
pub const TITLE_MOST: usize = 120;
/// The longest other field, in characters.
pub const LINE_MOST: usize = 200;
/// The most photos of a case.
pub const PHOTOS_MOST: usize = 5;
/// The most speakers of a group (信访工作条例 20).
pub const SPEAKERS_MOST: u8 = 5;

/// How the resident can be reached. Everything is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// Name or form of address.
    pub name: String,
    /// Phone number.
    pub phone: String,
    /// E-mail address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// How the resident wants to be told, and in which language; none: not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tell: Option<Tell>,
}

/// What a door hands in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Raise {
    /// The track that the door proposes; triage may decide otherwise only by routing.
    pub track: Track,
    /// The door.
    pub door: Door,
    /// A title; empty: the text's first words.
    pub title: String,
    /// What the resident says.
    pub text: String,
    /// The category, if known.
    pub category: Option<CategoryCode>,
    /// The street, if known.
    pub street: Option<UnitCode>,
    /// The place in words.
    pub place: String,
    /// How to reach the resident.
    pub contact: Contact,
    /// Digits that the resident chose to follow the case, raising it by oneself; empty: none yet.
    pub secret: String,
    /// Raised by oneself, from a browser in which staff had signed in.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub marked: bool,
    /// Whether the text may be shown to neighbours.
    pub public: bool,
    /// Spoken, and written down by staff.
    pub oral: bool,
    /// How many speak for a group.
    pub speakers: Option<u8>,
    /// The level of the post that received whoever said it, at a reception or a visit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<PostLevel>,
    /// The unit that an accusation is about.
    pub accused: Option<UnitCode>,
    /// SHA-256 of each photo, as hex.
    pub photos: Vec<String>,
    /// The source row of an import, verbatim.
    pub source: String,
    /// What happened to it in the system that it comes from.
    pub origin: Option<Origin>,
}

/// What another system did with a case before it came here. Its times are that system's word: the ledger dates the
/// import itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// When it was opened there.
    pub opened: Moment,
    /// When it was to be done there.
    pub target: Option<Date>,
    /// When it was done there; none: it is still open and goes on here.
    pub closed: Option<Moment>,
    /// The answer that was given there.
    pub answer: String,
}

impl Origin {
    /// The clock that the other system ran: from opening to its target, stopped on the day of closing; none without a
    /// target.
    pub fn clock(&self) -> Option<Clock> {
        let (start, target) = (self.opened.date(), self.target?);
        let days = crate::moment::day_number(target) - crate::moment::day_number(start);
        Some(Clock {
            rule: RuleId::Elsewhere,
            duty: true,
            task: None,
            start,
            days: u16::try_from(days.max(0)).unwrap_or(u16::MAX),
            unit: Unit::Calendar,
            due: Due { raw: target, rolled: target, provisional: false },
            extended: 0,
            extensions: 0,
            paused: 0,
            paused_on: None,
            stopped: self.closed.map(Moment::date),
            due_at: None,
            stopped_at: None,
        })
    }
}

impl Default for Raise {
    fn default() -> Self {
        Raise {
            track: Track::Hotline,
            door: Door::Web,
            title: String::new(),
            text: String::new(),
            category: None,
            street: None,
            place: String::new(),
            contact: Contact::default(),
            secret: String::new(),
            marked: false,
            public: false,
            oral: false,
            speakers: None,
            received: None,
            accused: None,
            photos: Vec::new(),
            source: String::new(),
            origin: None,
        }
    }
}

impl Raise {
    /// The same as it is understood and kept: without control characters, with codes and numbers folded. What can't be
    /// understood stays as it is, and is refused.
    pub fn understood(&self) -> Raise {
        // What another system wrote down is history: its phone is kept as it was written.
        let phone =
            |text: &str| typed::phone(text).filter(|_| self.origin.is_none()).unwrap_or_else(|| kept_line(text));
        let email = |text: &str| typed::email(text).unwrap_or_else(|| kept_line(text));
        let contact = &self.contact;
        let text = kept(&self.text);
        let title = kept_line(&self.title);
        Raise {
            title: if title.is_empty() { typed::first_words(&text) } else { title },
            text,
            place: kept_line(&self.place),
            contact: Contact {
                name: kept_line(&contact.name),
                phone: phone(&contact.phone),
                email: email(&contact.email),
                tell: contact.tell.and_then(Tell::wanted),
            },
            secret: typed::digits(&self.secret),
            origin: self.origin.as_ref().map(|o| Origin { answer: kept(&o.answer), ..o.clone() }),
            ..self.clone()
        }
    }
}

/// The rules that start when a case of a track is raised.
pub(super) fn first_clocks(track: Track) -> &'static [RuleId] {
    match track {
        Track::Hotline => &[RuleId::HotlineTriage],
        Track::Petition => &[RuleId::PetitionNotice],
        Track::Enterprise => &[RuleId::NeedVerify, RuleId::NeedReply, RuleId::NeedSolve],
        Track::Mediation => &[RuleId::MediationTake],
        Track::Suggestion => &[RuleId::SuggestionAnswer],
        Track::Accusation => &[RuleId::AccusationNotice],
    }
}

/// Raises a case, or says what is missing.
///
/// # Errors
/// A [`Refusal`] at the field that has to change.
pub fn decide_raise(raise: &Raise, facts: &Facts<'_>) -> Result<Vec<New>, Refusal> {
    if let Some(role) = facts.actor.role()
        && !matches!(role, Role::Clerk | Role::Head | Role::Dispatcher | Role::Grid)
    {
        return Err(Refusal::new(Why::NotYours));
    }
    // A token at a post raises what an act on a record asks for; an accusation goes past everybody's hands.
    if facts.actor.is_token() && (!facts.asked || raise.track == Track::Accusation) {
        return Err(Refusal::new(Why::NotYours));
    }
    let raise = &raise.understood();
    if raise.text.is_empty() {
        return Err(Refusal::at(Why::Empty, "text"));
    }
    if raise.text.chars().count() > TEXT_MOST {
        return Err(Refusal::at(Why::TooLong, "text").about(TEXT_MOST));
    }
    if raise.title.chars().count() > TITLE_MOST {
        return Err(Refusal::at(Why::TooLong, "title").about(TITLE_MOST));
    }
    let contact = &raise.contact;
    let lines =
        [("place", &raise.place), ("name", &contact.name), ("phone", &contact.phone), ("email", &contact.email)];
    for (name, value) in lines {
        if value.chars().count() > LINE_MOST {
            return Err(Refusal::at(Why::TooLong, name).about(LINE_MOST));
        }
    }
    // What another system wrote down is history: it is kept as it was written.
    if raise.origin.is_none() {
        phone(&contact.phone, "phone")?;
    }
    email(&contact.email, "email")?;
    let tell = contact.tell;
    match tell.map(|t| t.channel) {
        Some(Channel::Sms) if contact.phone.is_empty() => {
            return Err(Refusal::at(Why::NoAddress, "phone").about_term(Channel::Sms));
        }
        Some(Channel::Sms) => drop(mobile(&contact.phone, "phone")?),
        Some(Channel::Email) if contact.email.is_empty() => {
            return Err(Refusal::at(Why::NoAddress, "email").about_term(Channel::Email));
        }
        _ => {}
    }
    let by_resident = matches!(facts.actor, Actor::Resident);
    if !raise.secret.is_empty() {
        if !by_resident {
            return Err(Refusal::at(Why::NotYourSecret, "secret"));
        }
        check_digits(&raise.secret, &[contact.phone.as_str()], "secret")?;
    }
    if raise.photos.len() > PHOTOS_MOST {
        return Err(Refusal::at(Why::TooMany, "photos").about(PHOTOS_MOST));
    }
    if raise.speakers.is_some_and(|n| n == 0 || n > SPEAKERS_MOST) {
        return Err(Refusal::at(Why::TooManySpeakers, "speakers"));
    }
    let district = facts.district;
    if let Some(category) = &raise.category
        && district.catalogue.category(category).is_none()
    {
        return Err(Refusal::at(Why::NoSuchCategory, "category").about(category));
    }
    if let Some(street) = &raise.street
        && !district.open_unit(street).is_some_and(|u| matches!(u.kind, UnitKind::Street | UnitKind::Community))
    {
        return Err(Refusal::at(Why::NoSuchStreet, "street").about(street));
    }
    if let Some(accused) = &raise.accused
        && (raise.track != Track::Accusation || !district.units.contains_key(accused))
    {
        return Err(Refusal::at(Why::NoSuchUnit, "accused").about(accused));
    }
    sealed_door(raise, facts)?;
    let mut private = Fields::new();
    let opens = match facts.actor {
        Actor::Resident => Opens::Own,
        Actor::System { .. } => Opens::Given,
        Actor::Staff { .. } | Actor::Token { .. } => Opens::Later,
    };
    let secret = if opens == Opens::Given { facts.secret } else { raise.secret.as_str() };
    for (name, value) in [
        (field::TITLE, raise.title.as_str()),
        (field::TEXT, raise.text.as_str()),
        (field::PLACE, raise.place.as_str()),
        (field::NAME, contact.name.as_str()),
        (field::PHONE, contact.phone.as_str()),
        (field::EMAIL, contact.email.as_str()),
        (field::SECRET, secret),
        (field::SOURCE, raise.source.as_str()),
    ] {
        if !value.is_empty() {
            private.insert(name.to_owned(), value.to_owned());
        }
    }
    let sealed = raise.track == Track::Accusation;
    let text_of = |code: Option<&str>| code.unwrap_or_default().to_owned();
    for (name, value) in [
        (field::CATEGORY, text_of(raise.category.as_ref().map(CategoryCode::as_str))),
        (field::STREET, text_of(raise.street.as_ref().map(UnitCode::as_str))),
        (field::ACCUSED, text_of(raise.accused.as_ref().map(UnitCode::as_str))),
    ] {
        if sealed && !value.is_empty() {
            private.insert(name.to_owned(), value);
        }
    }
    if !raise.photos.is_empty() {
        private.insert(field::PHOTOS.to_owned(), raise.photos.join(" "));
    }
    let by_resident = matches!(facts.actor, Actor::Resident);
    let urgent = Urgent::found(raise, &private, district);
    if let Some((_, Some(word))) = &urgent {
        private.insert(field::DANGER.to_owned(), word.clone());
    }
    let event = Event::Raised {
        code: facts.code.to_owned(),
        track: raise.track,
        door: raise.door,
        category: raise.category.clone().filter(|_| !sealed),
        street: raise.street.clone().filter(|_| !sealed),
        public: raise.public && !sealed,
        // 无 in another system's column for phones is no way to reach anybody.
        contact: private.get(field::PHONE).is_some_and(|phone| phone.chars().any(char::is_numeric)),
        tell,
        email: private.contains_key(field::EMAIL),
        oral: raise.oral && !by_resident,
        speakers: raise.speakers,
        received: raise.received,
        accused: None,
        accused_tag: raise.accused.as_ref().and_then(|unit| district.tags.get(unit).cloned()),
        photos: raise.photos.clone(),
        opened: raise.origin.as_ref().map(|o| o.opened),
        urgent: urgent.as_ref().map(|(urgent, _)| urgent.clone()),
        opens,
        digits: !raise.secret.is_empty(),
        marked: raise.marked && by_resident,
    };
    if raise.photos.iter().any(|p| p.len() != 64 || !p.bytes().all(|b| b.is_ascii_hexdigit())) {
        return Err(Refusal::at(Why::BadCode, "photos").about("photos"));
    }
    if let Some(origin) = &raise.origin
        && (origin.opened > facts.now || origin.closed.is_some_and(|c| c < origin.opened || c > facts.now))
    {
        return Err(Refusal::at(Why::BadOrigin, "opened"));
    }
    let rules = first_clocks(raise.track).iter().chain(urgent.as_ref().map(|_| &RuleId::UrgentHand));
    let start = |id: &RuleId| Clock::start(*id, &district.rules.of_case(*id), None, facts.now, &district.calendar);
    let started = rules.map(|id| ClockChange::Started(start(id)));
    let Some(origin) = &raise.origin else {
        let raised = New { event, clocks: started.collect(), private };
        let sent = sent(raise, opens, tell).map(|way| New::of(Event::SecretHanded { way }));
        return Ok(std::iter::once(raised).chain(sent).collect());
    };
    let Some(closed) = origin.closed else {
        return Ok(vec![New { event, clocks: started.collect(), private }]);
    };
    let clocks = origin.clock().map_or(Vec::new(), |clock| {
        let running = Clock { stopped: None, ..clock };
        vec![ClockChange::Started(running), ClockChange::Stopped { no: 0, on: closed.date() }]
    });
    let mut answer = Fields::new();
    if !origin.answer.is_empty() {
        answer.insert(field::ANSWER.to_owned(), origin.answer.clone());
    }
    let done = Event::EndedElsewhere { closed };
    Ok(vec![New { event, clocks: Vec::new(), private }, New { event: done, clocks, private: answer }])
}

/// The way by which the secret of a case that staff took down goes out at once: to the address that was left. That of a
/// sealed case goes to nobody's address but one that its resident typed.
fn sent(raise: &Raise, opens: Opens, tell: Option<Tell>) -> Option<Handed> {
    let tell = tell.filter(|_| opens == Opens::Later && raise.track != Track::Accusation)?;
    match tell.channel {
        Channel::Sms => Some(Handed::Sms),
        Channel::Email => Some(Handed::Email),
        Channel::None => None,
    }
}

/// A phone number as it is understood.
pub(super) fn phone(text: &str, field: &'static str) -> Result<String, Refusal> {
    typed::phone(text).ok_or(Refusal::at(Why::BadPhone, field))
}

/// A number that a text message can be sent to.
pub(super) fn mobile(text: &str, field: &'static str) -> Result<String, Refusal> {
    typed::phone(text).filter(|phone| typed::is_mobile(phone)).ok_or(Refusal::at(Why::BadMobile, field))
}

/// One address as mail servers take it, or nothing.
pub(super) fn email(text: &str, field: &'static str) -> Result<String, Refusal> {
    typed::email(text).ok_or(Refusal::at(Why::BadEmail, field))
}

/// An accusation needs a discipline unit that it is not about, and nobody of the accused unit writes it down. One that
/// another system has ended already goes to nobody.
fn sealed_door(raise: &Raise, facts: &Facts<'_>) -> Result<(), Refusal> {
    if raise.track != Track::Accusation {
        return Ok(());
    }
    if facts.actor.unit().is_some_and(|u| raise.accused.as_ref() == Some(u)) {
        return Err(Refusal::at(Why::WrongAccusedUnit, "accused"));
    }
    let takes = |u: &crate::district::Unit| {
        u.kind == UnitKind::Discipline && !u.closed && raise.accused.as_ref() != Some(&u.code)
    };
    let over = raise.origin.as_ref().is_some_and(|o| o.closed.is_some());
    if over || facts.district.units.values().any(takes) {
        return Ok(());
    }
    Err(Refusal::at(Why::NoDisciplineUnit, "accused"))
}
