//! The commands that run once and end.

use crate::cli::{Failed, say};
use crate::user;
use calendar::{Calendar, Date, Term};
use desk::{Desk, Entropy, Options};
use domain::district::{Command, Scope, TokenPost};
use domain::{Actor, Label, Role};
use indicatif::{ProgressBar, ProgressStyle};
use reading::{Folder, Follower};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::time::Duration;
use store::{Db, Place};

type Done = Result<(), Failed>;

/// The district's number in its tables. One process serves one district.
pub const NUMBER: i64 = 1;

/// The place that `--data` names.
pub fn place(data: &str) -> Result<Place, Failed> {
    Ok(Place::parse(data)?)
}

/// `init`
pub fn init(data: &str, zh: &str, en: &str, origin: &str) -> Done {
    if origin == desk::DEMO_ORIGIN {
        return Err(Failed::usage(
            format!("The origin {origin} is kept for demonstrations."),
            "Use a name of your own, such as the host name of the service.",
        ));
    }
    let (desk, thread) = Desk::found(&place(data)?, Options::default(), zh, en, origin)?;
    say(format_args!("{zh} · {en} begins. The ledger's public key:\n{}", desk.vkey()));
    let accounts = user::first(&desk, zh, en)?;
    drop(desk);
    end(thread)?;
    say(
        "Two administrators, for two people: what would let one act as somebody else needs both. Each password is printed",
    );
    say("only now and serves one sign-in:");
    for (user, password) in accounts {
        say(format_args!("{user} {password}"));
    }
    Ok(())
}

/// Waits until the writer has put everything on disk and let go of the lock.
pub fn end(thread: desk::WriterThread) -> Done {
    let died = || Failed::new("The writer ended unexpectedly.", "Run doorstep verify before anything else.");
    thread.join().map_err(|_| died())
}

/// Unit, role and last day, as they were typed.
type TypedPost = Option<((String, String), String)>;

/// What `token` asks for.
fn wanted_token(name: &str, scope: &str, post: TypedPost) -> Result<Command, Failed> {
    let name = name.to_owned();
    let scope = Scope::of(scope).ok_or_else(|| {
        let what = format!("There is no scope “{scope}”.");
        Failed::usage(what, "Use --scope intake, --scope read or --scope act.")
    })?;
    match (scope, post) {
        (Scope::Intake | Scope::Read, None) => Ok(Command::MakeToken { name, scope }),
        (Scope::Intake | Scope::Read, Some(_)) => Err(Failed::usage(
            "Only a token of scope act has a unit, a role and a last day.",
            "Leave out --unit, --role and --until, or use --scope act.",
        )),
        (Scope::Act, None) => Err(Failed::usage(
            "A token of scope act acts at a post until a day.",
            "Add --unit, --role (clerk, head or dispatcher) and --until, such as 2027-01-31.",
        )),
        (Scope::Act, Some(((unit, role), until))) => {
            let role = Role::of(&role).ok_or_else(|| {
                Failed::usage(format!("There is no role “{role}”."), "Use --role clerk, head or dispatcher.")
            })?;
            let until: Date = until
                .parse()
                .map_err(|_| Failed::usage(format!("“{until}” is not a day."), "Write it like --until 2027-01-31."))?;
            Ok(Command::MakeActingToken { name, post: TokenPost { unit: unit.as_str().into(), role, until } })
        }
    }
}

/// `token`
pub fn token(data: &str, name: &str, scope: &str, post: TypedPost) -> Done {
    let command = wanted_token(name, scope, post)?;
    let (desk, thread) = Desk::open(&place(data)?, Options::default())?;
    let token: String = Entropy::system().bytes::<32>().iter().map(|b| format!("{b:02x}")).collect();
    let key: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    // The key first: a key without its event opens nothing, an event without its key would promise what isn't there.
    desk.put_now(vec![store::access::set_token(desk.number(), key, name)])?;
    desk.change_now(Actor::command_line(), command)?;
    drop(desk);
    end(thread)?;
    say(token);
    Ok(())
}

