//! The channels of a district: where their file is, and what is wrong with it.

use crate::cli::{Failed, say};
use domain::district::District;
use messages::Config;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use store::Place;

/// The file in the data folder.
pub const FILE: &str = "messages.toml";

/// The file that describes the channels: the named one, or the data folder's if it is there.
pub fn file(place: &Place, named: Option<&Path>) -> Option<PathBuf> {
    let own = || place.folder().map(|folder| folder.join(FILE)).filter(|path| path.exists());
    named.map(Path::to_owned).or_else(own)
}

/// The channels to serve with. A demo sends nothing, whatever is configured.
pub fn config(place: &Place, named: Option<&Path>, demo: bool) -> Result<Config, Failed> {
    if demo {
        return Ok(Config::demo());
    }
    match file(place, named) {
        Some(path) => Config::read(&path).map_err(|fault| Failed::new(fault.what, fault.todo)),
        None => Ok(Config::none()),
    }
}

/// What `doctor` says about the channels, and what it finds.
pub fn look(path: Option<&Path>, district: &District, finding: &mut dyn FnMut(String, String)) {
    let Some(path) = path else {
        say("messages: nothing is configured, nobody is told by message");
        return;
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) => {
            let what = format!("The file {} can't be read: {e}.", path.display());
            return finding(what, "Make it readable for the service.".to_owned());
        }
    };
    let missing = RefCell::new(Vec::new());
    // The service may have variables that this shell has not: for them, something that is well formed.
    let variable = |name: &str| {
        let found = std::env::var(name).ok();
        if found.is_none() {
            missing.borrow_mut().push(name.to_owned());
        }
        found.or_else(|| Some("https://localhost/0123456789abcdef".to_owned()))
    };
    let config = match Config::parse(&text, &variable) {
        Ok(config) => config,
        Err(fault) if missing.borrow().is_empty() => return finding(fault.what, fault.todo),
        // What stands in for a variable is no sender, no kind of event, no way of encryption: not the file's fault.
        Err(_) => {
            let names = missing.borrow().join(", ");
            return say(format_args!(
                "messages: the file can't be checked here without the variables {names}, which the service has"
            ));
        }
    };
    let has = |there: bool| if there { "yes" } else { "no" };
    say(format_args!(
        "messages: e-mail {}, text messages {}, {} group robots, {} web hooks",
        has(config.mail.is_some()),
        has(config.sms.is_some()),
        config.robots.len(),
        config.hooks.len()
    ));
    for name in missing.into_inner() {
        say(format_args!("messages: the variable {name} is not set here; the service needs it"));
    }
    for robot in &config.robots {
        if district.open_unit(&robot.unit.as_str().into()).is_none() {
            let what = format!("{FILE} has a group robot for “{}”, which is no open unit.", robot.unit);
            finding(what, "Write the unit's code as the list of units has it.".to_owned());
        }
    }
}
