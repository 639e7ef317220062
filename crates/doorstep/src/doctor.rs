//! `doctor`: looks for what is wrong or will be soon, and says what to do. Never writes.

use crate::cli::{Failed, say};
use crate::commands::{LAST_BACKUP, NUMBER, place};
use domain::district::District;
use domain::moment::date_of;
use domain::rule::RuleId;
use domain::{Label, Lang, Moment};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use store::health::{self, Health};
use store::{Db, Keys, Place, StoreError, schema};

/// Less free space than this is a finding, and so is less than the database takes: a backup needs as much again.
const FREE_LEAST: u64 = 1 << 30;
/// A write-ahead log beyond this is not emptied by its writer any more.
const WAL_MOST: u64 = 256 << 20;
/// A backup older than this is a finding.
const BACKUP_DAYS: i64 = 7;
/// How far the machine's clock may lie behind the last entry, in milliseconds.
const BEHIND_MOST: i64 = 60_000;
/// From this month on, the next year's calendar table must be loaded: the notice comes out in autumn.
const NEXT_YEAR_FROM: i8 = 10;
const DAY: i64 = 86_400_000;

/// What was found: what is wrong, and what to do.
#[derive(Default)]
struct Visit {
    findings: Vec<(String, String)>,
}

impl Visit {
    fn finding(&mut self, what: impl Into<String>, todo: impl Into<String>) {
        self.findings.push((what.into(), todo.into()));
    }

    /// What the store says, or a finding about why it can't.
    fn ask<T>(&mut self, answer: Result<T, StoreError>) -> Option<T> {
        answer.map_err(|e| e.said(false)).map_err(|(what, todo)| self.finding(what, todo)).ok()
    }
}

/// `doctor`
pub fn doctor(data: &str) -> Result<(), Failed> {
    let place = place(data)?;
    let now = desk::Clock::System.now();
    let mut visit = Visit::default();
    if let Some(folder) = place.folder().filter(|f| f.is_dir()) {
        files(&place, folder, now, &mut visit);
    }
    let opened = Db::open_reader(&place);
    if let Some(mut db) = visit.ask(opened)
        && version(&mut db, &mut visit)
    {
        contents(&place, &mut db, now, &mut visit);
    }
    for (what, todo) in &visit.findings {
        say(format_args!("✗ {what}\n  {todo}"));
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

/// Disk, permissions, write-ahead log, last backup.
fn files(place: &Place, folder: &Path, now: Moment, visit: &mut Visit) {
    let (database, keys) = (place.database_file(), place.keys_file());
    let size = |path: &Path| fs::metadata(path).map_or(0, |m| m.len());
    match rustix::fs::statvfs(folder) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let need = FREE_LEAST.max(size(&database));
            say(format_args!("disk: {} free", bytes(free)));
            if free < need {
                let what = format!("The disk of the data has {} left; {} are advisable.", bytes(free), bytes(need));
                visit.finding(what, "Free some space or move the data to a larger disk: a full disk stops the intake.");
            }
        }
        Err(e) => {
            let what = format!("The free space of {} can't be read: {e}.", folder.display());
            visit.finding(what, "Check the mount of the data's disk.");
        }
    }
    let mode = |path: &Path| fs::metadata(path).map_or(0, |m| m.permissions().mode() & 0o777);
    if mode(folder) & 0o022 != 0 {
        let what = format!("Others may write into {} (mode {:o}).", folder.display(), mode(folder));
        visit.finding(what, format!("Run: chmod 700 {}", folder.display()));
    }
    for (file, who) in [(&keys, "read the keys of all cases and sign"), (&database, "read codes, units and times")] {
        if mode(file) & 0o077 != 0 {
            let what = format!("{} is open to others (mode {:o}): they may {who}.", file.display(), mode(file));
            visit.finding(what, format!("Run: chmod 600 {}", file.display()));
        }
    }
    let backup = keys.parent() != Some(folder);
    if !backup && rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_err() {
        let what = format!("{} can't be written by this user.", folder.display());
        visit.finding(what, "Run doorstep as the user who owns the data, or mount the disk writable.");
    }
    let wal = size(&folder.join("doorstep.db-wal"));
    if wal > WAL_MOST {
        let what = format!("The write-ahead log has grown to {}.", bytes(wal));
        visit.finding(what, "Look for a program that has been reading for very long, end it, and restart the service.");
    }
    let last = fs::read_to_string(folder.join(LAST_BACKUP)).ok().and_then(|t| t.trim().parse::<i64>().ok());
    match last {
        Some(at) if now.0 - at > BACKUP_DAYS * DAY => {
            let what = format!("The last backup was made on {}.", Moment(at).minute());
            visit.finding(what, "Run doorstep backup now, and let the machine run it every day.");
        }
        Some(at) => say(format_args!("last backup: {}", Moment(at).minute())),
        None => say("last backup: not known from here"),
    }
}

/// Whether the tables are of this program's version; if not, there is no more to look at.
fn version(db: &mut Db, visit: &mut Visit) -> bool {
    let checked = schema::check(db);
    visit.ask(checked).is_some()
}

