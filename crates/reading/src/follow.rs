//! Following the log: what happens to a record stands in the index soon after, and nothing is taken from the index but what
//! leads back to the log.

use crate::entry::Entry;
use crate::find::Finder;
use crate::folder::Folder;
use crate::volume::{Error, Volume};
use domain::case::CaseId;
use domain::register::{Registers, erases};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use store::follow::{self, Stream};
use store::records::BATCH;
use store::{Db, Keys, Place, StoreError, listed, records};

/// How many entries of the log are followed in one turn.
const ENTRIES: u64 = 512;
/// While it catches up, so many entries share a commit.
const ENTRIES_MOST: u64 = 8 * ENTRIES;
/// How many records a new volume takes in one turn.
const RECORDS: usize = 4 * BATCH;
/// How long a follower rests when nothing comes: first, and at most. With the commit itself it stays below a second.
const REST: Duration = Duration::from_millis(50);
const REST_MOST: Duration = Duration::from_millis(400);
/// How long it rests after trouble.
const AFTER_TROUBLE: Duration = Duration::from_secs(10);
/// What takes words out of the index that may have led to somebody, beside an erasure: they must leave the files.
const TAKES_OUT: &[&str] = &["text_hidden", "field_corrected", "telling_chosen"];

/// Follows the log of a district into the index in a folder.
pub struct Follower {
    db: Db,
    keys: Keys,
    registers: Registers,
    number: i64,
    folder: Folder,
    /// Whether it was looked what is there.
    begun: bool,
    volume: Option<Volume>,
    building: Option<Building>,
    /// What was put into the volume and not committed: up to which position, and whether something must leave the files.
    open: Option<(u64, bool)>,
    finder: Finder,
    _lock: File,
}

/// A new volume on its way.
struct Building {
    volume: Volume,
    /// The ledger index of the first entry of the last case in it.
    behind: i64,
    /// The size of the ledger when it was begun: it is followed from there.
    position: u64,
    entry: Option<[u8; 32]>,
}

impl Follower {
    /// Holds the folder; the index is taken up where it was left with the first turn, so that a server need not wait for
    /// it. None if another process follows into this folder.
    ///
    /// # Errors
    /// What the database or the file system says.
    pub fn open(place: &Place, registers: Registers, number: i64, folder: &Path) -> Result<Option<Follower>, Error> {
        let db = Db::open_reader(place)?;
        let keys = Keys::open(place, number, false)?;
        let folder = Folder::at(folder)?;
        let Some(lock) = folder.lock()? else { return Ok(None) };
        let (volume, building, open, finder) = (None, None, None, Finder::default());
        Ok(Some(Follower {
            db,
            keys,
            registers,
            number,
            folder,
            begun: false,
            volume,
            building,
            open,
            finder,
            _lock: lock,
        }))
    }

    /// Looks what is there and may be gone on with.
    fn begin(&mut self) -> Result<(), Error> {
        let mut volume = self.folder.latest()?;
        if let Some(found) = &volume
            && !fits(&mut self.db, self.number, found)?
        {
            volume = None;
        }
        self.finder.show(volume.as_ref().map(Volume::shelf));
        self.volume = volume;
        self.begun = true;
        Ok(())
    }

    /// What searches with it.
    pub fn finder(&self) -> Finder {
        self.finder.clone()
    }

    /// One turn of work: some entries followed, some cases of a new volume taken in, files merged beside it. Whether there
    /// is more to do at once.
    ///
    /// # Errors
    /// What the database or the file system says. The next turn goes on from what is durable.
    pub fn turn(&mut self) -> Result<bool, Error> {
        if !self.db.is_alive() {
            self.db.reconnect()?;
        }
        if !self.begun {
            self.begin()?;
        }
        if self.building.is_none() && (self.volume.is_none() || self.folder.is_asked() || self.finder.is_broken()) {
            self.build_anew()?;
        }
        let built = self.build()?;
        let followed = self.follow()?;
        if self.open.is_none() {
            self.tidy()?;
        }
        Ok(built || followed)
    }

    fn tidy(&mut self) -> Result<bool, Error> {
        self.volume.as_mut().map_or(Ok(false), Volume::tidy)
    }

