//! `serve`: the server, until it is told to stop.

use crate::cli::{Failed, say};
use crate::commands::{end, place};
use crate::demo;
use desk::{Desk, Options};
use reading::{Finder, Follower, Running};
use std::io::IsTerminal;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::health::CaseKeys;
use store::{Db, Keys, Place};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// How often waiting times that have run out are ended.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// How often the running server writes down what time it is.
const BEAT_EVERY: Duration = Duration::from_secs(60);
/// How long after the end of the last connection work that goes on without one may take.
const REST_WITHIN: Duration = Duration::from_secs(3);
/// How long after it was told to stop the process ends whatever it does: what was acknowledged is on disk.
const END_WITHIN: Duration = Duration::from_secs(20);
/// Files that are open beside connections: databases, index, log.
const OTHER_FILES: u64 = 256;

/// What `doorstep` without a command does: the demo district-year, made if nothing is there, and served.
pub fn demo_and_serve(data: &str, listen: &str) -> Result<(), Failed> {
    demo::make_if_missing(data)?;
    let listen = listen.parse().map_err(|_| Failed::usage("The address can't be read.", "Use 127.0.0.1:8420."))?;
    serve(data, listen, Beside::default())
}

/// What the server may be told beside where its data is and where it listens.
#[derive(Default)]
pub struct Beside {
    /// Reverse proxies on other machines.
    pub proxies: Vec<IpAddr>,
    /// The address under which people reach the site.
    pub site: Option<String>,
    /// Whether a demo may be served to other machines.
    pub public_demo: bool,
    /// Where the administrator's page puts backups.
    pub backups: Option<PathBuf>,
    /// The folder of the search index.
    pub index: Option<PathBuf>,
    /// The file that describes the ways out for messages.
    pub messages: Option<PathBuf>,
    /// How many connections there may be.
    pub connections: web::Connections,
}

/// `serve`
pub fn serve(data: &str, listen: SocketAddr, beside: Beside) -> Result<(), Failed> {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("DOORSTEP_LOG").unwrap_or_else(|_| "warn,request=info".into()),
        )
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let place = place(data)?;
    let site = beside.site.as_deref().map(site).transpose()?;
    let (desk, thread) = Desk::open(&place, Options::default())?;
    if desk.is_demo() && !desk.is_hall() {
        demo::must_be_whole(&desk, &place)?;
    }
    may_listen(listen, site.as_ref(), desk.is_demo(), beside.public_demo)?;
    let mut channels = crate::messages::config(&place, beside.messages.as_deref(), desk.is_demo())?;
    if let Some(site) = site.as_ref().filter(|site| site.is_encrypted()) {
        channels.site.get_or_insert_with(|| format!("{}/follow", site.origin()));
    }
    let channels = Arc::new(channels);
    let app = web::App::new(desk.clone(), &place)?.proxies(beside.proxies).with_messages(channels.clone());
    let app = match beside.backups {
        Some(folder) => app.backups(folder),
        None => app,
    };
    let app = if desk.is_demo() { app.demo() } else { app };
    // Of a demo on this machine the passwords stand in a file: a second factor would keep nobody out.
    let app = if desk.is_demo() && listen.ip().is_loopback() { app.settled_accounts() } else { app };
    let following = follow(&place, desk.number(), beside.index.as_deref());
    let app = following.iter().fold(app, |app, (finder, _)| app.with_finder(finder.clone()));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime
        .map_err(|e| Failed::new(format!("No threads can be started: {e}."), "Raise the limit of processes."))?;
    let sending = messages::start(&desk, &place, &channels).map_err(|e| {
        Failed::new(format!("Messages can't be sent: {e}"), "Check messages.toml with doorstep doctor.")
    })?;
    look_for_keys(&desk, &place);
    let bounds = bounded(beside.connections);
    let (sweeper, beating) = (desk.clone(), desk.clone());
    let served = runtime.block_on(async move {
        let listener = TcpListener::bind(listen).await.map_err(|e| {
            Failed::new(
                format!("{listen} can't be listened on: {e}."),
                "Stop what listens there, or choose another address with --listen.",
            )
        })?;
        let at = listener.local_addr().map_or(listen, |a| a);
        let app = app.at(site.unwrap_or_else(|| web::Site::listening(at)));
        say(format_args!("http://{at}"));
        if sweeper.is_demo() {
            say(format_args!(
                "A demo: everything in it is made up. Its clock goes on from {}.",
                sweeper.now().minute()
            ));
            if !sweeper.is_hall() {
                demo::show_logins(&place);
            }
        }
        let sweeping = tokio::spawn(async move {
            loop {
                let sweeper = sweeper.clone();
                if tokio::task::spawn_blocking(move || sweep(&sweeper)).await.is_err() {
                    tracing::error!("the sweep broke off; it is tried again");
                }
                tokio::time::sleep(SWEEP_EVERY).await;
            }
        });
        let beating = tokio::spawn(async move {
            loop {
                let beating = beating.clone();
                // Why it could not is in the log already.
                let _ = tokio::task::spawn_blocking(move || beating.beat_now()).await;
                tokio::time::sleep(BEAT_EVERY).await;
            }
        });
        let stop = async {
            told_to_stop().await;
            end_for_certain();
        };
        let served = web::serve(listener, app, bounds, stop).await;
        sweeping.abort();
        beating.abort();
        served.map_err(|e| Failed::new(format!("The server stopped: {e}."), "Start it again."))
    });
    runtime.shutdown_timeout(REST_WITHIN);
    sending.end();
    drop(following);
    drop(desk);
    end(thread).and(served)
}

