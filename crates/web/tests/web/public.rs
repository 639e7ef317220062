//! What everybody may look at, and how a neighbour joins: nothing of it says who somebody is.

use crate::kit::{Answer, Client, Kit};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use desk::Raised;
use domain::case::{Command, Contact, Handled, Outcome, Raise, Solved, Verdict};
use domain::{Actor, Role};

const SAID: &str = "三号楼的楼道灯不亮，示例居民0001家的老人不敢下楼，电话13800001111。";
const SHOWN: &str = "楼道灯不亮，老人不敢下楼。";

/// A public case of street and category, raised by the web.
async fn neighbour(kit: &Kit, text: &str) -> Raised {
    let raise = Raise {
        text: text.into(),
        street: Some("street-1".into()),
        category: Some("housing.light".into()),
        place: "示例里3号楼标记".into(),
        contact: Contact { name: "示例居民0001".into(), phone: "13800001111".into(), ..Contact::default() },
        public: true,
        secret: "580264".into(),
        ..Raise::default()
    };
    kit.desk.raise(Actor::Resident, raise, Vec::new(), None).await.unwrap()
}

async fn act(kit: &Kit, user: &str, raised: &Raised, command: Command) {
    kit.desk.act(kit.actor(user), raised.id, None, command, None).await.unwrap();
}

async fn release(kit: &Kit, raised: &Raised) {
    let answer = "灯已经换好。".to_owned();
    act(kit, "dispatcher-1", raised, Command::ReleaseText { text: SHOWN.into(), answer }).await;
}

/// From acceptance to the resident's word.
async fn ended(kit: &Kit, raised: &Raised) {
    act(kit, "dispatcher-1", raised, Command::Accept { way: None, category: "housing.light".into() }).await;
    act(kit, "dispatcher-1", raised, Command::Dispatch { lead: "housing".into(), joint: Vec::new() }).await;
    let (text, basis) = ("灯已经换好，已电话告知。".into(), String::new());
    act(kit, "clerk-1", raised, Command::Answer { task: 1, outcome: Outcome::Done, text, basis }).await;
    let verdict = Verdict { solved: Solved::Yes, handled: Handled::Fair, asked_for_good: false, witnessed: false };
    let word = Command::GiveVerdict { verdict, words: "换得快".into(), witness: String::new() };
    kit.desk.act(Actor::Resident, raised.id, None, word, None).await.unwrap();
}

/// The figures of the month are published.
async fn publish(staff: &mut Client<'_>) {
    let key = staff.get("/figures/live").await.input("key");
    let form = [("filter", "from=2023-05-01&to=2023-06-01"), ("key", key.as_str())];
    assert_eq!(staff.submit("/figures/publish", &form).await.location(), "/figures?done=figures-published");
}

fn lacks_personal(answer: &Answer, raised: &Raised) {
    for secret in [&raised.code, &raised.secret, &raised.id.hex()] {
        assert!(!answer.text.contains(secret.as_str()), "{secret} opens the case, or leads there");
    }
    for marker in ["示例居民0001", "13800001111", "示例里3号楼标记", "换得快"] {
        assert!(!answer.text.contains(marker), "{marker}");
    }
}

fn place() -> [(&'static str, &'static str); 3] {
    [("text", "我们楼的灯也不亮。"), ("street", "street-1"), ("category", "housing")]
}

