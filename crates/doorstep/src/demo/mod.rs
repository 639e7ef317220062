//! `demo`: an openly made-up district-year 2023. Everything in it was a command through the desk, with a clock that is
//! set by hand and ends on 31 December 2023; the same seed gives the same entries.

mod dice;
mod drive;
mod lectures;
mod life;
mod logins;
mod meetings;
mod receptions;
mod town;
mod walk;
mod words;
mod year;

use crate::cli::{Failed, say};
use crate::commands::{end, place};
use desk::{Clock, DEMO_ORIGIN, Desk, Entropy, Options};
use domain::case::{Door, Stage, Track};
use logins::Login;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use store::{Db, Place, StoreError, WriterLock};

/// The district that a year is made for.
const NAMES: (&str, &str) = ("示范区", "Demonstration District");
/// What a folder holds in which a demo is being made.
const MARK: &str = "demo-in-the-making";
/// The account whose password is set last: without it the demo was interrupted.
const LAST: &str = "admin";

/// Something is wrong with the demo's own plan or files.
fn fault(what: impl Display) -> Failed {
    let what = what.to_string();
    Failed::new(
        format!("The demo's plan has a fault: {}.", what.trim_end_matches('.')),
        "Report it to the project; your own data is untouched.",
    )
}

/// What came out: sign-in names, and a case to follow.
struct Made {
    logins: Vec<Login>,
    code: String,
    digits: String,
    cases: usize,
    lectures: usize,
    meetings: usize,
    receptions: usize,
}

/// `demo`
pub fn demo(data: &str, seed: u64, small: bool) -> Result<(), Failed> {
    let place = place(data)?;
    let logins = anywhere(&place, seed, small)?;
    if place.folder().is_none() {
        say(format_args!("The sign-in names are in {} of this folder.", logins::FILE));
    }
    show(&logins);
    Ok(())
}

/// Makes it in a folder or a database, and tells what is there.
fn anywhere(place: &Place, seed: u64, small: bool) -> Result<Vec<Login>, Failed> {
    let made = match place.folder() {
        Some(folder) => in_folder(folder, seed, small)?,
        None => {
            let made = make(place, seed, small)?;
            logins::write(Path::new("."), &made.logins)?;
            made
        }
    };
    let Made { cases, lectures, meetings, receptions, .. } = made;
    say(format_args!(
        "示范区 · Demonstration District: {cases} cases, {lectures} lectures, {meetings} talk meetings and {receptions} \
         reception days of the openly made-up year 2023."
    ));
    say(format_args!("A case to follow: {} with the digits {}", made.code, made.digits));
    Ok(made.logins)
}

/// Prints sign-in names as a small table.
fn show(logins: &[Login]) {
    say(format_args!("{:<14} {:<18} {}", "role", "user", "password"));
    for Login { role, user, password } in logins {
        say(format_args!("{role:<14} {user:<18} {password}"));
    }
}

/// Prints the sign-in names of a demo that was made in this place before.
pub fn show_logins(place: &Place) {
    let folder = place.folder().unwrap_or(Path::new("."));
    match logins::read(folder) {
        Some(logins) => show(&logins),
        None => say(format_args!("{} is not here; doorstep user --reset gives new passwords.", logins::FILE)),
    }
}

/// Makes it beside its folder and gives it its name when it is whole: what was interrupted never has the name.
fn in_folder(folder: &Path, seed: u64, small: bool) -> Result<Made, Failed> {
    let failed = |e: std::io::Error| {
        Failed::new(format!("{}: {e}.", folder.display()), "Choose a new folder in a place where you may write.")
    };
    if folder.exists() && fs::read_dir(folder).map_err(failed)?.next().is_some() {
        return Err(Failed::new(
            format!("{} is not empty.", folder.display()),
            "A demo is made in a new or empty folder: choose another one with --data.",
        ));
    }
    let name = folder.file_name().ok_or_else(|| {
        Failed::usage(format!("{} can't be the demo's folder.", folder.display()), "Give --data a name of its own.")
    })?;
    let making: PathBuf = folder.with_file_name(format!("{}.making", name.to_string_lossy()));
    if making.exists() {
        clear(&making)?;
    }
    let new = Place::Folder(making.clone());
    // Makes the folder, for its owner alone.
    drop(WriterLock::take(&new)?);
    fs::write(making.join(MARK), "").map_err(failed)?;
    let made = make(&new, seed, small)?;
    logins::write(&making, &made.logins)?;
    fs::remove_file(making.join(MARK)).and_then(|()| fs::rename(&making, folder)).map_err(failed)?;
    Ok(made)
}

