//! A served district for the browser. All that people wrote in it is in Latin letters, so that a Chinese word on an
//! English page is a word of the program.

use super::tab::{Tab, browse, is_there};
use crate::binary::Server;
use crate::district::{Story, Told};
use desk::{Clock, Entropy};
use domain::case::{Command as Act, *};
use domain::district::{Account, Catalogue, Category, Command as Change, Scope, Unit, UnitCode, UnitKind};
use domain::{Actor, Label, Moment, Role};
use store::keys::Factor;
use store::{Db, Place, access};

/// The password of every account.
pub const PASSWORD: &str = "a password for tests";

const DAY: i64 = 24 * 3600 * 1000;

const UNITS: &[(&str, UnitKind)] = &[
    ("centre", UnitKind::Centre),
    ("housing", UnitKind::Bureau),
    ("water", UnitKind::Bureau),
    ("discipline", UnitKind::Discipline),
    ("street-1", UnitKind::Street),
    ("street-2", UnitKind::Street),
    ("mediation", UnitKind::Mediation),
];

/// Where the streets are.
const STREETS_AT: &[(&str, &str)] = &[("street-1", "10.00, 20.00"), ("street-2", "10.02, 20.00")];

/// How many recovery codes an account has that needs a second factor: so often may one sign in.
const RECOVERY_CODES: u32 = 400;

/// The recovery code of this number.
pub fn recovery_code(n: u32) -> String {
    format!("code{n}")
}

/// A district that is served, with a case at each turn of its way.
pub struct Site {
    pub server: Server,
    data: String,
    /// Raised and looked at by nobody.
    pub raised: Told,
    /// With the housing bureau, its time long over.
    pub late: Told,
    /// With the housing bureau, to be answered.
    pub handled: Told,
    /// The resident is asked something.
    pub asked: Told,
    /// Answered; the resident's verdict is waited for.
    pub answered: Told,
    /// Where the figures of this year stand, as published.
    pub publication: String,
    /// One of two units objected to having it.
    pub objected: Told,
    /// A petition whose answer waits for the head.
    pub proposed: Told,
    /// A petition whose resident asked for a review.
    pub review: Told,
    /// A petition whose resident asked for a re-review, which the level over the district answers.
    pub re_review: Told,
    /// A sealed accusation.
    pub sealed: Told,
    _folder: tempfile::TempDir,
}

/// The sign-in name of a role's first account; clerks and heads are at the housing bureau.
pub fn user_of(role: Role) -> String {
    format!("{}-1", role.code())
}

/// A hotline request.
fn raise(text: &str) -> Raise {
    Raise {
        text: text.into(),
        place: "No. 3, Sample Lane".into(),
        street: Some("street-1".into()),
        secret: "580264".into(),
        contact: Contact { name: "Resident 0001".into(), phone: "10000000001".into(), ..Contact::default() },
        ..Raise::default()
    }
}

