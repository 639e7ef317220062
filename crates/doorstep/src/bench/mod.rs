//! `bench`: how much the house takes in and how fast it answers, on this machine, with the data that it will have.
//!
//! Each size has a district of its own. Cases come evenly, 10 000 a month, up to now; all but the last weeks' have ended.

mod district;
mod find;
mod http;
mod measure;
mod pages;
mod server;

use crate::cli::{Failed, say};
use crate::commands::place;
use desk::Entropy;
use measure::Bench;
use std::path::PathBuf;
use store::{Db, Place};

/// What is to be measured.
#[derive(clap::Args)]
pub struct Wish {
    /// At how many cases.
    #[arg(long, value_delimiter = ',', default_value = "10k")]
    sizes: Vec<String>,
    /// With how many clients over HTTP.
    #[arg(long, value_delimiter = ',', default_value = "1,8,64")]
    clients: Vec<usize>,
    /// The most cases that one measurement of the intake hands in.
    #[arg(long, default_value_t = 20_000)]
    intake: u64,
    /// Measure the search instead: an index of so many cases, made of varied messages.
    #[arg(long)]
    find: bool,
    /// A folder with real messages for it (`messages_*.csv`); without one, texts of the bench's own.
    #[arg(long, requires = "find")]
    messages: Option<PathBuf>,
}

/// `bench`
pub fn bench(data: &str, wish: &Wish) -> Result<(), Failed> {
    let sizes: Vec<u64> = wish.sizes.iter().map(|s| size(s)).collect::<Result<_, _>>()?;
    if wish.clients.contains(&0) || wish.intake == 0 || sizes.contains(&0) {
        return Err(Failed::usage("Nothing can be measured with 0.", "Give numbers from 1 on."));
    }
    if wish.find {
        let texts = find::Texts::read(wish.messages.as_deref())?;
        let columns = sizes.into_iter().map(|size| Ok((size, find::at(data, &texts, size)?)));
        say(table(&columns.collect::<Result<Vec<_>, Failed>>()?));
        return Ok(());
    }
    if sizes.len() > 1 && matches!(place(data)?, Place::Postgres(_)) {
        let todo = "Name one size, and give it an empty database.";
        return Err(Failed::usage("On PostgreSQL every size needs a database of its own.", todo));
    }
    let mut columns = Vec::new();
    for size in sizes {
        let home = Home::beside(data)?;
        let mut bench = Bench::begin(home.data.clone(), size, &wish.clients, wish.intake)?;
        columns.push((size, bench.at(size)?));
    }
    say(table(&columns));
    Ok(())
}

/// Where the bench has its data: a folder of its own that goes with it, or a PostgreSQL database that was empty.
struct Home {
    data: String,
    folder: Option<PathBuf>,
}

impl Home {
    fn beside(data: &str) -> Result<Home, Failed> {
        let place = place(data)?;
        let Place::Folder(folder) = &place else {
            // A reader finds no tables in an empty database.
            let empty = Db::open_reader(&place).and_then(|mut db| store::schema::version(&mut db))? == 0;
            let busy = "The bench fills the database that it is given, and this one is not empty.";
            let todo = "Make an empty database for it, and drop it afterwards.";
            return if empty { Ok(Home { data: data.into(), folder: None }) } else { Err(Failed::new(busy, todo)) };
        };
        let tag: String = Entropy::system().bytes::<4>().iter().map(|b| format!("{b:02x}")).collect();
        let folder = PathBuf::from(format!("{}.bench-{tag}", folder.display()));
        Ok(Home { data: folder.display().to_string(), folder: Some(folder) })
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // If it can't be removed, it is at least named as what it is.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// `10k`, `1m` or a plain number.
fn size(text: &str) -> Result<u64, Failed> {
    let (digits, times) = match text.to_ascii_lowercase() {
        t if t.ends_with('k') => (t[..t.len() - 1].to_owned(), 1_000),
        t if t.ends_with('m') => (t[..t.len() - 1].to_owned(), 1_000_000),
        t => (t, 1),
    };
    let number: Option<u64> = digits.parse().ok();
    let wrong = || Failed::usage(format!("“{text}” is no number of cases."), "Write --sizes 10k,100k,1M.");
    number.and_then(|n| n.checked_mul(times)).filter(|n| *n <= 100_000_000).ok_or_else(wrong)
}

/// What was measured at a size: names with values.
pub type Column = Vec<(String, String)>;

fn table(columns: &[(u64, Column)]) -> String {
    let names: Vec<&String> =
        columns.first().map(|(_, c)| c.iter().map(|(name, _)| name).collect()).unwrap_or_default();
    let widest = names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
    let mut text = format!("{:<widest$}", "cases");
    for (size, _) in columns {
        text.push_str(&format!("  {size:>22}"));
    }
    for (row, name) in names.iter().enumerate() {
        text.push_str(&format!("\n{name:<widest$}"));
        for (_, column) in columns {
            text.push_str(&format!("  {:>22}", column.get(row).map_or("", |(_, value)| value.as_str())));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_k_and_m_and_nonsense_is_a_wrong_use() {
        for (text, wanted) in [("10k", 10_000), ("1M", 1_000_000), ("123", 123)] {
            assert_eq!(size(text).ok(), Some(wanted));
        }
        for text in ["", "k", "1g", "-1", "99999999999999999999m"] {
            assert!(format!("{:?}", size(text).unwrap_err()).contains("code: 2"), "{text}");
        }
    }

    #[test]
    fn the_district_is_up_to_date_its_cases_end_and_it_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::beside(folder.path().join("data").to_str().unwrap()).unwrap();
        let opened = district::found(&place(&home.data).unwrap(), district::Dates::of(300)).unwrap();
        district::fill(&opened, 0, 300, 30, |_| {}).unwrap();
        opened.close().unwrap();
        let mut db = Db::open_reader(&place(&home.data).unwrap()).unwrap();
        let mut count = |sql: &str| db.number(sql, &store::args![1]).unwrap();
        assert!(count("SELECT COUNT(*) FROM cases WHERE district = $1 AND stage = 'ended'") > 50);
        assert!(count("SELECT COUNT(*) FROM duties WHERE district = $1") > 50);
        drop(db);
        drop(home);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
