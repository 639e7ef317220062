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
    let read = Db::open_reader(&place).and_then(|mut db| {
        let (note, _) = store::read::checkpoint(&mut db, NUMBER)?;
        Ok((is_demo(&note), store::read::district(&mut db, NUMBER)?))
    });
    match read {
        Ok((true, _)) => say("messages: a demo sends nothing, whatever is configured"),
        Ok((false, (district, _))) => {
            let file = messages::file(&place, channels);
            messages::look(file.as_deref(), &district, &mut |what, todo| findings.push((what, todo)));
        }
        Err(_) => {}
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

/// Whether a checkpoint is a demo's, or that of a demo's hall: its first line is the origin.
fn is_demo(note: &[u8]) -> bool {
    let rest = note.strip_prefix(desk::DEMO_ORIGIN.as_bytes());
    rest.is_some_and(|rest| rest.starts_with(b"\n") || rest.starts_with(desk::HALL.as_bytes()))
}
