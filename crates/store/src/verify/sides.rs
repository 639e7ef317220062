//! What stands beside the history: the signing key, the answers by idempotency key, and the access tables.

use super::{ACCESS, Checked, KEY, TRUTH, found};
use crate::args;
use crate::db::{Db, Result};
use crate::keys::{Keys, SIGNING_KEY};
use crate::schema;
use domain::district::District;
use ledger::checkpoint::{Signer, Verifier};

/// Answers in the order of their keys, and whether one does not fit: it was given for an entry of its stream, at a size that
/// was signed and has the entry. Where there was nothing to do, that entry is older than the commit.
const ANSWERS: &str = "SELECT d.key, d.seq, CASE WHEN e.seq IS NULL OR d.size <= d.seq OR d.size <> COALESCE((SELECT MIN(c.size) \
FROM checkpoints c WHERE c.district = d.district AND c.size >= d.size), -1) THEN 1 ELSE 0 END AS wrong \
FROM done d LEFT JOIN events e ON e.district = d.district AND e.seq = d.seq AND e.stream = d.stream \
WHERE d.district = $1 AND d.key > $2 ORDER BY d.key LIMIT $3";
const PASSWORDS: &str = "SELECT account FROM passwords WHERE district = $1 ORDER BY account";
const SESSIONS: &str = "SELECT DISTINCT account FROM sessions WHERE district = $1 ORDER BY account";

pub(super) const STATEMENTS: &[&str] = &[ANSWERS, PASSWORDS, SESSIONS];

/// One process serves one district: rows of another one came in by hand.
pub(super) fn only_this_district(db: &mut Db, number: i64) -> Checked<()> {
    let mut shape = Db::memory()?;
    schema::migrate(&mut shape)?;
    for table in schema::tables(&mut shape)?.iter().filter(|t| !schema::OWN.contains(&t.name.as_str())) {
        let name = &table.name;
        let sql =
            format!("SELECT (SELECT MIN(district) FROM {name}) AS least, (SELECT MAX(district) FROM {name}) AS most");
        for row in db.query_text(&sql, &[])? {
            if [row.opt_int("least")?, row.opt_int("most")?].into_iter().flatten().any(|d| d != number) {
                return found(format!("the table {name} has rows of another district"), TRUTH);
            }
        }
    }
    Ok(Ok(()))
}

/// Whether the key that signs is the one that the district was founded with. A lost one is the doctor's matter.
pub(super) fn signing_key(keys: &mut Keys, log: &Verifier) -> Checked<()> {
    let Some(line) = keys.secret(SIGNING_KEY)? else { return Ok(Ok(())) };
    match Signer::new(&line) {
        Ok(signer) if signer.vkey() == log.vkey() => Ok(Ok(())),
        Ok(_) => found("the signing key in the key store is not the one that the first entry names", KEY),
        Err(_) => found("the signing key in the key store can't be read", KEY),
    }
}

/// How many answers one query brings.
const PAGE: u64 = 2048;

/// Whether each idempotency key leads to an entry, and to a checkpoint that covers it.
pub(super) fn answers(db: &mut Db, number: i64, _: &District) -> Checked<()> {
    let mut behind = Vec::new();
    loop {
        let rows = db.query(ANSWERS, &args![number, behind.as_slice(), PAGE])?;
        let mut wrong: Option<i64> = None;
        for row in &rows {
            if row.int("wrong")? == 1 {
                let seq = row.int("seq")?;
                wrong = Some(wrong.map_or(seq, |first| first.min(seq)));
            }
        }
        if let Some(seq) = wrong {
            let what = format!("an idempotency key leads to entry {seq}, whose case or checkpoint is another one");
            return found(what, TRUTH);
        }
        match rows.last() {
            Some(last) if rows.len() as u64 == PAGE => behind = last.bytes("key")?.to_vec(),
            _ => return Ok(Ok(())),
        }
    }
}

/// Whether only accounts of the district have a password or a session.
pub(super) fn access(db: &mut Db, number: i64, district: &District) -> Checked<()> {
    for (sql, what) in [(PASSWORDS, "a password"), (SESSIONS, "a session")] {
        let accounts: Result<Vec<i64>> = db.query(sql, &args![number])?.iter().map(|row| row.int("account")).collect();
        let known = |a: &i64| u32::try_from(*a).is_ok_and(|id| district.accounts.contains_key(&id));
        if let Some(account) = accounts?.iter().find(|a| !known(a)) {
            return found(format!("there is {what} of account {account}, which was never opened"), ACCESS);
        }
    }
    Ok(Ok(()))
}
