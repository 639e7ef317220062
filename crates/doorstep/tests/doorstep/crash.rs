//! The process is killed at any moment, and what it had acknowledged is there.

use crate::binary::{self, Crowd, Server, all_there, kill, must};
use desk::{Desk, Entropy, Key, Options};
use domain::Actor;
use domain::case::{CaseId, Cases, Command, Event, Raise, field};
use domain::district::UnitKind;
use rand_core::RngCore;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use store::{Keys, Place};
use testing::{Plan, category, unit};

/// How many hand in cases at the same time.
const CLIENTS: usize = 6;

/// A moment that a test can't foresee but can repeat.
fn moment(rng: &mut impl RngCore, most_micros: u32) {
    thread::sleep(Duration::from_micros(u64::from(rng.next_u32() % most_micros)));
}

#[test]
fn every_acknowledged_case_survives_sixty_kills_under_intake() {
    let folder = tempfile::tempdir().unwrap();
    survives(folder.path().join("data").to_str().unwrap(), 60);
    if let Some(cluster) = store::testing::cluster() {
        survives(&cluster.database().unwrap(), 12);
    }
}

/// Kills the server so often while clients hand in cases: most times with clients waiting, some while it starts.
fn survives(data: &str, kills: u32) {
    let token = binary::found(data);
    let crowd = Crowd::new(&token);
    let mut entropy = Entropy::seeded(20_230_504);
    let rng = entropy.rng();
    let acknowledged: Vec<_> = thread::scope(|scope| {
        let crowd = &crowd;
        let clients: Vec<_> = (0..CLIENTS).map(|n| scope.spawn(move || crowd.client(n))).collect();
        for round in 0..kills {
            if round % 6 == 5 {
                // While it takes the log up again.
                let mut child = Server::spawn(data);
                moment(rng, 12_000);
                kill(&mut child);
                continue;
            }
            let server = Server::start(data);
            crowd.at(Some(&server.address));
            crowd.wait_for(u64::from(rng.next_u32() % 40));
            moment(rng, 5_000);
            server.kill();
            crowd.at(None);
        }
        let server = Server::start(data);
        crowd.at(Some(&server.address));
        crowd.wait_for(1);
        crowd.end();
        let done = clients.into_iter().flat_map(|c| c.join().unwrap()).collect();
        drop(server);
        done
    });
    let lost = crowd.lost.load(std::sync::atomic::Ordering::Acquire);
    eprintln!("{kills} kills, {lost} lost answers, {} acknowledged cases", acknowledged.len());
    assert!(lost >= u64::from(kills) / 2, "only {lost} answers were lost: the kills came when nobody was waiting");
    all_there(data, Server::start(data), &token, &acknowledged);
}

const DESK: &str = "centre";
const UNIT: &str = "housing";

fn staff(unit: &str, role: domain::actor::Role) -> Actor {
    Actor::Staff { account: 1, unit: unit.into(), role }
}

/// A district with a unit, and cases that the unit is handling.
fn handled(place: &Place, cases: usize) -> Vec<CaseId> {
    let plan = Plan {
        origin: "crash.example/district",

        units: vec![unit(DESK, UnitKind::Centre), unit(UNIT, UnitKind::Bureau)],
        categories: vec![category("heating", UNIT), category("heating.cold", UNIT)],
        ..Plan::of_today()
    };
    let (desk, thread) = plan.found(place);
    let ids = (0..cases)
        .map(|n| {
            let raise = Raise { text: format!("第{n}件：暖气不热。"), ..Raise::default() };
            let raised = desk.raise_now(Actor::Resident, raise, None).unwrap();
            let dispatcher = staff(DESK, domain::actor::Role::Dispatcher);
            let accept = Command::Accept { way: None, category: "heating.cold".into() };
            desk.act_now(dispatcher.clone(), raised.id, accept).unwrap();
            desk.act_now(dispatcher, raised.id, Command::Dispatch { lead: UNIT.into(), joint: Vec::new() }).unwrap();
            raised.id
        })
        .collect();
    drop(desk);
    thread.join().unwrap();
    ids
}

