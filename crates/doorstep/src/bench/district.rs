//! The bench's district: as many units and categories as a real one, cases that come evenly over the months up to now.
//! They are dispatched as they come, answered within a week or, one in ten, late, and end by a verdict or because nobody
//! gave one: what is open is the last weeks' work.

use crate::cli::Failed;
use crate::commands::end;
use calendar::YearTable;
use desk::{Clock, Desk, Entropy, Failure, Key, Options, Raised, WriterThread};
use domain::case::{CaseId, Command, Contact, Door, Handled, Outcome, Raise, Solved, Track, Verdict};
use domain::district::{self, Catalogue, Category, CategoryCode, Responsible, Scope, Unit, UnitCode, UnitKind};
use domain::{Actor, Moment, Role};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use store::Place;
use tokio::task::JoinSet;

/// Units that handle cases.
const UNITS: u64 = 77;
/// First levels of the catalogue, each with five below it.
const COARSE: u64 = 12;
/// Cases of a month, evenly.
const A_MONTH: u64 = 10_000;
/// Milliseconds of a month.
const MONTH: u64 = 2_629_746_000;
/// How many are on their way at once while the district is filled: those of three days.
pub const AT_ONCE: u64 = 1_000;
/// How many batches after a case came it is answered, answered late, and judged by its resident.
const ANSWERED: usize = 2;
const LATE: usize = 6;
const JUDGED: usize = 4;

/// The centre that dispatches.
const CENTRE: &str = "centre";

/// The code of a unit.
pub fn unit(n: u64) -> UnitCode {
    UnitCode(format!("unit-{:02}", n % UNITS))
}

fn category(n: u64) -> CategoryCode {
    CategoryCode(format!("c{:02}.s{}", n % COARSE, n / COARSE % 5))
}

/// When cases come.
#[derive(Clone, Copy)]
pub struct Dates {
    begin: Moment,
}

impl Dates {
    /// Such that the last of so many cases has just come.
    pub fn of(cases: u64) -> Dates {
        Dates { begin: Moment(Clock::System.now().0 - (cases * (MONTH / A_MONTH)) as i64) }
    }

    /// When the case with this number comes.
    pub fn moment(self, n: u64) -> Moment {
        Moment(self.begin.0 + (n * (MONTH / A_MONTH)) as i64)
    }
}

/// An open desk with the clock that it goes by.
pub struct Opened {
    desk: Desk,
    thread: WriterThread,
    clock: Clock,
    dates: Dates,
}

impl Opened {
    /// Ends when everything is on disk and unlocked.
    pub fn close(self) -> Result<(), Failed> {
        drop(self.desk);
        end(self.thread)
    }
}

/// Founds the district.
pub fn found(place: &Place, dates: Dates) -> Result<Opened, Failed> {
    let clock = Clock::at(dates.moment(0));
    let options = Options { clock: clock.clone(), entropy: Entropy::system(), ..Options::default() };
    let (desk, thread) = Desk::found(place, options, "测试区", "Bench District", "bench.example/district")?;
    let system = || Actor::System { name: "bench".into() };
    let named = |code: UnitCode, kind| Unit {
        zh: code.0.clone(),
        en: code.0.clone(),
        code,
        kind,
        parent: None,
        closed: false,
        at: None,
    };
    let mut units: Vec<Unit> = (0..UNITS).map(|n| named(unit(n), UnitKind::Bureau)).collect();
    units.push(named(CENTRE.into(), UnitKind::Centre));
    desk.change_now(system(), district::Command::SetUnits(units))?;
    let entry = |code: CategoryCode, n| Category {
        zh: code.0.clone(),
        en: code.0.clone(),
        code,
        responsible: Responsible::Unit(unit(n)),
        tracks: Vec::new(),
        keywords: Vec::new(),
    };
    let coarse = (0..COARSE).map(|n| entry(CategoryCode(format!("c{n:02}")), n));
    let categories = coarse.chain((0..COARSE * 5).map(|n| entry(category(n), n))).collect();
    desk.change_now(system(), district::Command::PublishCatalogue(Catalogue { categories, ..Catalogue::default() }))?;
    // Years without a table would leave every due date provisional.
    let (first, last) = (dates.moment(0).date().year(), Clock::System.now().date().year() + 1);
    let known = desk.district();
    for year in (first..=last).filter(|year| known.calendar.table(*year).is_none()) {
        let source = "made up for the bench".to_owned();
        let table = YearTable { year, revision: 1, source, off: Vec::new(), work: Vec::new() };
        desk.change_now(system(), district::Command::LoadCalendar(table))?;
    }
    let account = |(name, at, role): &(&str, String, Role)| ((*name).to_owned(), UnitCode(at.clone()), *role);
    desk.change_now(system(), district::Command::OpenAccounts(accounts().iter().map(account).collect()))?;
    Ok(Opened { desk, thread, clock, dates })
}

