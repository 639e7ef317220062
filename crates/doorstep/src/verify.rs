//! `verify`: recomputes everything, also against receipts and checkpoints that somebody kept.

use crate::cli::{Failed, say};
use crate::commands::{NUMBER, bar, place};
use ledger::checkpoint::Verifier;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use store::verify::{Finding, Kept, Report, founding_key, verify_with};
use store::{Db, Keys};

/// A check that is quicker than this shows no bar.
const QUICK: Duration = Duration::from_secs(1);

/// `verify`
pub fn verify(data: &str, files: &[PathBuf]) -> Result<(), Failed> {
    let place = place(data)?;
    let kept: Vec<Kept> = files.iter().map(read).collect::<Result<_, _>>()?;
    let mut db = Db::open_reader(&place)?;
    store::schema::check(&mut db)?;
    let mut keys = Keys::open(&place, NUMBER, false)?;
    let vkey = founding_key(&mut db, NUMBER)?.map_err(wrong)?;
    let log = Verifier::parse(&vkey).map_err(|e| {
        Failed::new(
            format!("Wrong: the key line of the first entry can't be used: {e}."),
            "Keep this data as it is, and restore the last backup that verifies into an empty folder.",
        )
    })?;
    say(format_args!("key {vkey}"));
    let (began, shown) = (Instant::now(), std::cell::OnceCell::new());
    let outcome = verify_with(&mut db, &mut keys, NUMBER, &log, &kept, &mut |done, all| {
        if began.elapsed() > QUICK {
            let bar = shown.get_or_init(bar);
            bar.set_length(all);
            bar.set_position(done);
        }
    });
    if let Some(bar) = shown.get() {
        bar.finish_and_clear();
    }
    let outcome = outcome?.map_err(wrong)?;
    let published = figures::verify_published(&mut db, NUMBER)?.map_err(|finding| {
        Failed::new(
            format!("Wrong: {}.", finding.0),
            "Everything else fits: find out who published it and how, and publish a correction of this entry.",
        )
    })?;
    let Report { entries, checkpoints, opened, erased, files, rows, kept } = outcome;
    say(format_args!(
        "Everything fits: {entries} entries, {checkpoints} checkpoints, {opened} private parts opened, {erased} erased, \
         {files} photos, {rows} rows equal the replay, {} published figures recomputed, {} wrong ones corrected since.",
        published.right, published.corrected
    ));
    if kept > 0 {
        say(format_args!("The ledger still contains what was kept: {kept} of {kept}."));
    }
    Ok(())
}

/// Whether a ledger fits in itself, without a word where it does.
///
/// # Errors
/// What does not fit.
pub fn fits(db: &mut Db, keys: &mut Keys) -> Result<(), Failed> {
    let vkey = founding_key(db, NUMBER)?.map_err(wrong)?;
    let log = Verifier::parse(&vkey).map_err(|e| {
        let todo = "Look at the folder of the hall: it was changed by something else than this program.";
        Failed::new(format!("Wrong: the key line of the first entry can't be used: {e}."), todo)
    })?;
    verify_with(db, keys, NUMBER, &log, &[], &mut |_, _| ())?.map_err(wrong).map(drop)
}

pub fn wrong(finding: Finding) -> Failed {
    Failed::new(format!("Wrong: {finding}."), finding.todo)
}

/// A kept receipt or checkpoint.
fn read(file: &PathBuf) -> Result<Kept, Failed> {
    let unusable = |why: String| {
        Failed::usage(
            format!("{} can't be used: {why}.", file.display()),
            "Name a file with a receipt (….tlog-proof) or a checkpoint, as the service gave it out.",
        )
    };
    let text = std::fs::read_to_string(file).map_err(|e| unusable(e.to_string()))?;
    Kept::parse(&text).map_err(|e| unusable(e.to_string()))
}
