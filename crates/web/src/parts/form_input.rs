//! A field of an act's form, as `parts/_form_input.html` draws it.

use crate::page::Choice;

/// A field of a form.
pub(crate) struct FormInput {
    /// "line", "area", "number", "date", "datetime-local", "select", "radio", "mark", "list" (with options to type from), "hidden".
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) hint: String,
    pub(crate) error: String,
    pub(crate) required: bool,
    pub(crate) options: Vec<Choice>,
    pub(crate) blank: String,
}