#[tokio::test]
async fn submitting_submits_and_neighbours_cases_are_offered_on_the_receipt() {
    let kit = Kit::new().await;
    let first = neighbour(&kit, SAID).await;
    let mut client = kit.client();
    let answer = client.post("/raise", &place()).await;
    assert_eq!(answer.location(), "/case/receipt?done=raised", "registered at once: {}", answer.text);
    let receipt = client.get("/case/receipt?done=raised").await;
    assert!(receipt.text.contains("是同一件事吗？") && receipt.text.contains("您的事已经登记好了"), "{}", receipt.text);
    assert!(receipt.text.contains("内容没有公开"), "without a release only street and category are told");
    lacks_personal(&receipt, &first);
    release(&kit, &first).await;
    let receipt = client.get("/case/receipt").await;
    assert!(receipt.text.contains(SHOWN) && !receipt.text.contains("内容没有公开"));
    let (key, version, index) = (receipt.input("key"), receipt.input("version"), first.index.to_string());
    let fields = [("key", key.as_str()), ("version", version.as_str()), ("joins", index.as_str())];
    let open = client.post("/case/join", &fields[..2]).await;
    assert_eq!(open.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(open.text.contains("请先选是哪一件") && open.text.contains("href=\"#f-joins\""), "{}", open.text);
    let answer = client.post("/case/join", &fields).await;
    assert_eq!(answer.location(), "/case/receipt?done=join-sent", "{}", answer.text);
    assert!(!client.get("/case/receipt?done=join-sent").await.text.contains("是同一件事吗"), "it is asked once");
    let own = client.get("/case").await;
    assert!(own.text.contains("和另一件放在一起看"), "{}", own.text);
    lacks_personal(&own, &first);
    let joined = "还有 1 件一起反映";
    assert!(client.get(&format!("/published/{index}")).await.text.contains(joined));
    assert_eq!(client.post("/case/join", &fields).await.location(), "/case/receipt?done=join-sent", "one act, one key");
    // Once more without any change: the same case, also when the key was lost on the way.
    assert_eq!(client.post("/raise", &place()).await.location(), "/case/receipt?done=raised");
    assert!(client.get(&format!("/published/{index}")).await.text.contains(joined));
}

#[tokio::test]
async fn one_s_own_public_case_is_no_neighbour_s_and_a_sealed_one_joins_nothing() {
    let kit = Kit::new().await;
    let mut client = kit.client();
    client.post("/raise", &[&place()[..], &[("public", "yes")]].concat()).await;
    assert!(!client.get("/case/receipt").await.text.contains("是同一件事吗"));
    let index = neighbour(&kit, SAID).await.index.to_string();
    let sealed = [("text", "灯不亮，有人收钱。"), ("street", "street-1"), ("track", "accusation")];
    client.post("/raise", &sealed).await;
    let receipt = client.get("/case/receipt").await;
    assert!(!receipt.text.contains("是同一件事吗"), "{}", receipt.text);
    let answer = client.post("/case/join", &[("version", "1"), ("joins", index.as_str())]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_case_that_is_not_public_any_more_can_not_be_joined_and_ones_own_stays_registered() {
    let kit = Kit::new().await;
    let (first, other) = (neighbour(&kit, SAID).await, neighbour(&kit, "灯又坏了。").await);
    let mut client = kit.client();
    client.post("/raise", &place()).await;
    let version = client.get("/case/receipt").await.input("version");
    kit.desk.act(Actor::Resident, first.id, None, Command::HideText { reason: String::new() }, None).await.unwrap();
    let index = first.index.to_string();
    let answer = client.post("/case/join", &[("version", version.as_str()), ("joins", index.as_str())]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("不能公开查看了") && answer.text.contains("href=\"#f-joins\""), "{}", answer.text);
    assert!(answer.text.contains("class=\"slip\"") && answer.text.contains(&format!("value=\"{}\"", other.index)));
    assert_eq!(client.get(&format!("/published/{index}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_back_button_and_a_second_sending_without_scripts_are_one_case() {
    let kit = Kit::new().await;
    let mut client = kit.client();
    let fields = |key: &'static str, text: &'static str| [("key", key), ("text", text), ("place", "三号楼")];
    assert_eq!(client.post("/raise", &fields("a", "灯不亮")).await.location(), "/case/receipt?done=raised");
    let first = client.get("/case").await.text;
    // A browser that asked for the page anew has another key, and the words that were restored.
    assert_eq!(client.post("/raise", &fields("b", "灯不亮")).await.location(), "/case/receipt?done=raised");
    let code = |page: &str| page.split("class=\"code\">").nth(1).unwrap()[..13].to_owned();
    assert_eq!(code(&client.get("/case").await.text), code(&first));
    client.post("/raise", &fields("c", "水管坏了")).await;
    assert_ne!(code(&client.get("/case").await.text), code(&first), "other words are another case");
    let mut elsewhere = kit.client();
    elsewhere.post("/raise", &fields("d", "灯不亮")).await;
    assert_ne!(code(&elsewhere.get("/case").await.text), code(&first), "another phone's case is its own");
}

#[tokio::test]
async fn words_are_read_by_a_person_before_neighbours_see_them() {
    let kit = Kit::new().await;
    let raised = neighbour(&kit, SAID).await;
    ended(&kit, &raised).await;
    let mut everybody = kit.client();
    let empty = everybody.get("/published").await;
    assert!(empty.text.contains("这里还没有公开的事") && !empty.text.contains("楼道灯不亮"));
    kit.role(Role::Supervisor).await.get("/to-release").await.has(&raised.code).has("答复日期").has("5月4日 周四");
    // The form offers the words with what is known to be personal taken out; the dispatcher takes out the rest.
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    let page = dispatcher.case(&raised.code).await;
    let form = page.text.split("name=\"release_text-text\"").nth(1).unwrap().split("</textarea>").next().unwrap();
    assert!(form.contains("楼道灯不亮") && !form.contains("13800001111") && !form.contains("示例居民0001"), "{form}");
    dispatcher.done(&raised.code, "release_text", &[("text", SHOWN), ("answer", "灯已经换好。")]).await;
    dispatcher.get("/to-release").await.lacks(&raised.code).has("没有等着公开的事");
    for path in ["/published", "/published?street=street-1", "/published?category=housing&street=street-1"] {
        let list = everybody.get(path).await;
        assert!(list.text.contains(SHOWN), "{path}");
        lacks_personal(&list, &raised);
    }
    for path in ["/published?street=none", "/published?category=water", "/published?before=1"] {
        assert!(!everybody.get(path).await.text.contains(SHOWN), "{path}");
    }
    let page = everybody.get(&format!("/published/{}", raised.index)).await;
    for words in [SHOWN, "灯已经换好。", "示范住建局", "已办成", "解决了 · 办得一般", "2023年5月4日"]
    {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    lacks_personal(&page, &raised);
    assert_eq!(page.headers["cache-control"], "public, no-cache");
    let tag = page.headers["etag"].to_str().unwrap().to_owned();
    // The resident sees what neighbours see, and takes the consent back without a word.
    let mut resident = kit.client();
    resident.post("/follow", &[("code", &raised.code), ("digits", &raised.digits)]).await;
    let own = resident.get("/case").await;
    assert!(own.text.contains(&format!("href=\"/published/{}\"", raised.index)), "{}", own.text);
    let version = own.input("version");
    let hidden = resident.post("/case/hide", &[("key", "h"), ("version", &version)]).await;
    assert_eq!(hidden.location(), "/case?done=hide-sent");
    assert!(resident.get("/case?done=hide-sent").await.text.contains("已经不给邻居看了"));
    assert_eq!(everybody.get(&format!("/published/{}", raised.index)).await.status, StatusCode::NOT_FOUND);
    let (known, path) = ([("if-none-match", tag.as_str())], format!("/published/{}", raised.index));
    let again = everybody.send(Method::GET, &path, &known, Body::empty(), "").await;
    assert_eq!(again.status, StatusCode::NOT_FOUND, "what a cache has it does not get leave to show again");
    assert!(!everybody.get("/published").await.text.contains(SHOWN));
    assert!(!everybody.get("/open-data/cases.json").await.text.contains(SHOWN));
}

#[tokio::test]
async fn an_erasure_is_asked_for_by_a_form_seen_by_the_dispatcher_and_answered() {
    let kit = Kit::new().await;
    let raised = neighbour(&kit, SAID).await;
    let mut resident = kit.client();
    resident.post("/follow", &[("code", &raised.code), ("digits", &raised.digits)]).await;
    assert!(resident.get("/case").await.text.contains("还在办的事不能删"));
    ended(&kit, &raised).await;
    let version = resident.get("/case").await.input("version");
    let asked = resident.post("/case/erasure", &[("key", "e"), ("version", &version), ("erasure", "不想留着")]).await;
    assert_eq!(asked.location(), "/case?done=erasure-sent", "{}", asked.text);
    let own = resident.get("/case").await;
    assert!(own.text.contains("您已经申请，正在等答复") && own.text.contains("答复您的删除申请"), "{}", own.text);
    assert!(own.text.contains("还有 32 天"), "the thirtieth is a Saturday; by which day it is answered: {}", own.text);
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    dispatcher.get("/inbox").await.has(&raised.code);
    dispatcher.case(&raised.code).await.has("不想留着").has("答复删除申请");
    dispatcher.done(&raised.code, "decline_erasure", &[("reason", "档案法要求保存到明年")]).await;
    assert!(resident.get("/case").await.text.contains("档案法要求保存到明年"));
    dispatcher.get("/inbox").await.lacks(&raised.code);
}

#[tokio::test]
async fn what_is_published_comes_as_files_with_their_definitions_and_as_a_feed() {
    let kit = Kit::new().await;
    let raised = neighbour(&kit, SAID).await;
    let silent = kit.raise("没有同意公开的标记").await;
    ended(&kit, &raised).await;
    let mut client = kit.client();
    let untold = client.get("/open-data/cases.json").await;
    let document: serde_json::Value = serde_json::from_str(&untold.text).unwrap();
    assert_eq!(document["rows"].as_array().unwrap().len(), 1, "only with the resident's yes");
    assert_eq!(document["rows"][0]["asked"], serde_json::Value::Null);
    release(&kit, &raised).await;
    let told: serde_json::Value = serde_json::from_str(&client.get("/open-data/cases.json").await.text).unwrap();
    assert_eq!(told["rows"][0]["asked"], SHOWN);
    assert_eq!((&told["rows"][0]["index"], &told["next"]), (&raised.index.into(), &serde_json::Value::Null));
    let table = client.get("/open-data/cases.csv").await;
    assert_eq!(table.headers["content-type"], "text/csv; charset=utf-8");
    assert!(table.text.starts_with("\u{feff}index,category,street,unit,stage,raised"), "{}", table.text);
    assert!(table.text.contains("楼道照明") && table.text.contains(SHOWN));
    lacks_personal(&table, &raised);
    assert!(!table.text.contains("标记") && !table.text.contains(&silent.code));
    let mut leader = kit.role(Role::Leader).await;
    publish(&mut leader).await;
    let figures: serde_json::Value = serde_json::from_str(&client.get("/open-data/figures.json").await.text).unwrap();
    let rows = figures["rows"].as_array().unwrap();
    let first = rows.iter().find(|r| r["figure"] == "raised").unwrap();
    assert_eq!((&first["numerator"], &first["from"]), (&2.into(), &"2023-05-01".into()));
    let micro = rows.iter().find(|r| r["figure"] == "tell.lectures.micro").unwrap();
    assert_eq!([&first["measure"], &micro["measure"]], ["件", "场次"]);
    assert!(first["definition"]["zh"].as_str().unwrap().len() > 10 && first["counted"].as_str().unwrap().len() == 64);
    let lines = client.get("/open-data/figures.csv").await.text.lines().count();
    assert_eq!(lines, rows.len() + 1);
    let feed = client.get("/figures/feed.atom").await;
    assert!(feed.headers["content-type"].to_str().unwrap().starts_with("application/atom+xml"));
    assert_eq!(feed.text.matches("<entry>").count(), 1);
    let id = format!("<id>http://127.0.0.1:0/figures/published/{}</id>", first["publication"]);
    assert!(feed.text.contains(&id) && feed.text.contains("收件量"), "{}", feed.text);
    for path in ["/open-data/none.csv", "/open-data/cases.xml", "/open-data/cases"] {
        assert_eq!(client.get(path).await.status, StatusCode::NOT_FOUND);
    }
    let page = client.get("/open-data").await;
    assert!(page.text.contains("/open-data/figures.csv") && page.text.contains("所计记录账本编号的 SHA-256"));
    assert!(page.text.contains("500") && page.text.contains("?before="), "a file of figures is cut, and says so");
}

#[tokio::test]
async fn the_ledger_is_told_in_plain_words_with_the_size_and_root_of_its_checkpoint() {
    let kit = Kit::new().await;
    let raised = kit.raise(SAID).await;
    let mut client = kit.client();
    let note = client.get("/checkpoint").await.text;
    let lines: Vec<&str> = note.lines().collect();
    let page = client.get("/ledger-today").await;
    assert!(page.text.contains(&format!("账本有 {} 条记录", lines[1])), "{}", page.text);
    // A root has "+", which a page escapes.
    assert!(page.text.replace("&#43;", "+").contains(&format!("<code>{}</code>", lines[2])), "{}", page.text);
    assert!(page.text.contains("2023-05-04 09:00"));
    lacks_personal(&page, &raised);
}

/// The pages that everybody may look at.
const OPEN: &[&str] = &[
    "/",
    "/how",
    "/privacy",
    "/verify",
    "/figures",
    "/published",
    "/ledger-today",
    "/open-data",
    "/open-data/cases.json",
    "/open-data/cases.csv",
    "/open-data/figures.json",
    "/open-data/figures.csv",
    "/figures/feed.atom",
];

#[tokio::test]
async fn what_everybody_may_look_at_sets_no_cookie_is_kept_and_is_not_sent_twice() {
    let kit = Kit::new().await;
    release(&kit, &neighbour(&kit, SAID).await).await;
    for path in OPEN {
        let mut client = kit.client();
        let answer = client.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(!answer.headers.contains_key("set-cookie"), "{path}");
        let cache = answer.headers["cache-control"].to_str().unwrap();
        if ["/published", "/open-data/cases"].iter().any(|words| path.starts_with(words)) {
            assert_eq!(cache, "public, no-cache", "{path}: consent may be taken back at any time");
        } else {
            assert!(cache.starts_with("public, max-age="), "{path}: {cache}");
        }
        let tag = answer.headers["etag"].to_str().unwrap().to_owned();
        let headers = [("if-none-match", tag.as_str())];
        let again = client.send(Method::GET, path, &headers, Body::empty(), "").await;
        assert_eq!((again.status, again.size), (StatusCode::NOT_MODIFIED, 0), "{path}");
        assert_eq!(again.headers["etag"], *tag, "{path}");
        // Whoever is signed in gets a page of their own, which nobody keeps.
        if !path.contains('.') && *path != "/" {
            let own = kit.role(Role::Leader).await.get(path).await;
            assert_eq!(own.headers["cache-control"], "no-store", "{path}");
        }
    }
}

/// What a page weighs over the wire with all that it loads, the first time.
async fn weight(client: &mut Client<'_>, path: &str) -> usize {
    let zipped = [("accept-encoding", "gzip")];
    let page = client.send(Method::GET, path, &zipped, Body::empty(), "").await;
    assert!(page.status.is_success(), "{path}: {}", page.status);
    let text = client.get(path).await.text;
    let mut all = page.size;
    let mut assets: Vec<&str> =
        text.split('"').filter(|s| s.starts_with("/assets/") || s.starts_with("/case/photo")).collect();
    assets.sort();
    assets.dedup();
    assert!(assets.contains(&"/assets/app.css"), "{path}");
    for asset in assets {
        all += client.send(Method::GET, asset, &zipped, Body::empty(), "").await.size;
    }
    all
}

#[tokio::test]
async fn public_pages_weigh_at_most_60_kb_and_desk_pages_120_kb_whatever_the_number_of_rows() {
    let kit = Kit::new().await;
    let long = "楼道灯不亮，".repeat(300);
    for n in 0..60 {
        let raised = neighbour(&kit, &format!("第{n}盏灯不亮。{long}")).await;
        act(
            &kit,
            "dispatcher-1",
            &raised,
            Command::ReleaseText { text: format!("第{n}盏：{long}"), answer: long.clone() },
        )
        .await;
        if n % 2 == 0 {
            act(&kit, "dispatcher-1", &raised, Command::Accept { way: None, category: "housing.light".into() }).await;
            act(&kit, "dispatcher-1", &raised, Command::Dispatch { lead: "housing".into(), joint: Vec::new() }).await;
        }
    }
    publish(&mut kit.role(Role::Leader).await).await;
    let case = neighbour(&kit, SAID).await;
    let mut resident = kit.client();
    resident.post("/follow", &[("code", &case.code), ("digits", &case.digits)]).await;
    let public = OPEN.iter().filter(|p| !p.contains('.')).copied();
    let residents = ["/raise", "/follow", "/case", "/case/receipt", "/case/slip", "/sign-in", "/patterns"];
    for path in public.chain(residents) {
        let bytes = weight(&mut resident, path).await;
        println!("{path}: {bytes} bytes");
        assert!(bytes <= 60_000, "{path} weighs {bytes} bytes");
        let statements: u32 = resident.get(path).await.headers["x-statements"].to_str().unwrap().parse().unwrap();
        // A receipt reads the tiles of its proof besides, however many cases there are.
        let most = if path.starts_with("/case/") { 8 } else { 6 };
        assert!(statements <= most, "{path} reads {statements} statements");
    }
    for (role, path) in [
        (Role::Clerk, "/desk"),
        (Role::Dispatcher, "/inbox"),
        (Role::Supervisor, "/late"),
        (Role::Leader, "/figures/live"),
        (Role::Auditor, "/ledger"),
        (Role::Administrator, "/admin/catalogue"),
    ] {
        let mut staff = kit.role(role).await;
        let bytes = weight(&mut staff, path).await;
        println!("{path}: {bytes} bytes");
        assert!(bytes <= 120_000, "{path} weighs {bytes} bytes");
        let page = staff.get(path).await;
        assert!(!page.headers.contains_key("content-encoding"), "{path} holds a form token: it is never compressed");
    }
    let zipped = [("accept-encoding", "gzip")];
    let own = resident.send(Method::GET, "/case", &zipped, Body::empty(), "").await;
    assert!(!own.headers.contains_key("content-encoding"), "nor is a page that opens to one resident alone");
    let home = resident.send(Method::GET, "/", &zipped, Body::empty(), "").await;
    assert_eq!(home.headers["content-encoding"], "gzip");
    for path in OPEN {
        let statements: u32 = resident.get(path).await.headers["x-statements"].to_str().unwrap().parse().unwrap();
        // A receipt reads the tiles of its proof besides, however many cases there are.
        let most = if path.starts_with("/case/") { 8 } else { 6 };
        assert!(statements <= most, "{path} reads {statements} statements");
    }
}

#[tokio::test]
async fn the_list_of_neighbours_cases_holds_each_once_over_its_pages() {
    let kit = Kit::new().await;
    for n in 0..45 {
        let raised = neighbour(&kit, "灯不亮").await;
        act(&kit, "dispatcher-1", &raised, Command::ReleaseText { text: format!("第{n}号"), answer: String::new() })
            .await;
    }
    let mut client = kit.client();
    let (mut path, mut seen) = ("/published?street=street-1&category=".to_owned(), Vec::new());
    loop {
        let page = client.get(&path).await.text;
        let said = page.split("class=\"said\">").skip(1).map(|s| s.split('<').next().unwrap().to_owned());
        seen.extend(said);
        let Some(next) = page.split("rel=\"next\"").next().filter(|before| before.len() < page.len()) else { break };
        let href = next.rsplit("href=\"").next().unwrap().split('"').next().unwrap();
        path = href.replace("&amp;", "&").replace("&#38;", "&");
    }
    let expected: Vec<String> = (0..45).rev().map(|n| format!("第{n}号")).collect();
    assert_eq!(seen, expected, "the newest first");
    let file = client.get("/open-data/cases.json").await.text;
    assert_eq!(file.matches("\"asked\": \"第").count(), 45);
}

/// What staff read on their pages may use the words of their trade.
const FOR_STAFF: &[&str] = &["staff-", "waits-for-resident", "clock-paused", "#"];

#[test]
fn there_is_no_bureaucratic_phrase_towards_residents() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let glossary = std::fs::read_to_string(root.join("../../GLOSSARY.md")).unwrap();
    let list = glossary.split("## 大白话 · Plain words").nth(1).unwrap().split("\n## ").next().unwrap();
    let phrases: Vec<(&str, &str)> = list
        .lines()
        .filter(|l| l.starts_with("| ") && !l.starts_with("| 不说"))
        .filter_map(|l| l.trim_matches('|').split_once('|'))
        .map(|(phrase, instead)| (phrase.trim(), instead.trim()))
        .collect();
    assert!(phrases.len() >= 30, "{}", phrases.len());
    for language in ["zh-CN", "en"] {
        for file in ["resident.ftl", "public.ftl", "frame.ftl"] {
            let words = std::fs::read_to_string(root.join("locales").join(language).join(file)).unwrap();
            for line in words.lines().filter(|l| !FOR_STAFF.iter().any(|k| l.starts_with(k))) {
                let Some((key, said)) = line.split_once(" = ") else { continue };
                for (phrase, instead) in &phrases {
                    let found = said.to_lowercase().contains(&phrase.to_lowercase());
                    assert!(!found, "{language}/{file}: {key} says “{phrase}”; say “{instead}”");
                }
            }
        }
    }
}

/// The fields of a form, with a number behind each text that is named.
fn with_number<'a>(plan: &[(&'a str, &'a str)], texts: &[&str]) -> Vec<(&'a str, String)> {
    let number = |name: &str| if texts.contains(&name) { " 13900000000" } else { "" };
    plan.iter().map(|(name, text)| (*name, format!("{text}{}", number(name)))).collect()
}

#[tokio::test]
async fn a_number_that_somebody_left_in_a_text_of_a_record_is_on_no_page_for_everybody() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let plans = [
        ("lectures", with_number(crate::lectures::PLAN, &["plan-topic", "plan-speaker", "plan-place"]), ""),
        (
            "meetings",
            with_number(
                crate::meetings::PLAN,
                &["plan-name", "plan-topics", "plan-agenda", "plan-place", "plan-chair"],
            ),
            "notice",
        ),
        (
            "receptions",
            with_number(crate::receptions::PLAN, &["plan-post", "plan-leader", "plan-field", "plan-place"]),
            "publish",
        ),
    ];
    for (register, plan, act) in plans {
        let key = clerk.get(&format!("/records/{register}/new")).await.input("key");
        let mut fields: Vec<(&str, &str)> = plan.iter().map(|(name, text)| (*name, text.as_str())).collect();
        fields.push(("key", &key));
        let begun = clerk.submit(&format!("/records/{register}/new"), &fields).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{register}: {}", begun.text);
        let own = begun.location().split('?').next().unwrap().to_owned();
        if !act.is_empty() {
            let page = clerk.get(&own).await;
            let (key, version) = (page.input("key"), page.input("version"));
            let fields = [("act", act), ("key", key.as_str()), ("version", version.as_str())];
            assert_eq!(clerk.submit(&format!("{own}/act"), &fields).await.status, StatusCode::SEE_OTHER, "{act}");
        }
        let open = own.strip_prefix("/records").unwrap();
        let more: &[&str] = match register {
            "lectures" => &["/poster"],
            "receptions" => &["/calendar.ics", "/queue"],
            _ => &[],
        };
        let pages = [format!("/{register}"), open.to_owned()].into_iter();
        for path in pages.chain(more.iter().map(|more| format!("{open}{more}"))) {
            let page = kit.client().get(&path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(!page.text.contains("13900000000"), "{path}");
        }
    }
}
