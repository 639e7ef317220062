//! A small district in which nearly everything that can happen has happened once, made by commands through the desk.

use desk::{Clock, Desk, Entropy, Key, WriterThread};
use domain::case::{CaseId, Command as Act, *};
use domain::district::{self, AccountAct, Catalogue, Command as Change, Figure, Post, Scope, UnitKind};
use domain::register::{On, Register};
use domain::rule::RuleId;
use domain::{Actor, Lang, Moment, Role};
use store::access::{self, Session};
use store::{Db, Place};
use testing::{Plan, category, founder, unit};

/// A district's writer, for stories.
pub struct Story {
    pub desk: Desk,
    pub clock: Clock,
    thread: WriterThread,
    place: Place,
}

/// A case of a story.
#[derive(Clone)]
pub struct Told {
    pub id: CaseId,
    pub code: String,
    pub secret: String,
    pub digits: String,
    pub receipt: String,
}

/// The moment of a local time such as `2023-05-04T09:00:00`.
pub fn at(local: &str) -> Moment {
    Moment::from_local(local.parse().unwrap())
}

/// The first bytes of a picture, and some more.
pub fn photo(n: u8) -> (String, Vec<u8>) {
    ("image/jpeg".into(), [&[0xff, 0xd8, 0xff, 0xe0][..], &[n; 40]].concat())
}

const UNITS: &[(&str, UnitKind)] = &[
    ("centre", UnitKind::Centre),
    ("housing", UnitKind::Bureau),
    ("water", UnitKind::Bureau),
    ("parks", UnitKind::Bureau),
    ("discipline", UnitKind::Discipline),
    ("street-1", UnitKind::Street),
    ("old-office", UnitKind::Bureau),
];

const ACCOUNTS: &[(&str, &str, Role)] = &[
    ("dispatcher-1", "centre", Role::Dispatcher),
    ("supervisor-1", "centre", Role::Supervisor),
    ("clerk-water", "water", Role::Clerk),
    ("head-water", "water", Role::Head),
    ("clerk-housing", "housing", Role::Clerk),
    ("clerk-parks", "parks", Role::Clerk),
    ("clerk-street", "street-1", Role::Clerk),
    ("clerk-discipline", "discipline", Role::Clerk),
    ("leaving-1", "parks", Role::Clerk),
    ("administrator-1", "centre", Role::Administrator),
    ("administrator-2", "centre", Role::Administrator),
    ("auditor-1", "centre", Role::Auditor),
];

impl Story {
    /// A founded district without units, its clock at 2023-05-04 09:00.
    pub fn found(place: &Place, seed: u64) -> Story {
        let clock = Clock::at(at("2023-05-04T09:00:00"));
        let name = ["示范区", "Demonstration"];
        let (at, entropy) = (clock.clone(), Entropy::seeded(seed));
        let plan = Plan { origin: "doorstep.example/story", name, clock: at, entropy, ..Plan::default() };
        let (desk, thread) = plan.found(place);
        Story { desk, clock, thread, place: place.clone() }
    }

    /// Ends the writer; afterwards everything is on disk.
    pub fn end(self) {
        drop(self.desk);
        self.thread.join().unwrap();
    }

    pub fn change(&self, command: Change) -> u64 {
        self.desk.change_now(founder(), command).unwrap().index
    }

    pub fn by(&self, user: &str) -> Actor {
        let district = self.desk.district();
        let account = district.account_of(user).unwrap();
        Actor::Staff { account: account.id, unit: account.unit.clone(), role: account.role }
    }

    pub fn act(&self, by: Actor, case: &Told, command: Act) {
        let said = format!("{command:?}");
        self.desk.act_now(by, case.id, command).unwrap_or_else(|e| panic!("{said}: {e:?}"));
    }

    /// An act on a record of a register.
    pub fn do_to<R: Register>(&self, by: Actor, on: On, act: R::Act) -> desk::Done
    where
        R::Act: serde::Serialize + std::fmt::Debug,
    {
        let said = format!("{act:?}");
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let done = runtime.block_on(self.desk.execute::<R>((by, Visit::BEST), on, None, act, None));
        done.unwrap_or_else(|e| panic!("{said}: {e:?}"))
    }

    /// A resident raises a case under an idempotency key of its own.
    pub fn raise(&self, raise: Raise, photos: Vec<(String, Vec<u8>)>) -> Told {
        self.raise_by(Actor::Resident, raise, photos)
    }

