//! What residents do on the pages of their case, from the code to the last word, and what they get wrong.

use crate::kit::{Answer, Client, Kit, at};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use desk::Raised;
use domain::Actor;
use domain::case::{Command, Outcome, Purpose, Raise, ScopeReason, Track, Way};

pub(crate) const SAID: &str = "三号楼的楼道灯不亮。老人晚上不敢下楼。";

/// Acts on a case as the account of a sign-in name.
async fn act(kit: &Kit, user: &str, raised: &Raised, command: Command) {
    kit.desk.act(kit.actor(user), raised.id, None, command, None).await.unwrap();
}

/// A case that `housing` handles, and its resident who has opened it.
async fn handled(kit: &Kit) -> (Raised, Client<'_>) {
    let raised = kit.raise(SAID).await;
    act(kit, "dispatcher-1", &raised, Command::Accept { way: None, category: "housing.light".into() }).await;
    act(kit, "dispatcher-1", &raised, Command::Dispatch { lead: "housing".into(), joint: vec!["water".into()] }).await;
    let client = opened(kit, &raised).await;
    (raised, client)
}

async fn answered(kit: &Kit) -> (Raised, Client<'_>) {
    let (raised, client) = handled(kit).await;
    act(kit, "clerk-water", &raised, Command::Report { task: 2, text: "内部反馈：水表间没有问题".into() }).await;
    let answer =
        Command::Answer {
            task: 1, outcome: Outcome::Done, text: "灯已经换好。".into(), basis: "示范物业条例".into()
        };
    act(kit, "clerk-1", &raised, answer).await;
    (raised, client)
}

pub(crate) async fn opened<'a>(kit: &'a Kit, raised: &Raised) -> Client<'a> {
    let mut client = kit.client();
    let answer = client.post("/follow", &[("code", &raised.code), ("digits", &raised.digits)]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/case"), "{}", answer.text);
    client
}

/// Sends a form of the case page as the page has it.
async fn submit(client: &mut Client<'_>, path: &str, fields: &[(&str, &str)]) -> Answer {
    let page = client.get("/case").await;
    let (key, version) = (page.input("key"), page.input("version"));
    let mut all = vec![("key", key.as_str()), ("version", version.as_str())];
    all.extend_from_slice(fields);
    client.post(path, &all).await
}

