//! `doctor`: looks for what is wrong or will be soon, and says what to do. Never writes.

use crate::cli::{Failed, say};
use crate::commands::{NUMBER, place};
use crate::messages;
use std::path::Path;
use store::Db;
use store::doctor::visit;

/// `doctor`
pub fn doctor(data: &str, channels: Option<&Path>) -> Result<(), Failed> {
    let place = place(data)?;
    let visit = visit(&place, NUMBER, desk::Clock::System.now());
    for note in &visit.notes {
        say(&note.en);
    }
    let mut findings: Vec<(String, String)> =
        visit.findings.into_iter().map(|(what, todo)| (what.en, todo.en)).collect();
    // What can't be read is among the findings already.
    if let Ok((district, _)) = Db::open_reader(&place).and_then(|mut db| store::read::district(&mut db, NUMBER)) {
        let file = messages::file(&place, channels);
        messages::look(file.as_deref(), &district, &mut |what, todo| findings.push((what, todo)));
    }
    for (what, todo) in &findings {
        say(format_args!("✗ {what}\n  {todo}"));
    }
    match findings.len() {
        0 => {
            say("No findings.");
            Ok(())
        }
        1 => Err(Failed::new("There is one finding.", "Do what stands below it.")),
        n => Err(Failed::new(format!("There are {n} findings."), "Do what stands below each, from the top.")),
    }
}