    /// The same by somebody else: staff who take it down.
    pub fn raise_by(&self, by: Actor, raise: Raise, photos: Vec<(String, Vec<u8>)>) -> Told {
        let key = Some(Key::of("story", &format!("{raise:?}")));
        let asked = self.desk.raise(by, raise, photos, key);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let raised = runtime.block_on(asked).unwrap();
        Told { id: raised.id, code: raised.code, secret: raised.secret, digits: raised.digits, receipt: raised.receipt }
    }

    pub fn case(&self, case: &Told) -> Case {
        let mut db = Db::open_reader(&self.place).unwrap();
        store::read::case(&mut db, 1, case.id).unwrap().unwrap()
    }

    /// Further hotline requests, many of them in one commit.
    pub fn fill(&self, cases: usize) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut all = tokio::task::JoinSet::new();
            for n in 0..cases {
                let desk = self.desk.clone();
                let raise = hotline(&format!("第{n}盏路灯不亮"));
                all.spawn(async move { desk.raise(Actor::Resident, raise, Vec::new(), None).await.unwrap() });
            }
            assert_eq!(all.join_all().await.len(), cases);
        });
    }
}

pub fn hotline(text: &str) -> Raise {
    Raise {
        text: text.into(),
        category: Some("light.stair".into()),
        contact: Contact { name: "居民".into(), phone: "13800000000".into(), ..Contact::default() },
        ..Raise::default()
    }
}

/// What the cases of [`whole`] are.
pub struct Whole {
    /// A hotline request with two photos that went through everything.
    pub hotline: Told,
    /// A case that was erased.
    pub erased: Told,
    /// The first receipt.
    pub receipt: String,
}

/// Everything that can happen, once: every event of the district and of a case.
pub fn whole(story: &Story, fill: usize) -> Whole {
    story.change(Change::SetUnits(UNITS.iter().map(|(code, kind)| unit(code, *kind)).collect()));
    story.change(Change::CloseUnit("old-office".into()));
    let post = Post {
        code: "p1".into(),
        zh: "值守岗".into(),
        en: "Duty post".into(),
        unit: "centre".into(),
        role: Role::Dispatcher,
    };
    story.change(Change::SetPosts(vec![post]));
    story.change(Change::EndPost("p1".into()));
    story.change(Change::OpenAccounts(ACCOUNTS.iter().map(|(u, at, r)| ((*u).into(), (*at).into(), *r)).collect()));
    story.change(Change::MoveAccount { user: "leaving-1".into(), unit: "water".into(), role: Role::Clerk });
    story.change(Change::CloseAccount { user: "leaving-1".into() });
    passwords(story);
    story.change(Change::MakeToken { name: "box".into(), scope: Scope::Intake });
    story.change(Change::MakeToken { name: "old".into(), scope: Scope::Read });
    story.change(Change::EndToken { name: "old".into() });
    let categories = ["light", "light.stair", "water", "conduct"].map(|c| category(c, "water")).to_vec();
    story.change(Change::PublishCatalogue(Catalogue { categories, ..Catalogue::default() }));
    story.change(Change::PublishRules(registers::rule_table()));
    let (unit, name) = (Some("water".into()), "停水".to_owned());
    let text = "{单位}已恢复供水。".to_owned();
    story.change(Change::SetTemplate { unit: None, name: name.clone(), text: text.clone() });
    story.change(Change::SetTemplate { unit: unit.clone(), name: name.clone(), text });
    story.change(Change::EndTemplate { unit, name });
    let session = Session { key: [7; 32], account: 1, form: [8; 16], started: 1, seen: 1, due: access::Due::Nothing };
    let rows = vec![
        access::set_password(1, 1, "a hash"),
        access::begin_session(1, &session),
        access::set_token(1, [9; 32], "box"),
        store::views::keep(1, 3, "desk", "急的", "due=late"),
    ];
    story.desk.put_now(rows).unwrap();
    let hotline = handled(story);
    petitions(story);
    let erased = endings(story, &hotline);
    figures(story);
    story.fill(fill);
    moved(story);
    Whole { receipt: hotline.receipt.clone(), hotline, erased }
}

