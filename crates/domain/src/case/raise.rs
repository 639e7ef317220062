//! Raising a case: what a door hands in, and what must be true of it.

use super::clock::{Clock, ClockChange};
use super::decide::{Facts, New};
use super::event::Event;
use super::opening::{Handed, Opens, check_digits};
use super::term::*;
use super::told::Tell;
use super::{CaseId, Fields, field};
use crate::actor::{Actor, Role};
use crate::district::{CategoryCode, UnitCode, UnitKind};
use crate::moment::Moment;
use crate::refusal::{Refusal, Why};
use crate::rule::RuleId;
use calendar::{Date, Due, Unit};
use serde::Serialize;

/// The longest title, in characters.
pub const TITLE_MOST: usize = 120;
/// The longest text, in characters. Real messages to mayors' boxes stay below 10 000.
pub const TEXT_MOST: usize = 20_000;
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
    /// The unit that an accusation is about.
    pub accused: Option<UnitCode>,
    /// SHA-256 of each photo, as hex.
    pub photos: Vec<String>,
    /// The source row of an import, verbatim.
    pub source: String,
    /// What happened to it in the system that it comes from.
    pub origin: Option<Origin>,
    /// The neighbours' public case about the same matter, which this one joins: it stays a case of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joins: Option<CaseId>,
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
            accused: None,
            photos: Vec::new(),
            source: String::new(),
            origin: None,
            joins: None,
        }
    }
}

/// The first words of a text, as a title.
fn first_words(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default().trim();
    let end = line.find(['。', '！', '？', '；']).unwrap_or(line.len());
    let sentence = &line[..end];
    if sentence.chars().count() <= 40 { sentence.to_owned() } else { line.chars().take(39).chain(['…']).collect() }
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
    let text = raise.text.trim();
    if text.is_empty() {
        return Err(Refusal::at(Why::Empty, "text"));
    }
    if text.chars().count() > TEXT_MOST {
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
    let tell = contact.tell.and_then(Tell::wanted);
    match tell.map(|t| t.channel) {
        Some(Channel::Sms) if contact.phone.trim().is_empty() => {
            return Err(Refusal::at(Why::NoAddress, "phone").about_term(Channel::Sms));
        }
        Some(Channel::Sms) => mobile(&contact.phone, "phone")?,
        Some(Channel::Email) if contact.email.trim().is_empty() => {
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
    let joined = joined(raise, facts)?;
    let title = if raise.title.trim().is_empty() { first_words(text) } else { raise.title.trim().to_owned() };
    let mut private = Fields::new();
    let opens = match facts.actor {
        Actor::Resident => Opens::Own,
        Actor::System { .. } => Opens::Given,
        Actor::Staff { .. } => Opens::Later,
    };
    let secret = if opens == Opens::Given { facts.secret } else { &raise.secret };
    for (name, value) in [
        (field::TITLE, title.as_str()),
        (field::TEXT, text),
        (field::PLACE, raise.place.trim()),
        (field::NAME, raise.contact.name.trim()),
        (field::PHONE, raise.contact.phone.trim()),
        (field::EMAIL, raise.contact.email.trim()),
        (field::SECRET, secret),
        (field::SOURCE, &raise.source),
    ] {
        if !value.is_empty() {
            private.insert(name.to_owned(), value.to_owned());
        }
    }
    let event = Event::Raised {
        code: facts.code.to_owned(),
        track: raise.track,
        door: raise.door,
        category: raise.category.clone(),
        street: raise.street.clone(),
        public: raise.public && raise.track != Track::Accusation,
        // 无 in the column for phones is no way to reach anybody.
        contact: private.get(field::PHONE).is_some_and(|phone| phone.chars().any(char::is_numeric)),
        tell,
        email: private.contains_key(field::EMAIL),
        oral: raise.oral && !by_resident,
        speakers: raise.speakers,
        accused: raise.accused.clone(),
        photos: raise.photos.clone(),
        opened: raise.origin.as_ref().map(|o| o.opened),
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
    let today = facts.now.date();
    let started = first_clocks(raise.track)
        .iter()
        .map(|id| ClockChange::Started(Clock::start(*id, &district.rules.rule(*id), None, today, &district.calendar)));
    let Some(origin) = &raise.origin else {
        let raised = New { event, clocks: started.collect(), private };
        let sent = sent(raise, opens, tell).map(|way| New::of(Event::SecretHanded { way }));
        return Ok(std::iter::once(raised).chain(joined).chain(sent).collect());
    };
    let Some(closed) = origin.closed else {
        return Ok(vec![New { event, clocks: started.collect(), private }]);
    };
    let clocks = origin.clock().map_or(Vec::new(), |clock| {
        let running = Clock { stopped: None, ..clock };
        vec![ClockChange::Started(running), ClockChange::Stopped { no: 0, on: closed.date() }]
    });
    let mut answer = Fields::new();
    if !origin.answer.trim().is_empty() {
        answer.insert(field::ANSWER.to_owned(), origin.answer.trim().to_owned());
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

/// The link to the neighbours' case that is joined: what they have in common, and nothing of theirs.
fn joined(raise: &Raise, facts: &Facts<'_>) -> Result<Option<New>, Refusal> {
    let Some(to) = raise.joins else { return Ok(None) };
    let shown = facts.other.is_some_and(|other| other.id == to && other.may_be_shown());
    if !shown || raise.track == Track::Accusation || raise.origin.is_some() {
        return Err(Refusal::at(Why::NotJoined, "joins"));
    }
    Ok(Some(New::of(Event::Linked { link: LinkKind::Related, to })))
}

/// Whether a text is nothing, or one phone number: digits and what stands between them.
pub fn is_phone(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || " +-()#*转".contains(c))
}

/// A phone number as a form takes it.
pub(super) fn phone(text: &str, field: &'static str) -> Result<(), Refusal> {
    if is_phone(text) { Ok(()) } else { Err(Refusal::at(Why::BadPhone, field)) }
}

/// A number that a text message can be sent to: digits, with a plus sign in front or not.
pub(super) fn mobile(text: &str, field: &'static str) -> Result<(), Refusal> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let known =
        text.trim().chars().enumerate().all(|(n, c)| c.is_ascii_digit() || " -".contains(c) || (n == 0 && c == '+'));
    if known && (5..=15).contains(&digits) { Ok(()) } else { Err(Refusal::at(Why::BadMobile, field)) }
}

/// One address as mail servers take it, or nothing: `local@domain` in visible characters.
pub(super) fn email(text: &str, field: &'static str) -> Result<(), Refusal> {
    let text = text.trim();
    let known = text.is_empty()
        || text.split_once('@').is_some_and(|(local, domain)| {
            let plain = |part: &str| part.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
            let dotted = |part: &str| part.split('.').all(|word| !word.is_empty());
            plain(local) && dotted(local) && plain(domain) && dotted(domain) && domain.contains('.')
        });
    if known { Ok(()) } else { Err(Refusal::at(Why::BadEmail, field)) }
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