fn contents(place: &Place, db: &mut Db, now: Moment, visit: &mut Visit) {
    let running = health::is_written(place, db);
    if let Some(running) = visit.ask(running) {
        say(if running { "server: running, or another writer" } else { "server: not running" });
    }
    let fault = schema::trigger_fault(db);
    if let Some(Some(fault)) = visit.ask(fault) {
        visit.finding(
            format!("The history can be changed unnoticed: {fault}."),
            "Find out who did it, run doorstep verify, and restore the last backup that verifies.",
        );
    }
    let seen = health::look(db, NUMBER).and_then(|health| Ok((health, store::read::district(db, NUMBER)?.0)));
    let Some((health, district)) = visit.ask(seen) else { return };
    say(format_args!("ledger: {} entries, the last of {}", health.entries, health.last_at.minute()));
    clock(&health, &district, now, visit);
    calendar(&health, &district, now, visit);
    rules(&district, visit);
    outbox(&health, visit);
    let opened = Keys::open(place, NUMBER, false);
    if let Some(mut store) = visit.ask(opened) {
        keys(db, &mut store, visit);
    }
}

fn clock(health: &Health, district: &District, now: Moment, visit: &mut Visit) {
    if health.entries > 0 && now.0 + BEHIND_MOST < health.last_at.0 {
        let what =
            format!("The clock says {}, but the last entry was made at {}.", now.minute(), health.last_at.minute());
        visit.finding(
            what,
            "Set the clock by a time server; until it has caught up, new entries bear the last one's time.",
        );
    }
    let newest = district.calendar.years().max().unwrap_or_default();
    if now.date().year() > newest + 1 {
        let what =
            format!("The clock says {}, more than a year beyond the newest calendar table ({newest}).", now.minute());
        visit.finding(
            what,
            "If the clock is wrong, stop the service before it dates cases, and set it; if not, load the tables.",
        );
    }
}

/// The years whose table must be there: today's, that of the farthest open due date, and in autumn the next one.
fn calendar(health: &Health, district: &District, now: Moment, visit: &mut Visit) {
    let today = now.date();
    let farthest = health.farthest_due.map(|day| date_of(day).year());
    let next = (today.month() >= NEXT_YEAR_FROM).then(|| today.year() + 1);
    let mut years: Vec<i16> = [Some(today.year()), farthest, next].into_iter().flatten().collect();
    years.sort_unstable();
    years.dedup();
    for year in years.into_iter().filter(|year| district.calendar.table(*year).is_none()) {
        visit.finding(
            format!("The calendar has no table for {year}: due dates that touch it are provisional."),
            format!(
                "Let the administrator load the State Council's notice for {year}; open due dates move by themselves."
            ),
        );
    }
}

fn rules(district: &District, visit: &mut Visit) {
    let missing: Vec<&str> =
        RuleId::ALL.iter().filter(|id| !district.rules.rules.contains_key(id)).map(|id| id.label(Lang::En)).collect();
    if !missing.is_empty() {
        let what = format!("The rule table in force has no length for: {}.", missing.join("; "));
        visit.finding(what, "Publish a rule table that has them; until then the program's own lengths are used.");
    }
}

fn outbox(health: &Health, visit: &mut Visit) {
    for (state, count) in &health.outbox {
        say(format_args!("outbox: {count} {state}"));
        if state == "failed" {
            let what = format!("{count} messages could not be sent.");
            visit.finding(what, "Check the gateway's address and account, and send them again.");
        }
    }
}

fn keys(db: &mut Db, store: &mut Keys, visit: &mut Visit) {
    let secret = store.secret(store::keys::SIGNING_KEY);
    let founded = store::verify::founding_key(db, NUMBER);
    let signer = visit.ask(secret).map(|line| line.and_then(|l| ledger::checkpoint::Signer::new(&l).ok()));
    match (signer, visit.ask(founded)) {
        (Some(None), _) => visit.finding(
            "The signing key is missing or can't be read: nothing can be added to the ledger.",
            "Bring back keys.db from the latest backup of the keys.",
        ),
        (Some(Some(signer)), Some(Ok(vkey))) if signer.vkey() != vkey => visit.finding(
            "The signing key is not the one that the ledger's first entry names.",
            "Bring back this ledger's own keys.db from the latest backup of the keys.",
        ),
        (_, Some(Err(finding))) => visit.finding(format!("Wrong: {finding}."), finding.todo),
        _ => {}
    }
    let looked = health::case_keys(db, store, NUMBER);
    let Some(found) = visit.ask(looked) else { return };
    if let Some(seq) = found.first_without {
        let what = format!("{} cases have no key, the first at entry {seq}: their texts can't be read.", found.without);
        visit.finding(what, "Stop the service and bring back keys.db from the latest backup of the keys.");
    }
    if found.erased_with > 0 {
        let what = format!("{} erased cases still have their key.", found.erased_with);
        visit.finding(what, "Start the service once: it finishes the erasure. Then destroy old copies of keys.db.");
    }
}

fn bytes(n: u64) -> String {
    match n {
        0..=0xf_ffff => format!("{} KiB", n >> 10),
        0x10_0000..=0x3fff_ffff => format!("{} MiB", n >> 20),
        _ => format!("{}.{} GiB", n >> 30, ((n % (1 << 30)) * 10) >> 30),
    }
}