/// Passwords that others set, with a second administrator and without, and what the owner and the auditor do.
fn passwords(story: &Story) {
    let by = |user: &str, command| story.desk.change_now(story.by(user), command).unwrap();
    let of = |user: &str| Change::ResetPassword { user: user.into() };
    by("administrator-1", of("clerk-water"));
    by("clerk-water", Change::ChangePassword);
    by("clerk-water", Change::SetFactor);
    by("clerk-water", Change::EndFactor);
    by("administrator-1", of("clerk-discipline"));
    let account = |user: &str| story.desk.district().account_of(user).unwrap().id;
    let reset = AccountAct::Reset { account: account("clerk-discipline") };
    by("administrator-2", Change::DeclineAct(reset));
    by("auditor-1", Change::OpenSignIns { account: account("clerk-water"), purpose: Purpose::Verify });
}

/// A hotline request from raising to reopening, by way of nearly every act.
fn handled(story: &Story) -> Told {
    let (resident, dispatcher) = (Actor::Resident, || story.by("dispatcher-1"));
    let case = story.raise(Raise { public: true, ..hotline("楼道灯不亮") }, vec![photo(1), photo(2)]);
    story.act(dispatcher(), &case, Act::Accept { way: None, category: "light.stair".into() });
    story.act(dispatcher(), &case, Act::Dispatch { lead: "water".into(), joint: vec!["parks".into()] });
    story.act(story.by("clerk-parks"), &case, Act::Object { task: 2, reason: "不归我们".into() });
    story.act(dispatcher(), &case, Act::UpholdObjection { task: 2 });
    story.act(story.by("clerk-water"), &case, Act::Object { task: 1, reason: "不归我们".into() });
    story.act(dispatcher(), &case, Act::RejectObjection { task: 1, reason: "指定办理".into() });
    story.act(dispatcher(), &case, Act::Join { unit: "street-1".into() });
    story.act(story.by("clerk-street"), &case, Act::Report { task: 3, text: "已到现场".into() });
    story.act(dispatcher(), &case, Act::Join { unit: "parks".into() });
    story.act(dispatcher(), &case, Act::Release { task: 4 });
    story.act(dispatcher(), &case, Act::Transfer { task: 1, to: "housing".into(), reason: "职责调整".into() });
    let clerk = || story.by("clerk-housing");
    let clock = story.case(&case).running(RuleId::HotlineAnswer).unwrap().0;
    story.act(clerk(), &case, Act::Extend { clock, days: 2, reason: "等待配件".into() });
    story.act(clerk(), &case, Act::Unmask { purpose: Purpose::Contact, text: "回电".into() });
    story.act(clerk(), &case, Act::Ask { task: 5, question: "哪一层？".into() });
    story.act(resident.clone(), &case, Act::Reply { text: "三层".into() });
    story.act(clerk(), &case, Act::Ask { task: 5, question: "哪一栋？".into() });
    story.act(clerk(), &case, Act::Unask);
    story.act(clerk(), &case, Act::Note { text: "已报修".into() });
    story.act(dispatcher(), &case, Act::Recategorise { category: "light".into() });
    story.act(resident.clone(), &case, Act::CorrectField { field: Corrected::Place, value: "三栋".into() });
    let tell = Tell { channel: Channel::Email, lang: Lang::Zh };
    story.act(resident.clone(), &case, Act::ChooseTelling { tell, address: "name@example.com".into() });
    story.act(story.by("supervisor-1"), &case, Act::DeclareInterest);
    story.act(dispatcher(), &case, Act::ReleaseText { text: "楼道灯不亮".into(), answer: String::new() });
    let joined = story.raise(hotline("我们楼也不亮"), Vec::new());
    story.act(resident.clone(), &joined, Act::Link { link: LinkKind::Related, to: case.id });
    assert_eq!(story.case(&joined).links, [(LinkKind::Related, case.id)]);
    story.act(dispatcher(), &case, Act::HideText { reason: "含他人信息".into() });
    story.clock.set(at("2023-05-08T10:00:00"));
    let answer = Act::Answer { task: 5, outcome: Outcome::Done, text: "已修好".into(), basis: String::new() };
    story.act(clerk(), &case, answer);
    let verdict = Verdict { solved: Solved::No, handled: Handled::Fair, asked_for_good: true, witnessed: false };
    story.act(resident.clone(), &case, Act::GiveVerdict { verdict, words: "又坏了".into(), witness: String::new() });
    story.act(resident.clone(), &case, Act::Reopen { reason: "又坏了".into() });
    let other = story.raise(hotline("垃圾未清"), Vec::new());
    story.act(dispatcher(), &other, Act::Accept { way: None, category: "light".into() });
    story.act(dispatcher(), &other, Act::Dispatch { lead: "housing".into(), joint: Vec::new() });
    let answer =
        Act::Answer { task: 1, outcome: Outcome::CannotNow, text: "暂不能办".into(), basis: String::new() };
    story.act(clerk(), &other, answer);
    story.act(resident.clone(), &other, Act::GiveVerdict { verdict, words: String::new(), witness: String::new() });
    story.act(resident, &other, Act::LetRest { reason: String::new() });
    let danger = story.raise(hotline("楼道里有煤气味"), Vec::new());
    story.act(dispatcher(), &danger, Act::ClearUrgent { reason: "是隔壁炒菜".into() });
    story.act(dispatcher(), &danger, Act::MarkUrgent { danger: "gas".into(), reason: "味道更重了".into() });
    story.act(dispatcher(), &danger, Act::Reached { at: at("2023-05-08T10:00:00"), note: "燃气公司值班室".into() });
    let taken = story.raise_by(story.by("clerk-water"), hotline("窗口登记：水压低"), Vec::new());
    story.act(story.by("clerk-water"), &taken, Act::HandSecret { way: Handed::Slip });
    story.act(Actor::Resident, &taken, Act::Open { digits: "580264".into() });
    story.act(Actor::Resident, &taken, Act::SetDigits { digits: "274091".into() });
    story.act(Actor::clock(), &taken, Act::ReportTries);
    story.act(Actor::Resident, &taken, Act::ConfirmAddress { channel: Channel::Sms });
    case
}

