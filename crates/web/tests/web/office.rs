//! The auditor's and the administrator's pages.

use crate::kit::{Kit, at};
use axum::http::StatusCode;
use domain::Role;
use domain::case::{Command, Purpose};

#[tokio::test]
async fn an_auditor_walks_from_the_ledger_to_an_entry_its_proof_and_the_next_of_its_case() {
    let kit = Kit::new().await;
    let raised = kit.raise("三号楼的楼道灯不亮。").await;
    let dispatcher = kit.actor("dispatcher-1");
    let accept = Command::Accept { way: None, category: "housing.light".into() };
    kit.desk.act(dispatcher, raised.id, None, accept, None).await.unwrap();
    let mut auditor = kit.role(Role::Auditor).await;
    let ledger = auditor.get("/ledger").await;
    assert!(ledger.text.contains(&format!("href=\"/ledger/{}\"", raised.index)) && ledger.text.contains("受理"));
    let entry = auditor.get(&format!("/ledger/{}", raised.index)).await;
    assert_eq!(entry.status, StatusCode::OK);
    assert!(entry.text.contains(&format!("/ledger/{}\"", raised.index + 1)), "the case's next entry is linked");
    assert!(!entry.text.contains("楼道灯不亮") && !entry.text.contains("10000000001"), "no text, no phone");
    let proof = auditor.get(&format!("/ledger/{}/receipt", raised.index)).await;
    let vkey = auditor.get("/checkpoint.vkey").await.text;
    let log = ledger::checkpoint::Verifier::parse(vkey.trim()).unwrap();
    ledger::receipt::Receipt::parse(&proof.text).unwrap().verify(&log).unwrap();
    for path in ["/ledger/999999", "/ledger/999999/receipt"] {
        assert_eq!(auditor.get(path).await.status, StatusCode::NOT_FOUND);
    }
    let odd = auditor.get("/ledger/x").await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
    assert!(odd.text.contains("这个请求读不了"));
}

#[test]
fn every_kind_of_entry_has_a_name_in_both_languages() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    for language in ["zh-CN", "en"] {
        let words = std::fs::read_to_string(folder.join(language).join("office.ftl")).unwrap();
        for kind in domain::case::EVENT_KINDS.iter().chain(domain::district::EVENT_KINDS) {
            assert!(words.contains(&format!("\nkind-{} = ", kind.replace('_', "-"))), "{kind} in {language}");
        }
        let files = folder.join(language).read_dir().unwrap();
        let all: String = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap() + "\n").collect();
        for kind in domain::case::EVENT_KINDS {
            assert!(all.contains(&format!("\nstaff-event-{kind} = ")), "{kind} on the page of a case in {language}");
        }
    }
}

