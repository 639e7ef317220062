//! Backup while serving, and restore.
//!
//! A backup is always a folder that every reading command opens: `doorstep.db`, and `keys/keys.db` in a subfolder of
//! its own, because keys are kept for a shorter time than events (an old copy of the keys would undo an erasure).
//! The keys are copied after the events, so the key of every event in the copy is there. As a backup of PostgreSQL is
//! such a folder too, and a folder can be restored into PostgreSQL, this is also the way from one engine to the other.

use crate::db::{Access, Db, Engine, Result, StoreError, Value};
use crate::place::{self, Place, WriterLock};
use crate::rows;
use crate::schema::{self, Table};
use crate::structure;
use domain::Moment;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// The file in the data folder that says when the last backup was made: milliseconds since 1970.
const LAST: &str = "last-backup";

/// Pages copied between two reports of progress (4 KiB each).
const PAGES: i32 = 2048;
/// Rows that travel together from one engine to the other.
const ROWS: usize = 500;

const READ: Access = Access { write: false, keys: false };
const READ_KEYS: Access = Access { write: false, keys: true };

/// The folder in which a backup is made, inside its own: what stands beside it there belongs to a backup that was not
/// finished, and so does the folder.
const UNFINISHED: &str = ".unfinished";

/// Copies everything at `from` into the folder `to`, as it was at one moment, while others read and write.
/// `progress` gets (done, all), in pages of a file or rows of a database. A failed one takes back
/// what it had made; what one left that was killed is taken away by the next to the same folder.
/// Errors: [`StoreError::NotEmpty`] if `to` holds anything else; [`StoreError::Missing`] if there is nothing to copy.
pub fn backup(from: &Place, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<()> {
    clear_unfinished(to);
    empty_folder(to)?;
    let mut events = Db::open(from, READ)?;
    let mut keys = Db::open(from, READ_KEYS)?;
    readable(&mut events, schema::MIGRATIONS, from)?;
    readable(&mut keys, schema::KEYS, from)?;
    let draft = to.join(UNFINISHED);
    place::private_folder(&draft.join("keys"))?;
    let made = take(&mut events, schema::MIGRATIONS, &draft.join("doorstep.db"), progress)
        .and_then(|()| take(&mut keys, schema::KEYS, &draft.join("keys").join("keys.db"), &mut |_, _| ()))
        .and_then(|()| appear(&draft, to));
    if made.is_err() {
        clear_unfinished(to);
        let _ = fs::remove_dir(to);
    }
    made
}

/// Moves a whole backup from its draft into its folder. The draft is there until all of it has moved.
fn appear(draft: &Path, to: &Path) -> Result<()> {
    for name in ["keys", "doorstep.db"] {
        fs::rename(draft.join(name), to.join(name)).map_err(|e| place::io_failed(to, &e))?;
    }
    sync(to)?;
    fs::remove_dir(draft).map_err(|e| place::io_failed(draft, &e))?;
    sync(to)
}

/// Takes away what a backup left that was not finished: the draft, and what had moved out of it already.
fn clear_unfinished(to: &Path) {
    let draft = to.join(UNFINISHED);
    if draft.is_dir() {
        let _ = fs::remove_file(to.join("doorstep.db"));
        let _ = fs::remove_file(to.join("keys").join("keys.db"));
        let _ = fs::remove_dir(to.join("keys"));
        // Last: as long as it stands, the next run knows what the rest is.
        let _ = fs::remove_dir_all(draft);
    }
}

/// Notes in the data folder that a backup was made, for `doctor`. A backup that was made from a read-only folder is one
/// all the same.
pub fn note(place: &Place, now: Moment) {
    if let Some(folder) = place.folder() {
        let _ = fs::write(folder.join(LAST), now.0.to_string());
    }
}

/// When the last backup of a data folder was made, if that is known there.
pub fn last(folder: &Path) -> Option<Moment> {
    fs::read_to_string(folder.join(LAST)).ok()?.trim().parse().ok().map(Moment)
}

/// A backup in a folder of backups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The name of its folder.
    pub name: String,
    /// What it takes, in bytes.
    pub size: u64,
    /// Whether it has events and keys; one that was interrupted lacks something.
    pub whole: bool,
}

