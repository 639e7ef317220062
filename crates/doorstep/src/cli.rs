//! The command line: what can be asked, and how a failure is told: one sentence on what is wrong, one on what to do.

use crate::figures::{Format, Wish};
use crate::{bench, commands, demo, describe, doctor, export, figures, hall, import, serve, user, verify};
use clap::{Parser, Subcommand, ValueEnum};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

/// Where everything is kept when nothing else is said.
const DATA: &str = "doorstep-data";
/// Where the server listens when nothing else is said.
const LISTEN: &str = "127.0.0.1:8420";

/// Self-hosted casework for a city district.
#[derive(Parser)]
#[command(name = "doorstep", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Wanted>,
}

#[derive(Subcommand)]
enum Wanted {
    /// Serve the pages and APIs.
    Serve {
        /// A folder, or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        /// The address to listen on.
        #[arg(long, env = "DOORSTEP_LISTEN", default_value = LISTEN)]
        listen: SocketAddr,
        /// A reverse proxy on another machine, whose X-Forwarded-For is believed; may be given more than once, or several
        /// with commas. One on this machine is believed without it.
        #[arg(long, value_name = "ADDRESS", env = "DOORSTEP_PROXY", value_delimiter = ',')]
        proxy: Vec<IpAddr>,
        /// The address under which people reach the site: https://cases.example. Links, QR codes, slips, messages and the
        /// check of forms use it, and cookies then never travel unencrypted. Needed unless only this machine is served.
        #[arg(long, value_name = "ADDRESS", env = "DOORSTEP_SITE")]
        site: Option<String>,
        /// Serve a demo to other machines too, where everybody who has its passwords may sign in.
        #[arg(long)]
        public_demo: bool,
        /// Where the administrator's page puts backups. Without it: the folder `backups` in the data folder.
        #[arg(long, value_name = "FOLDER", env = "DOORSTEP_BACKUPS")]
        backups: Option<PathBuf>,
        /// The folder of the search index; without it, `index` in the data folder. On PostgreSQL there is no search without it.
        #[arg(long, env = "DOORSTEP_INDEX")]
        index: Option<PathBuf>,
        /// The file that describes the ways out for messages, instead of messages.toml in the data folder.
        #[arg(long, env = "DOORSTEP_MESSAGES")]
        messages: Option<PathBuf>,
        /// How many connections there may be at the same time.
        #[arg(long, value_name = "NUMBER", env = "DOORSTEP_CONNECTIONS", default_value_t = web::Connections::default().most)]
        connections: usize,
        /// How many of them one address may have, other than this machine and the proxies.
        #[arg(long, value_name = "NUMBER", env = "DOORSTEP_CONNECTIONS_OF_ONE", default_value_t = web::Connections::default().of_one)]
        connections_of_one: usize,
    },
    /// Begin a district in an empty place.
    Init {
        /// A folder, or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        /// The district's Chinese name.
        #[arg(long)]
        name_zh: String,
        /// The district's English name.
        #[arg(long)]
        name_en: String,
        /// The origin line of the ledger: a name that nobody else uses, such as the host name of the service.
        #[arg(long)]
        origin: String,
    },
    /// Make an openly made-up district-year to look at, in an empty place.
    Demo {
        /// A folder, or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        /// The same seed gives the same year.
        #[arg(long, default_value_t = demo::SEED)]
        seed: u64,
        /// A small year, made in a moment: for tests.
        #[arg(long)]
        small: bool,
    },
    /// Make an account, give it a new password, or close it. A password is printed last and never again.
    User {
        /// A folder, or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        /// The sign-in name.
        #[arg(long)]
        name: String,
        /// The code of its unit.
        #[arg(long, required_unless_present_any = ["reset", "close"])]
        unit: Option<String>,
        /// What it may do: grid, clerk, head, dispatcher, supervisor, leader, auditor or administrator.
        #[arg(long, required_unless_present_any = ["reset", "close"])]
        role: Option<String>,
        /// Give an account a new password and end its sessions.
        #[arg(long, conflicts_with_all = ["close", "unit", "role"])]
        reset: bool,
        /// Close an account and end its sessions.
        #[arg(long, conflicts_with_all = ["unit", "role"])]
        close: bool,
    },
    /// Make a token for another system; it is printed last and never again.
    Token {
        /// A folder, or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        /// Its name.
        #[arg(long)]
        name: String,
        /// What it may do: intake, read or act.
        #[arg(long)]
        scope: String,
        /// The unit at which it acts; for the scope act.
        #[arg(long, requires_all = ["role", "until"])]
        unit: Option<String>,
        /// In which role: clerk, head or dispatcher; for the scope act.
        #[arg(long, requires_all = ["unit", "until"])]
        role: Option<String>,
        /// The last day on which it acts, such as 2027-01-31, at most 366 days ahead; for the scope act.
        #[arg(long, requires_all = ["unit", "role"])]
        until: Option<String>,
    },
    /// Print the figures of a window of days; reads only, also while the server serves.
    Figures {
        /// A folder, or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        /// How they are printed.
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
        #[command(flatten)]
        wish: Wish,
    },
    /// Print registers, acts, fields, roles, events, scopes of tokens and figures for other programs.
    Describe {
        /// A folder, or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        /// How they are printed.
        #[arg(long, value_enum, default_value_t = describe::Format::Json)]
        format: describe::Format,
    },
    /// Recompute everything and name the first thing that is wrong.
    Verify {
        /// A folder (also a backup), or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        /// A receipt that somebody kept: it must still be in the ledger. May be given more than once.
        #[arg(long)]
        receipt: Vec<PathBuf>,
        /// A checkpoint that was seen earlier: the ledger must have grown from it. May be given more than once.
        #[arg(long)]
        checkpoint: Vec<PathBuf>,
    },
    /// Look for what will go wrong soon, and say what to do. Changes nothing.
    Doctor {
        /// A folder (also a backup), or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        /// The file that describes the ways out for messages, instead of messages.toml in the data folder.
        #[arg(long, env = "DOORSTEP_MESSAGES")]
        messages: Option<PathBuf>,
    },
    /// Show what time the machine's clock says, and what time the service last ran.
    Clock {
        /// A folder, or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        /// The machine's clock is right: the next start believes it.
        #[arg(long)]
        right: bool,
    },
    /// The key store.
    Keys {
        #[command(subcommand)]
        wanted: WithKeys,
    },
    /// A meeting in a hall without network, on a laptop.
    Hall {
        #[command(subcommand)]
        wanted: WithHall,
    },
    /// Empty the read tables and fill them again from the events.
    Rebuild {
        /// A folder, or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
    },
    /// Make the search index anew from the events, also while the server serves: it answers from the old one meanwhile.
    Reindex {
        /// A folder, or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        /// The folder of the search index; without it, `index` in the data folder.
        #[arg(long, env = "DOORSTEP_INDEX")]
        index: Option<PathBuf>,
    },
    /// Copy everything into a new folder, while the server serves.
    Backup {
        /// A folder, or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        /// The folder to make.
        #[arg(long)]
        to: PathBuf,
    },
    /// Bring a backup into an empty place.
    Restore {
        /// The backup.
        #[arg(long)]
        from: PathBuf,
        /// An empty folder, or the URL of an empty PostgreSQL database.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
    },
    /// Measure on this machine how much is taken in and how fast pages and figures are read.
    Bench {
        /// A folder, beside which a temporary one is made, or the URL of an empty PostgreSQL database.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        #[command(flatten)]
        wish: bench::Wish,
    },
    /// Let the rows of another system's table in as cases: .csv (UTF-8, GB18030), .xlsx, and .gz of these.
    Import {
        /// The table.
        file: PathBuf,
        /// What its columns mean: a file (docs/import.md has each of its keys), or the name of a ready map (doorstep map).
        #[arg(long)]
        map: String,
        /// A folder, or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        /// Read and judge every row, and change nothing.
        #[arg(long)]
        dry_run: bool,
        /// Let the good rows in, and write the bad ones with their faults into this new CSV.
        #[arg(long, value_name = "REST.csv")]
        only_good: Option<PathBuf>,
        /// Compare the source's own on-time flag with our clock, row by row.
        #[arg(long)]
        compare: bool,
    },
    /// Print a ready map for import, to begin one's own with; without a name, the names of all.
    Map {
        /// The map's name.
        name: Option<String>,
    },
    /// Write cases into a file: .csv, .xlsx or .jsonl, masked unless asked otherwise. In .csv, phones and other words that a
    /// spreadsheet would take for a number or a date have an apostrophe in front.
    Export {
        /// A folder, or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        /// The file; its ending is its format. An older one of that name is replaced.
        #[arg(long)]
        out: PathBuf,
        /// The first day on which the cases were raised: 2023-01-01.
        #[arg(long)]
        from: Option<calendar::Date>,
        /// The first day that does not count any more.
        #[arg(long)]
        to: Option<calendar::Date>,
        /// Mask nothing, and add the source row of an imported case.
        #[arg(long)]
        unmasked: bool,
        /// Why nothing is masked: handle, contact, verify or audit.
        #[arg(long)]
        purpose: Option<String>,
    },
    /// Print the due date of a term: as counted, and rolled over to a working day.
    Due {
        /// What is counted.
        #[arg(long)]
        unit: DueUnit,
        /// How many days.
        #[arg(long)]
        length: u16,
        /// The start day, which is not counted: 2023-05-04.
        #[arg(long)]
        start: calendar::Date,
    },
}

