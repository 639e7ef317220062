//! The demo district-year: what it holds, that it verifies, and that the same seed gives the same year.

use desk::{Desk, Options, verify_password};
use domain::case::{EVENT_KINDS, field};
use domain::district::UnitCode;
use domain::register::Register;
use domain::{Label, Role};
use registers::listen::meeting::{Event, Meetings};
use registers::listen::opinion::{self, Opinions};
use registers::resolve::encounter::Encounters;
use registers::resolve::reception::Receptions;
use registers::tell::lecture::Lectures;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;
use std::sync::OnceLock;
use store::{Db, Keys, Place, Row, Write, access, args, read};
use tempfile::TempDir;

/// Runs the program in a folder.
pub fn doorstep(folder: &Path, args: &[&str]) -> Output {
    crate::binary::doorstep().args(args).current_dir(folder).output().unwrap()
}

/// What it printed, if it did what it was asked for.
pub fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Why it did not, with its exit code.
pub fn refused(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A small demo that several tests look at, in the folder `d`.
fn small() -> &'static Path {
    static SMALL: OnceLock<TempDir> = OnceLock::new();
    SMALL.get_or_init(|| made("5")).path()
}

/// A new small demo of a seed.
fn made(seed: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    done(&doorstep(folder.path(), &["demo", "--data", "d", "--seed", seed, "--small"]));
    folder
}

/// A copy of the small demo that a test may change.
pub fn copy() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("d")).unwrap();
    for file in fs::read_dir(small().join("d")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.path().join("d").join(file.file_name())).unwrap();
    }
    folder
}

fn place(folder: &Path) -> Place {
    Place::parse(folder.join("d").to_str().unwrap()).unwrap()
}

fn rows(place: &Place, sql: &'static str) -> Vec<Row> {
    Db::open_reader(place).unwrap().query(sql, &args![1]).unwrap()
}

