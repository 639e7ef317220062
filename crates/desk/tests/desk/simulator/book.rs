//! What those who asked know, and whether the ledger says the same.

use super::asks::{Ask, What};
use super::world::{Did, World};
use crate::*;
use domain::district::DISTRICT_STREAM;
use domain::register::On;
use ledger::receipt::Receipt;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// An event as it stands in the ledger.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    pub seq: u64,
    pub stream: CaseId,
    pub version: u64,
    pub at: i64,
    pub entry: Vec<u8>,
    /// The event whose act asked for it.
    pub because: Option<u64>,
}

/// All from a ledger index on.
pub fn entries(db: &mut Db, from: u64) -> Vec<Found> {
    const SQL: &str =
        "SELECT seq, stream, version, at, entry, body FROM events WHERE district = $1 AND seq >= $2 ORDER BY seq";
    let found = |row: &store::Row| Found {
        seq: row.int("seq").unwrap() as u64,
        stream: CaseId(row.array("stream").unwrap()),
        version: row.int("version").unwrap() as u64,
        at: row.int("at").unwrap(),
        entry: row.bytes("entry").unwrap().to_vec(),
        because: because(row.bytes("body").unwrap()),
    };
    db.query(SQL, &args![1, from]).unwrap().iter().map(found).collect()
}

fn because(body: &[u8]) -> Option<u64> {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap();
    body.get("because").and_then(serde_json::Value::as_u64)
}

/// What is known.
#[derive(Default)]
pub struct Book {
    /// How many entries somebody was told of, or can't know of.
    pub size: u64,
    /// All cases that are there.
    pub cases: Vec<CaseId>,
    /// All talk meetings that are there.
    pub meetings: Vec<CaseId>,
    /// All reception days.
    pub days: Vec<CaseId>,
    /// All encounters.
    pub visits: Vec<CaseId>,
    /// What was acknowledged with a key, to be asked for again.
    pub answered: Vec<(Ask, Did)>,
    /// What was asked with a key and has no answer; and where in the ledger it stands all the same, perhaps with others on
    /// the same case.
    pub unanswered: Vec<(Ask, Option<RangeInclusive<u64>>)>,
    /// Entries that were acknowledged: stream and version by ledger index.
    told: BTreeMap<u64, (CaseId, u64)>,
    receipts: Vec<Raised>,
}

impl Book {
    /// A record began.
    fn begun(&mut self, what: &What, id: CaseId) {
        match what {
            What::Meet { .. } => self.meetings.push(id),
            What::Day { .. } => self.days.push(id),
            What::Visit { .. } => self.visits.push(id),
            What::Line { .. } | What::Raise(_) | What::Act { .. } | What::Change(_) => {}
        }
    }
}