#[derive(Subcommand)]
enum WithKeys {
    /// Take the keys that are missing here from another key store, such as a backup's.
    Merge {
        /// A folder, or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        /// The folder (or PostgreSQL URL) of the other key store: with keys.db, or keys/keys.db as a backup has it.
        #[arg(long)]
        from: String,
    },
}

#[derive(Subcommand)]
enum WithHall {
    /// Make a folder for the laptop: units, accounts, rules and catalogue of the district, and none of its cases.
    Carry {
        /// A folder, or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        /// The folder to make.
        #[arg(long)]
        to: String,
        /// A unit whose accounts sign in there; once for each.
        #[arg(long = "unit", required = true)]
        units: Vec<String>,
    },
    /// Write what happened in the hall into the district's ledger, each entry once, however often it is merged.
    Merge {
        /// A folder, or a PostgreSQL URL.
        #[arg(long, env = "DOORSTEP_DATA", default_value = DATA)]
        data: String,
        /// The laptop's folder.
        #[arg(long)]
        from: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum DueUnit {
    Working,
    Calendar,
}

/// A failure of a command: what is wrong, and what to do.
#[derive(Debug)]
pub struct Failed {
    what: String,
    todo: String,
    code: u8,
}

impl Failed {
    /// A failure or finding: exit code 1.
    pub fn new(what: impl Into<String>, todo: impl Into<String>) -> Failed {
        Failed { what: what.into(), todo: todo.into(), code: 1 }
    }

    /// The same, with what else has to be known.
    pub fn after(self, said: impl std::fmt::Display) -> Failed {
        Failed { todo: format!("{}\n{said}", self.todo), ..self }
    }

    /// A wrong use: exit code 2.
    pub fn usage(what: impl Into<String>, todo: impl Into<String>) -> Failed {
        Failed { code: 2, ..Failed::new(what, todo) }
    }
}

impl From<store::StoreError> for Failed {
    fn from(e: store::StoreError) -> Failed {
        let (what, todo) = e.said(false);
        // A command has ended: it does not go on by itself.
        let todo = match e {
            store::StoreError::Full(_) => {
                "Free some space or raise the quota, then start it again; everything acknowledged is safe.".to_owned()
            }
            store::StoreError::Unavailable(_) => {
                "Check that the database runs and that its address and login are right, then start it again.".to_owned()
            }
            _ => todo,
        };
        Failed::new(what, todo)
    }
}

impl From<desk::Failure> for Failed {
    fn from(e: desk::Failure) -> Failed {
        let e = match e {
            desk::Failure::Store(e) => return e.into(),
            e => e,
        };
        let (what, todo) = e.said(domain::Lang::En);
        Failed::new(what, todo)
    }
}

impl From<reading::Error> for Failed {
    fn from(e: reading::Error) -> Failed {
        match e {
            reading::Error::Store(e) => e.into(),
            e => Failed::new(
                format!("The search index can't be made: {e}."),
                "Look at the folder's owner and the disk's free space; the index may be deleted at any time.",
            ),
        }
    }
}

/// Runs what the command line asks for.
pub fn run() -> ExitCode {
    // clap prints its own errors: what is wrong, how it is used; exit code 2.
    let done = match Cli::parse().command {
        None => serve::demo_and_serve(DATA, LISTEN),
        Some(Wanted::Serve {
            data,
            listen,
            proxy,
            site,
            public_demo,
            backups,
            index,
            messages,
            connections,
            connections_of_one,
        }) => {
            let connections = web::Connections { most: connections, of_one: connections_of_one };
            let beside = serve::Beside { proxies: proxy, site, public_demo, backups, index, messages, connections };
            serve::serve(&data, listen, beside)
        }
        Some(Wanted::Init { data, name_zh, name_en, origin }) => commands::init(&data, &name_zh, &name_en, &origin),
        Some(Wanted::Demo { data, seed, small }) => demo::demo(&data, seed, small),
        Some(Wanted::User { data, name, reset: true, .. }) => user::reset(&data, &name),
        Some(Wanted::User { data, name, close: true, .. }) => user::close(&data, &name),
        Some(Wanted::User { data, name, unit, role, .. }) => {
            user::open(&data, &name, &unit.unwrap_or_default(), &role.unwrap_or_default())
        }
        Some(Wanted::Token { data, name, scope, unit, role, until }) => {
            commands::token(&data, &name, &scope, unit.zip(role).zip(until))
        }
        Some(Wanted::Figures { data, format, wish }) => figures::run(&data, &wish, format),
        Some(Wanted::Describe { data, format }) => describe::run(&data, format),
        Some(Wanted::Verify { data, receipt, checkpoint }) => verify::verify(&data, &[receipt, checkpoint].concat()),
        Some(Wanted::Doctor { data, messages }) => doctor::doctor(&data, messages.as_deref()),
        Some(Wanted::Clock { data, right }) => commands::clock(&data, right),
        Some(Wanted::Keys { wanted: WithKeys::Merge { data, from } }) => commands::merge_keys(&data, &from),
        Some(Wanted::Hall { wanted: WithHall::Carry { data, to, units } }) => hall::carry(&data, &to, &units),
        Some(Wanted::Hall { wanted: WithHall::Merge { data, from } }) => hall::merge(&data, &from),
        Some(Wanted::Rebuild { data }) => commands::rebuild(&data),
        Some(Wanted::Reindex { data, index }) => commands::reindex(&data, index.as_deref()),
        Some(Wanted::Backup { data, to }) => commands::backup(&data, &to),
        Some(Wanted::Restore { from, data }) => commands::restore(&from, &data),
        Some(Wanted::Import { file, map, data, dry_run, only_good, compare }) => {
            import::import(&import::Wanted { file, map, data, dry_run, only_good, compare })
        }
        Some(Wanted::Map { name }) => import::print_map(name.as_deref()),
        Some(Wanted::Export { data, out, from, to, unmasked, purpose }) => {
            let window = store::records::Window { from, to };
            export::purpose(unmasked, purpose.as_deref())
                .and_then(|unmasked| export::export(&export::Wanted { data, out, window, unmasked }))
        }
        Some(Wanted::Bench { data, wish }) => bench::bench(&data, &wish),
        Some(Wanted::Due { unit, length, start }) => {
            let unit = match unit {
                DueUnit::Working => calendar::Unit::Working,
                DueUnit::Calendar => calendar::Unit::Calendar,
            };
            commands::due(calendar::Term { length, unit }, start)
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed { what, todo, code }) => {
            eprintln!("doorstep: {what}\n{todo}");
            ExitCode::from(code)
        }
    }
}

/// Prints a line of a command's result. Whoever stopped reading (`| head`) needs no further line.
pub fn say(line: impl std::fmt::Display) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