fn note(case: usize, n: u64) -> Command {
    Command::Note { text: format!("第{case}件的第{n}条备注：已上门查看。") }
}

/// What the killed process does, when it is started with the environment below: it writes notes to every case at the
/// same time, and says each that was acknowledged.
#[test]
#[ignore = "runs inside of every_acknowledged_act_survives_kills"]
fn a_process_that_acts_until_it_is_killed() {
    let data = std::env::var("DOORSTEP_CRASH_DATA").unwrap();
    let state = std::env::var("DOORSTEP_CRASH_STATE").unwrap();
    let (desk, _thread) = Desk::open(&Place::parse(&data).unwrap(), Options::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let tasks = tokio::task::LocalSet::new();
    for (case, part) in state.split(' ').enumerate() {
        let (id, next) = part.split_once(':').unwrap();
        let (id, mut next) = (CaseId::parse(id).unwrap(), next.parse::<u64>().unwrap());
        let desk = desk.clone();
        tasks.spawn_local(async move {
            // The last one acknowledged once more: the same key is the same act.
            let mut known = next > 0;
            next = next.saturating_sub(1);
            loop {
                let key = Key::of("crash", &format!("{case} {next}"));
                let clerk = staff(UNIT, domain::actor::Role::Clerk);
                let acted = desk.act(clerk, id, None, note(case, next), Some(key)).await.unwrap();
                assert!(!known || acted.again, "an acknowledged note of case {case} was gone");
                known = false;
                eprintln!("acknowledged {case} {next}");
                next += 1;
            }
        });
    }
    runtime.block_on(tasks);
}

#[test]
fn every_acknowledged_act_survives_kills() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").to_str().unwrap().to_owned();
    let place = Place::parse(&data).unwrap();
    let ids = handled(&place, 8);
    let mut entropy = Entropy::seeded(9);
    // How many notes of each case were acknowledged.
    let mut acknowledged: BTreeMap<usize, u64> = (0..ids.len()).map(|n| (n, 0)).collect();
    for _ in 0..15 {
        let state: Vec<String> =
            ids.iter().zip(acknowledged.values()).map(|(id, n)| format!("{}:{n}", id.hex())).collect();
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::a_process_that_acts_until_it_is_killed", "--ignored", "--nocapture"])
            .env("DOORSTEP_CRASH_DATA", &data)
            .env("DOORSTEP_CRASH_STATE", state.join(" "))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let until = 20 + entropy.rng().next_u32() % 60;
        let mut heard = 0;
        for line in lines {
            let line = line.unwrap();
            let Some(said) = line.strip_prefix("acknowledged ") else {
                assert!(!line.contains("panicked"), "{line}");
                continue;
            };
            // A line may be cut off where the process died; the newline before the end is then missing.
            let Some((case, n)) =
                said.split_once(' ').and_then(|(c, n)| Some((c.parse().ok()?, n.parse::<u64>().ok()?)))
            else {
                continue;
            };
            let last = acknowledged.get_mut(&case).unwrap();
            *last = (*last).max(n + 1);
            heard += 1;
            if heard == until {
                moment(entropy.rng(), 3_000);
                // What is still in the pipe was acknowledged before.
                let _ = child.kill();
            }
        }
        child.wait().unwrap();
        assert!(heard >= until, "the process ended by itself after {heard} acts");
    }
    let mut db = store::Db::open_reader(&place).unwrap();
    let mut keys = Keys::open(&place, 1, false).unwrap();
    for (case, id) in ids.iter().enumerate() {
        let stream = store::read::stream::<Cases>(&mut db, 1, *id).unwrap();
        let notes = stream.events.iter().filter(|e| e.body.event == Event::Noted);
        let texts: Vec<String> = notes
            .map(|e| {
                let fields = store::read::private(&mut db, &mut keys, 1, *id, e.version, e.seq).unwrap();
                fields[field::NOTE].clone()
            })
            .collect();
        let wanted: Vec<String> = (0..texts.len() as u64)
            .map(|n| match note(case, n) {
                Command::Note { text } => text,
                _ => String::new(),
            })
            .collect();
        assert_eq!(texts, wanted, "each note of case {case} once, in order");
        assert!(texts.len() as u64 >= acknowledged[&case], "acknowledged notes of case {case} are gone");
    }
    drop((db, keys));
    assert!(must(&["verify", "--data", &data]).contains("Everything fits"));
}