/// Who reads pages: sign-in name, unit and role. Their numbers begin with 1.
fn accounts() -> [(&'static str, String, Role); 4] {
    [
        ("clerk", unit(0).0, Role::Clerk),
        ("dispatcher", CENTRE.to_owned(), Role::Dispatcher),
        ("supervisor", CENTRE.to_owned(), Role::Supervisor),
        ("leader", CENTRE.to_owned(), Role::Leader),
    ]
}

/// Signs in the account of a role, and gives the value of its cookie.
pub fn sign_in(Opened { desk, .. }: &Opened, role: Role) -> Result<String, Failed> {
    let account = accounts().iter().position(|(_, _, has)| *has == role).map_or(0, |n| n as u32 + 1);
    let random: [u8; 32] = Entropy::system().bytes();
    let cookie: String = random.iter().map(|b| format!("{b:02x}")).collect();
    let (key, now) = (Sha256::digest(cookie.as_bytes()).into(), Clock::System.now().0);
    let session = store::access::Session {
        key,
        account,
        form: [0; 16],
        started: now,
        seen: now,
        due: store::access::Due::Nothing,
    };
    desk.put_now(vec![store::access::begin_session(desk.number(), &session)])?;
    Ok(cookie)
}

/// Opens the district's desk when the case with this number comes.
pub fn open(place: &Place, dates: Dates, next: u64) -> Result<Opened, Failed> {
    let clock = Clock::at(dates.moment(next));
    let options = Options { clock: clock.clone(), entropy: Entropy::system(), ..Options::default() };
    let (desk, thread) = Desk::open(place, options)?;
    Ok(Opened { desk, thread, clock, dates })
}

/// A token of scope intake.
pub fn token(Opened { desk, .. }: &Opened) -> Result<String, Failed> {
    let token = format!("bench-{}", desk.now().0);
    let key: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    desk.put_now(vec![store::access::set_token(desk.number(), key, &token)])?;
    let make = district::Command::MakeToken { name: token.clone(), scope: Scope::Intake };
    desk.change_now(Actor::System { name: "bench".into() }, make)?;
    Ok(token)
}

/// The words of a case: as long as they usually are.
pub fn text(n: u64) -> String {
    format!(
        "您好，我是本小区{}号楼的住户。从上周开始楼道里的灯一直不亮，晚上老人和孩子上下楼都很不方便，已经有人摔倒。\
         向物业反映过两次，都说要等配件，至今没有人来修。希望有关部门帮忙督促，尽快修好，谢谢。第{n}件。",
        n % 40 + 1
    )
}

/// Its title.
pub fn title(n: u64) -> String {
    format!("楼道灯不亮 {n}")
}

fn raise(n: u64) -> Raise {
    Raise {
        track: Track::Hotline,
        door: Door::Api,
        title: title(n),
        text: text(n),
        category: Some(category(n)),
        contact: Contact { name: String::new(), phone: format!("138{:08}", n % 100_000_000), ..Contact::default() },
        ..Raise::default()
    }
}

/// Raises one case with a text of its own.
pub fn raise_one(Opened { desk, .. }: &Opened, n: u64, text: &str) -> Result<(), Failed> {
    let raise = Raise { title: text.to_owned(), ..raise(n) };
    desk.raise_now(Actor::System { name: "bench".into() }, raise, None)?;
    Ok(())
}

/// Hands in the cases `from..to` in batches and has them handled; calls `done` with the number of each batch's end.
/// Returns how many commands that took.
pub fn fill(opened: &Opened, from: u64, to: u64, batch: u64, mut done: impl FnMut(u64)) -> Result<u64, Failed> {
    let (desk, runtime) = (&opened.desk, runtime()?);
    let (mut next, mut commands) = (from, 0);
    // The batches of the last weeks, the latest first.
    let mut batches: VecDeque<Vec<(u64, CaseId)>> = VecDeque::new();
    while next < to {
        let end = (next + batch).min(to);
        opened.clock.set(opened.dates.moment(next));
        let raised = runtime.block_on(together((next..end).map(|n| raised(desk.clone(), n))))?;
        // One in 25 is never taken up.
        let taken = raised.iter().filter(|(n, _)| n % 25 != 0).map(|(n, raised)| (*n, raised.id));
        batches.push_front(taken.collect());
        batches.truncate(LATE + 1);
        commands += end - next + runtime.block_on(handle(desk, &batches))? + sweep(opened)?;
        next = end;
        done(end);
    }
    Ok(commands)
}

/// What happens to some cases, and who does it.
type Step<'a> = (Vec<(u64, CaseId)>, &'a dyn Fn(u64) -> Command, &'a dyn Fn(u64) -> Actor);

/// What is to be done now for the batches of the last weeks. Returns how many commands that took.
async fn handle(desk: &Desk, batches: &VecDeque<Vec<(u64, CaseId)>>) -> Result<u64, Failed> {
    let of = |ago: usize, which: fn(u64) -> bool| {
        batches.get(ago).into_iter().flatten().copied().filter(|(n, _)| which(*n)).collect::<Vec<_>>()
    };
    let accept = |n: u64| Command::Accept { way: None, category: category(n) };
    let dispatch = |n: u64| Command::Dispatch { lead: unit(n), joint: Vec::new() };
    let answer = |_: u64| Command::Answer {
        task: 1,
        outcome: Outcome::Done,
        text: "已安排维修，路灯已恢复照明。".to_owned(),
        basis: String::new(),
    };
    let verdict = |n: u64| Command::GiveVerdict {
        verdict: Verdict {
            solved: if n.is_multiple_of(7) { Solved::No } else { Solved::Yes },
            handled: Handled::Good,
            asked_for_good: false,
            witnessed: false,
        },
        words: if n.is_multiple_of(11) { "来得很快。".to_owned() } else { String::new() },
        witness: String::new(),
    };
    let clerk = |n: u64| Actor::Staff { account: 1, unit: unit(n), role: Role::Clerk };
    let steps: [Step<'_>; 5] = [
        (of(0, |_| true), &accept, &|_| dispatcher()),
        (of(0, |_| true), &dispatch, &|_| dispatcher()),
        (of(ANSWERED, |n| n % 10 != 3), &answer, &clerk),
        (of(LATE, |n| n % 10 == 3), &answer, &clerk),
        (of(JUDGED, |n| n % 10 != 3 && n % 3 != 0), &verdict, &|_| Actor::Resident),
    ];
    let mut commands = 0;
    for (cases, command, actor) in steps {
        commands += cases.len() as u64;
        together(cases.into_iter().map(|(n, id)| act(desk.clone(), actor(n), id, command(n)))).await?;
    }
    Ok(commands)
}

/// Ends the waiting times that have run out, as a running service does by the hour.
fn sweep(opened: &Opened) -> Result<u64, Failed> {
    let mut ended = 0;
    loop {
        match opened.desk.sweep_now()? {
            0 => return Ok(ended),
            n => ended += n,
        }
    }
}

/// Hands in the cases `from..to` with so many on their way at any time. Returns how many were acknowledged.
pub fn hand_in(opened: &Opened, from: u64, to: u64, at_once: u64) -> Result<u64, Failed> {
    runtime()?.block_on(async {
        let senders = (0..at_once).map(|sender| {
            let desk = opened.desk.clone();
            async move {
                let mut sent = 0;
                for n in (from + sender..to).step_by(at_once as usize) {
                    raised(desk.clone(), n).await?;
                    sent += 1;
                }
                Ok::<u64, Failure>(sent)
            }
        });
        Ok(together(senders).await?.into_iter().sum())
    })
}

async fn raised(desk: Desk, n: u64) -> Result<(u64, Raised), Failure> {
    let key = Key::of("bench", &format!("{n}"));
    let raised = desk.raise(Actor::System { name: "bench".into() }, raise(n), Vec::new(), Some(key)).await?;
    Ok((n, raised))
}

fn dispatcher() -> Actor {
    Actor::Staff { account: 2, unit: CENTRE.into(), role: Role::Dispatcher }
}

async fn act(desk: Desk, actor: Actor, id: CaseId, command: Command) -> Result<(), Failure> {
    desk.act(actor, id, None, command, None).await.map(drop)
}

async fn together<T: Send + 'static>(
    work: impl Iterator<Item = impl Future<Output = Result<T, Failure>> + Send + 'static>,
) -> Result<Vec<T>, Failed> {
    let mut set = JoinSet::new();
    work.for_each(|w| {
        set.spawn(w);
    });
    let mut done = Vec::with_capacity(set.len());
    while let Some(joined) = set.join_next().await {
        done.push(joined.map_err(|e| Failed::new(format!("A client died: {e}."), "Run the bench again."))??);
    }
    Ok(done)
}

/// One thread for the clients; the writer has its own.
fn runtime() -> Result<tokio::runtime::Runtime, Failed> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(|e| Failed::new(format!("No threads can be started: {e}."), "Raise the limit of processes."))
}
