//! How a resident is told of what happens: one question in the form, and another answer to it on the case's page.

use crate::form::Sent;
use crate::lang::L;
use crate::page::Choice;
use domain::case::{Case, Channel, Tell};
use domain::{Label, Lang};

/// The question as a page shows it.
pub(crate) struct Telling {
    /// The answers; empty: the district sends nothing, and nothing is asked.
    pub(crate) choices: Vec<Choice>,
    /// Whether e-mail is one of them.
    pub(crate) email: bool,
    /// The language in which the resident is told from now on.
    pub(crate) lang: &'static str,
    /// That the address has not been confirmed, and what is told until then; empty where it has, or there is none.
    pub(crate) unconfirmed: String,
}

impl Telling {
    /// The question with what the district offers, and what was chosen; without a choice: not to be told.
    pub(crate) fn of(l: L, offers: &[Channel], chosen: &str) -> Telling {
        let chosen = if chosen.is_empty() { Channel::None.code() } else { chosen };
        let mut choices = Vec::new();
        if !offers.is_empty() {
            choices = Choice::some(&[&[Channel::None], offers].concat(), l, chosen);
        }
        Telling {
            choices,
            email: offers.contains(&Channel::Email),
            lang: l.0.pick("zh", "en"),
            unconfirmed: String::new(),
        }
    }

    /// The question on the page of a case: also asked where somebody is told now, so that it can be ended.
    pub(crate) fn of_case(l: L, offers: &[Channel], case: &Case, typed: &str) -> Telling {
        let now = case.tell.map(|t| t.channel);
        let mut offers = offers.to_vec();
        offers.extend(now.filter(|channel| !offers.contains(channel)));
        let chosen = if typed.is_empty() { now.map_or("", Label::code) } else { typed };
        let asked = now.is_some_and(|channel| {
            channel != Channel::None && case.may_be_told(channel) && !case.is_confirmed(channel)
        });
        let unconfirmed = if asked { l.t("telling-unconfirmed") } else { String::new() };
        Telling { unconfirmed, ..Telling::of(l, &offers, chosen) }
    }
}

/// What a form says.
pub(crate) fn read(sent: &Sent, lang: Lang) -> Option<Tell> {
    Channel::of(sent.get("tell")).map(|channel| Tell { channel, lang })
}