/// The ledger's latest signed checkpoint: its size, its root, its key.
fn checkpoint(place: &Place) -> String {
    let (note, _) = read::checkpoint(&mut Db::open_reader(place).unwrap(), 1).unwrap();
    String::from_utf8(note).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_ledger_and_another_seed_another() {
    let (again, other) = (made("5"), made("6"));
    let first = checkpoint(&place(small()));
    assert!(first.starts_with("doorstep.example/demo\n"), "{first}");
    assert_eq!(first, checkpoint(&place(again.path())));
    assert_ne!(first, checkpoint(&place(other.path())));
}

#[test]
fn the_demo_on_postgresql_is_the_same_ledger() {
    let Some(cluster) = store::testing::cluster() else { return };
    let (url, folder) = (cluster.database().unwrap(), tempfile::tempdir().unwrap());
    let said = done(&doorstep(folder.path(), &["demo", "--data", &url, "--seed", "5", "--small"]));
    assert!(said.contains("demo-logins.json"), "{said}");
    assert!(folder.path().join("demo-logins.json").is_file());
    let place = Place::parse(&url).unwrap();
    assert_eq!(checkpoint(&place), checkpoint(&self::place(small())));
    let said = refused(&doorstep(folder.path(), &["demo", "--data", &url, "--small"]), 1);
    assert!(said.contains("district here already"), "{said}");
}

#[test]
fn a_demo_verifies() {
    let said = done(&doorstep(small(), &["verify", "--data", "d"]));
    assert!(said.contains("Everything fits") && said.contains("385 published figures"), "{said}");
}

#[test]
fn doctor_says_of_a_demo_that_it_sends_nothing_and_finds_no_fault_in_channels_that_are_not_used() {
    let folder = copy();
    fs::write(folder.path().join("d/messages.toml"), "[pigeon]\n").unwrap();
    let looked = doorstep(folder.path(), &["doctor", "--data", "d"]);
    let said = String::from_utf8([looked.stdout, looked.stderr].concat()).unwrap();
    assert!(said.contains("a demo sends nothing") && !said.contains("can't be understood"), "{said}");
}

#[test]
fn everything_that_can_happen_at_a_reception_happens_in_a_small_demo_and_nobody_in_it_is_real() {
    let place = place(small());
    let kinds = rows(&place, "SELECT DISTINCT kind FROM events WHERE district = $1");
    let kinds: BTreeSet<&str> = kinds.iter().map(|r| r.text("kind").unwrap()).collect();
    let all = Receptions::KINDS.iter().chain(Encounters::KINDS);
    let missing: Vec<_> = all.copied().filter(|kind| !kinds.contains(kind)).collect();
    // Nobody has booked a day of the demo that is moved or cancelled.
    assert_eq!(missing, ["encounter.moved", "encounter.relocated", "encounter.called_off"]);
    let (mut db, mut keys) = (Db::open_reader(&place).unwrap(), Keys::open(&place, 1, false).unwrap());
    let sql = "SELECT seq, stream, version FROM events WHERE district = $1 AND (kind LIKE 'reception.%' OR kind LIKE 'encounter.%')";
    let mut said = 0;
    for row in &rows(&place, sql) {
        let (seq, version) = (row.int("seq").unwrap() as u64, row.int("version").unwrap() as u64);
        let id = domain::case::CaseId(row.array("stream").unwrap());
        for (field, text) in read::private(&mut db, &mut keys, 1, id, version, seq).unwrap() {
            let made_up = text.contains("示例") || field == "phone" && text.starts_with("100000");
            assert!((made_up || field == "place") && !text.contains(['{', '}']), "{field}: {text}");
            said += 1;
        }
    }
    assert!(said > 100, "{said}");
}

/// Events that the demo year does not tell.
const NOT_IN_THE_DEMO: &[&str] =
    &["digits_tried", "hearing_closed", "hearing_opened", "parted", "step_told", "unclaimed", "unlinked"];

#[test]
fn everything_that_can_happen_to_a_case_happens_in_a_small_demo() {
    let kinds = rows(&place(small()), "SELECT DISTINCT kind FROM events WHERE district = $1");
    let kinds: BTreeSet<&str> = kinds.iter().map(|r| r.text("kind").unwrap()).collect();
    let mut missing: Vec<_> = EVENT_KINDS.iter().copied().filter(|kind| !kinds.contains(kind)).collect();
    missing.sort_unstable();
    assert_eq!(missing, NOT_IN_THE_DEMO);
    let stages = rows(&place(small()), "SELECT DISTINCT stage FROM cases WHERE district = $1");
    let stages: BTreeSet<&str> = stages.iter().map(|r| r.text("stage").unwrap()).collect();
    let all = domain::case::Stage::ALL.iter().map(|s| domain::Label::code(*s));
    // A merged case has been answered together with the one it went into by the end of the year.
    assert_eq!(all.filter(|s| !stages.contains(s)).collect::<Vec<_>>(), ["merged"]);
    let tracks = rows(&place(small()), "SELECT DISTINCT track FROM cases WHERE district = $1");
    assert_eq!(tracks.len(), domain::case::Track::ALL.len());
}

#[test]
fn everything_that_can_happen_to_a_lecture_happens_in_a_small_demo_and_nobody_in_it_is_real() {
    let place = place(small());
    let kinds = rows(&place, "SELECT DISTINCT kind FROM events WHERE district = $1");
    let kinds: BTreeSet<&str> = kinds.iter().map(|r| r.text("kind").unwrap()).collect();
    let missing: Vec<_> = Lectures::KINDS.iter().filter(|kind| !kinds.contains(*kind)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let (mut db, mut keys) = (Db::open_reader(&place).unwrap(), Keys::open(&place, 1, false).unwrap());
    let planned = rows(&place, "SELECT seq, stream FROM events WHERE district = $1 AND kind = 'lecture.planned'");
    for row in &planned {
        let (seq, id) = (row.int("seq").unwrap() as u64, domain::case::CaseId(row.array("stream").unwrap()));
        let private = read::private(&mut db, &mut keys, 1, id, 1, seq).unwrap();
        for field in ["topic", "speaker", "place"] {
            let said = &private[field];
            assert!(said.contains("示例") && !said.contains(['{', '}']), "{field}: {said}");
        }
    }
    // A question from the floor is a case, and its lecture counts it.
    let asked = "SELECT COUNT(*) FROM cases WHERE district = $1 AND door = 'lecture'";
    let questions = "SELECT CAST(SUM(questions) AS BIGINT) FROM lectures WHERE district = $1";
    let [asked, questions] = [asked, questions].map(|sql| db.number(sql, &args![1]).unwrap());
    assert!(asked > 0 && asked == questions, "{asked} {questions}");
}

#[test]
fn every_opinion_of_a_talk_meeting_is_a_case_that_leads_back_to_the_line_that_was_read_back_and_alone_has_its_words() {
    let place = place(small());
    let kinds = rows(&place, "SELECT DISTINCT kind FROM events WHERE district = $1");
    let kinds: BTreeSet<&str> = kinds.iter().map(|r| r.text("kind").unwrap()).collect();
    let missing: Vec<_> = Meetings::KINDS.iter().filter(|kind| !kinds.contains(*kind)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let (mut db, mut keys) = (Db::open_reader(&place).unwrap(), Keys::open(&place, 1, false).unwrap());
    let mut words = |row: &Row| {
        let (seq, version) = (row.int("seq").unwrap() as u64, row.int("version").unwrap() as u64);
        read::private(&mut db, &mut keys, 1, domain::case::CaseId(row.array("stream").unwrap()), version, seq).unwrap()
    };
    for row in &rows(&place, "SELECT seq, stream, version FROM events WHERE district = $1 AND kind = 'meeting.planned'")
    {
        let planned = words(row);
        for field in ["name", "topics", "agenda", "chair"] {
            let said = &planned[field];
            assert!(said.contains("示例") && !said.contains(['{', '}']), "{field}: {said}");
        }
        assert!((2..=3).contains(&planned["topics"].lines().count()), "{}", planned["topics"]);
    }
    let cases = "SELECT e.seq, e.stream, e.version, c.because FROM cases c JOIN events e ON e.district = c.district \
                 AND e.seq = c.seq WHERE c.district = $1 AND c.door = 'meeting'";
    let raised = "SELECT seq, stream, body FROM events WHERE district = $1 AND kind = 'opinion.raised'";
    let (cases, raised) = (rows(&place, cases), rows(&place, raised));
    assert!(!cases.is_empty() && cases.len() == raised.len());
    for case in &cases {
        let because = case.int("because").unwrap();
        let from = raised.iter().find(|row| row.int("seq").unwrap() == because).unwrap();
        let body = read::body::<Opinions>(from.bytes("body").unwrap()).unwrap();
        assert!(matches!(body.event, opinion::Event::Raised { read_back: true, .. }), "it was read back");
        assert!(!words(case)[field::TEXT].is_empty());
        // What was written of it stands in the case alone.
        let line = from.array::<16>("stream").unwrap();
        assert!(Keys::open(&place, 1, false).unwrap().case_keys(&[line]).unwrap().is_empty());
    }
    let counted = "SELECT CAST(SUM(opinions) AS BIGINT) AS n FROM meetings WHERE district = $1";
    assert_eq!(rows(&place, counted)[0].int("n").unwrap(), cases.len() as i64);
}

#[test]
fn every_role_has_an_account_that_its_password_opens_in_a_file_for_the_owner_alone() {
    let path = small().join("d/demo-logins.json");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let logins: Vec<BTreeMap<String, String>> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut db = Db::open_reader(&place(small())).unwrap();
    let (district, _) = read::district(&mut db, 1).unwrap();
    for role in Role::ALL {
        let login = logins.iter().find(|l| l["role"] == role.code()).unwrap();
        let account = district.account_of(&login["user"]).unwrap();
        assert_eq!(account.role, *role);
        let hash = access::password(&mut db, 1, account.id).unwrap();
        let (hash, state) = hash.unwrap();
        assert!(verify_password(&login["password"], Some(&hash)), "{role}");
        assert_eq!(state, access::PasswordState::Settled, "{role}");
    }
    let open = store::oversight::open(&mut db, 1, (0, 0, domain::Moment(1_704_000_000_000)), false).unwrap();
    let of = |unit: &UnitCode| open.iter().filter(|o| o.unit.as_ref() == Some(unit)).map(|o| o.open).sum::<i64>();
    for role in [Role::Clerk, Role::Head] {
        let first = logins.iter().find(|l| l["role"] == role.code()).unwrap();
        let unit = &district.account_of(&first["user"]).unwrap().unit;
        let (most, own) = (district.units.keys().map(of).max().unwrap(), of(unit));
        assert!(most > 0 && own == most, "the first {role} has the fullest desk: {own} of {most}");
    }
    let discipline = logins.iter().any(|l| l["user"] == "discipline.clerk");
    assert!(discipline);
}

#[test]
fn what_the_demo_prints_opens_its_case() {
    let folder = tempfile::tempdir().unwrap();
    let said = done(&doorstep(folder.path(), &["demo", "--data", "d", "--seed", "9", "--small"]));
    let line = said.lines().find_map(|l| l.strip_prefix("A case to follow: ")).unwrap();
    let (code, digits) = line.split_once(" with the digits ").unwrap();
    let place = place(folder.path());
    let mut db = Db::open_reader(&place).unwrap();
    let id = read::by_code(&mut db, 1, code).unwrap().unwrap();
    let first = rows(&place, "SELECT seq, stream FROM events WHERE district = $1 AND version = 1");
    let row = first.iter().find(|r| r.array::<16>("stream").unwrap() == id.0).unwrap();
    let seq = u64::try_from(row.int("seq").unwrap()).unwrap();
    let mut keys = Keys::open(&place, 1, false).unwrap();
    assert_eq!(read::private(&mut db, &mut keys, 1, id, 1, seq).unwrap()[field::SECRET], digits);
}

#[test]
fn texts_are_whole_and_nobody_in_them_is_real() {
    let place = place(small());
    let (mut db, mut keys) = (Db::open_reader(&place).unwrap(), Keys::open(&place, 1, false).unwrap());
    let raised = rows(&place, "SELECT seq, stream FROM events WHERE district = $1 AND kind = 'raised'");
    let mut texts = BTreeSet::new();
    for row in &raised {
        let (seq, id) =
            (u64::try_from(row.int("seq").unwrap()).unwrap(), domain::case::CaseId(row.array("stream").unwrap()));
        let Ok(private) = read::private(&mut db, &mut keys, 1, id, 1, seq) else { continue };
        let Some(text) = private.get(field::TEXT) else { continue };
        assert!(text.matches(['。', '？']).count() >= 2 && !text.contains(['{', '}']), "{text}");
        let name = private.get(field::NAME).map_or("示例", String::as_str);
        assert!(name.starts_with("示例"), "{name}");
        let phone = private.get(field::PHONE).map_or("10000000000", String::as_str);
        assert!(phone.starts_with("100000") && phone.len() == 11, "{phone}");
        texts.insert(text.clone());
    }
    assert!(texts.len() * 10 > raised.len() * 9, "{} of {} texts differ", texts.len(), raised.len());
}

#[test]
fn a_demo_goes_on_from_the_end_of_its_year() {
    let folder = copy();
    let (desk, thread) = Desk::open(&place(folder.path()), Options::default()).unwrap();
    assert!(desk.is_demo());
    assert!(["2023-12", "2024-01"].contains(&&desk.now().date().to_string()[..7]), "{:?}", desk.now());
    // The sweep that every start begins with ends nobody's time for a verdict: it is not years later.
    let unreached = "SELECT code FROM cases WHERE district = $1 AND ending = 'not_reached'";
    let asked = "SELECT code FROM cases WHERE district = $1 AND stage = 'answered'";
    let before = rows(&place(folder.path()), unreached).len();
    assert!(before > 0 && !rows(&place(folder.path()), asked).is_empty());
    while desk.sweep_now().unwrap() > 0 {}
    assert_eq!(rows(&place(folder.path()), unreached).len(), before);
    drop(desk);
    thread.join().unwrap();
}

#[test]
fn a_place_that_is_not_empty_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("d")).unwrap();
    fs::write(folder.path().join("d/letter.txt"), "mine").unwrap();
    let said = refused(&doorstep(folder.path(), &["demo", "--data", "d", "--small"]), 1);
    assert!(said.contains("d is not empty") && said.contains("new or empty folder"), "{said}");
    assert_eq!(fs::read_dir(folder.path().join("d")).unwrap().count(), 1);
    assert!(!folder.path().join("d.making").exists());
}

#[test]
fn what_an_interrupted_run_left_is_made_anew_and_what_others_left_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let making = folder.path().join("d.making");
    fs::create_dir(&making).unwrap();
    fs::write(making.join("doorstep.db"), "half").unwrap();
    let demo = || doorstep(folder.path(), &["demo", "--data", "d", "--small"]);
    let said = refused(&demo(), 1);
    assert!(said.contains("d.making is in the way"), "{said}");
    assert_eq!(fs::read_to_string(making.join("doorstep.db")).unwrap(), "half");
    fs::write(making.join("demo-in-the-making"), "").unwrap();
    done(&demo());
    assert!(!making.exists() && folder.path().join("d/doorstep.db").exists());
}