/// A district with so many cases, raised together.
fn filled(data: &str, cases: usize) {
    let place = Place::parse(data).unwrap();
    let (desk, thread) = Desk::open(&place, Options::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let raising: Vec<_> = (0..cases)
            .map(|n| {
                let (desk, raise) = (desk.clone(), Raise { text: format!("第{n}件。"), ..Raise::default() });
                tokio::spawn(async move { desk.raise(Actor::Resident, raise, Vec::new(), None).await })
            })
            .collect();
        for raised in raising {
            raised.await.unwrap().unwrap();
        }
    });
    drop(desk);
    thread.join().unwrap();
}

/// How many entries `verify` counted.
fn entries(said: &str) -> usize {
    let before = said.split(" entries").next().unwrap();
    before.rsplit(' ').next().unwrap().parse().unwrap()
}

/// How long a command takes from its start to its end.
fn took(args: &[&str]) -> Duration {
    let begun = std::time::Instant::now();
    must(args);
    begun.elapsed()
}

/// Kills a command of the binary at a moment of the time that it usually takes.
fn killed(args: &[&str], usual: Duration, rng: &mut impl RngCore) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_doorstep"));
    let mut child = command.args(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    moment(rng, u32::try_from(usual.as_micros()).unwrap());
    kill(&mut child);
}

#[test]
fn a_rebuild_that_is_killed_leaves_the_old_rows_or_the_new_ones() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").to_str().unwrap().to_owned();
    binary::found(&data);
    filled(&data, 600);
    let usual = took(&["rebuild", "--data", &data]);
    let mut entropy = Entropy::seeded(3);
    for _ in 0..8 {
        killed(&["rebuild", "--data", &data], usual, entropy.rng());
        assert!(must(&["verify", "--data", &data]).contains("Everything fits"));
    }
    must(&["rebuild", "--data", &data]);
    assert!(must(&["verify", "--data", &data]).contains("Everything fits"));
}

#[test]
fn a_backup_that_is_killed_is_whole_or_refused_and_the_data_is_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").to_str().unwrap().to_owned();
    let token = binary::found(&data);
    let begun = entries(&must(&["verify", "--data", &data]));
    filled(&data, 600);
    let to = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let server = Server::start(&data);
    let crowd = Arc::new(Crowd::new(&token));
    crowd.at(Some(&server.address));
    let client = thread::spawn({
        let crowd = crowd.clone();
        move || crowd.client(0)
    });
    let usual = took(&["backup", "--data", &data, "--to", &to("first")]);
    let mut entropy = Entropy::seeded(4);
    let mut whole = 0;
    for n in 0..10 {
        let half = to(&format!("half-{n}"));
        killed(&["backup", "--data", &data, "--to", &half], usual, entropy.rng());
        let checked = binary::run(&["verify", "--data", &half]);
        if checked.status.success() {
            whole += 1;
        } else {
            assert_eq!(checked.status.code(), Some(1));
            binary::sentences(&String::from_utf8(checked.stderr).unwrap());
        }
    }
    assert!(whole < 10, "no backup was cut off");
    crowd.wait_for(1);
    crowd.end();
    let raised = client.join().unwrap();
    assert_eq!(crowd.lost.load(std::sync::atomic::Ordering::Acquire), 0, "a killed backup disturbed the server");
    must(&["backup", "--data", &data, "--to", &to("last")]);
    let copied = entries(&must(&["verify", "--data", &to("last")]));
    assert_eq!(copied, begun + 600 + raised.len());
    drop(server);
    assert!(must(&["verify", "--data", &data]).contains("Everything fits"));
}