fn found(story: &Story) {
    let unit = |(code, kind): &(&str, UnitKind)| Unit {
        zh: format!("Unit {code}"),
        en: format!("Unit {code}"),
        at: STREETS_AT.iter().find(|(street, _)| street == code).map(|(_, at)| at.parse().unwrap()),
        ..testing::unit(code, *kind)
    };
    story.change(Change::SetUnits(UNITS.iter().map(unit).collect()));
    let category = |code: &str, unit: &str, keyword: &str| Category {
        zh: format!("Category {code}"),
        en: format!("Category {code}"),
        keywords: vec![keyword.into()],
        ..testing::category(code, unit)
    };
    let categories = vec![
        category("housing", "housing", "roof"),
        category("housing.light", "housing", "lamp"),
        category("water", "water", "tap"),
        category("conduct", "discipline", "conduct"),
    ];
    story.change(Change::PublishCatalogue(Catalogue { categories, ..Catalogue::default() }));
    story.change(Change::PublishRules(registers::rule_table()));
    let at = |role: &Role| -> UnitCode {
        match role {
            Role::Clerk | Role::Head => "housing".into(),
            Role::Grid => "street-1".into(),
            _ => "centre".into(),
        }
    };
    let mut accounts: Vec<(String, UnitCode, Role)> = Role::ALL.iter().map(|r| (user_of(*r), at(r), *r)).collect();
    accounts.push(("clerk-2".into(), "housing".into(), Role::Clerk));
    accounts.push(("clerk-water".into(), "water".into(), Role::Clerk));
    accounts.push(("clerk-discipline".into(), "discipline".into(), Role::Clerk));
    accounts.push(("new-password".into(), "water".into(), Role::Clerk));
    accounts.push(("new-factor".into(), "centre".into(), Role::Auditor));
    story.change(Change::OpenAccounts(accounts));
    story.change(Change::MakeToken { name: "hotline".into(), scope: Scope::Intake });
    let hash = desk::hash_password(PASSWORD, &mut Entropy::seeded(5)).unwrap();
    let ids: Vec<u32> = story.desk.district().accounts.keys().copied().collect();
    let mut rows: Vec<_> = ids.iter().map(|id| access::set_password(1, *id, &hash)).collect();
    let district = story.desk.district();
    let account = |user: &str| district.account_of(user).unwrap().id;
    rows.push(access::set_password_once(1, account("new-password"), &hash));
    rows.push(access::set_token(1, [9; 32], "hotline"));
    story.desk.put_now(rows).unwrap();
    let codes: Vec<[u8; 32]> = (0..RECOVERY_CODES).map(|n| desk::recovery_hash(&recovery_code(n))).collect();
    let with_factor = |a: &&Account| district.needs_factor(&a.unit, a.role) && a.user != "new-factor";
    for account in district.accounts.values().filter(with_factor) {
        let (id, codes, factor) = (account.id, codes.clone(), Factor { secret: [7; 20], step: 0 });
        story.desk.keys_now(move |keys| keys.put_factor(id, &factor, &codes)).unwrap();
    }
}

/// A case with the housing bureau.
fn dispatched(story: &Story, raise: Raise, joint: &[&str]) -> Told {
    let dispatcher = || story.by("dispatcher-1");
    let way = (raise.track == Track::Petition).then_some(Way::Opinion);
    let case = story.raise(raise, Vec::new());
    story.act(dispatcher(), &case, Act::Accept { way, category: "housing.light".into() });
    let joint = joint.iter().map(|u| (*u).into()).collect();
    story.act(dispatcher(), &case, Act::Dispatch { lead: "housing".into(), joint });
    case
}

fn answer(story: &Story, case: &Told, outcome: Outcome) {
    let text = "The lamp was replaced.".into();
    let answer = Act::Answer { task: 1, outcome, text, basis: "Sample rules, article 1".into() };
    story.act(story.by("clerk-1"), case, answer);
}

fn petition(text: &str) -> Raise {
    Raise { track: Track::Petition, ..raise(text) }
}

/// Does something with a browser at a site of its own, where there is a browser.
pub fn with_site(work: impl AsyncFnOnce(&Tab, &Site)) {
    if is_there() {
        let site = Site::serve();
        browse(&site.server.address, async |tab| work(tab, &site).await);
    }
}

