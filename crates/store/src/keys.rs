//! The key store: the keys of the cases and the district's secrets, apart from the events.
//!
//! A key is durable before the event that needs it (two databases never commit as one), and destroying it is what
//! erases personal data (个人信息保护法 47). SQLite: a file of its own whose freed space is overwritten. PostgreSQL: the
//! schema `doorstep_keys`; the server frees a deleted row's space but does not overwrite it, and its own logs and
//! backups keep it as long as they are kept: keep those short.

mod factor;

pub use factor::Factor;

use crate::db::{Access, Db, Engine, Result, StoreError, Value, WriteBack};
use crate::place::Place;
use crate::schema;
use domain::district::{District, UnitCode, UnitTag};
use ledger::commit::{commitment, field_salt};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The 16-byte handle of a stream (a case).
pub type Stream = [u8; 16];

/// The key of one case: 32 random bytes. It is wiped from memory when dropped, and never printed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct CaseKey([u8; 32]);

impl CaseKey {
    /// A key from random bytes that the caller drew.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the cipher and for deriving salts.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for CaseKey {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// A connection to the key store, for one district.
pub struct Keys {
    db: Db,
    district: i64,
}

/// The name of the secret that signs the checkpoints: a secret key line of the note format.
pub const SIGNING_KEY: &str = "ledger-signing-key";

/// The name of the secret under which units are tagged: 32 bytes as hex.
pub const TAG_KEY: &str = "unit-tag-key";

/// How the hash of a request begins that was made without the record's key.
pub const KEYLESS: [u8; 4] = [0; 4];

/// How many keys one query asks for.
const ASKED: usize = 64;

impl Keys {
    /// Opens the key store; a writer makes it if there is none (the process must hold the writer's connection to the
    /// main database: that is what keeps a second writer away).
    /// Errors: [`StoreError::Missing`] if a reader finds none; [`StoreError::Newer`].
    pub fn open(place: &Place, district: i64, writer: bool) -> Result<Self> {
        let mut db = Db::open(place, Access { write: writer, keys: true })?;
        if writer {
            if db.engine() == Engine::Postgres {
                db.execute_batch("CREATE SCHEMA IF NOT EXISTS doorstep_keys")?;
            }
            schema::run(&mut db, schema::KEYS)?;
        } else {
            match (schema::version(&mut db)?, schema::KEYS.len() as u32) {
                (0, _) => return Err(StoreError::Missing(format!("the key store of {place}"))),
                (found, known) if found > known => return Err(StoreError::Newer { found, known }),
                _ => {}
            }
        }
        let mut keys = Self { db, district };
        if writer {
            // A crash may have come between a destruction and the emptying of the log.
            keys.db.empty_log()?;
        }
        Ok(keys)
    }

    /// Stores new keys in one durable commit. The same key again changes nothing.
    /// Error: [`StoreError::Refused`] if a stream has another key already (a try that was cut off left it): nothing is
    /// stored then; read the key that holds with [`Keys::case_keys`] and seal with that one.
    pub fn put_cases(&mut self, keys: &[(Stream, [u8; 32])]) -> Result<()> {
        const PUT: &str = "INSERT INTO case_keys (district, stream, key) VALUES ($1, $2, $3) ON CONFLICT (district, stream) DO NOTHING";
        if keys.is_empty() {
            return Ok(());
        }
        let rows: Vec<Vec<Value>> = keys.iter().map(|(s, k)| crate::args![self.district, s, k]).collect();
        let list: Vec<(&str, &[Value])> = rows.iter().map(|args| (PUT, args.as_slice())).collect();
        self.db()?.begin()?;
        // From here on a lost connection is an error: a new one would know nothing of what was begun.
        let stored = self.db.write_list(&list).and_then(|changed| {
            if changed == keys.len() as u64 {
                return Ok(());
            }
            let streams: Vec<Stream> = keys.iter().map(|(s, _)| *s).collect();
            let held = self.case_keys(&streams)?;
            match keys.iter().all(|(s, k)| held.get(s).is_some_and(|h| h.bytes() == k)) {
                true => Ok(()),
                false => Err(StoreError::Refused("a case has another key already".into())),
            }
        });
        for mut value in rows.into_iter().flatten() {
            if let Value::Bytes(bytes) = &mut value {
                bytes.zeroize();
            }
        }
        match stored {
            Ok(()) => self.db.commit(),
            Err(e) => {
                let _ = self.db.rollback();
                Err(e)
            }
        }
    }

    /// The keys of these streams; a stream whose key is destroyed (or never was) is not in the answer.
    pub fn case_keys(&mut self, streams: &[Stream]) -> Result<HashMap<Stream, CaseKey>> {
        let mut found = HashMap::with_capacity(streams.len());
        for part in streams.chunks(ASKED) {
            // One text for one key and one for many (the last stream fills it up), so that few are ever prepared.
            let places = if part.len() == 1 { 1 } else { ASKED };
            let mut args = crate::args![self.district];
            args.extend((0..places).map(|n| part[n.min(part.len() - 1)].into()));
            let list: Vec<String> = (2..places + 2).map(|n| format!("${n}")).collect();
            let sql =
                format!("SELECT stream, key FROM case_keys WHERE district = $1 AND stream IN ({})", list.join(", "));
            self.db()?.for_each_text(&sql, &args, |mut row| {
                let key = CaseKey(row.array("key")?);
                if let Some(Value::Bytes(bytes)) = row.get_mut("key") {
                    bytes.zeroize();
                }
                found.insert(row.array("stream")?, key);
                Ok(())
            })?;
        }
        Ok(found)
    }