/// The backups in a folder, the newest name first. A folder that is not there has none.
pub fn kept(folder: &Path) -> Vec<Kept> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let size = |path: PathBuf| fs::metadata(path).map(|m| m.len()).ok();
    let backup = |entry: fs::DirEntry| {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let parts = [size(path.join("doorstep.db")), size(path.join("keys").join("keys.db"))];
        let half = path.join(UNFINISHED).exists() || path.join("doorstep.db.part").exists();
        let found = half || parts.iter().any(Option::is_some);
        let whole = !half && parts.iter().all(Option::is_some);
        found.then(|| Kept { name, size: parts.iter().flatten().sum(), whole })
    };
    let mut all: Vec<Kept> = entries.flatten().filter_map(backup).collect();
    all.sort_by(|a, b| b.name.cmp(&a.name));
    all
}

/// Brings the backup in the folder `from` to a place that holds nothing yet. The backup may be of an older program:
/// the next start upgrades it.
/// Errors: [`StoreError::NotEmpty`] if there is anything at `to` (nothing is changed then); [`StoreError::Missing`]
/// if the backup lacks its events or its keys; [`StoreError::Newer`].
pub fn restore(from: &Path, to: &Place, progress: &mut dyn FnMut(u64, u64)) -> Result<()> {
    let from = Place::Folder(from.to_owned());
    let mut events = Db::open(&from, READ)?;
    let mut keys = Db::open(&from, READ_KEYS)?;
    readable(&mut events, schema::MIGRATIONS, &from)?;
    readable(&mut keys, schema::KEYS, &from)?;
    match to {
        Place::Folder(folder) => {
            empty_folder(folder)?;
            let _lock = WriterLock::take(to)?;
            let (main, side) = (folder.join("doorstep.db"), folder.join("keys.db"));
            // Keys first: a folder with doorstep.db is a whole one.
            let made = take(&mut keys, schema::KEYS, &side, &mut |_, _| ())
                .and_then(|()| take(&mut events, schema::MIGRATIONS, &main, progress))
                .and_then(|()| sync(folder));
            if made.is_err() {
                clear(folder, &[side, main, folder.join("writer.lock")]);
            }
            made
        }
        Place::Postgres(_) => restore_to_server(&mut events, &mut keys, to, progress),
    }
}

fn restore_to_server(events: &mut Db, keys: &mut Db, to: &Place, progress: &mut dyn FnMut(u64, u64)) -> Result<()> {
    let mut main = Db::open_writer(to)?;
    let held = main.query(
        "SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_schema IN (current_schema(), 'doorstep_keys')",
        &[],
    )?;
    if held.first().map_or(Ok(0), |row| row.int("n"))? > 0 {
        return Err(StoreError::NotEmpty(to.to_string()));
    }
    // Whatever fails before the commits is undone by the server when the connections close.
    let mut vault = Db::open(to, Access { write: true, keys: true })?;
    vault.begin()?;
    vault.execute_batch("CREATE SCHEMA IF NOT EXISTS doorstep_keys")?;
    build(keys, &mut vault, schema::KEYS, &mut |_, _| ())?;
    main.begin()?;
    build(events, &mut main, schema::MIGRATIONS, progress)?;
    vault.commit()?;
    if let Err(e) = main.commit() {
        let _ = vault.execute_batch("DROP SCHEMA doorstep_keys CASCADE");
        return Err(e);
    }
    Ok(())
}

