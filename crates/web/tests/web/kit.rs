//! An app under test: a small district with an account of every role, and clients with cookies of their own.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode, header};
use desk::{Clock, Desk, Entropy};
use domain::case::{Contact, Door, Raise, Track};
use domain::district::{Category, Command, Unit, UnitCode, UnitKind};
use domain::{Actor, Label, Moment, Role};
use std::net::SocketAddr;
use store::{Place, access};
use testing::{Plan, category, founder, on_disk, places, unit};
use tower::ServiceExt;

/// The password of every account of the kit.
pub const PASSWORD: &str = "a password for tests";
/// The digits that residents choose in these tests.
pub const DIGITS: &str = "580264";

/// A district at the counter. Its clock stands at 2023-05-04 09:00 until it is set.
pub struct Kit {
    pub router: Router,
    pub app: web::App,
    pub desk: Desk,
    pub clock: Clock,
    place: Place,
    follower: Option<std::sync::Mutex<reading::Follower>>,
    _folder: tempfile::TempDir,
}

/// The moment of a local time such as `2023-05-04T09:00:00`.
pub fn at(local: &str) -> Moment {
    Moment::from_local(local.parse().unwrap())
}

/// The sign-in name of a role's account at the unit where that role works in the kit; heads and clerks are at `housing`.
pub fn user_of(role: Role) -> String {
    format!("{}-1", role.code())
}

/// The units: code and kind.
const UNITS: &[(&str, UnitKind, &str)] = &[
    ("centre", UnitKind::Centre, "示范分派中心"),
    ("housing", UnitKind::Bureau, "示范住建局"),
    ("water", UnitKind::Bureau, "示范水务局"),
    ("discipline", UnitKind::Discipline, "示范纪检机关"),
    ("street-1", UnitKind::Street, "示范一街道"),
    ("mediation", UnitKind::Mediation, "示范矛调中心"),
];

impl Kit {
    /// A new district.
    pub async fn new() -> Kit {
        tokio::task::spawn_blocking(|| Kit::found(on_disk(), false)).await.unwrap()
    }

    /// A new district on each engine that is there.
    pub fn everywhere() -> Vec<Kit> {
        places().into_iter().map(|place| Kit::found(place, false)).collect()
    }

    /// Opens further accounts, all with [`PASSWORD`].
    pub fn accounts(&self, accounts: Vec<(String, UnitCode, Role)>) {
        let known: Vec<u32> = self.desk.district().accounts.keys().copied().collect();
        self.desk.change_now(founder(), Command::OpenAccounts(accounts)).unwrap();
        let hash = desk::hash_password(PASSWORD, &mut Entropy::seeded(5)).unwrap();
        let district = self.desk.district();
        let new = district.accounts.keys().filter(|id| !known.contains(id));
        self.desk.put_now(new.map(|id| access::set_password(1, *id, &hash)).collect()).unwrap();
    }

    /// Opens further accounts of clerks, by name and unit.
    pub fn clerks(&self, names: &[(&str, &str)]) {
        self.accounts(names.iter().map(|(name, unit)| ((*name).to_owned(), (*unit).into(), Role::Clerk)).collect());
    }

    /// A new district with a community under its street, and accounts at both.
    pub async fn with_a_community() -> Kit {
        let community = || {
            let kit = Kit::found(on_disk(), false);
            let mut units: Vec<Unit> = kit.desk.district().units.values().cloned().collect();
            let (zh, parent) = ("示范一社区".into(), Some("street-1".into()));
            units.push(Unit { zh, parent, ..unit("community-1", UnitKind::Community) });
            kit.desk.change_now(founder(), Command::SetUnits(units)).unwrap();
            kit.accounts(vec![
                ("clerk-community".into(), "community-1".into(), Role::Clerk),
                ("head-community".into(), "community-1".into(), Role::Head),
                ("head-street".into(), "street-1".into(), Role::Head),
            ]);
            kit
        };
        tokio::task::spawn_blocking(community).await.unwrap()
    }

    /// A new district with a search, which is empty until [`Kit::followed`].
    pub async fn with_search() -> Kit {
        tokio::task::spawn_blocking(|| Kit::found(on_disk(), true)).await.unwrap()
    }