impl Site {
    /// Makes one and serves it.
    pub fn serve() -> Site {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data").to_str().unwrap().to_owned();
        let now = Clock::System.now();
        let story = Story::found(&Place::parse(&data).unwrap(), 23);
        found(&story);
        story.clock.set(Moment(now.0 - 40 * DAY));
        let late = dispatched(&story, raise("The lamp on the stairs has been out for weeks."), &[]);
        let closed = dispatched(&story, raise("The lamp at the gate is out."), &[]);
        answer(&story, &closed, Outcome::Done);
        let verdict = Verdict { solved: Solved::Yes, handled: Handled::Good, asked_for_good: false, witnessed: false };
        let give = Act::GiveVerdict { verdict, words: "Thank you.".into(), witness: String::new() };
        story.act(Actor::Resident, &closed, give);
        let reviewed = |text: &str| {
            let case = dispatched(&story, petition(text), &[]);
            answer(&story, &case, Outcome::Explained);
            story.act(story.by("head-1"), &case, Act::Approve { task: 1 });
            story.act(Actor::Resident, &case, Act::AskReview { reason: "It still leaks.".into() });
            case
        };
        // Late, so that it stands above the others.
        let re_review = reviewed("Please see to the roof before the winter.");
        let upheld = Act::AnswerReview { outcome: Outcome::Explained, text: "The answer stands.".into() };
        story.act(story.by("supervisor-1"), &re_review, upheld);
        story.act(Actor::Resident, &re_review, Act::AskReReview { reason: "It leaks still.".into() });
        story.clock.set(Moment(now.0 - 2 * DAY));
        let public = Raise { public: true, ..raise("The lamp in the yard is out.") };
        let photos = vec![crate::district::photo(1)];
        let raised = story.raise(public, photos);
        // Raised, and released to neighbours.
        let category = Some("housing.light".into());
        let shown =
            story.raise(Raise { public: true, category, ..raise("A lamp at home of Resident 0001.") }, Vec::new());
        let words = Act::ReleaseText { text: "A lamp in our lane is out.".into(), answer: String::new() };
        story.act(story.by("dispatcher-1"), &shown, words);
        let objected = dispatched(&story, raise("A lamp and a tap."), &["water"]);
        story.act(story.by("clerk-water"), &objected, Act::Object { task: 2, reason: "It is no tap.".into() });
        let handled = dispatched(&story, raise("The lamp on the fourth floor is out."), &[]);
        story.act(story.by("clerk-1"), &handled, Act::Note { text: "Parts ordered.".into() });
        let asked = dispatched(&story, raise("A lamp somewhere is out."), &[]);
        story.act(story.by("clerk-1"), &asked, Act::Ask { task: 1, question: "Which entrance?".into() });
        let answered = dispatched(&story, raise("The lamp at the bicycles is out."), &[]);
        answer(&story, &answered, Outcome::Done);
        let proposed = dispatched(&story, petition("Please see to the roof."), &[]);
        answer(&story, &proposed, Outcome::Supported);
        let review = reviewed("Please see to the roof again.");
        let accusation = Raise { track: Track::Accusation, accused: Some("water".into()), ..raise("Bad conduct.") };
        let sealed = story.raise(accusation, Vec::new());
        story.act(story.by("clerk-1"), &late, Act::Unmask { purpose: Purpose::Contact, text: "To call back.".into() });
        super::held::held(&story, now.0);
        story.change(Change::Export { what: "cases".into(), format: "csv".into(), rows: 9, masked: true });
        let publication = publish(&story, &data, now);
        story.end();
        let server = Server::start(&data);
        Site {
            server,
            data,
            raised,
            late,
            handled,
            asked,
            answered,
            objected,
            proposed,
            review,
            re_review,
            sealed,
            publication,
            _folder: folder,
        }
    }

    /// How many cases there are.
    pub fn cases(&self) -> i64 {
        let mut db = Db::open_reader(&Place::parse(&self.data).unwrap()).unwrap();
        db.number("SELECT COUNT(*) FROM cases WHERE district = $1", &store::args![1]).unwrap()
    }
}

/// The figures of this year so far: where they stand.
fn publish(story: &Story, data: &str, now: Moment) -> String {
    let today = now.date();
    let window = figures::Filter::new(today.first_of_year(), today.tomorrow().unwrap()).unwrap();
    let mut db = Db::open_reader(&Place::parse(data).unwrap()).unwrap();
    let ids: Vec<&str> = figures::catalogue::in_force().map(|d| d.id.as_str()).collect();
    let index = story.change(Change::PublishFigures(figures::publication(&mut db, 1, &window, &ids).unwrap()));
    format!("/figures/published/{index}")
}