/// A petition through answer, review and re-review to the end of the wait; another one sent to a lawful way.
fn petitions(story: &Story) {
    let (dispatcher, clerk, head) = (story.by("dispatcher-1"), story.by("clerk-water"), story.by("head-water"));
    let supervisor = story.by("supervisor-1");
    let petition = |text: &str| Raise { track: Track::Petition, ..hotline(text) };
    let case = story.raise(petition("水费争议"), Vec::new());
    let accept = Act::Accept { way: Some(Way::Opinion), category: "water".into() };
    story.act(dispatcher.clone(), &case, accept);
    story.act(dispatcher.clone(), &case, Act::Dispatch { lead: "water".into(), joint: Vec::new() });
    let answer =
        |text: &str| Act::Answer {
            task: 1, outcome: Outcome::Explained, text: text.into(), basis: "供水条例".into()
        };
    story.act(clerk.clone(), &case, answer("按表计费"));
    story.act(head.clone(), &case, Act::SendBack { task: 1, reason: "写明依据".into() });
    story.act(clerk, &case, answer("按表计费，依据如下"));
    story.act(head, &case, Act::Approve { task: 1 });
    story.act(Actor::Resident, &case, Act::AskReview { reason: "不服".into() });
    let text = || "维持".to_owned();
    story.act(supervisor.clone(), &case, Act::AnswerReview { outcome: Outcome::Explained, text: text() });
    story.act(Actor::Resident, &case, Act::AskReReview { reason: "仍不服".into() });
    let (body, dated) = ("示范市信访局".to_owned(), story.desk.now().date());
    let opinion = Act::FileOpinion { outcome: Outcome::Explained, text: text(), body, dated };
    story.act(supervisor, &case, opinion);
    let other = story.raise(petition("已在法院"), Vec::new());
    story.act(dispatcher, &other, Act::Route { way: Way::Courts, text: "请向法院提出".into() });
    story.clock.set(at("2023-06-20T09:00:00"));
    assert!(story.desk.sweep_now().unwrap() > 0);
}