    /// Has the index follow everything that happened so far.
    pub fn followed(&self) {
        self.follower.as_ref().unwrap().lock().unwrap().catch_up().unwrap();
    }

    fn found((place, folder): (Place, tempfile::TempDir), search: bool) -> Kit {
        let clock = Clock::at(at("2023-05-04T09:00:00"));
        let unit = |(code, kind, zh): &(&str, UnitKind, &str)| Unit {
            zh: (*zh).into(),
            en: format!("Demo {code}"),
            ..unit(code, *kind)
        };
        let category = |code: &str, zh: &str, unit: &str, keywords: &[&str]| Category {
            zh: zh.into(),
            en: format!("Category {code}"),
            keywords: keywords.iter().map(|k| (*k).to_owned()).collect(),
            ..category(code, unit)
        };
        let plan = Plan {
            origin: "doorstep.example/test",
            name: ["示范区", "Demonstration"],
            clock: clock.clone(),
            entropy: Entropy::seeded(11),
            units: UNITS.iter().map(unit).collect(),
            categories: vec![
                category("housing", "住房", "housing", &[]),
                category("housing.light", "楼道照明", "housing", &["楼道灯", "灯不亮"]),
                category("water", "供水", "water", &["停水"]),
                category("discipline", "作风", "discipline", &[]),
            ],
        };
        let (desk, _thread) = plan.found(&place);
        let app = web::App::new(desk.clone(), &place).unwrap().settled_accounts();
        let app = app.with_workbooks(workbook::Reader::in_a_thread());
        let follower = search.then(|| {
            reading::Follower::open(&place, registers::REGISTERS, 1, &folder.path().join("index")).unwrap().unwrap()
        });
        let app = follower.as_ref().map(reading::Follower::finder).into_iter().fold(app, web::App::with_finder);
        let follower = follower.map(std::sync::Mutex::new);
        let router = web::router(app.clone());
        let kit = Kit { router, app, desk, clock, place, follower, _folder: folder };
        let at = |role: &Role| match role {
            Role::Clerk | Role::Head => "housing",
            Role::Grid => "street-1",
            _ => "centre",
        };
        let further = [
            ("clerk-water", "water", Role::Clerk),
            ("clerk-discipline", "discipline", Role::Clerk),
            ("dispatcher-discipline", "discipline", Role::Dispatcher),
        ];
        let further = further.map(|(name, unit, role)| (name.to_owned(), unit.into(), role));
        kit.accounts(Role::ALL.iter().map(|role| (user_of(*role), at(role).into(), *role)).chain(further).collect());
        kit
    }

    /// The same district at a counter where second factors are needed, as everywhere but in a demo.
    pub fn with_factors(mut self) -> Kit {
        self.app = web::App::new(self.desk.clone(), &self.place).unwrap();
        self.router = web::router(self.app.clone());
        self
    }

    /// Where its data lives.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// A client without cookies.
    pub fn client(&self) -> Client<'_> {
        Client { kit: self, cookies: Vec::new(), lang: "zh-CN" }
    }

    /// A client that has signed in.
    pub async fn signed_in(&self, user: &str) -> Client<'_> {
        let mut client = self.client();
        let answer = client.post("/sign-in", &[("user", user), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{user} can sign in: {}", answer.text);
        client
    }

    /// A client that has signed in to the account of a role.
    pub async fn role(&self, role: Role) -> Client<'_> {
        self.signed_in(&user_of(role)).await
    }

    /// A hotline request by the web, with a contact: its code and digits.
    pub async fn raise(&self, text: &str) -> desk::Raised {
        let contact = Contact { name: "示例居民0001".into(), phone: "10000000001".into(), ..Contact::default() };
        let raise = Raise {
            track: Track::Hotline,
            door: Door::Web,
            text: text.into(),
            place: "示例里3号楼".into(),
            secret: DIGITS.into(),
            contact,
            ..Raise::default()
        };
        self.desk.raise(Actor::Resident, raise, Vec::new(), None).await.unwrap()
    }

    /// A case by its code, as it stands.
    pub fn case(&self, code: &str) -> domain::case::Case {
        let mut db = store::Db::open_reader(&self.place).unwrap();
        store::read::case(&mut db, 1, self.case_id(code)).unwrap().unwrap()
    }

    /// The handle of a case's code.
    pub fn case_id(&self, code: &str) -> domain::case::CaseId {
        let mut db = store::Db::open_reader(&self.place).unwrap();
        store::read::by_code(&mut db, 1, code).unwrap().unwrap()
    }

    /// How many checkpoints were signed so far: one for each commit that added to the ledger.
    pub fn checkpoints(&self) -> i64 {
        const COUNT: &str = "SELECT COUNT(*) FROM checkpoints WHERE district = $1";
        let mut db = store::Db::open_reader(&self.place).unwrap();
        db.number(COUNT, &store::args![1]).unwrap()
    }

    /// The account of a sign-in name, as the desk knows it.
    pub fn actor(&self, user: &str) -> Actor {
        let district = self.desk.district();
        let account = district.account_of(user).unwrap();
        Actor::Staff { account: account.id, unit: account.unit.clone(), role: account.role }
    }
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    /// Bytes of the body as it went over the wire.
    pub size: usize,
    pub text: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    /// Where it sends the browser.
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |h| h.to_str().unwrap())
    }

    /// The value of the first hidden or other input of this name.
    pub fn input(&self, name: &str) -> String {
        let from = self.text.find(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no field {name}"));
        let rest = &self.text[from..];
        let value = rest.find("value=\"").unwrap_or_else(|| panic!("no value of {name}")) + 7;
        rest[value..].split('"').next().unwrap().to_owned()
    }
}