/// Is there something to copy that this program understands?
fn readable(db: &mut Db, migrations: &[(u32, &str)], place: &Place) -> Result<()> {
    let known = migrations.iter().map(|(to, _)| *to).max().unwrap_or(0);
    match schema::version(db)? {
        0 => Err(StoreError::Missing(place.to_string())),
        found if found > known => Err(StoreError::Newer { found, known }),
        _ => Ok(()),
    }
}

/// Makes the file `to` from a database: under another name until it is whole and on the disk.
fn take(from: &mut Db, migrations: &[(u32, &str)], to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<()> {
    let part = PathBuf::from(format!("{}.part", to.display()));
    let made = match from.engine() {
        Engine::Sqlite => copy_pages(from, &part, progress),
        Engine::Postgres => Db::fresh_file(&part).and_then(|mut file| {
            from.begin()?;
            file.begin()?;
            build(from, &mut file, migrations, progress)?;
            file.commit()?;
            from.rollback()
        }),
    };
    let kept = made.and_then(|()| sync(&part)).and_then(|()| {
        fs::rename(&part, to).map_err(|e| place::io_failed(to, &e))?;
        to.parent().map_or(Ok(()), sync)
    });
    if kept.is_err() {
        // A half copy only takes up the space that may just have run out.
        let _ = fs::remove_file(&part);
        for beside in ["journal", "wal", "shm"] {
            let _ = fs::remove_file(format!("{}-{beside}", part.display()));
        }
    }
    kept
}

/// SQLite's online backup inside one snapshot, so that it is not started over by a commit that comes in between. A page
/// after the other: it needs neither memory nor a second copy. What was erased is not in a page any more, because the
/// writer overwrites what it removes. The copy is then looked over, without holding up anybody.
fn copy_pages(from: &mut Db, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<()> {
    from.begin()?;
    from.query("SELECT COUNT(*) FROM sqlite_master", &[])?;
    let copied = pages(from, to, progress);
    from.rollback()?;
    copied?;
    // A copy of a file with a write-ahead log says so in its header, and could then not be read on a read-only disk.
    // Opening it as a fresh file changes that.
    let mut copy = Db::fresh_file(to)?;
    match structure::fault(&mut copy, structure::Depth::Quick)? {
        Some(fault) => Err(StoreError::Corrupt(fault)),
        None => Ok(()),
    }
}

fn pages(from: &mut Db, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<()> {
    let mut copy = Db::fresh_file(to)?;
    let (Some(source), Some(target)) = (from.sqlite(), copy.sqlite()) else {
        return Err(StoreError::Other("pages are copied between SQLite files only".into()));
    };
    let failed = crate::db::sqlite_failed;
    let backup = rusqlite::backup::Backup::new(source, target).map_err(failed)?;
    loop {
        let step = backup.step(PAGES).map_err(failed)?;
        let now = backup.progress();
        let all = u64::try_from(now.pagecount).unwrap_or(0);
        progress(all.saturating_sub(u64::try_from(now.remaining).unwrap_or(0)), all);
        match step {
            rusqlite::backup::StepResult::Done => return Ok(()),
            rusqlite::backup::StepResult::More => {}
            _ => {
                return Err(StoreError::Busy("the file is locked by another program".into()));
            }
        }
    }
}

/// Makes the same schema version in an empty database and copies every table of it. Both have a transaction open.
fn build(from: &mut Db, to: &mut Db, migrations: &[(u32, &str)], progress: &mut dyn FnMut(u64, u64)) -> Result<()> {
    let version = schema::version(from)?;
    for migration in migrations.iter().filter(|(step, _)| *step <= version) {
        schema::apply(to, migration)?;
    }
    let read_tables = read_tables(from, to)?;
    let listed = if from.engine() == Engine::Sqlite { schema::tables(from)? } else { schema::tables(to)? };
    // What the schema is came with the migrations.
    let copied = |name: &str| !schema::OWN.contains(&name) && (read_tables || !rows::is_read_table(name));
    let tables: Vec<Table> = listed.into_iter().filter(|t| copied(&t.name)).collect();
    let mut counts = Vec::with_capacity(tables.len());
    for table in &tables {
        for side in [&mut *from, &mut *to] {
            let mut found = schema::columns(side, &table.name)?;
            found.sort();
            let mut wanted = table.columns.clone();
            wanted.sort();
            if found != wanted {
                return Err(StoreError::Shape(format!("the columns of the table {} differ", table.name)));
            }
        }
        let rows = from.query_text(&format!("SELECT COUNT(*) AS n FROM \"{}\"", table.name), &[])?;
        counts.push(rows.first().map_or(Ok(0), |row| row.int("n"))?.unsigned_abs());
    }
    let all = counts.iter().sum();
    let mut done = 0;
    for (table, count) in tables.iter().zip(counts) {
        let before = done;
        copy_table(from, to, table, &mut |rows| {
            done += rows;
            progress(done, all);
        })?;
        if done - before != count {
            return Err(StoreError::Other(format!("the table {} changed while it was copied", table.name)));
        }
    }
    if tables.iter().any(|table| table.name == "events") {
        schema::ship(to)?;
    }
    Ok(())
}

/// Whether the read tables can be copied: those of this program's shapes, which are made for it. Others are left to the next
/// start, which makes them from the events. Before version 10 their shapes came with the migrations.
fn read_tables(from: &mut Db, to: &mut Db) -> Result<bool> {
    if schema::columns(to, "shapes")?.is_empty() {
        return Ok(true);
    }
    let current = schema::shapes::changed(from)?.is_empty();
    if current {
        let all = schema::shapes::changed(to)?;
        schema::shapes::make(to, &all)?;
    }
    Ok(current)
}

fn copy_table(from: &mut Db, to: &mut Db, table: &Table, copied: &mut dyn FnMut(u64)) -> Result<()> {
    let quoted = |names: &[String]| names.iter().map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", ");
    let (name, columns) = (&table.name, quoted(&table.columns));
    let order = if table.key.is_empty() { String::new() } else { format!(" ORDER BY {}", quoted(&table.key)) };
    let places: Vec<String> = (1..=table.columns.len()).map(|n| format!("${n}")).collect();
    let insert = format!("INSERT INTO \"{name}\" ({columns}) VALUES ({})", places.join(", "));
    let mut waiting: Vec<Vec<Value>> = Vec::with_capacity(ROWS);
    let mut put = |waiting: &mut Vec<Vec<Value>>| -> Result<()> {
        let list: Vec<(&str, &[Value])> = waiting.iter().map(|row| (insert.as_str(), row.as_slice())).collect();
        to.write_list(&list)?;
        copied(waiting.len() as u64);
        waiting.clear();
        Ok(())
    };
    from.for_each_text(&format!("SELECT {columns} FROM \"{name}\"{order}"), &[], |row| {
        waiting.push(row.into_values());
        if waiting.len() < ROWS { Ok(()) } else { put(&mut waiting) }
    })?;
    put(&mut waiting)
}

/// Takes back what a failed copy had made, so that the same command can be given again. Only our own names, and
/// folders only if they are empty then.
fn clear(folder: &Path, made: &[PathBuf]) {
    for path in made {
        let _ = fs::remove_file(path).or_else(|_| fs::remove_dir(path));
    }
    let _ = fs::remove_dir(folder);
}

/// Error: [`StoreError::NotEmpty`] unless the folder is empty or not there yet.
fn empty_folder(folder: &Path) -> Result<()> {
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            Some(_) => Err(StoreError::NotEmpty(folder.display().to_string())),
            None => Ok(()),
        },
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(_) if folder.is_file() => Err(StoreError::NotEmpty(folder.display().to_string())),
        Err(e) => Err(place::io_failed(folder, &e)),
    }
}

/// Puts a file or a folder's list of names on the disk.
fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|f| f.sync_all()).map_err(|e| place::io_failed(path, &e))
}