/// The other ways in which a case ends, and an erasure.
fn endings(story: &Story, first: &Told) -> Told {
    let dispatcher = || story.by("dispatcher-1");
    let merged = story.raise(hotline("同一盏灯"), Vec::new());
    story.act(dispatcher(), &merged, Act::Link { link: LinkKind::Repeat, to: first.id });
    story.act(dispatcher(), &merged, Act::Unlink { to: first.id });
    story.act(dispatcher(), &merged, Act::Link { link: LinkKind::Related, to: first.id });
    story.act(dispatcher(), &merged, Act::Merge { into: first.id, reason: "同一盏灯".into() });
    let withdrawn = story.raise(hotline("已经好了"), Vec::new());
    story.act(Actor::Resident, &withdrawn, Act::Withdraw);
    let sealed = Raise { track: Track::Accusation, accused: Some("water".into()), category: None, ..hotline("举报") };
    story.raise(sealed, Vec::new());
    let opened = at("2023-01-05T09:00:00");
    let origin = Origin {
        opened,
        target: Some("2023-01-12".parse().unwrap()),
        closed: Some(at("2023-01-10T15:00:00")),
        answer: "已处理".into(),
    };
    let imported = Raise { door: Door::Import, origin: Some(origin), source: "{}".into(), ..hotline("旧系统") };
    let import = Actor::System { name: "import".into() };
    story.desk.raise_now(import, imported, None).unwrap();
    let erased = story.raise(hotline("请删除我的信息"), vec![photo(3)]);
    let reason = ScopeReason::OtherPlace;
    story.act(dispatcher(), &erased, Act::NotAccept { reason, text: "请向邻区提出".into() });
    story.act(Actor::Resident, &erased, Act::AskErasure { reason: "不用办了".into() });
    story.act(dispatcher(), &erased, Act::DeclineErasure { reason: "先核对一下".into() });
    story.act(Actor::Resident, &erased, Act::AskErasure { reason: String::new() });
    story.act(dispatcher(), &erased, Act::Erase { ground: Ground::ConsentWithdrawn });
    erased
}

/// A figure that was published with a wrong value, and its correction.
fn figures(story: &Story) {
    let window = figures::Filter::new("2023-05-01".parse().unwrap(), "2023-06-01".parse().unwrap()).unwrap();
    let figure = || {
        let mut db = Db::open_reader(&story.place).unwrap();
        let id = &figures::catalogue::in_force().next().unwrap().id;
        figures::publication(&mut db, 1, &window, &[id]).unwrap().remove(0)
    };
    let wrong = Figure { value: "99.0%".into(), ..figure() };
    let publication = story.change(Change::PublishFigures(vec![wrong]));
    story.change(Change::CorrectFigure { publication, figure: figure() });
    story.change(Change::Export { what: "cases".into(), format: "csv".into(), rows: 9, masked: true });
}

/// A due date beyond the last calendar table, and the table that moves it.
fn moved(story: &Story) {
    story.clock.set(at("2026-12-28T09:00:00"));
    let need = story.raise(Raise { track: Track::Enterprise, ..hotline("厂区停水") }, Vec::new());
    story.act(story.by("dispatcher-1"), &need, Act::Accept { way: None, category: "water".into() });
    story.act(story.by("dispatcher-1"), &need, Act::Dispatch { lead: "water".into(), joint: Vec::new() });
    let text = "year = 2027\nsource = \"made up for this story\"\noff = [\"2027-01-01/2027-01-03\", \"2027-01-11/2027-01-13\"]\nwork = []\n";
    story.change(Change::LoadCalendar(calendar::YearTable::parse(text).unwrap()));
    assert!(story.desk.sweep_now().unwrap() > 0);
}

/// The kinds of all events of a place.
pub fn kinds(place: &Place) -> std::collections::BTreeSet<String> {
    const KINDS: &str = "SELECT DISTINCT kind FROM events WHERE district = $1";
    let mut db = Db::open_reader(place).unwrap();
    db.query(KINDS, &store::args![1]).unwrap().iter().map(|row| row.text("kind").unwrap().to_owned()).collect()
}

/// What only the stories of the domain tell: it says nothing new about how events are kept.
const TOLD_ELSEWHERE: &[&str] = &[
    "informed",
    "hearing_opened",
    "hearing_closed",
    "answered_together",
    "parted",
    // At talk meetings, and by the merging of a hall.
    "claimed",
    "unclaimed",
    "step_asked",
    "step_told",
    "hall_merged",
];

#[test]
fn the_story_tells_every_event_but_those_that_are_told_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::Folder(folder.path().join("data"));
    let story = Story::found(&place, 3);
    whole(&story, 0);
    story.end();
    let told = kinds(&place);
    for kind in EVENT_KINDS.iter().chain(district::EVENT_KINDS).filter(|k| !TOLD_ELSEWHERE.contains(k)) {
        assert!(told.contains(*kind), "{kind} does not happen in the story");
    }
}