    /// Turns until nothing is left to do, also in the files.
    ///
    /// # Errors
    /// As [`Follower::turn`].
    pub fn catch_up(&mut self) -> Result<(), Error> {
        while self.turn()? {}
        while self.tidy()? {
            std::thread::sleep(REST);
        }
        Ok(())
    }

    /// How many records the index has.
    pub fn cases(&self) -> u64 {
        self.volume.as_ref().map_or(0, Volume::len)
    }

    fn build_anew(&mut self) -> Result<(), Error> {
        let position = follow::size(&mut self.db, self.number)?;
        let entry = self.entry_before(position)?;
        self.building = Some(Building {
            volume: self.folder.next(self.volume.as_ref().map(Volume::path))?,
            behind: -1,
            position,
            entry,
        });
        Ok(())
    }

    fn entry_before(&mut self, position: u64) -> Result<Option<[u8; 32]>, StoreError> {
        match position.checked_sub(1) {
            Some(last) => follow::entry_hash(&mut self.db, self.number, last),
            None => Ok(None),
        }
    }

    /// Takes the next records into the new volume. One that changes meanwhile is followed afterwards.
    fn build(&mut self) -> Result<bool, Error> {
        let Some(building) = &mut self.building else { return Ok(false) };
        let found = follow::behind(&mut self.db, self.number, building.behind, RECORDS)?;
        for entry in entries(&mut self.db, &mut self.keys, self.registers, self.number, &found)? {
            building.volume.add(&entry)?;
        }
        if let Some(last) = found.last() {
            building.behind = last.first as i64;
            return Ok(true);
        }
        let Some(Building { mut volume, position, entry, .. }) = self.building.take() else { return Ok(false) };
        volume.commit(position, entry, false)?;
        self.finder.show(Some(volume.shelf()));
        self.open = None;
        if let Some(old) = self.volume.replace(volume) {
            let path = old.path().to_owned();
            old.close()?;
            fs::remove_dir_all(path)?;
        }
        self.folder.granted()?;
        Ok(true)
    }

    /// Puts in what happened since. Whether something did.
    fn follow(&mut self) -> Result<bool, Error> {
        let Some(volume) = &mut self.volume else { return Ok(false) };
        let (from, takes_out) = self.open.unwrap_or((volume.stand().position, false));
        let size = follow::size(&mut self.db, self.number)?;
        if size < volume.stand().position {
            // The ledger is another one: it was restored from a backup while nobody looked.
            self.finder.break_down();
            return Ok(true);
        }
        let to = size.min(from + ENTRIES);
        let happened = follow::since(&mut self.db, self.number, from, to)?;
        let changed: BTreeSet<Stream> = happened.iter().map(|h| h.of).collect();
        let changed: Vec<Stream> = changed.into_iter().collect();
        for entry in entries(&mut self.db, &mut self.keys, self.registers, self.number, &changed)? {
            volume.put(&entry)?;
        }
        let out = |kind: &str| erases(kind) || TAKES_OUT.contains(&kind);
        let takes_out = takes_out || happened.iter().any(|h| out(&h.kind));
        let begun = volume.stand().position;
        if to > begun && (to == size || to - begun >= ENTRIES_MOST) {
            let entry = self.entry_before(to)?;
            if let Some(volume) = &mut self.volume {
                volume.commit(to, entry, takes_out)?;
            }
            self.open = None;
        } else if to > begun {
            self.open = Some((to, takes_out));
        }
        Ok(to > from)
    }

