//! `doctor`: looks for what is wrong or will be soon, and says what to do. Never writes.

use crate::cli::{Failed, say};
use crate::commands::{NUMBER, place};
use store::doctor::visit;

/// `doctor`
pub fn doctor(data: &str) -> Result<(), Failed> {
    let visit = visit(&place(data)?, NUMBER, desk::Clock::System.now());
    for note in &visit.notes {
        say(&note.en);
    }
    for (what, todo) in &visit.findings {
        say(format_args!("✗ {}\n  {}", what.en, todo.en));
    }
    match visit.findings.len() {
        0 => {
            say("No findings.");
            Ok(())
        }
        1 => Err(Failed::new("There is one finding.", "Do what stands below it.")),
        n => Err(Failed::new(format!("There are {n} findings."), "Do what stands below each, from the top.")),
    }
}