#[tokio::test]
async fn a_code_opens_however_it_is_typed_and_wrong_digits_make_a_stranger_wait_and_nobody_else() {
    let kit = Kit::new().await;
    let raised = kit.raise(SAID).await;
    let mut client = kit.client();
    assert!(client.get("/follow").await.text.contains("谁都不能在网上替您打开"));
    let sloppy = raised.code.to_lowercase().replace('-', " ").replace('0', "o");
    let answer = client.post("/follow", &[("code", &sloppy), ("digits", &format!(" {} ", raised.digits))]).await;
    assert_eq!(answer.location(), "/case");
    let mut stranger = kit.client();
    for n in 0..3 {
        let answer = stranger.post("/follow", &[("code", &raised.code), ("digits", "0000")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{n}");
        assert!(answer.text.contains("编号和密钥（或查询密码）对不上") && answer.text.contains("href=\"#f-code\""));
        assert!(answer.text.contains(&format!("value=\"{}\"", raised.code)) && !answer.text.contains("0000"));
    }
    let answer = stranger.post("/follow", &[("code", &raised.code), ("digits", &raised.digits)]).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "even the right ones, for a while");
    assert!(answer.headers.contains_key("retry-after") && answer.text.contains("以后再试"), "{}", answer.text);
    let elsewhere = [("x-forwarded-for", "198.51.100.7")];
    let body = || axum::body::Body::from(format!("code={}&digits={}", raised.code, raised.digits));
    let kind = "application/x-www-form-urlencoded";
    let answer = kit.client().send(axum::http::Method::POST, "/follow", &elsewhere, body(), kind).await;
    assert_eq!(answer.location(), "/case", "the resident is let in from elsewhere");
    let answer = stranger.post("/follow", &[("code", "nonsense"), ("digits", "1")]).await;
    assert!(answer.text.contains("编号和密钥（或查询密码）对不上"), "no hint at whether a code exists");
    assert_eq!(stranger.get("/case").await.location(), "/follow?done=visit-over");
}

#[tokio::test]
async fn a_series_of_wrong_digits_is_seen_on_the_case_once_a_day_and_without_an_address() {
    let kit = Kit::new().await;
    let raised = kit.raise(SAID).await;
    for n in 0..12 {
        let from = format!("198.51.{n}.7");
        let body = axum::body::Body::from(format!("code={}&digits=00{n}", raised.code));
        let kind = "application/x-www-form-urlencoded";
        let headers = [("x-forwarded-for", from.as_str())];
        let answer = kit.client().send(axum::http::Method::POST, "/follow", &headers, body, kind).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    let mut db = store::Db::open_reader(kit.place()).unwrap();
    let events = store::read::stream::<domain::case::Cases>(&mut db, 1, raised.id).unwrap().events;
    let tried: Vec<_> = events.iter().filter(|e| e.body.event == domain::case::Event::DigitsTried).collect();
    assert_eq!(tried.len(), 1);
    assert!(!serde_json::to_string(&tried[0].body).unwrap().contains("198.51"));
    let mut resident = kit.client();
    let digits = [("code", raised.code.as_str()), ("digits", raised.digits.as_str())];
    assert_eq!(resident.post("/follow", &digits).await.location(), "/case");
    assert!(resident.get("/case").await.text.contains("有人多次用错误的查询密码试图打开您的诉求"));
}

#[tokio::test]
async fn leaving_closes_the_case_on_this_phone() {
    let kit = Kit::new().await;
    let raised = kit.raise(SAID).await;
    let mut client = opened(&kit, &raised).await;
    assert_eq!(client.post("/case/leave", &[]).await.location(), "/follow?done=left");
    assert_eq!(client.get("/case").await.location(), "/follow?done=visit-over");
    assert!(client.get("/follow?done=left").await.text.contains("已经关上"));
}

#[tokio::test]
async fn the_case_page_says_where_it_stands_who_has_it_and_why_the_day() {
    let kit = Kit::new().await;
    let (raised, mut client) = handled(&kit).await;
    act(&kit, "clerk-1", &raised, Command::Note { text: "内部备注：先不急".into() }).await;
    let unmask = Command::Unmask { purpose: Purpose::Contact, text: "约上门时间".into() };
    act(&kit, "clerk-1", &raised, unmask).await;
    let reason = "等一个零件".to_owned();
    // Clock 0 ended with acceptance, 1 with dispatch; 2 is the promise.
    act(&kit, "clerk-1", &raised, Command::Extend { clock: 2, days: 2, reason }).await;
    let page = client.get("/case").await;
    assert_eq!(page.headers["cache-control"], "no-store");
    for words in [
        "正在办",
        "示范住建局",
        "交给单位</dt><dd>1 次",
        "5 个工作日",
        "本区规则表第 1 版",
        "延长了 2 个工作日",
        "等一个零件",
        "一起办的：示范水务局",
        "联系本人：约上门时间",
        SAID,
        "10000000001",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(!page.text.contains("先不急"), "what is only between offices stays there");
    let title = page.text.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
    assert_eq!(title, "我的事 · 家门口", "no word of the case in the title");
    client.lang = "en";
    let page = client.get("/case").await;
    assert!(page.text.contains("Given to Demo housing") && page.text.contains("working days from"), "{}", page.text);
}

#[tokio::test]
async fn a_question_is_answered_at_the_top_and_the_time_runs_on() {
    let kit = Kit::new().await;
    let (raised, mut client) = handled(&kit).await;
    assert!(!client.get("/case").await.text.contains("action=\"/case/reply\""));
    act(&kit, "clerk-1", &raised, Command::Ask { task: 1, question: "几单元？".into() }).await;
    let page = client.get("/case").await;
    assert!(
        page.text.contains("几单元？") && page.text.contains("最晚回答") && page.text.contains("期限停着，等您回答"),
        "{}",
        page.text
    );
    let empty = submit(&mut client, "/case/reply", &[("reply", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("href=\"#f-reply\"") && empty.text.contains("这一项是空的"));
    let done = submit(&mut client, "/case/reply", &[("reply", "二单元。")]).await;
    assert_eq!(done.location(), "/case?done=reply-sent");
    let page = client.get("/case?done=reply-sent").await;
    assert!(page.text.contains("已经交给承办单位") && page.text.contains("二单元。"));
    assert!(page.text.contains("name=\"draft-done\" content=\"reply-"), "the draft is no longer needed");
    let draft =
        |page: &Answer| page.text.split("content=\"reply-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let mut other = handled(&kit).await.1;
    assert_ne!(draft(&page), draft(&other.get("/case?done=reply-sent").await), "a draft belongs to one case");
    let late = submit(&mut client, "/case/reply", &[("reply", "又想起来了")]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY, "no question is open any more");
    assert!(late.text.contains("现在没有需要回复的问题"));
}

#[tokio::test]
async fn a_reply_to_a_case_that_has_changed_is_shown_again_with_its_text() {
    let kit = Kit::new().await;
    let (raised, mut client) = handled(&kit).await;
    act(&kit, "clerk-1", &raised, Command::Ask { task: 1, question: "几单元？".into() }).await;
    let seen = client.get("/case").await;
    act(&kit, "clerk-1", &raised, Command::Note { text: "备注".into() }).await;
    let (key, version) = (seen.input("key"), seen.input("version"));
    let fields = [("key", key.as_str()), ("version", version.as_str()), ("reply", "二单元。")];
    let answer = client.post("/case/reply", &fields).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text.contains("本件已有变化") && answer.text.contains("二单元。</textarea>"), "{}", answer.text);
    let (key, version) = (answer.input("key"), answer.input("version"));
    let fields = [("key", key.as_str()), ("version", version.as_str()), ("reply", "二单元。")];
    assert_eq!(client.post("/case/reply", &fields).await.location(), "/case?done=reply-sent");
    assert_eq!(
        client.post("/case/reply", &fields).await.location(),
        "/case?done=reply-sent",
        "a double tap is one act"
    );
    let page = client.get("/case").await;
    assert_eq!(page.text.matches("您回答了").count(), 1);
    let blind = client.post("/case/reply", &[("reply", "x")]).await;
    assert_eq!(blind.status, StatusCode::CONFLICT, "a form that has seen no version");
}

#[tokio::test]
async fn the_verdict_is_the_residents_two_taps_and_a_witness_is_named() {
    let kit = Kit::new().await;
    let (raised, mut client) = answered(&kit).await;
    let page = client.get("/case").await;
    for words in ["灯已经换好。", "示范物业条例", "已办成", "解决了吗？", "只有您能评价"] {
        assert!(page.text.contains(words), "{words}");
    }
    assert!(!page.text.contains("水表间没有问题"), "a report to the lead is between offices");
    assert!(page.text.contains("最晚 5月19日 周五 评价；到时候没有评价，这件事就结束"), "{}", page.text);
    assert!(!page.text.contains("value=\"no_wish\" checked"), "nothing is chosen for the resident");
    assert_eq!(page.text.matches("灯已经换好。").count(), 1, "the answer stands there once");
    let none = submit(&mut client, "/case/verdict", &[("handled", "no_wish")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text.contains("href=\"#f-solved\"") && none.text.contains("还没有选解决了没有"));
    let odd = submit(&mut client, "/case/verdict", &[("solved", "yes"), ("handled", "excellent")]).await;
    assert!(odd.text.contains("href=\"#f-handled\""));
    let nameless = [("solved", "partly"), ("handled", "poor"), ("witnessed", "yes"), ("words", "还有一盏没修")];
    let answer = submit(&mut client, "/case/verdict", &nameless).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("href=\"#f-witness\"") && answer.text.contains("还有一盏没修</textarea>"));
    let whole = [
        ("solved", "partly"),
        ("handled", "poor"),
        ("words", "还有一盏没修"),
        ("asked_for_good", "yes"),
        ("witness", "楼长"),
    ];
    assert_eq!(submit(&mut client, "/case/verdict", &whole).await.location(), "/case?done=verdict-unsolved-sent");
    let page = client.get("/case").await;
    assert!(page.text.contains("您的评价：解决了一部分，不满意") && page.text.contains("有人来要过好评"));
    let twice = submit(&mut client, "/case/verdict", &[("solved", "yes"), ("handled", "good")]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    let api = format!("/api/v1/cases/{}", raised.code);
    let open = [("case-secret", raised.digits.as_str())];
    let state = client.send(Method::GET, &api, &open, Body::empty(), "").await;
    assert!(state.text.contains("\"state\":\"ended\""));
    let again = submit(&mut client, "/case/reopen", &[("reopen", "那盏还是不亮")]).await;
    assert_eq!(again.location(), "/case?done=reopen-sent");
    assert!(client.get("/case").await.text.contains("那盏还是不亮"));
}

#[tokio::test]
async fn a_receipt_says_what_comes_next_and_when_it_is_the_residents_turn() {
    let kit = Kit::new().await;
    let (raised, mut client) = handled(&kit).await;
    let receipt = client.get("/case/receipt").await.text;
    assert!(receipt.contains("：答复您。") && receipt.contains("这之前您不用做什么"), "{receipt}");
    act(&kit, "clerk-1", &raised, Command::Ask { task: 1, question: "几单元？".into() }).await;
    let receipt = client.get("/case/receipt").await.text;
    assert!(receipt.contains("到时候没有回答，问题收回") && receipt.contains("去回答"), "{receipt}");
    assert!(!receipt.contains("您不用做什么") && receipt.contains("：请您回答一个问题。"), "{receipt}");
    let (_, mut client) = answered(&kit).await;
    let receipt = client.get("/case/receipt").await.text;
    assert!(receipt.contains("2023年5月19日 周五 评价；到时候没有评价，这件事就结束，记作“没联系上”"), "{receipt}");
    assert!(!receipt.contains("您不用做什么") && receipt.contains("去评价"), "{receipt}");
    let slip = client.get("/case/slip").await.text;
    assert!(slip.contains("最晚 2023年5月19日 周五：请您评价。") && slip.contains("data-print hidden"), "{slip}");
    submit(&mut client, "/case/verdict", &[("solved", "no")]).await;
    let receipt = client.get("/case/receipt").await.text;
    assert!(receipt.contains("现在没有要等的日期") && !receipt.contains("您不用做什么"), "{receipt}");
}

#[tokio::test]
async fn a_solved_case_and_a_withdrawn_one_can_be_reopened() {
    let kit = Kit::new().await;
    let (_, mut client) = answered(&kit).await;
    let yes = [("solved", "yes")];
    assert_eq!(submit(&mut client, "/case/verdict", &yes).await.location(), "/case?done=verdict-sent", "two taps");
    let page = client.get("/case").await;
    assert!(page.text.contains("您的评价：解决了，办得好不好没有说"), "left alone: {}", page.text);
    assert!(page.text.contains("action=\"/case/reopen\"") && !page.text.contains("action=\"/case/withdraw\""));
    let raised = kit.raise("停水了").await;
    let mut client = opened(&kit, &raised).await;
    assert_eq!(submit(&mut client, "/case/withdraw", &[]).await.location(), "/case?done=withdraw-sent");
    let page = client.get("/case").await;
    assert!(page.text.contains("您撤回了") && page.text.contains("action=\"/case/reopen\""));
    assert_eq!(client.post("/case/erase", &[]).await.status, StatusCode::NOT_FOUND, "an act that no page offers");
}

#[tokio::test]
async fn what_was_written_is_corrected_field_by_field() {
    let kit = Kit::new().await;
    let raised = kit.raise(SAID).await;
    let mut client = opened(&kit, &raised).await;
    let page = client.get("/case").await;
    assert!(page.text.contains("value=\"示例里3号楼\"") && page.text.contains("现在登记的是：10000000001"));
    let place = [("field", "place"), ("place", "示例里5号楼")];
    assert_eq!(submit(&mut client, "/case/correct", &place).await.location(), "/case?done=correct-sent");
    let page = client.get("/case?done=correct-sent").await;
    assert!(page.text.contains("value=\"示例里5号楼\"") && page.text.contains("改了地点"));
    let long = "长".repeat(201);
    let answer = submit(&mut client, "/case/correct", &[("field", "name"), ("name", &long)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("href=\"#f-name\"") && answer.text.contains(&long));
    let answer = submit(&mut client, "/case/correct", &[("field", "secret"), ("secret", "1234")]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_petition_says_until_when_a_review_can_be_asked_for() {
    let kit = Kit::new().await;
    let raise =
        Raise {
            track: Track::Petition, text: "对处罚有意见".into(), secret: "580264".into(), ..Raise::default()
        };
    let raised = kit.desk.raise(Actor::Resident, raise, Vec::new(), None).await.unwrap();
    let mut client = opened(&kit, &raised).await;
    assert!(
        !client.get("/case/receipt").await.text.contains("580264"),
        "digits that the resident chose are shown nowhere"
    );
    let accept = Command::Accept { way: Some(Way::Opinion), category: "housing".into() };
    act(&kit, "dispatcher-1", &raised, accept).await;
    act(&kit, "dispatcher-1", &raised, Command::Dispatch { lead: "housing".into(), joint: vec![] }).await;
    let (text, basis) = ("不予支持，理由如下。".to_owned(), "示范条例".to_owned());
    act(&kit, "clerk-1", &raised, Command::Answer { task: 1, outcome: Outcome::NotSupported, text, basis }).await;
    let waiting = client.get("/case").await;
    assert!(waiting.text.contains("单位负责人正在看") && !waiting.text.contains("不予支持，理由如下"), "not given yet");
    act(&kit, "head-1", &raised, Command::Approve { task: 1 }).await;
    let page = client.get("/case").await;
    assert!(page.text.contains("不予支持，理由如下") && page.text.contains("最晚 6月"), "{}", page.text);
    let asked = submit(&mut client, "/case/review", &[("review", "事实不清")]).await;
    assert_eq!(asked.location(), "/case?done=review-sent");
    let page = client.get("/case").await;
    assert!(page.text.contains("您申请复查") && !page.text.contains("action=\"/case/review\""));
    let (outcome, text) = (Outcome::NotSupported, "维持。".to_owned());
    act(&kit, "supervisor-1", &raised, Command::AnswerReview { outcome, text }).await;
    let asked = submit(&mut client, "/case/re-review", &[("re-review", "仍不服")]).await;
    assert_eq!(asked.location(), "/case?done=re-review-sent");
    kit.clock.set(at("2023-05-20T09:00:00"));
    assert!(client.get("/case").await.text.contains("您申请复核"));
}

#[tokio::test]
async fn what_is_not_taken_on_names_the_right_door_and_what_is_merged_names_nothing_of_the_other() {
    let kit = Kit::new().await;
    let refused = kit.raise("隔壁区的路").await;
    let text = "请到示范邻区政务大厅。".to_owned();
    act(&kit, "dispatcher-1", &refused, Command::NotAccept { reason: ScopeReason::OtherPlace, text }).await;
    let page = opened(&kit, &refused).await.get("/case").await;
    assert!(page.text.contains("没有受理：不属本区管辖") && page.text.contains("请到示范邻区政务大厅。"));
    assert!(page.text.contains("action=\"/case/reopen\""), "an appeal");
    let (one, two) = (kit.raise("灯不亮").await, kit.raise("楼道黑").await);
    act(&kit, "dispatcher-1", &one, Command::Accept { way: None, category: "housing.light".into() }).await;
    act(&kit, "dispatcher-1", &two, Command::Merge { into: one.id, reason: "同一件事".into() }).await;
    let page = opened(&kit, &two).await.get("/case").await;
    assert!(page.text.contains("并到另一件里一起办") && !page.text.contains(&one.code));
    assert!(!page.text.contains(&one.secret) && !page.text.contains("灯不亮"));
}

#[tokio::test]
async fn a_copy_holds_what_is_kept_and_nothing_that_went_between_offices() {
    let kit = Kit::new().await;
    let (raised, mut client) = answered(&kit).await;
    act(&kit, "dispatcher-1", &raised, Command::Unmask { purpose: Purpose::Handle, text: String::new() }).await;
    let copy = client.get("/case/copy").await;
    assert_eq!(copy.headers["content-disposition"], "attachment; filename=\"my-data.json\"");
    assert_eq!(copy.headers["cache-control"], "no-store");
    let copy: serde_json::Value = serde_json::from_str(&copy.text).unwrap();
    assert_eq!(copy["code"], raised.code);
    assert_eq!(copy["fields"]["text"], SAID);
    assert_eq!(copy["fields"]["phone"], "10000000001");
    assert_eq!(copy["who_opened_contact_data"][0]["why"], "办理需要");
    let whole = copy.to_string();
    assert!(whole.contains("灯已经换好。") && !whole.contains("水表间没有问题"));
}

#[tokio::test]
async fn a_sealed_accusation_keeps_its_unit_and_any_other_track_drops_it() {
    let kit = Kit::new().await;
    let mut client = kit.client();
    let typed = [("text", "有人收钱"), ("track", "accusation"), ("accused", "water"), ("public", "yes")];
    assert_eq!(client.post("/raise", &typed).await.status, StatusCode::SEE_OTHER);
    let page = client.get("/case").await;
    assert!(page.text.contains("检举的单位") && page.text.contains("示范水务局"));
    let mut client = kit.client();
    let typed = [("text", "停水"), ("track", "hotline"), ("accused", "water")];
    assert_eq!(client.post("/raise", &typed).await.status, StatusCode::SEE_OTHER);
    assert!(!client.get("/case").await.text.contains("检举的单位"));
}

#[tokio::test]
async fn a_receipt_is_checked_without_scripts_too_and_a_changed_one_does_not_fit() {
    let kit = Kit::new().await;
    let raised = kit.raise(SAID).await;
    let mut client = kit.client();
    let page = client.get("/verify").await;
    assert_eq!(page.headers["cache-control"], "public, max-age=300");
    let vkey = client.get("/checkpoint.vkey").await.text.trim().to_owned();
    let json = page.text.split("id=\"vkey\">").nth(1).unwrap().split("</script>").next().unwrap();
    assert_eq!(serde_json::from_str::<String>(json).unwrap(), vkey);
    let good = client.post("/verify", &[("receipt", &raised.receipt), ("vkey", &vkey)]).await;
    assert_eq!(good.status, StatusCode::OK);
    assert!(good.text.contains("对得上") && good.text.contains("raised"), "{}", good.text);
    let broken = format!("{}\n {}", &vkey[..20], &vkey[20..]);
    let copied = client.post("/verify", &[("receipt", &raised.receipt), ("vkey", &broken)]).await;
    assert_eq!(copied.status, StatusCode::OK, "a key line that was broken on paper is the same key");
    let changed = raised.receipt.replacen("index ", "index 1", 1);
    let bad = client.post("/verify", &[("receipt", &changed)]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text.contains("被改过"));
    let bad = client.post("/verify", &[("receipt", &raised.receipt), ("vkey", "no key")]).await;
    assert!(bad.text.contains("账本公钥这一行不对"));
}

#[tokio::test]
async fn everybody_may_read_how_it_works_what_is_kept_and_the_parts_of_pages() {
    let kit = Kit::new().await;
    let mut client = kit.client();
    let how = client.get("/how").await;
    assert!(how.text.contains("<ol><li>您提出。"), "steps are numbered: {}", how.text);
    assert!(how.text.contains("一步一步") && how.headers["cache-control"].to_str().unwrap().starts_with("public"));
    let kept = client.get("/privacy").await;
    assert!(kept.text.contains("账本证明不了什么") && kept.text.contains("没有到期自动删除"));
    let parts = client.get("/patterns").await;
    assert!(parts.text.contains("以下内容全是编的示例"));
    client.lang = "en";
    assert!(client.get("/how").await.text.contains("Step by step"));
    assert!(client.get("/privacy").await.text.contains("What the ledger can&#39;t prove"));
}

#[tokio::test]
async fn no_page_of_a_resident_needs_more_than_six_statements_however_long_its_history() {
    let kit = Kit::new().await;
    let (raised, mut client) = handled(&kit).await;
    for n in 0..40 {
        act(&kit, "clerk-1", &raised, Command::Note { text: format!("备注{n}") }).await;
    }
    for path in [
        "/raise",
        "/follow",
        "/case",
        "/case/receipt",
        "/case/slip",
        "/case/receipt.tlog-proof",
        "/case/copy",
        "/verify",
        "/how",
    ] {
        let before = kit.app.statements_run();
        assert_eq!(client.get(path).await.status, StatusCode::OK, "{path}");
        let statements = kit.app.statements_run() - before;
        assert!(statements <= 6, "{path} ran {statements} statements");
    }
    let before = kit.app.statements_run();
    client.get("/case").await;
    assert_eq!(kit.app.statements_run() - before, 1, "one statement for a case with all its history");
}

#[tokio::test]
async fn somebody_who_is_signed_in_uses_these_pages_with_the_token_of_their_session() {
    let kit = Kit::new().await;
    let mut client = kit.role(domain::Role::Clerk).await;
    let form = client.get("/raise").await;
    let (csrf, key) = (form.input("csrf"), form.input("key"));
    assert_eq!(client.post("/raise", &[("key", &key), ("text", SAID)]).await.status, StatusCode::FORBIDDEN);
    let answer = client.post("/raise", &[("csrf", &csrf), ("key", &key), ("text", SAID)]).await;
    assert_eq!(answer.location(), "/case/receipt?done=raised");
    assert_eq!(client.get("/how").await.headers["cache-control"], "no-store", "it names the post");
    assert_eq!(client.post("/case/leave", &[("csrf", &csrf)]).await.location(), "/follow?done=left");
}
