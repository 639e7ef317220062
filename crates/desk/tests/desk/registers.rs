//! A further kind of record: the writer takes its acts without knowing it, and what it asks of cases is done in the same
//! commit or not at all.

use crate::*;
use desk::Key;
use domain::district::Districts;
use domain::register::{Ask, DEPTH_MOST, Deed, Facts, New, Of, On, Register, Shelf};
use serde::{Deserialize, Serialize};
use store::StoreError;

/// Lost property, as far as these stories need it.
struct Lost;

#[derive(Clone, Default)]
struct Thing {
    version: u64,
    owners: u64,
}

#[derive(Clone, Serialize)]
enum Act {
    /// Somebody hands a thing in.
    HandIn { words: String },
    /// An owner complains about how it is kept: that is a case.
    Complain { text: String },
    /// Each asks for the next one.
    Chain { links: usize },
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Event {
    #[serde(rename = "lost.handed_in")]
    HandedIn,
    #[serde(rename = "lost.complained")]
    Complained,
}

impl Register for Lost {
    const CODE: &'static str = "lost";
    const KINDS: &'static [&'static str] = &["lost.handed_in", "lost.complained"];
    type State = Thing;
    type Act = Act;
    type Event = Event;

    fn blank(_id: CaseId) -> Thing {
        Thing::default()
    }

    fn version(thing: &Thing) -> u64 {
        thing.version
    }

    fn kind(event: &Event) -> &'static str {
        match event {
            Event::HandedIn => "lost.handed_in",
            Event::Complained => "lost.complained",
        }
    }

    fn decide(thing: &Thing, act: &Act, _facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
        Ok(match act {
            Act::HandIn { words } => vec![New::of(Event::HandedIn).with("words", words).into()],
            Act::Complain { .. } if thing.version == 0 => return Err(Refusal::new(Why::NoSuchCase)),
            Act::Complain { text } => {
                let raise = Raise { text: text.clone(), ..Raise::default() };
                vec![New::of(Event::Complained).into(), Deed::Ask(Ask::of::<Cases>(On::New, raise.into()))]
            }
            Act::Chain { links } => {
                let mut deeds = vec![New::of(Event::HandedIn).into()];
                let next = Act::Chain { links: links.saturating_sub(1) };
                deeds.extend((*links > 0).then(|| Deed::Ask(Ask::of::<Lost>(On::New, next))));
                deeds
            }
        })
    }

    fn evolve(thing: &mut Thing, body: &Body<Event>) {
        thing.version += 1;
        thing.owners += u64::from(matches!(body.event, Event::Complained));
    }
}

static WITH_LOST: &[&dyn Shelf] = &[&Of::<Districts>::new(), &Of::<Cases>::new(), &Of::<Lost>::new()];

const COUNT: &str = "SELECT COUNT(*) FROM events WHERE district = $1";

/// A story in towns that keep lost property. At its end the history fills read tables, and a version without the
/// register says that a newer one wrote it.
fn with_lost(story: impl Fn(&mut Town, &tokio::runtime::Runtime)) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for mut town in towns() {
        town.registers = WITH_LOST;
        town.reopen(5);
        story(&mut town, &runtime);
        let vkey = town.close();
        let mut keys = Keys::open(&town.place, 1, false).unwrap();
        let log = Verifier::parse(&vkey).unwrap();
        let older = verify::verify(&mut town.db(), &mut keys, 1, &log);
        assert!(matches!(older, Err(StoreError::Unknown(kind)) if kind.starts_with("lost.")));
        let (mut scratch, mut replay) = (Db::scratch().unwrap(), rebuild::Replay::knowing(WITH_LOST));
        schema::migrate(&mut scratch).unwrap();
        let all = town.count(COUNT) as u64;
        rebuild::fill(&mut town.db(), &mut scratch, 1, &mut replay, (0, all), &mut |_| ()).unwrap();
    }
}

impl Town {
    fn lost(&self, runtime: &tokio::runtime::Runtime, on: On, act: Act) -> Result<desk::Done, Failure> {
        self.lost_once(runtime, (on, None), act, None)
    }

    fn lost_once(
        &self,
        runtime: &tokio::runtime::Runtime,
        (on, seen): (On, Option<u64>),
        act: Act,
        key: Option<Key>,
    ) -> Result<desk::Done, Failure> {
        let by = (clerk("street-1"), Visit::BEST);
        runtime.block_on(self.desk().execute::<Lost>(by, on, seen, act, key))
    }
}

fn hand_in() -> Act {
    Act::HandIn { words: "一把黑伞".into() }
}

#[test]
fn a_record_of_a_further_register_begins_with_a_receipt_and_is_acted_on_by_its_handle() {
    with_lost(|town, runtime| {
        let begun = town.lost(runtime, On::New, hand_in()).unwrap();
        assert!(begun.receipt.starts_with("c2sp.org/tlog-proof@v1") && begun.version == 1, "{}", begun.receipt);
        let here = On::Record(begun.id);
        let stale = town.lost_once(runtime, (here, Some(7)), hand_in(), None).unwrap_err();
        assert_eq!(refused(stale).why, Why::Changed);
        let acted = town.lost_once(runtime, (here, Some(1)), hand_in(), None).unwrap();
        assert_eq!((acted.version, acted.kinds), (2, vec!["lost.handed_in"]));
    });
}