#[test]
fn half_a_demo_is_not_served_as_if_it_were_whole() {
    let folder = copy();
    let mut db = Db::open_writer(&place(folder.path())).unwrap();
    db.write(&[Write::new("DELETE FROM passwords WHERE district = $1", args![1])]).unwrap();
    drop(db);
    let said = refused(&doorstep(folder.path(), &["serve", "--data", "d", "--listen", "127.0.0.1:0"]), 1);
    assert!(said.contains("interrupted while it was made") && said.contains("doorstep demo again"), "{said}");
}

/// The whole year, once: the figures of the report that it is made to reproduce, counted from the records.
#[test]
fn the_whole_year_has_the_figures_that_it_is_made_for() {
    let folder = tempfile::tempdir().unwrap();
    done(&doorstep(folder.path(), &["demo", "--data", "d"]));
    let place = place(folder.path());
    let count = |sql: &str| Db::open_reader(&place).unwrap().number(sql, &args![1]).unwrap();
    assert!(count("SELECT COUNT(*) FROM cases WHERE district = $1") >= 3000);
    // The units and posts that there are.
    let (district, _) = read::district(&mut Db::open_reader(&place).unwrap(), 1).unwrap();
    let below: Vec<_> =
        district.units.values().filter(|u| u.parent.as_ref().is_some_and(|p| p.as_str() == "district")).collect();
    assert_eq!(below.len(), 77);
    let posts = |role| district.posts.values().filter(|p| p.role == role).count();
    assert_eq!((posts(Role::Leader), posts(Role::Grid)), (33, 864));
    // Needs of enterprises: 577, of which 567 solved; 400 rated the handling, 399 of them as good.
    assert_eq!(count("SELECT COUNT(*) FROM cases WHERE district = $1 AND track = 'enterprise'"), 577);
    assert_eq!(
        count("SELECT COUNT(*) FROM cases WHERE district = $1 AND track = 'enterprise' AND ending = 'resolved'"),
        567
    );
    assert_eq!(
        count("SELECT COUNT(*) FROM cases WHERE district = $1 AND track = 'enterprise' AND handled = 'good'"),
        399
    );
    assert_eq!(
        count(
            "SELECT COUNT(*) FROM cases WHERE district = $1 AND track = 'enterprise' AND handled IN ('fair', 'poor')"
        ),
        1
    );
    // Mediation: 657 taken on, 591 ended. Grid workers: 821 reported, all taken on, 777 ended.
    assert_eq!(
        count("SELECT COUNT(*) FROM cases WHERE district = $1 AND track = 'mediation' AND accepted_day IS NOT NULL"),
        657
    );
    assert_eq!(
        count("SELECT COUNT(*) FROM cases WHERE district = $1 AND track = 'mediation' AND stage = 'ended'"),
        591
    );
    assert_eq!(
        count("SELECT COUNT(*) FROM cases WHERE district = $1 AND door = 'grid' AND accepted_day IS NOT NULL"),
        821
    );
    assert_eq!(count("SELECT COUNT(*) FROM cases WHERE district = $1 AND door = 'grid'"), 821);
    assert_eq!(count("SELECT COUNT(*) FROM cases WHERE district = $1 AND door = 'grid' AND stage = 'ended'"), 777);
    lectures_of_the_year(folder.path(), &count);
    meetings_of_the_year(&place, &count);
    receptions_of_the_year(folder.path(), &count);
    // Some are overdue at the year's end (day 19722), others due in January; nothing happened after it.
    assert!(
        count("SELECT COUNT(*) FROM cases WHERE district = $1 AND live = 1 AND due_day < 19722 AND met_day IS NULL")
            > 5
    );
    assert!(
        count("SELECT COUNT(*) FROM cases WHERE district = $1 AND live = 1 AND due_day > 19722 AND met_day IS NULL")
            > 50
    );
    let last = read::last_at(&mut Db::open_reader(&place).unwrap(), 1).unwrap();
    assert_eq!(last.date().to_string(), "2023-12-31");
}

