//! A small district with its index.

use desk::Entropy;
use domain::case::{CaseId, Command, Contact, Ground, Outcome, Raise, Track};
use domain::district::{Category, Unit, UnitKind};
use domain::{Actor, Role};
use reading::{Asked, Follower, Question, Reader, Tag, asked};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use store::Place;
use testing::{Founded, Plan, category, on_disk, places, unit};

pub struct Town {
    founded: Founded,
    pub follower: Option<Follower>,
}

impl std::ops::Deref for Town {
    type Target = Founded;

    fn deref(&self) -> &Founded {
        &self.founded
    }
}

const UNITS: &[(&str, UnitKind, &str)] = &[
    ("centre", UnitKind::Centre, "示范分派中心"),
    ("housing", UnitKind::Bureau, "示范住建局"),
    ("water", UnitKind::Bureau, "示范水务局"),
    ("discipline", UnitKind::Discipline, "示范纪检机关"),
    ("discipline-2", UnitKind::Discipline, "示范纪检机关二"),
    ("street-1", UnitKind::Street, "示范一街道"),
];

/// Runs a story in a new town on every engine that is there.
pub fn everywhere(story: impl Fn(&mut Town)) {
    for place in places() {
        story(&mut Town::found(place, "reading.example/one"));
    }
}

/// A town on SQLite.
pub fn town() -> Town {
    Town::found(on_disk(), "reading.example/one")
}

pub fn staff(unit: &str, role: Role) -> Actor {
    Actor::Staff { account: 1, unit: unit.into(), role }
}

pub fn dispatcher() -> Actor {
    staff("centre", Role::Dispatcher)
}

impl Town {
    pub fn found(place: (Place, tempfile::TempDir), origin: &'static str) -> Town {
        let unit = |(code, kind, zh): &(&str, UnitKind, &str)| Unit { zh: (*zh).into(), ..unit(code, *kind) };
        let category = |code: &str, zh: &str| Category { zh: zh.into(), ..category(code, "housing") };
        let categories =
            vec![category("housing", "住房"), category("housing.light", "楼道照明"), category("discipline", "作风")];
        let (units, entropy) = (UNITS.iter().map(unit).collect(), Entropy::seeded(3));
        let founded = Founded::new(place, Plan { origin, entropy, units, categories, ..Plan::default() });
        Town { founded, follower: None }
    }

    /// The folder of the index.
    pub fn index(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    /// The follower, which has followed everything.
    pub fn follower(&mut self) -> &mut Follower {
        if self.follower.is_none() {
            self.follower =
                Some(Follower::open(&self.place, self.desk().registers(), 1, &self.index()).unwrap().unwrap());
        }
        let follower = self.follower.as_mut().unwrap();
        follower.catch_up().unwrap();
        follower
    }

    pub fn raise(&self, raise: Raise) -> CaseId {
        self.desk().raise_now(Actor::Resident, raise, None).unwrap().id
    }

    pub fn text(&self, text: &str) -> CaseId {
        self.raise(hotline(text))
    }

    /// Has a case accepted and dispatched.
    pub fn dispatch(&self, id: CaseId, unit: &str) {
        let sealed = self.case(id).is_sealed();
        let by = if sealed { staff("discipline", Role::Dispatcher) } else { dispatcher() };
        let category = if sealed { "discipline" } else { "housing.light" };
        self.act(&by, id, Command::Accept { way: None, category: category.into() });
        self.act(&by, id, Command::Dispatch { lead: unit.into(), joint: Vec::new() });
    }

    pub fn answer(&self, id: CaseId, unit: &str, text: &str) {
        let outcome = if self.case(id).is_sealed() { Outcome::Explained } else { Outcome::Done };
        let answer = Command::Answer { task: 1, outcome, text: text.into(), basis: String::new() };
        self.act(&staff(unit, Role::Head), id, answer);
    }

    /// Takes a case back and erases it.
    pub fn erase(&self, id: CaseId) {
        self.act(&Actor::Resident, id, Command::Withdraw);
        self.act(&Actor::Resident, id, Command::AskErasure { reason: String::new() });
        self.act(&dispatcher(), id, Command::Erase { ground: Ground::ConsentWithdrawn });
    }

    /// The handles of cases by the ledger index of their first entry.
    pub fn ids(&self, firsts: &[u64]) -> Vec<CaseId> {
        let records = store::records::some(&mut self.db(), &mut self.keys(), 1, firsts).unwrap();
        firsts.iter().map(|first| records.iter().find(|r| r.first == *first).unwrap().case.id).collect()
    }

    /// What an account finds.
    pub fn asks(&mut self, actor: &Actor, question: &Question) -> BTreeSet<CaseId> {
        let reader = Reader::of(actor);
        let Some(reader) = reader else { return BTreeSet::new() };
        let finder = self.follower().finder();
        let found = finder.find(&reader, question).unwrap().unwrap();
        self.ids(&found.firsts).into_iter().collect()
    }

    pub fn words(&self, typed: &str) -> Vec<Asked> {
        asked(typed, &self.desk().district())
    }

    /// What a dispatcher finds by words.
    pub fn finds(&mut self, typed: &str) -> Vec<CaseId> {
        self.finds_as(&dispatcher(), typed)
    }

    pub fn finds_as(&mut self, actor: &Actor, typed: &str) -> Vec<CaseId> {
        let question = Question { words: self.words(typed), ..Question::default() };
        self.asks(actor, &question).into_iter().collect()
    }
}

pub fn hotline(text: &str) -> Raise {
    let contact = Contact { name: "示例居民甲".into(), phone: "10000000001".into(), ..Contact::default() };
    Raise { text: text.into(), contact, ..Raise::default() }
}

pub fn accusation(text: &str, about: Option<&str>) -> Raise {
    Raise { track: Track::Accusation, accused: about.map(Into::into), ..hotline(text) }
}

pub fn tagged(tag: Tag) -> Question {
    Question { tags: vec![tag], ..Question::default() }
}

/// The volumes in a folder.
pub fn volumes(index: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(index).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    found.sort();
    found
}

/// Every word that stands in any file of the index. Terms are compressed there, so they are read as the library reads
/// them; that no file lies about that it does not know is looked at too.
pub fn words_on_disk(index: &Path) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for volume in volumes(index) {
        let opened = tantivy::Index::open_in_dir(&volume).unwrap();
        let metas = opened.searchable_segment_metas().unwrap();
        for file in std::fs::read_dir(&volume).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            let own = name.starts_with('.') || name == "meta.json";
            assert!(own || metas.iter().any(|m| name.starts_with(&m.id().uuid_string())), "a left file: {name}");
        }
        let reader = opened.reader().unwrap();
        for segment in reader.searcher().segment_readers() {
            for (field, _) in opened.schema().fields().filter(|(_, e)| e.field_type().is_indexed()) {
                let inverted = segment.inverted_index(field).unwrap();
                let mut terms = inverted.terms().stream().unwrap();
                while terms.advance() {
                    words.insert(String::from_utf8_lossy(terms.key()).into_owned());
                }
            }
        }
    }
    words
}