/// `clock`
pub fn clock(data: &str, right: bool) -> Done {
    let (place, now) = (place(data)?, desk::Clock::System.now());
    let mut db = Db::open_reader(&place)?;
    store::schema::check(&mut db)?;
    let last = store::heartbeat::at(&mut db, NUMBER)?;
    say(format_args!("The machine's clock says {}.", now.minute()));
    match last {
        Some(last) => say(format_args!("The service last ran at {}.", last.minute())),
        None => say("When the service last ran is not known."),
    }
    if !right {
        return Ok(());
    }
    // Takes the writer's lock: a service that runs would write its own.
    Db::open_writer(&place)?.write(&[store::heartbeat::beat(NUMBER, Some(now))])?;
    say("The machine's clock is taken for right from now on.");
    Ok(())
}

/// `keys merge`
pub fn merge_keys(data: &str, from: &str) -> Done {
    let merged = store::start::merge(&place(data)?, &place(from)?, NUMBER)?;
    if merged.signing {
        say("The ledger's signing key was taken.");
    }
    say(format_args!("{} keys of cases were taken.", merged.taken));
    if merged.without == 0 {
        say("Every case has its key now.");
        return Ok(());
    }
    let what = format!("{} cases still have no key: their texts can't be read.", merged.without);
    Err(Failed::new(what, "Merge the keys of another backup as well; the newest one that has them."))
}

/// `rebuild`
pub fn rebuild(data: &str) -> Done {
    let place = place(data)?;
    let mut writer = Db::open_writer(&place)?;
    store::schema::migrate(&mut writer)?;
    let mut reader = Db::open_reader(&place)?;
    let bar = bar();
    let count = store::rebuild::rebuild(&mut reader, &mut writer, NUMBER, &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    say(format_args!("The indexes and the read tables are made anew from {count} entries."));
    Ok(())
}

/// How often it is looked whether a server has made its index anew.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// `reindex`
pub fn reindex(data: &str, index: Option<&Path>) -> Done {
    let place = place(data)?;
    // A reader never makes a folder: a mistyped path is an error, not an empty index.
    drop(Db::open_reader(&place)?);
    let folder = reading::folder_of(&place, index).ok_or_else(|| {
        Failed::usage("A PostgreSQL database has no folder for a search index.", "Name one with --index, as for serve.")
    })?;
    let wish = Folder::at(&folder).map_err(reading::Error::from)?;
    wish.ask().map_err(reading::Error::from)?;
    while wish.is_asked() {
        match Follower::open(&place, registers::REGISTERS, NUMBER, &folder)? {
            Some(mut follower) => {
                follower.catch_up()?;
                say(format_args!("The search index is made anew from {} records.", follower.cases()));
                return Ok(());
            }
            None => std::thread::sleep(LOOK_EVERY),
        }
    }
    say("The server has made its search index anew, and answered meanwhile.");
    Ok(())
}

/// A bar for a copy of so many steps.
pub fn bar() -> ProgressBar {
    let style =
        ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

/// `backup`
pub fn backup(data: &str, to: &Path) -> Done {
    let (place, bar) = (place(data)?, bar());
    store::backup::backup(&place, to, &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    store::backup::note(&place, desk::Clock::System.now());
    say(format_args!("The backup is in {}. Check it: doorstep verify --data {}", to.display(), to.display()));
    Ok(())
}

/// `restore`
pub fn restore(from: &Path, data: &str) -> Done {
    let bar = bar();
    store::backup::restore(from, &place(data)?, &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    let mut restored = Db::open_writer(&place(data)?)?;
    store::outbox::hold(&mut restored, NUMBER)?;
    // How long ago the backup was made says nothing about this machine's clock. A backup of 0.1 has no heartbeat.
    if store::schema::version(&mut restored)? == store::schema::known() {
        store::heartbeat::forget(&mut restored, NUMBER)?;
    }
    say(format_args!("The backup is restored. Check it: doorstep verify --data {data}"));
    Ok(())
}

/// `due`
pub fn due(term: Term, start: Date) -> Done {
    let due = Calendar::builtin().due(start, term);
    say(format_args!("raw {}", due.raw));
    say(format_args!("rolled {}", due.rolled));
    if due.provisional {
        say("provisional: the table of a year on the way is not loaded");
    }
    Ok(())
}
