//! Whole pages over HTTP, signed in, with the search index following as shipped.

use super::district::{self, Dates};
use super::http;
use super::measure::quantiles;
use super::server::Server;
use crate::cli::Failed;
use domain::Role;
use reading::Folder;
use std::time::{Duration, Instant};
use store::{Db, Place};

/// How often each page is read.
const READ: u64 = 300;
/// How long the index may take for each thousand cases before the bench gives up.
const INDEXED: Duration = Duration::from_secs(5);

/// Measures each page by one client, and how long the index of all cases takes.
pub fn pages(
    data: &str,
    place: &Place,
    dates: Dates,
    cases: u64,
    put: &mut impl FnMut(&str, String),
) -> Result<(), Failed> {
    let opened = district::open(place, dates, cases)?;
    let cookie = |role| district::sign_in(&opened, role);
    let (clerk, dispatcher) = (cookie(Role::Clerk)?, cookie(Role::Dispatcher)?);
    let (supervisor, leader) = (cookie(Role::Supervisor)?, cookie(Role::Leader)?);
    opened.close()?;
    let mut db = Db::open_reader(place)?;
    let mut codes = Vec::new();
    for n in 0..READ {
        codes.extend(store::bench::code_from(&mut db, 1, n * cases / READ)?);
    }
    drop(db);

    // As for doorstep reindex: whoever serves takes the wish away when the index is whole.
    let index = reading::folder_of(place, None).map(|folder| Folder::at(&folder)).transpose();
    let index = index.map_err(reading::Error::from)?;
    index.iter().try_for_each(Folder::ask).map_err(reading::Error::from)?;
    let server = Server::start(data)?;
    let begun = Instant::now();
    let patience = INDEXED * u32::try_from(cases / 1000 + 10).unwrap_or(u32::MAX);
    while index.as_ref().is_some_and(Folder::is_asked) {
        if begun.elapsed() > patience {
            return Err(Failed::new("The search index was not ready in time.", "See the log of doorstep serve."));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    if index.is_some() {
        put("search index made, s", format!("{:.1}", begun.elapsed().as_secs_f64()));
    }
    let one = |path: &str| vec![path.to_owned()];
    let searches = ["路灯", "电梯", "老人", "物业", "楼道"].map(|word| format!("/search?q={}", encoded(word))).to_vec();
    for (name, who, paths) in [
        ("/desk", &clerk, one("/desk")),
        ("/desk?due=today", &clerk, one("/desk?due=today")),
        ("/cases/…", &dispatcher, codes.iter().map(|code| format!("/cases/{code}")).collect()),
        ("/search", &dispatcher, searches),
        ("/inbox", &dispatcher, one("/inbox")),
        ("/late", &supervisor, one("/late")),
        ("/late/returns", &supervisor, one("/late/returns")),
        ("/reviews", &supervisor, one("/reviews")),
        ("/leader", &leader, one("/leader")),
        ("/figures/live", &leader, one("/figures/live")),
        ("/published", &leader, one("/published")),
    ] {
        let request = |n: u64| page(&paths[n as usize % paths.len().max(1)], who);
        // The first pass brings into the caches what a running service has there.
        http::load(&server.address, 1, READ / 10, 200, request)?;
        // One page that takes half a second is not read for minutes.
        let read = if name.starts_with("/figures") || name == "/late/returns" { READ / 5 } else { READ };
        put(&format!("page {name}, ms"), quantiles(http::load(&server.address, 1, read, 200, request)?.each));
    }
    Ok(())
}

/// A page as a signed-in browser asks for it. The cookie's name depends on how the server is reached.
fn page(path: &str, cookie: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nhost: bench\r\naccept: text/html\r\ncookie: session={cookie}; __Host-session={cookie}\r\n\r\n"
    )
    .into_bytes()
}

fn encoded(word: &str) -> String {
    word.bytes().map(|b| format!("%{b:02X}")).collect()
}