#[tokio::test]
async fn what_somebody_kept_is_checked_against_today_and_a_changed_one_is_found() {
    let kit = Kit::new().await;
    let raised = kit.raise("第一件").await;
    let mut auditor = kit.role(Role::Auditor).await;
    let note = auditor.get("/checkpoint").await.text;
    kit.raise("第二件").await;
    let good = auditor.submit("/ledger/check", &[("kept", &raised.receipt)]).await;
    assert!(good.text.contains("签名无误"), "{}", good.text);
    let good = auditor.submit("/ledger/check", &[("kept", &note)]).await;
    assert!(good.text.contains("签名无误"));
    // One character of the entry, which stands in the line `extra`, is another.
    let at = raised.receipt.find("extra ").unwrap() + 20;
    let other = if raised.receipt.as_bytes()[at] == b'A' { "B" } else { "A" };
    let mut changed = raised.receipt.clone();
    changed.replace_range(at..=at, other);
    let bad = auditor.submit("/ledger/check", &[("kept", &changed)]).await;
    assert!(bad.text.contains("这张回执对不上") && !bad.text.contains("签名无误"), "{}", bad.text);
    let noise = auditor.submit("/ledger/check", &[("kept", "no receipt")]).await;
    assert!(
        noise.text.contains("既不是完整的回执") && noise.text.contains("no receipt"),
        "what was typed is still there"
    );
    let empty = auditor.submit("/ledger/check", &[("kept", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn each_opening_of_contact_data_is_listed_with_unit_and_purpose() {
    let kit = Kit::new().await;
    let raised = kit.raise("楼道灯不亮").await;
    let mut auditor = kit.role(Role::Auditor).await;
    assert!(auditor.get("/openings").await.text.contains("还没有人打开过"));
    assert!(auditor.get("/exports").await.text.contains("还没有导出过"));
    let open = Command::Unmask { purpose: Purpose::Contact, text: String::new() };
    kit.desk.act(kit.actor("dispatcher-1"), raised.id, None, open, None).await.unwrap();
    let page = auditor.get("/openings").await.text;
    assert!(page.contains("示范分派中心") && page.contains("联系本人") && page.contains(&raised.code));
    let export =
        domain::district::Command::Export { what: "cases".into(), format: "csv".into(), rows: 3, masked: false };
    kit.desk.change(domain::Actor::System { name: "export".into() }, export).await.unwrap();
    let page = auditor.get("/exports").await.text;
    assert!(page.contains("命令行") && page.contains("未遮住"));
}

#[tokio::test]
async fn an_administrator_keeps_units_posts_accounts_and_tokens_and_a_bad_code_is_refused_with_what_was_typed() {
    let kit = Kit::new().await;
    let mut admin = kit.role(Role::Administrator).await;
    assert!(admin.get("/admin").await.text.contains("密钥与检查点"));
    let unit = [("code", "parks"), ("zh", "示范园林局"), ("en", "Demo parks"), ("kind", "bureau"), ("parent", "")];
    assert_eq!(admin.submit("/admin/units", &unit).await.location(), "/admin/units?done=saved");
    let bad = admin.submit("/admin/units", &[("code", "PARKS!"), ("zh", "示范园"), ("en", "Parks")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text.contains("value=\"PARKS!\"") && bad.text.contains("href=\"#f-code\""));
    assert!(admin.get("/admin/units").await.text.contains("示范园林局"));
    let post = [("code", "parks.desk"), ("zh", "园林窗口"), ("en", "Parks desk"), ("unit", "parks"), ("role", "clerk")];
    assert_eq!(admin.submit("/admin/posts", &post).await.location(), "/admin/posts?done=saved&unit=parks");
    assert!(admin.get("/admin/posts?unit=parks").await.text.contains("园林窗口"));
    let ended = admin.submit("/admin/posts/end", &[("post", "parks.desk"), ("unit", "parks")]).await;
    assert_eq!(ended.location(), "/admin/posts?done=saved&unit=parks");
    let opened = admin.submit("/admin/accounts", &[("user", "parks-1"), ("unit", "parks"), ("role", "clerk")]).await;
    let password = opened.text.split("id=\"fresh\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let mut clerk = kit.client();
    let answer = clerk.post("/sign-in", &[("user", "parks-1"), ("password", &password)]).await;
    assert_eq!(answer.location(), "/sign-in/password");
    assert_eq!(clerk.get("/desk").await.location(), "/sign-in/password", "nothing else before a password of one's own");
    let own = clerk.get("/sign-in/password").await.input("csrf");
    let chosen = clerk.post("/sign-in/password", &[("csrf", &own), ("new", "a password of my own")]).await;
    assert_eq!(chosen.location(), "/desk");
    assert!(!admin.get("/admin/accounts").await.text.contains(&password), "it is shown once");
    admin.submit("/admin/accounts/act", &[("user", "parks-1"), ("act", "reset")]).await;
    assert_eq!(clerk.get("/account").await.status, StatusCode::SEE_OTHER, "a reset ends the sessions");
    let moved = [("user", "parks-1"), ("act", "move"), ("unit", "water"), ("role", "head")];
    assert_eq!(admin.submit("/admin/accounts/act", &moved).await.location(), "/admin/accounts?done=saved");
    let own = admin.submit("/admin/accounts/act", &[("user", "administrator-1"), ("act", "close")]).await;
    assert!(own.text.contains("不能停用自己的账号"));
    assert!(admin.get("/admin/tokens").await.text.contains("还没有令牌"));
    let made = admin.submit("/admin/tokens", &[("name", "hotline"), ("scope", "intake")]).await;
    let token = made.text.split("id=\"fresh\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let bearer = format!("Bearer {token}");
    let send = |text: &'static str| axum::body::Body::from(format!("{{\"text\":\"{text}\"}}"));
    let headers = [("authorization", bearer.as_str())];
    let post = axum::http::Method::POST;
    let raised = kit.client().send(post.clone(), "/api/v1/cases", &headers, send("转来"), "application/json").await;
    assert_eq!(raised.status, StatusCode::CREATED);
    admin.submit("/admin/tokens/end", &[("name", "hotline")]).await;
    let raised = kit.client().send(post, "/api/v1/cases", &headers, send("又转来"), "application/json").await;
    assert_eq!(raised.status, StatusCode::UNAUTHORIZED);
    assert_eq!(admin.submit("/admin/units/close", &[("unit", "parks")]).await.location(), "/admin/units?done=saved");
}

#[tokio::test]
async fn a_catalogue_is_previewed_with_its_differences_and_a_fault_names_its_line() {
    let kit = Kit::new().await;
    let mut admin = kit.role(Role::Administrator).await;
    let page = admin.get("/admin/catalogue").await.text;
    assert!(page.contains("housing.light\t楼道照明\tCategory housing.light\thousing"));
    let head = "code\tzh\ten\tresponsible\ttracks\tkeywords\n";
    let text =
        format!("{head}housing\t住房\tHousing\thousing\nhousing.lift\t电梯\tLifts\thousing\thotline\t电梯 停运\n");
    let preview = admin.submit("/admin/catalogue", &[("text", &text)]).await;
    assert!(preview.text.contains("housing.lift") && preview.text.contains("name=\"publish\""));
    assert_eq!(kit.desk.district().catalogue.version, 1, "a preview changes nothing");
    let done = admin.submit("/admin/catalogue", &[("text", &text), ("publish", "1")]).await;
    assert_eq!(done.location(), "/admin/catalogue?done=published");
    assert_eq!(kit.desk.district().catalogue.version, 2);
    for (text, words) in [
        ("nonsense", "第一行应是列名"),
        (&format!("{head}housing\t住房\n"), "第 2 行"),
        (&format!("{head}housing\t住房\tHousing\tnobody\n"), "nobody"),
        (&format!("{head}housing\t住房\tHousing\thousing\tno-track\n"), "第 2 行的诉求类型"),
    ] as [(&str, &str); 4]
    {
        let answer = admin.submit("/admin/catalogue", &[("text", text)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
        assert!(answer.text.contains(words), "{text}: {words}");
    }
}

#[tokio::test]
async fn a_loaded_calendar_moves_provisional_dates_and_a_faulty_one_says_where() {
    let kit = Kit::new().await;
    kit.clock.set(at("2026-12-30T09:00:00"));
    let raised = kit.raise("跨年的事").await;
    let mut admin = kit.role(Role::Administrator).await;
    assert!(admin.get("/admin/calendar").await.text.contains("year = 2026"));
    let bad = admin
        .submit("/admin/calendar", &[("text", "year = 2027\nsource = \"x\"\noff = [\"soon\"]\nwork = []\n")])
        .await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text.contains("soon"));
    let text = "year = 2027\nsource = \"made up for a test\"\noff = [\"2027-01-01/2027-01-08\"]\nwork = []\n";
    let preview = admin.submit("/admin/calendar", &[("text", text)]).await;
    assert!(preview.text.contains("2027-01-01/2027-01-08"));
    let accept = Command::Accept { way: None, category: "housing.light".into() };
    let dispatcher = kit.actor("dispatcher-1");
    kit.desk.act(dispatcher.clone(), raised.id, None, accept, None).await.unwrap();
    let dispatch = Command::Dispatch { lead: "housing".into(), joint: Vec::new() };
    kit.desk.act(dispatcher, raised.id, None, dispatch, None).await.unwrap();
    let done = admin.submit("/admin/calendar", &[("text", text), ("publish", "1")]).await;
    assert_eq!(done.location(), "/admin/calendar?done=calendar");
    let desk = kit.desk.clone();
    tokio::task::spawn_blocking(move || while desk.sweep_now().unwrap() > 0 {}).await.unwrap();
    let mut auditor = kit.role(Role::Auditor).await;
    assert!(auditor.get("/ledger").await.text.contains("重算期限"));
}

#[tokio::test]
async fn a_rule_table_is_previewed_and_published_and_a_bad_length_is_refused_at_its_field() {
    let kit = Kit::new().await;
    let mut admin = kit.role(Role::Administrator).await;
    let page = admin.get("/admin/rules").await.text;
    assert!(page.contains("value=\"本区规定\"") && !page.contains("configuration"));
    let mut fields: Vec<(String, String)> = Vec::new();
    for piece in page.split("<input ").skip(1) {
        let of =
            |name: &str| piece.split(&format!("{name}=\"")).nth(1).map(|r| r.split('"').next().unwrap().to_owned());
        if let (Some(name), Some(value)) = (of("name"), of("value"))
            && name.contains('-')
            && (!name.starts_with("head-") || piece.contains(" checked"))
        {
            fields.push((name, value));
        }
    }
    for piece in page.split("<select name=\"unit-").skip(1) {
        let id = piece.split('"').next().unwrap();
        let working = piece.split("</select>").next().unwrap().contains("value=\"working\" selected");
        fields.push((format!("unit-{id}"), if working { "working".into() } else { "calendar".into() }));
    }
    let with = |length: &str| -> Vec<(String, String)> {
        let mut fields = fields.clone();
        fields.iter_mut().filter(|(n, _)| n == "length-hotline_answer").for_each(|(_, v)| *v = length.to_owned());
        fields
    };
    fn as_strs(fields: &[(String, String)]) -> Vec<(&str, &str)> {
        fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect()
    }
    let unchanged = admin.submit("/admin/rules", &as_strs(&with("5"))).await;
    assert!(unchanged.text.contains("没有变化"), "{}", unchanged.text);
    let bad = admin.submit("/admin/rules", &as_strs(&with("0"))).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text.contains("href=\"#f-length-hotline_answer\""));
    let mut fields = with("7");
    assert!(admin.submit("/admin/rules", &as_strs(&fields)).await.text.contains("name=\"publish\""));
    fields.push(("publish".into(), "1".into()));
    assert_eq!(admin.submit("/admin/rules", &as_strs(&fields)).await.location(), "/admin/rules?done=published");
    let rules = &kit.desk.district().rules;
    assert_eq!((rules.version, rules.of_case(domain::rule::RuleId::HotlineAnswer).length), (2, 7));
    // The words of the form are not what is stored: a source that nobody changed stays as it was.
    assert_eq!(rules.of_case(domain::rule::RuleId::HotlineAnswer).source, "configuration");
    assert_eq!(rules.of_case(domain::rule::RuleId::Objection).source, "信访工作条例 23");
}