/// The site's own address as it was configured.
fn site(text: &str) -> Result<web::Site, Failed> {
    web::Site::parse(text).map_err(|fault| {
        Failed::usage(
            format!("The address of the site, “{text}”, is not usable. {fault}"),
            "Give scheme and host as people type them: --site https://cases.example.",
        )
    })
}

/// Refuses to serve other machines a demo, or anything without an address of its own.
fn may_listen(listen: SocketAddr, site: Option<&web::Site>, demo: bool, public_demo: bool) -> Result<(), Failed> {
    if listen.ip().is_loopback() {
        return Ok(());
    }
    if demo && !public_demo {
        return Err(Failed::usage(
            format!("A demo is not served to other machines, and {listen} is not only this one."),
            "Use 127.0.0.1, or add --public-demo if everybody may have its passwords.",
        ));
    }
    if site.is_none() {
        return Err(Failed::usage(
            format!("Other machines can reach {listen}, and the site has no address."),
            "Say how people reach it: --site https://cases.example, with a reverse proxy that has TLS in front.",
        ));
    }
    Ok(())
}

/// Looks at the keys of all living cases, in pages, beside the service: the newest were looked at before it began.
fn look_for_keys(desk: &Desk, place: &Place) {
    // It does not keep the desk open: a service that ends doesn't wait for it.
    let (lacking, number, place) = (desk.on_lacking_keys(), desk.number(), place.clone());
    let look = move || {
        let looked = Db::open_reader(&place).and_then(|mut db| {
            let mut keys = Keys::open(&place, number, false)?;
            store::health::case_keys(&mut db, &mut keys, number)
        });
        match looked {
            Ok(CaseKeys { without, first_without: Some(first), .. }) => lacking(without, first),
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the keys of the cases could not be looked at"),
        }
    };
    if let Err(error) = std::thread::Builder::new().name("keys".into()).spawn(look) {
        tracing::error!(%error, "the keys of the cases could not be looked at");
    }
}

/// As many connections as were asked for, and as the operating system lets us have files.
fn bounded(asked: web::Connections) -> web::Connections {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // The soft limit is for programs of old; what may be had is the hard one.
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    let files = if raised.is_ok() { limit.maximum } else { limit.current };
    let room = files.map_or(usize::MAX, |files| files.saturating_sub(OTHER_FILES).max(1) as usize);
    if room < asked.most {
        tracing::warn!(
            room,
            "there may be fewer connections than asked for: raise the limit of open files (ulimit -n)"
        );
    }
    web::Connections { most: asked.most.min(room), ..asked }
}

/// Once told to stop, the process ends: in good order if it can, and in any case.
fn end_for_certain() {
    let _ = std::thread::Builder::new().name("end".into()).spawn(|| {
        std::thread::sleep(END_WITHIN);
        tracing::error!("the service did not end in time and is cut off; what was acknowledged is on disk");
        std::process::exit(1);
    });
}

/// Ends the waiting times that have run out, and forgets messages that nobody needs any more; each is done whatever becomes
/// of the other.
fn sweep(desk: &Desk) {
    loop {
        match desk.sweep_now() {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "the sweep of waiting times failed; it is tried again");
                break;
            }
        }
    }
    if let Err(error) = messages::forget(desk) {
        tracing::error!(%error, "old messages could not be forgotten; it is tried again");
    }
}

/// Keeps the search up in a thread of its own. Whatever stands in its way, everything else is served.
fn follow(place: &Place, number: i64, index: Option<&Path>) -> Option<(Finder, Running)> {
    let folder = reading::folder_of(place, index)?;
    let begun = Follower::open(place, registers::REGISTERS, number, &folder).and_then(|follower| match follower {
        Some(follower) => Ok(Some((follower.finder(), follower.start()?))),
        None => Ok(None),
    });
    match begun {
        Ok(None) => tracing::error!("another process holds the folder of the search index: there is no search"),
        Err(error) => tracing::error!(%error, "there is no search"),
        Ok(following) => return following,
    }
    None
}

/// Ends when the process is asked to end.
async fn told_to_stop() {
    let mut terminated = match signal(SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(_) => return std::future::pending().await,
    };
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