    /// Follows in a thread of its own until it is told to stop.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn start(mut self) -> Result<Running, Error> {
        let stop = Stop::default();
        let told = stop.clone();
        let thread = std::thread::Builder::new().name("follower".into()).spawn(move || {
            let (mut rest, mut warm) = (REST, false);
            loop {
                rest = match self.turn() {
                    Ok(true) => Duration::ZERO,
                    Ok(false) => {
                        if !std::mem::replace(&mut warm, true) {
                            crate::cut::warm();
                        }
                        (rest * 2).clamp(REST, REST_MOST)
                    }
                    Err(error) => {
                        tracing::error!(%error, "the index falls behind; it is tried again");
                        self.after_trouble(&error);
                        AFTER_TROUBLE
                    }
                };
                if told.rest(rest) {
                    break;
                }
            }
        })?;
        Ok(Running { stop, thread: Some(thread) })
    }

    /// What was put in and not committed is put in again. A volume that can't be written any more is given up.
    fn after_trouble(&mut self, error: &Error) {
        self.open = None;
        self.building = None;
        if !matches!(error, Error::Store(_)) {
            // Searches go on in what they hold open until there is a new one.
            self.volume = None;
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        if let Some(volume) = self.volume.take()
            && let Err(error) = volume.close()
        {
            tracing::warn!(%error, "the index was not left tidy; the next start looks after it");
        }
    }
}

/// What the index may hold of records.
fn entries(
    db: &mut Db,
    keys: &mut Keys,
    registers: Registers,
    number: i64,
    streams: &[Stream],
) -> Result<Vec<Entry>, Error> {
    let (cases, others): (Vec<&Stream>, Vec<&Stream>) = streams.iter().partition(|stream| stream.is_case);
    let mut entries = readable(&cases, &mut |part| {
        let firsts: Vec<u64> = part.iter().map(|stream| stream.first).collect();
        Ok(records::some(db, keys, number, &firsts)?.iter().filter_map(Entry::of).collect())
    })?;
    entries.extend(readable(&others, &mut |part| {
        let ids: Vec<CaseId> = part.iter().map(|stream| stream.id).collect();
        Ok(listed::some(db, keys, registers, number, &ids)?.iter().filter_map(Entry::of_record).collect())
    })?);
    Ok(entries)
}

/// What is read of these records. One that can't be read is left out, so that it does not hold up all others.
fn readable(
    streams: &[&Stream],
    read: &mut impl FnMut(&[&Stream]) -> Result<Vec<Entry>, StoreError>,
) -> Result<Vec<Entry>, Error> {
    match read(streams) {
        Err(StoreError::Corrupt(_) | StoreError::Unknown(_)) if streams.len() > 1 => {
            let mut found = Vec::with_capacity(streams.len());
            for stream in streams {
                found.extend(readable(&[stream], read)?);
            }
            Ok(found)
        }
        Err(StoreError::Corrupt(_) | StoreError::Unknown(_)) => {
            tracing::error!(entry = ?streams, "a record can't be read for the index: run doorstep verify");
            Ok(Vec::new())
        }
        done => Ok(done?),
    }
}

/// Whether a volume is of this ledger.
fn fits(db: &mut Db, number: i64, volume: &Volume) -> Result<bool, Error> {
    let stand = volume.stand();
    if stand.position > follow::size(db, number)? {
        return Ok(false);
    }
    let entry = match stand.position.checked_sub(1) {
        Some(last) => follow::entry_hash(db, number, last)?,
        None => None,
    };
    Ok(entry.iter().flatten().map(|b| format!("{b:02x}")).collect::<String>() == stand.entry)
}

/// Whether it is told to stop, and the bell that says so.
#[derive(Clone, Default)]
struct Stop(Arc<(AtomicBool, Mutex<()>, Condvar)>);

impl Stop {
    /// Rests. True if it is to stop.
    fn rest(&self, how_long: Duration) -> bool {
        let (told, quiet, bell) = &*self.0;
        let guard = quiet.lock().unwrap_or_else(PoisonError::into_inner);
        if !told.load(Ordering::Relaxed) && !how_long.is_zero() {
            drop(bell.wait_timeout(guard, how_long));
        }
        told.load(Ordering::Relaxed)
    }

    fn tell(&self) {
        let (told, quiet, bell) = &*self.0;
        let _guard = quiet.lock().unwrap_or_else(PoisonError::into_inner);
        told.store(true, Ordering::Relaxed);
        bell.notify_all();
    }
}

/// A follower at work, stopped when dropped.
pub struct Running {
    stop: Stop,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.tell();
        if let Some(thread) = self.thread.take() {
            // It panicked, and said so: the index is behind, which the next start finds out.
            let _ = thread.join();
        }
    }
}