/// A browser without scripts.
pub struct Client<'a> {
    kit: &'a Kit,
    cookies: Vec<(String, String)>,
    pub lang: &'static str,
}

impl Client<'_> {
    /// What it talks to.
    pub fn kit(&self) -> &Kit {
        self.kit
    }

    /// Asks for a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::empty(), "").await
    }

    /// Sends a form as the page has it: the form token of the session is taken from the account page.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields {
            body.append_pair(name, value);
        }
        let body = Body::from(body.finish());
        let same = [("origin", "http://doorstep.test"), ("sec-fetch-site", "same-origin")];
        self.send(Method::POST, path, &same, body, "application/x-www-form-urlencoded").await
    }

    /// [`Client::post`] with the form token of the signed-in session.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.get("/account").await.input("csrf");
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post(path, &all).await
    }

    /// Chooses a file on a page, and presses the button.
    pub async fn upload(&mut self, path: &str, file: &[u8]) -> Answer {
        let csrf = self.get("/account").await.input("csrf");
        let mut body = Vec::new();
        body.extend(format!("--cut\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n").bytes());
        body.extend(b"--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"sheet.xlsx\"\r\n\r\n");
        body.extend(file);
        body.extend(b"\r\n--cut--\r\n");
        let same = [("origin", "http://doorstep.test")];
        self.send(Method::POST, path, &same, Body::from(body), "multipart/form-data; boundary=cut").await
    }

    /// Asks for something that does not end.
    pub async fn listen(&self, path: &str) -> axum::response::Response {
        let all: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        self.listen_with(path, header::COOKIE, &all.join("; ")).await
    }

    /// [`Client::listen`] with a token.
    pub async fn listen_as(&self, token: &str, path: &str) -> axum::response::Response {
        self.listen_with(path, header::AUTHORIZATION, &format!("Bearer {token}")).await
    }

    async fn listen_with(&self, path: &str, name: header::HeaderName, value: &str) -> axum::response::Response {
        let request = Request::get(path).header(header::HOST, "doorstep.test").header(name, value);
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4000))));
        self.kit.router.clone().oneshot(request).await.unwrap()
    }

    /// Sends anything.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
        kind: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(header::HOST, "doorstep.test").header(header::ACCEPT_LANGUAGE, self.lang);
        if !path.starts_with("/api") && !headers.iter().any(|(name, _)| *name == "accept") {
            request = request.header(header::ACCEPT, "text/html");
        }
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let all: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            request = request.header(header::COOKIE, all.join("; "));
        }
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4000))));
        let response = self.kit.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (name, rest) = text.split_once('=').unwrap();
            self.cookies.retain(|(n, _)| n != name);
            if !text.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), rest.split(';').next().unwrap().to_owned()));
            }
        }
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let size = bytes.len();
        Answer { status: parts.status, headers: parts.headers, size, text, bytes: bytes.to_vec() }
    }
}