/// The reception days and visits: what the report counts, and all else that there is to see of them.
fn receptions_of_the_year(folder: &Path, count: &impl Fn(&str) -> i64) {
    let window = ["--from", "2023-01-01", "--to", "2024-01-01", "--format", "json"];
    let said = done(&doorstep(folder, &[&["figures", "--data", "d"][..], &window].concat()));
    let all: Vec<serde_json::Value> = serde_json::from_str(&said).unwrap();
    let printed = |id: &str| {
        let figure = all.iter().find(|figure| figure["id"] == format!("resolve.reception.{id}")).unwrap();
        format!("{} {}", figure["value"].as_str().unwrap(), figure["unit"].as_str().unwrap())
    };
    let asked = ["sessions", "accepted", "accepted_in_time", "closed_in_time"];
    assert_eq!(asked.map(printed), ["620 次", "657 件", "100.00 %", "100.00 %"]);
    let by_mode = ["sessions_open", "sessions_booked", "sessions_home"];
    let sum: i64 = by_mode.map(|id| printed(id).trim_end_matches(" 次").parse::<i64>().unwrap()).iter().sum();
    assert_eq!((sum, printed("returns").as_str()), (620, "45 次"));
    // Every case of these doors was taken down in an encounter, all were accepted and ended within the promise.
    let doors = "door IN ('reception', 'appointment', 'home_visit', 'return_visit')";
    let cases = |which: &str| count(&format!("SELECT COUNT(*) FROM cases WHERE district = $1 AND {doors}{which}"));
    let in_time = " AND because IS NOT NULL AND received IN ('bureau', 'division') AND accept_late = 0 \
                   AND met_day <= due_day AND ended_day <= due_day";
    assert_eq!((cases(""), cases(in_time)), (657, 657));
    // Some talks brought no case, some several; some came for nothing, and some posts are no leaders'.
    let visits = |which: &str| count(&format!("SELECT COUNT(*) FROM encounters WHERE district = $1 AND {which}"));
    let received = "stage = 'received' AND mode <> 'return' AND";
    assert_eq!(
        visits(&format!("{received} matters = 0 AND level = 'division'")),
        13 - visits(&format!("{received} matters = 0 AND level = 'bureau'"))
    );
    assert_eq!(visits(&format!("{received} level = 'section'")), 10);
    assert!(visits("matters > 1") > 30 && visits("stage = 'left'") > 30 && visits("stage = 'cancelled'") > 20);
    let days = |which: &str| count(&format!("SELECT COUNT(*) FROM receptions WHERE district = $1 AND {which}"));
    assert_eq!((days("stage = 'cancelled'"), days("stage = 'published' AND held_day > 19722")), (1, 4));
    assert!(days("published < 2") > 10 && days("swaps > 0") > 10);
}

