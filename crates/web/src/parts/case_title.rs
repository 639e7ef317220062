//! What a case is called on the pages of staff. That there is no title, that it is not for these eyes, and that it was
//! erased are three things, and each is said.

use crate::lang::L;
use domain::case::{Case, Fields, field};
use domain::district::{CategoryCode, District, UnitCode};
use domain::typed::{first_words, says_something};
use reading::mask;

/// A case as far as its title goes.
pub(crate) struct CaseTitle<'a> {
    pub(crate) title: &'a str,
    pub(crate) text: &'a str,
    pub(crate) erased: bool,
    /// Whether it is shown to who handles it; others read what it is about, never words with holes in them.
    pub(crate) handled: bool,
    pub(crate) category: Option<&'a CategoryCode>,
    pub(crate) street: Option<&'a UnitCode>,
    /// Names and numbers of the resident: a title stands in lists, which are looked at over shoulders.
    pub(crate) personal: Vec<&'a str>,
}

impl<'a> CaseTitle<'a> {
    /// Of a case with what it says, for who handles it or does not.
    pub(crate) fn of(case: &'a Case, fields: &'a Fields, handled: bool) -> CaseTitle<'a> {
        let text = |name: &str| fields.get(name).map_or("", String::as_str);
        CaseTitle {
            title: text(field::TITLE),
            text: text(field::TEXT),
            erased: case.erased,
            handled,
            category: case.category.as_ref(),
            street: case.street.as_ref(),
            personal: Vec::new(),
        }
    }
}

impl CaseTitle<'_> {
    pub(crate) fn said(&self, l: L, district: &District) -> String {
        if self.erased {
            return l.t("staff-title-erased");
        }
        if !self.handled {
            let category = self.category.map(|c| district.catalogue.name(c, l.0));
            let about: Vec<&str> =
                category.into_iter().chain(self.street.map(|s| district.unit_name(s, l.0))).collect();
            return if about.is_empty() { l.t("staff-title-hidden") } else { about.join(" · ") };
        }
        let words = if says_something(self.title) { self.title.to_owned() } else { first_words(self.text) };
        if words.is_empty() { l.t("staff-title-missing") } else { mask::numbers(&words, &self.personal) }
    }
}