impl World<'_> {
    /// Holds the answers to a batch against what has come to the ledger. Of the last one, `heard` says whether it reached
    /// whoever asked.
    pub fn account(&mut self, asks: &[Ask], did: &[Did], heard: bool) {
        let new = entries(&mut self.reader, self.book.size);
        let mut at = 0;
        for (n, (ask, answer)) in asks.iter().zip(did).enumerate() {
            let from = at;
            let earlier = asks[..n].iter().zip(did).filter(|(other, _)| ask.key.is_some() && other.key == ask.key);
            let twice = earlier.into_iter().any(|(_, did)| did.is_new() || did.is_unknown());
            if answer.is_unknown() && !twice {
                // It ends where something begins that somebody was told of.
                // A change of the district does not say that it was done before: it may tell of this very thing.
                let same = |other: &Ask, did: &Did| {
                    ask.key.is_some() && other.key == ask.key && matches!(did, Did::Changed(_))
                };
                let here = self.book.size + at as u64;
                let others = asks[n + 1..].iter().zip(&did[n + 1..]);
                let others = others.filter(|(other, did)| did.is_new() && !same(other, did));
                let next = others.filter_map(|(_, did)| index(did)).filter(|index| *index >= here).min();
                at += self.unknown(ask, &new[at..], next.unwrap_or(u64::MAX));
            } else if answer.is_new() && !self.is_nothing(ask, answer, self.book.size + at as u64) {
                at += self.known(ask, answer, &new[at..]);
            }
            if ask.key.is_none() || twice {
                continue;
            }
            if answer.is_unknown() || (n + 1 == asks.len() && !heard) {
                let found = (at > from).then(|| new[from].seq..=new[at - 1].seq);
                self.book.unanswered.push((ask.clone(), found));
            } else if answer.is_new() {
                self.book.answered.push((ask.clone(), answer.clone()));
            }
        }
        assert_eq!(at, new.len(), "nobody asked for entry {:?}; asked: {asks:?}; answers: {did:?}", new.get(at));
        self.book.size += at as u64;
    }

    /// Whether there was nothing to do, or it was done before: then the answer names an entry that was there already.
    fn is_nothing(&mut self, ask: &Ask, did: &Did, next: u64) -> bool {
        let Some(index) = index(did).filter(|index| *index < next) else { return false };
        let found = entries(&mut self.reader, index).remove(0);
        match (&ask.what, did) {
            (What::Act { id, .. }, Did::Acted(acted)) => {
                assert_eq!((found.stream, found.version), (*id, acted.version), "{ask:?}");
            }
            (What::Change(_), Did::Changed(_)) => assert_eq!(found.stream, DISTRICT_STREAM, "{ask:?}"),
            _ => panic!("{did:?} before {next}: {ask:?}"),
        }
        true
    }

    /// How many of the entries are those of an acknowledged command.
    fn known(&mut self, ask: &Ask, did: &Did, new: &[Found]) -> usize {
        let there = |length: usize, stream: CaseId| {
            assert!(length > 0 && length <= new.len(), "acknowledged and not there: {did:?}");
            assert!(new[..length].iter().all(|e| e.stream == stream), "entries of others within {did:?}");
            length
        };
        let up_to = |index: u64| new.iter().position(|e| e.seq == index).map_or(0, |n| n + 1);
        match did {
            Did::Raised(raised) => {
                let length = there(run(new), raised.id);
                assert_eq!((new[0].seq, new[0].version), (raised.index, 1), "{raised:?}");
                let receipt = Receipt::parse(&raised.receipt).unwrap();
                receipt.verify(self.log).expect("a receipt verifies");
                assert_eq!((receipt.index, &receipt.entry), (raised.index, &new[0].entry));
                self.book.told.insert(raised.index, (raised.id, 1));
                self.book.receipts.push(raised.clone());
                self.book.cases.push(raised.id);
                length
            }
            Did::Acted(acted) => {
                let length = up_to(acted.index);
                let last = &new[length.saturating_sub(1)];
                there(length, last.stream);
                assert_eq!(last.version, acted.version, "{acted:?}");
                self.book.told.insert(acted.index, (last.stream, acted.version));
                length
            }
            Did::Done(done) => {
                let mut length = there(up_to(done.index), done.id);
                assert_eq!(length, done.kinds.len(), "{done:?}");
                self.book.told.insert(done.index, (done.id, done.version));
                if done.version == length as u64 {
                    let receipt = Receipt::parse(&done.receipt).unwrap();
                    receipt.verify(self.log).expect("a receipt verifies");
                    self.book.begun(&ask.what, done.id);
                }
                // What it asked for stands right behind it, and says because of which event; what began is named.
                let (mut named, own) = (done.asked.iter(), new[0].seq);
                while let Some(entry) = new.get(length).filter(|entry| entry.because.is_some()) {
                    assert!(entry.because.is_some_and(|of| (own..entry.seq).contains(&of)), "{done:?}");
                    if entry.version == 1 {
                        let asked = named.next().expect("what began is named");
                        assert_eq!((entry.stream, entry.seq), (asked.id, asked.index), "{done:?}");
                        self.book.told.insert(asked.index, (asked.id, 1));
                        self.began(asked.id);
                    }
                    length += 1;
                }
                assert!(named.next().is_none(), "named and not there: {done:?}");
                length
            }
            Did::Changed(index) => {
                let length = there(up_to(*index), DISTRICT_STREAM);
                self.book.told.insert(*index, (DISTRICT_STREAM, new[length - 1].version));
                length
            }
            _ => 0,
        }
    }

    /// A record began because an act asked for it: only cases are acted on by themselves.
    fn began(&mut self, id: CaseId) {
        let record = store::stream::record(&mut self.reader, ::registers::REGISTERS, 1, id).unwrap();
        if record.is_some_and(|record| record.shelf.code() == "case") {
            self.book.cases.push(id);
        }
    }

    /// How many of the entries are those of a command whose outcome nobody knows.
    fn unknown(&mut self, ask: &Ask, new: &[Found], next: u64) -> usize {
        let mine = &new[..new.iter().position(|e| e.seq >= next).unwrap_or(new.len())];
        let Some(first) = mine.first() else { return 0 };
        let fits = match &ask.what {
            What::Raise(_) => first.version == 1 && first.stream != DISTRICT_STREAM,
            What::Act { id, .. } => first.stream == *id,
            What::Change(_) => first.stream == DISTRICT_STREAM,
            what => match what.on() {
                Some(On::Record(id)) => first.stream == id,
                _ => first.version == 1 && first.stream != DISTRICT_STREAM,
            },
        };
        if !fits {
            return 0;
        }
        if is_raise(ask) {
            self.book.cases.push(first.stream);
        }
        let mut length = run(mine);
        if let Some(on) = ask.what.on() {
            if on == On::New {
                self.book.begun(&ask.what, first.stream);
            }
            // The same commit has what the act asked for, or nothing of the act.
            while let Some(asked) = mine.get(length).filter(|entry| entry.because.is_some()) {
                if asked.version == 1 {
                    self.began(asked.stream);
                }
                length += 1;
            }
        }
        length
    }

    /// A sweep's entries: the district's clock has nobody to answer to.
    pub fn account_for_sweep(&mut self) {
        let new = entries(&mut self.reader, self.book.size);
        for event in &new {
            assert!(event.version > 1 && event.stream != DISTRICT_STREAM, "a sweep begins nothing: {event:?}");
            const ONE: &str = "SELECT kind, body FROM events WHERE district = $1 AND seq = $2";
            let row = self.reader.query(ONE, &args![1, event.seq]).unwrap().remove(0);
            let (kind, bytes) = (row.text("kind").unwrap(), row.bytes("body").unwrap());
            let (shelf, body) = store::stream::read(::registers::REGISTERS, event.stream, kind, bytes).unwrap();
            assert_eq!(shelf.stamp(body.as_ref()).1, Actor::clock(), "a sweep acts as the clock");
        }
        self.book.size += new.len() as u64;
    }

    /// Asks once more what has no answer, and something that has one: what was done is not done again.
    pub fn ask_again(&mut self) {
        let open = std::mem::take(&mut self.book.unanswered);
        for (ask, found) in open {
            let did = self.ask_all(std::slice::from_ref(&ask)).remove(0);
            match found {
                // Nothing was done then: whether it is now, the books say.
                None => self.account(&[ask], std::slice::from_ref(&did), true),
                Some(_) if did.is_unknown() || matches!(did, Did::Failed(_)) => {
                    self.book.unanswered.push((ask, found));
                }
                Some(found) => {
                    let there = index(&did).is_some_and(|index| found.contains(&index));
                    assert!(there && !is_new(&did), "done at {found:?}, and again: {did:?} {ask:?}");
                }
            }
            if self.is_dead() {
                return;
            }
        }
        if self.book.answered.is_empty() {
            return;
        }
        let (mut ask, before) = self.dice.pick(&self.book.answered);
        let other = self.dice.one_in(4);
        if other {
            ask.actor = Actor::System { name: "somebody else".into() };
        }
        let did = self.ask_all(std::slice::from_ref(&ask)).remove(0);
        match (&before, &did) {
            (_, did) if did.is_unknown() || matches!(did, Did::Failed(_)) => {}
            // Of an erased case, whoever has the key is believed.
            (_, Did::Refused(why)) if other => assert_eq!(*why, Why::KeyReused, "{ask:?}"),
            (Did::Raised(a), Did::Raised(b)) => {
                assert_eq!((a.id, a.index, &a.code, &a.receipt), (b.id, b.index, &b.code, &b.receipt));
                assert!(b.again);
            }
            (Did::Acted(a), Did::Acted(b)) => assert_eq!((a.version, a.index, true), (b.version, b.index, b.again)),
            (Did::Changed(a), Did::Changed(b)) => assert_eq!(a, b),
            (Did::Done(a), Did::Done(b)) => {
                assert_eq!((a.id, true), (b.id, b.again));
                let begun = ask.what.on() == Some(On::New);
                if begun {
                    assert_eq!((a.first, &a.code, &a.receipt), (b.first, &b.code, &b.receipt));
                } else {
                    assert_eq!((a.version, a.index), (b.version, b.index));
                }
            }
            _ => panic!("first {before:?}, then {did:?}, for {ask:?}"),
        }
        self.account(&[], &[], true);
    }

    /// Everything that was acknowledged is there, once, and nothing else; while nobody writes.
    pub fn prove(&mut self) {
        let all = entries(&mut self.reader, 0);
        for (index, (stream, version)) in &self.book.told {
            let found = all.get(*index as usize).map(|e| (e.stream, e.version));
            assert_eq!(found, Some((*stream, *version)), "entry {index} was acknowledged");
        }
        for raised in &self.book.receipts {
            let receipt = Receipt::parse(&raised.receipt).unwrap();
            assert_eq!(receipt.entry, all[raised.index as usize].entry, "a receipt's entry is the ledger's");
        }
        let mut versions: BTreeMap<CaseId, u64> = BTreeMap::new();
        let mut before = i64::MIN;
        for (n, event) in all.iter().enumerate() {
            let version = versions.entry(event.stream).or_default();
            *version += 1;
            assert_eq!((event.seq, event.version), (n as u64, *version), "the ledger has a gap");
            assert!(event.at >= before, "time runs backwards at {n}");
            before = event.at;
        }
        self.account(&[], &[], true);
    }

    /// Whether all tables fit the events, from the first to the last.
    pub fn verify(&mut self) {
        let mut keys = Keys::open(&self.place(), 1, false).unwrap();
        let report = verify::verify(&mut self.reader, &mut keys, 1, self.log).unwrap().unwrap();
        assert_eq!(report.entries, self.book.size);
    }
}

fn is_raise(ask: &Ask) -> bool {
    matches!(ask.what, What::Raise(_))
}

/// The ledger index that an answer names.
fn index(did: &Did) -> Option<u64> {
    match did {
        Did::Raised(raised) => Some(raised.index),
        Did::Acted(acted) => Some(acted.index),
        Did::Changed(index) => Some(*index),
        // Where it begins, as long as it says how many events it led to.
        Did::Done(done) => Some(done.index + 1 - (done.kinds.len() as u64).clamp(1, done.index + 1)),
        _ => None,
    }
}

/// As [`Did::is_new`]; a change of the district does not say.
fn is_new(did: &Did) -> bool {
    did.is_new() && !matches!(did, Did::Changed(_))
}

/// How many of the entries go on with the first one's stream.
fn run(new: &[Found]) -> usize {
    let follows = |n: &usize| new[*n].stream == new[0].stream;
    (0..new.len()).take_while(follows).count()
}