    /// Destroys a case's key, durably: what was sealed under it can't be read again by anyone. Once more is no error.
    pub fn destroy_case(&mut self, stream: &Stream) -> Result<()> {
        let args = crate::args![self.district, stream];
        let gone = self.db()?.write_list(&[("DELETE FROM case_keys WHERE district = $1 AND stream = $2", &args)])?;
        match (gone, self.db.engine()) {
            (0, _) => Ok(()),
            (_, Engine::Sqlite) => self.db()?.empty_log(),
            (_, Engine::Postgres) => self.db()?.execute_batch("VACUUM case_keys"),
        }
    }

    /// A secret of the district (a signing key, a session key) by name.
    pub fn secret(&mut self, name: &str) -> Result<Option<Zeroizing<String>>> {
        let args = crate::args![self.district, name];
        let rows = self.db()?.query("SELECT value FROM secrets WHERE district = $1 AND name = $2", &args)?;
        rows.first().map(|row| row.text("value").map(|v| Zeroizing::new(v.to_owned()))).transpose()
    }

    /// Stores a secret durably, in place of an older one of that name.
    pub fn put_secret(&mut self, name: &str, value: &str) -> Result<()> {
        let args = crate::args![self.district, name, value];
        let sql = "INSERT INTO secrets (district, name, value) VALUES ($1, $2, $3) \
                   ON CONFLICT (district, name) DO UPDATE SET value = excluded.value";
        self.db()?.write_list(&[(sql, &args)]).map(drop)
    }

    /// Sets the keyed tags of the district's units. Their key is made from the signing key with the first of them, and is
    /// a secret of its own from then on. Without a signing key there are no tags, and no accusation of anybody is seen.
    ///
    /// # Errors
    /// What the key store says.
    pub fn tag_units(&mut self, district: &mut District) -> Result<()> {
        let Some(key) = self.tag_key()? else { return Ok(()) };
        let tag = |unit: &UnitCode| {
            let tag = commitment(&key, unit.as_str().as_bytes());
            UnitTag(tag.iter().map(|b| format!("{b:02x}")).collect())
        };
        district.tags = district.units.keys().map(|unit| (unit.clone(), tag(unit))).collect();
        Ok(())
    }

    /// The hash of a request on a record whose key is destroyed, under a key of the district. It begins with [`KEYLESS`].
    ///
    /// # Errors
    /// What the key store says.
    pub fn keyless(&mut self, request: &[u8; 32]) -> Result<[u8; 32]> {
        let signing = self.secret(SIGNING_KEY)?.unwrap_or_default();
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(Sha256::digest(signing.as_bytes()).into());
        let mut hash = commitment(&field_salt(&seed, 0, "request"), request);
        hash[..KEYLESS.len()].copy_from_slice(&KEYLESS);
        Ok(hash)
    }

    fn tag_key(&mut self) -> Result<Option<Zeroizing<[u8; 32]>>> {
        if let Some(known) = self.secret(TAG_KEY)? {
            return parse_key(&known).map(Some);
        }
        let Some(signing) = self.secret(SIGNING_KEY)? else { return Ok(None) };
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(Sha256::digest(signing.as_bytes()).into());
        let key = Zeroizing::new(field_salt(&seed, 0, TAG_KEY));
        let text: Zeroizing<String> = Zeroizing::new(key.iter().map(|b| format!("{b:02x}")).collect());
        self.put_secret(TAG_KEY, &text)?;
        Ok(Some(key))
    }

    /// How many statements this connection has run. ([`Db::statements_run`])
    pub fn statements_run(&self) -> u64 {
        self.db.statements_run()
    }

    /// Is the connection usable, as far as is known? ([`Db::is_alive`])
    pub fn is_alive(&self) -> bool {
        self.db.is_alive()
    }

    /// How its write-ahead log is written back. ([`Db::write_back`])
    pub fn write_back(&self) -> Option<WriteBack> {
        self.db.write_back()
    }

    /// Makes a dead connection anew. ([`Db::reconnect`])
    pub fn reconnect(&mut self) -> Result<()> {
        self.db.reconnect()
    }

    /// The connection. A lost one is made anew: nothing is remembered from earlier reads that could be out of date.
    fn db(&mut self) -> Result<&mut Db> {
        if !self.is_alive() {
            self.reconnect()?;
        }
        Ok(&mut self.db)
    }
}

fn parse_key(text: &str) -> Result<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    let pair = |n: usize| text.get(2 * n..2 * n + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    for (n, byte) in key.iter_mut().enumerate() {
        *byte = pair(n).ok_or_else(|| StoreError::Corrupt("the key of the units' tags can't be read".into()))?;
    }
    Ok(key)
}