/// Removes what an interrupted run left, and nothing else.
fn clear(making: &Path) -> Result<(), Failed> {
    let other = || {
        Failed::new(
            format!("{} is in the way.", making.display()),
            "The demo is made there first: move it away, or choose another folder with --data.",
        )
    };
    if !making.join(MARK).is_file() {
        return Err(other());
    }
    drop(WriterLock::take(&Place::Folder(making.to_owned()))?);
    fs::remove_dir_all(making).map_err(|_| other())
}

fn make(place: &Place, seed: u64, small: bool) -> Result<Made, Failed> {
    let town = town::Town::build()?;
    let ways = year::plan(&town, seed, small)?;
    let lectures = lectures::plan(&town, &ways, seed, small)?;
    let meetings = meetings::plan(&town, &ways, seed)?;
    let receptions = receptions::plan(&town, &ways, seed, small)?;
    let plan = drive::Plan { ways: &ways, lectures: &lectures, meetings: &meetings, receptions: &receptions };
    let clock = Clock::at(town::beginning());
    let options = Options { clock, entropy: Entropy::seeded(seed), ..Options::default() };
    let (desk, thread) = Desk::found(place, options, NAMES.0, NAMES.1, DEMO_ORIGIN)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime =
        runtime.map_err(|e| Failed::new(format!("The demo can't start: {e}."), "Raise the limit of processes."))?;
    let held = runtime.block_on(drive::drive(&desk, place, &town, plan))?;
    // What the district's own clock would do: a demo that is served later finds it done.
    while desk.sweep_now()? > 0 {}
    // The system's chance: the seed decides what happened, and is known to everybody.
    let logins = logins::set(&desk, place, &mut Entropy::system())?;
    drop(desk);
    end(thread)?;
    // One that still goes on, and that everybody may see.
    let open = |w: &walk::Way| {
        w.case.stage == Stage::Answered && w.case.track != Track::Accusation && w.case.door == Door::Web
    };
    let shown = ways.iter().position(open).and_then(|n| held.get(n)).cloned().unwrap_or_default();
    Ok(Made {
        logins,
        code: shown.code,
        digits: shown.digits,
        cases: held.len(),
        lectures: lectures.sessions.len(),
        meetings: meetings.meetings.len(),
        receptions: receptions.days,
    })
}

/// Makes the demo of a bare start where nothing is.
///
/// # Errors
/// What is in the way.
pub fn make_if_missing(data: &str) -> Result<(), Failed> {
    let place = place(data)?;
    match Db::open_reader(&place) {
        Ok(_) => Ok(()),
        Err(StoreError::Missing(_)) => anywhere(&place, SEED, false).map(drop),
        Err(e) => Err(e.into()),
    }
}

/// The seed when nothing else is said.
pub const SEED: u64 = 2023;

/// Refuses a demo whose making was interrupted.
///
/// # Errors
/// What to do about it; also what the database says.
pub fn must_be_whole(desk: &Desk, place: &Place) -> Result<(), Failed> {
    // Also when it was closed since.
    let last = desk.district().accounts.values().find(|account| account.user == LAST).map(|account| account.id);
    let mut db = Db::open_reader(place)?;
    let whole = match last {
        Some(account) => store::access::password(&mut db, desk.number(), account)?.is_some(),
        None => false,
    };
    if whole {
        return Ok(());
    }
    Err(Failed::new(
        format!("The demo in {place} was interrupted while it was made."),
        "Empty that place and run doorstep demo again.",
    ))
}