/// The sessions that the report counts, and all else that there is to see of lectures.
fn lectures_of_the_year(folder: &Path, count: &impl Fn(&str) -> i64) {
    let window = ["--from", "2023-01-01", "--to", "2024-01-01", "--format", "json"];
    let said = done(&doorstep(folder, &[&["figures", "--data", "d"][..], &window].concat()));
    let all: Vec<serde_json::Value> = serde_json::from_str(&said).unwrap();
    let printed = |id: &str| {
        let figure = all.iter().find(|figure| figure["id"] == id).unwrap();
        format!("{} {}", figure["value"].as_str().unwrap(), figure["unit"].as_str().unwrap())
    };
    let three = ["tell.lectures.leaders", "tell.lectures.party", "tell.lectures.micro"];
    assert_eq!(three.map(printed), ["295 场次", "1665 场次", "832 场次"]);
    assert_eq!(["listen.meetings.held", "listen.meetings.opinions"].map(printed), ["18 场次", "18 件"]);
    // Lectures, and the questions that are asked there, change nothing that is counted of cases.
    let cases = ["raised", "accepted", "on_time", "resolved_of_asked", "satisfied", "not_independent", "own_answer"];
    let same = ["3498 件", "96.79 %", "97.11 %", "86.07 %", "77.64 %", "12.75 %", "14.20 %"];
    assert_eq!(cases.map(printed), same);
    assert!(count("SELECT COUNT(*) FROM cases WHERE district = $1 AND door = 'lecture'") >= 20);
    // The district secretary's is the first of the year.
    let first = "SELECT COUNT(*) FROM lectures WHERE district = $1 AND level = 'district' AND starts = (SELECT MIN(starts) FROM lectures WHERE district = $1)";
    assert_eq!(count(first), 1);
    for (least, which) in [
        (100, "stage = 'recorded' AND co_hosts > 0"),
        (40, "stage = 'merged'"),
        (60, "stage = 'cancelled'"),
        (80, "afterwards = 1"),
        (10, "stage IN ('planned', 'announced') AND held_day >= 19723"),
    ] {
        let sql = format!("SELECT COUNT(*) FROM lectures WHERE district = $1 AND {which}");
        assert!(count(&sql) >= least, "{which}: {}", count(&sql));
    }
    // Of those that were held in the last days, five are still to be recorded, one of them late (day 19722 is the last).
    let owed = ["since <= 19722", "due < 19722"].map(|which| {
        count(&format!("SELECT COUNT(*) FROM duties WHERE district = $1 AND register = 'lecture' AND {which}"))
    });
    assert_eq!(owed, [5, 1]);
}

