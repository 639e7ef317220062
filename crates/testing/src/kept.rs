//! Texts that are derived from the program and kept beside it, so that a change of them is looked at as such.

use std::path::Path;

/// Holds a derived text against the file in which it is kept, named from the project's root. `DOORSTEP_RENEW=1` writes it
/// anew, and `cargo xtask describe` all of them.
///
/// # Panics
/// The file says something else, or can't be written.
pub fn kept(file: &str, now: &str) {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(file);
    if std::env::var_os("DOORSTEP_RENEW").is_some() {
        std::fs::write(&path, now).expect("the text can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let (mut old, mut new) = (kept.lines(), now.lines());
    let pairs = std::iter::from_fn(|| match (old.next(), new.next()) {
        (None, None) => None,
        pair => Some(pair),
    });
    let differs = pairs.into_iter().find(|(kept, now)| kept != now);
    assert!(
        kept == now,
        "{file} is not up to date, from {differs:?} on: look at what `cargo xtask describe` changes in it"
    );
}
