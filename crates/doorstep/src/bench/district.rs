//! The bench's district: as many units and categories as a real one, cases that come evenly over the months.

use crate::cli::Failed;
use crate::commands::end;
use calendar::YearTable;
use desk::{Clock, Desk, Entropy, Failure, Key, Options, Raised, WriterThread};
use domain::case::{CaseId, Command, Contact, Door, Raise, Track};
use domain::district::{self, Catalogue, Category, CategoryCode, Responsible, Scope, Unit, UnitCode, UnitKind};
use domain::{Actor, Moment, Role};
use sha2::{Digest, Sha256};
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
/// How many are on their way at once while the district is filled.
const AT_ONCE: u64 = 1_000;
/// The first case's moment: 2018-01-01 at +08:00.
const BEGIN: Moment = Moment(1_514_736_000_000);

/// The centre that dispatches.
const CENTRE: &str = "centre";

/// The code of a unit.
pub fn unit(n: u64) -> UnitCode {
    UnitCode(format!("unit-{:02}", n % UNITS))
}

fn category(n: u64) -> CategoryCode {
    CategoryCode(format!("c{:02}.s{}", n % COARSE, n / COARSE % 5))
}

/// When the case with this number comes.
pub fn moment(n: u64) -> Moment {
    Moment(BEGIN.0 + (n * (MONTH / A_MONTH)) as i64)
}

/// An open desk with the clock that it goes by.
pub struct Opened {
    desk: Desk,
    thread: WriterThread,
    clock: Clock,
}

impl Opened {
    /// Ends when everything is on disk and unlocked.
    pub fn close(self) -> Result<(), Failed> {
        drop(self.desk);
        end(self.thread)
    }
}

/// Founds the district.
pub fn found(place: &Place) -> Result<Opened, Failed> {
    let clock = Clock::at(BEGIN);
    let options = Options { number: 1, clock: clock.clone(), entropy: Entropy::system() };
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
    for year in 2018..2023 {
        let source = "made up for the bench".to_owned();
        let table = YearTable { year, revision: 1, source, off: Vec::new(), work: Vec::new() };
        desk.change_now(system(), district::Command::LoadCalendar(table))?;
    }
    Ok(Opened { desk, thread, clock })
}

/// Opens the district's desk when the case with this number comes.
pub fn open(place: &Place, next: u64) -> Result<Opened, Failed> {
    let clock = Clock::at(moment(next));
    let options = Options { number: 1, clock: clock.clone(), entropy: Entropy::system() };
    let (desk, thread) = Desk::open(place, options)?;
    Ok(Opened { desk, thread, clock })
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

/// Hands in the cases `from..to`, and has every fourth accepted and dispatched; calls `done` with the number of each
/// batch's end. Returns how many commands that took.
pub fn fill(opened: &Opened, from: u64, to: u64, mut done: impl FnMut(u64)) -> Result<u64, Failed> {
    let desk = &opened.desk;
    runtime()?.block_on(async {
        let (mut next, mut commands) = (from, 0);
        while next < to {
            let end = (next + AT_ONCE).min(to);
            opened.clock.set(moment(next));
            let raised = together((next..end).map(|n| raised(desk.clone(), n))).await?;
            let handled: Vec<(u64, CaseId)> =
                raised.iter().filter(|(n, _)| n % 4 == 0).map(|(n, r)| (*n, r.id)).collect();
            let accept = |n| Command::Accept { way: None, category: category(n) };
            together(handled.iter().map(|(n, id)| act(desk.clone(), *id, accept(*n)))).await?;
            let dispatch = |n| Command::Dispatch { lead: unit(n / 4), joint: Vec::new() };
            together(handled.iter().map(|(n, id)| act(desk.clone(), *id, dispatch(*n)))).await?;
            commands += end - next + 2 * handled.len() as u64;
            next = end;
            done(end);
        }
        Ok(commands)
    })
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

async fn act(desk: Desk, id: CaseId, command: Command) -> Result<(), Failure> {
    let dispatcher = Actor::Staff { account: 1, unit: CENTRE.into(), role: Role::Dispatcher };
    desk.act(dispatcher, id, None, command, None).await.map(drop)
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