/// The talk meetings: every case that came in by one was said there, and all else that there is to see of them.
fn meetings_of_the_year(place: &Place, count: &impl Fn(&str) -> i64) {
    let meetings = |which: &str| count(&format!("SELECT COUNT(*) FROM meetings WHERE district = $1 AND {which}"));
    let held = meetings("stage IN ('closed', 'approved')");
    let cases = count("SELECT COUNT(*) FROM cases WHERE district = $1 AND door = 'meeting' AND because IS NOT NULL");
    assert_eq!(cases, count("SELECT COUNT(*) FROM cases WHERE district = $1 AND door = 'meeting'"));
    assert_eq!((held, cases), (18, 18));
    assert_eq!(count("SELECT CAST(SUM(read_back) AS BIGINT) FROM meetings WHERE district = $1"), cases);
    assert_eq!(meetings("departments BETWEEN 2 AND 5"), meetings("seq >= 0"));
    // Announced in time but for two; one is cancelled, one moved, two are to come (day 19722 is the last).
    assert_eq!((meetings("noticed BETWEEN 3 AND 10"), meetings("noticed < 3")), (19, 2));
    assert_eq!((meetings("stage = 'cancelled'"), meetings("stage = 'noticed' AND held_day > 19722")), (1, 2));
    assert_eq!(count("SELECT COUNT(*) FROM events WHERE district = $1 AND kind = 'meeting.moved'"), 1);
    assert!(meetings("struck > 0") >= 5 && meetings("heads > 0") == held);
    // The minutes of the last one are still owed, and late.
    let owed = "SELECT COUNT(*) FROM duties WHERE district = $1 AND register = 'meeting' AND due < 19722";
    assert_eq!((meetings("stage = 'closed'"), count(owed)), (1, 1));
    // Each street's row: every meeting but the first names one before it.
    let planned = rows(place, "SELECT stream, body FROM events WHERE district = $1 AND kind = 'meeting.planned'");
    let mut streets = BTreeMap::<UnitCode, Vec<(u16, bool)>>::new();
    for row in &planned {
        let Event::Planned { unit, no, after, .. } = read::body::<Meetings>(row.bytes("body").unwrap()).unwrap().event
        else {
            panic!("a plan")
        };
        streets.entry(unit).or_default().push((no, after.is_some()));
    }
    assert_eq!(streets.len(), 6);
    assert!(streets.values().flatten().all(|(no, after)| (*no > 1) == *after), "{streets:?}");
}
