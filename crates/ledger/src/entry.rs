//! The public entry of an event: what may be known to all. Its bytes are what is hashed; they are stored and served
//! as they are, never written a second time from the parts.

use crate::hash::{Hash, decode, encode};

/// The first line.
const MAGIC: &str = "doorstep/v1";

/// The parts of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The case's random handle; all zero for the district's own stream.
    pub case: [u8; 16],
    /// The event's kind.
    pub kind: String,
    /// The first level of the category.
    pub category: Option<String>,
    /// The unit concerned.
    pub unit: Option<String>,
    /// The time, cut to the hour: `2023-05-04T09+08:00`.
    pub hour: String,
    /// The calendar's version.
    pub calendar: String,
    /// The due date: `2023-05-20`.
    pub due: Option<String>,
    /// The ledger index of the same case's entry before it.
    pub previous: Option<u64>,
    /// SHA-256 of the event's body, which carries a random nonce.
    pub body: Hash,
    /// Commitments to the private fields, sorted by name.
    pub fields: Vec<(String, Hash)>,
}

/// Why bytes are no entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the entry is not as it must be: {what}")]
pub struct EntryFault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

impl Entry {
    /// The entry's bytes. Characters below a space in a value become spaces, so that a line stays a line.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = String::with_capacity(512);
        let mut line = |key: &str, value: &str| {
            text.push_str(key);
            text.push(' ');
            text.extend(value.chars().map(|c| if c.is_control() { ' ' } else { c }));
            text.push('\n');
        };
        let handle: String = self.case.iter().map(|b| format!("{b:02x}")).collect();
        line("case", &handle);
        line("kind", &self.kind);
        for (key, value) in [("category", &self.category), ("unit", &self.unit)] {
            if let Some(value) = value {
                line(key, value);
            }
        }
        line("hour", &self.hour);
        line("calendar", &self.calendar);
        if let Some(due) = &self.due {
            line("due", due);
        }
        if let Some(previous) = self.previous {
            line("previous", &previous.to_string());
        }
        line("body", &encode(&self.body));
        for (name, hash) in &self.fields {
            line("field", &format!("{name} {}", encode(hash)));
        }
        format!("{MAGIC}\n{text}").into_bytes()
    }

    /// Reads an entry's bytes: exactly those that [`Entry::to_bytes`] writes.
    ///
    /// # Errors
    /// An [`EntryFault`] that names the line.
    pub fn parse(bytes: &[u8]) -> Result<Entry, EntryFault> {
        let fault = |line, what| EntryFault { line, what };
        let text = std::str::from_utf8(bytes).map_err(|_| fault(1, "not UTF-8"))?;
        let mut lines = text.split('\n').enumerate().map(|(n, l)| (n + 1, l)).peekable();
        if lines.next().map(|(_, l)| l) != Some(MAGIC) {
            return Err(fault(1, "not an entry of this version"));
        }
        let mut take = |key: &str| -> Option<(usize, String)> {
            let (n, line) = *lines.peek()?;
            let value = line.strip_prefix(key)?.strip_prefix(' ')?;
            let found = (n, value.to_owned());
            lines.next();
            Some(found)
        };
        let need = |found: Option<(usize, String)>, what| found.ok_or(fault(2, what));
        let (n, handle) = need(take("case"), "no case")?;
        let case = hex16(&handle).ok_or(fault(n, "a handle is 32 hex digits"))?;
        let (_, kind) = need(take("kind"), "no kind")?;
        let category = take("category").map(|f| f.1);
        let unit = take("unit").map(|f| f.1);
        let (_, hour) = need(take("hour"), "no hour")?;
        let (_, calendar) = need(take("calendar"), "no calendar")?;
        let due = take("due").map(|f| f.1);
        let previous = match take("previous") {
            Some((n, text)) => Some(text.parse().map_err(|_| fault(n, "not an index"))?),
            None => None,
        };
        let (n, body) = need(take("body"), "no body")?;
        let body = decode(&body).ok_or(fault(n, "not a hash"))?;
        let mut fields = Vec::new();
        while let Some((n, text)) = take("field") {
            let (name, hash) = text.split_once(' ').ok_or(fault(n, "a field has a name and a hash"))?;
            fields.push((name.to_owned(), decode(hash).ok_or(fault(n, "not a hash"))?));
        }
        let entry = Entry { case, kind, category, unit, hour, calendar, due, previous, body, fields };
        // Whatever is not exactly what we would have written is no entry: one meaning, one sequence of bytes.
        if entry.to_bytes() == bytes {
            Ok(entry)
        } else {
            Err(fault(lines.next().map_or(1, |l| l.0), "unknown or out of order"))
        }
    }
}

fn hex16(text: &str) -> Option<[u8; 16]> {
    if text.len() != 32 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 16];
    for (n, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * n..2 * n + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry() -> impl Strategy<Value = Entry> {
        let word = "[a-z_.-]{1,12}";
        (
            (any::<[u8; 16]>(), word, proptest::option::of("[^\\p{Cc}]{0,9}"), proptest::option::of(word)),
            ("[0-9T:+-]{1,19}", word, proptest::option::of("[0-9-]{10}"), any::<Option<u64>>()),
            (any::<Hash>(), proptest::collection::vec((word, any::<Hash>()), 0..4)),
        )
            .prop_map(|((case, kind, category, unit), (hour, calendar, due, previous), (body, fields))| {
                Entry { case, kind, category, unit, hour, calendar, due, previous, body, fields }
            })
    }

    proptest! {
        #[test]
        fn an_entry_reads_back_as_it_was_written(e in entry()) {
            prop_assert_eq!(Entry::parse(&e.to_bytes()), Ok(e));
        }

        #[test]
        fn bytes_that_are_no_entry_are_refused_and_never_panic(bytes: Vec<u8>, e in entry(), at in 0..400_usize, to: u8) {
            let _ = Entry::parse(&bytes);
            let mut changed = e.to_bytes();
            let at = at % changed.len();
            changed[at] = to;
            if let Ok(read) = Entry::parse(&changed) {
                prop_assert_eq!(read.to_bytes(), changed);
            }
        }
    }
}