#[test]
fn what_an_act_asks_of_a_case_is_in_the_same_commit_and_says_because_of_what() {
    with_lost(|town, runtime| {
        let id = town.lost(runtime, On::New, hand_in()).unwrap().id;
        let done = town.lost(runtime, On::Record(id), Act::Complain { text: "伞丢了。".into() }).unwrap();
        let mut db = town.db();
        let raised = store::follow::behind(&mut db, 1, done.index as i64, 1).unwrap();
        assert_eq!(
            raised.iter().map(|stream| (stream.first, stream.is_case)).collect::<Vec<_>>(),
            [(done.index + 1, true)]
        );
        let sql = "SELECT stream FROM events WHERE district = $1 AND kind = 'raised'";
        let case = CaseId(db.query_text(sql, &args![1]).unwrap()[0].array("stream").unwrap());
        let body = &store::read::stream::<Cases>(&mut db, 1, case).unwrap().events[0].body;
        assert_eq!(body.because, Some(done.index));
        assert_eq!(body.by, clerk("street-1"), "the actor is the one who acted");
        let sizes = "SELECT COUNT(*) FROM checkpoints WHERE district = $1 AND size > 4 AND before < size - 1";
        assert_eq!(town.count(sizes), 1, "one checkpoint for both");
    });
}

#[test]
fn when_the_case_is_refused_nothing_of_the_act_is_in_the_history_and_its_record_is_as_it_was() {
    with_lost(|town, runtime| {
        let id = town.lost(runtime, On::New, hand_in()).unwrap().id;
        let before = town.count(COUNT);
        let refusal = town.lost(runtime, On::Record(id), Act::Complain { text: " ".into() }).unwrap_err();
        assert_eq!(refused(refusal).why, Why::Empty);
        assert_eq!(town.count(COUNT), before);
        let again = town.lost_once(runtime, (On::Record(id), Some(1)), hand_in(), None).unwrap();
        assert_eq!(again.version, 2);
        town.reopen(6);
        assert_eq!(town.desk().held(), None, "no key is left without its record, and none is missing");
    });
}

#[test]
fn acts_that_ask_for_further_acts_end_at_a_depth_with_a_refusal_that_leaves_nothing() {
    with_lost(|town, runtime| {
        let before = town.count(COUNT);
        assert!(town.lost(runtime, On::New, Act::Chain { links: DEPTH_MOST }).is_ok());
        assert_eq!(town.count(COUNT), before + DEPTH_MOST as i64 + 1);
        let deeper = town.lost(runtime, On::New, Act::Chain { links: DEPTH_MOST + 1 }).unwrap_err();
        assert_eq!(refused(deeper).why, Why::TooDeep);
        assert_eq!(town.count(COUNT), before + DEPTH_MOST as i64 + 1);
    });
}

#[test]
fn a_key_that_comes_twice_begins_one_record_and_one_that_was_used_for_another_register_is_refused() {
    with_lost(|town, runtime| {
        let key = Some(Key::of("street-1", "k"));
        let first = town.lost_once(runtime, (On::New, None), hand_in(), key).unwrap();
        let again = town.lost_once(runtime, (On::New, None), hand_in(), key).unwrap();
        assert!(again.again && again.id == first.id && again.receipt == first.receipt);
        let other = town.desk().raise_now(Actor::Resident, raised(Track::Hotline), key).unwrap_err();
        assert_eq!(refused(other).why, Why::KeyReused);
    });
}

#[test]
fn a_handle_of_another_register_is_no_record_of_this_one() {
    with_lost(|town, runtime| {
        let case = town.raise(Track::Hotline).id;
        let why = |failure: Failure| refused(failure).why;
        assert_eq!(why(town.lost(runtime, On::Record(case), hand_in()).unwrap_err()), Why::NoSuchCase);
        let thing = town.lost(runtime, On::New, hand_in()).unwrap().id;
        assert_eq!(town.why(&Actor::Resident, thing, Command::Withdraw), Why::NoSuchCase);
        assert_eq!(town.why(&Actor::Resident, domain::district::DISTRICT_STREAM, Command::Withdraw), Why::NoSuchCase);
    });
}

#[test]
fn what_holds_the_intake_holds_a_case_that_an_act_asks_for_and_lets_other_acts_go_on() {
    with_lost(|town, runtime| {
        let id = town.lost(runtime, On::New, hand_in()).unwrap().id;
        let before = town.count(COUNT);
        town.desk().on_lacking_keys()(1, 3);
        let held = town.lost(runtime, On::Record(id), Act::Complain { text: "伞丢了。".into() });
        assert!(matches!(held, Err(Failure::Held(_))), "{held:?}");
        assert!(matches!(town.lost(runtime, On::New, hand_in()), Err(Failure::Held(_))));
        assert_eq!(town.count(COUNT), before);
        assert!(town.lost(runtime, On::Record(id), hand_in()).is_ok());
    });
}
