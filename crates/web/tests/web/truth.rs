//! A figure is true, and who stepped aside is out of it: what is late stays late on every list, and a merge is looked at
//! first and taken back.

use crate::kit::{Kit, at};
use crate::staff::{dispatched, hotline};
use axum::http::StatusCode;
use domain::case::{Command, Outcome, Raise, Stage};
use domain::{Actor, Role};
use sha2::{Digest, Sha256};

#[tokio::test]
async fn a_question_after_the_end_takes_a_late_case_off_no_list_and_out_of_no_figure() {
    let kit = Kit::new().await;
    let codes = [dispatched(&kit, hotline("灯不亮")).await, dispatched(&kit, hotline("门坏了")).await];
    kit.clock.set(at("2023-06-05T09:00:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    let before = clerk.get("/desk?due=late").await;
    let mut rows = Vec::new();
    for raised in &codes {
        before.has(&raised.code);
        rows.push(format!("{} {}", raised.code, kit.case(&raised.code).version));
        clerk.done(&raised.code, "ask", &[("task", "1"), ("question", "在吗？")]).await;
    }
    let after = clerk.get("/desk?due=late").await;
    clerk.get("/desk?due=waiting").await.lacks(&codes[0].code);
    let page = clerk.case(&codes[0].code).await;
    page.has("已超期").has("另在等本人回复").has("询问不暂停它").lacks("期限暂停，等诉求人回答");
    for raised in &codes {
        after.has(&raised.code).has("已超期 ").has("，另在等本人回复");
    }
    clerk.lang = "en";
    clerk.get("/desk").await.has("working days late, also waiting for the resident");
    let mut supervisor = kit.role(Role::Supervisor).await;
    supervisor.get("/late").await.has("unit=housing&#38;when=late\">2</a>");
    supervisor.get("/late?unit=housing&when=late").await.has(&codes[0].code).has(&codes[1].code);
    kit.role(Role::Leader).await.get("/late?of=hard").await.has(&codes[0].code);
    for role in [Role::Supervisor, Role::Auditor] {
        let mut client = kit.role(role).await;
        client.get("/late/asked").await.has(&codes[0].code).has(&codes[1].code).has("询问").has("另在等本人回复");
    }
    assert_eq!(clerk.get("/late/asked").await.status, StatusCode::FORBIDDEN);
    supervisor
        .get("/figures/cases?figure=on_time&part=denominator&from=2023-05-01&to=2023-06-01")
        .await
        .has(&codes[1].code);
    // The reply gives no day back.
    let reply = Command::Reply { text: "在。".into() };
    kit.desk.act(Actor::Resident, codes[0].id, None, reply, None).await.unwrap();
    clerk.lang = "zh-CN";
    clerk.get("/desk?due=late").await.has(&codes[0].code);
}

#[tokio::test]
async fn a_question_that_was_asked_in_time_pauses_and_is_not_listed_as_asked_late() {
    let kit = Kit::new().await;
    let raised = dispatched(&kit, hotline("灯不亮")).await;
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.done(&raised.code, "ask", &[("task", "1"), ("question", "几号楼？")]).await.has("期限暂停，等诉求人回答");
    kit.clock.set(at("2023-05-18T09:00:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.get("/desk?due=late").await.lacks(&raised.code);
    clerk.get("/desk?due=waiting").await.has(&raised.code).has("期限暂停，等诉求人回答");
    kit.role(Role::Supervisor).await.get("/late/asked").await.lacks(&raised.code);
}

#[tokio::test]
async fn a_late_answer_that_waits_for_its_head_is_still_late() {
    let kit = Kit::new().await;
    let raise = Raise { track: domain::case::Track::Petition, ..hotline("屋顶漏水") };
    let code = dispatched(&kit, raise).await.code;
    kit.clock.set(at("2023-08-01T09:00:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.get("/desk?due=late").await.has(&code);
    let answer = [("task", "1"), ("outcome", "supported"), ("text", "下周修。"), ("basis", "示例规定第一条")];
    clerk.done(&code, "answer", &answer).await;
    clerk.get("/desk?due=late").await.has(&code);
}

#[tokio::test]
async fn cases_of_one_street_that_say_different_things_are_not_offered_as_the_same() {
    let kit = Kit::with_search().await;
    let at_street = |text: &str| Raise { street: Some("street-1".into()), ..hotline(text) };
    let cold = kit.desk.raise(Actor::Resident, at_street("暖气不热，十四度"), Vec::new(), None).await.unwrap().code;
    let mut others = Vec::new();
    for text in ["健身器材关门了", "楼里老能闻见一股煤气味", "树枝挡住了路灯", "养老金没有到账"]
    {
        others.push(dispatched(&kit, at_street(text)).await.code);
    }
    let same = dispatched(&kit, hotline("家里暖气不热，孩子感冒了")).await.code;
    kit.followed();
    let page = kit.role(Role::Dispatcher).await.get(&format!("/cases/{cold}/near")).await;
    page.has(&same).has("都写到“暖气不热”");
    for other in &others {
        page.lacks(other);
    }
}

#[tokio::test]
async fn a_merge_is_taken_back_as_long_as_there_is_no_answer_and_its_resident_reads_whole_sentences() {
    let kit = Kit::new().await;
    let main = dispatched(&kit, hotline("灯不亮")).await;
    let child = kit.raise("丁五里北门的窨井盖坏了").await;
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    let merge = [("into", main.code.as_str()), ("reason", "看错了"), ("sure", "1")];
    dispatcher.done(&child.code, "merge", &merge).await.has("看错了").has("重新分开办理");
    let promised = kit.case(&child.code).promise().unwrap().due;
    let mut resident = kit.client();
    resident.post("/follow", &[("code", &child.code), ("digits", &child.digits)]).await;
    let page = resident.get("/case").await;
    page.has("这件事和另一件同样的诉求一起办。")
        .has("编号和内容不给您看")
        .lacks("编号</")
        .lacks("看错了")
        .lacks(&main.code);
    let refused = dispatcher.act(&child.code, "part", &[("reason", " ")]).await;
    refused.has("href=\"#f-part-reason\"");
    dispatcher.done(&child.code, "part", &[("reason", "不是同一件事")]).await.has("待派单");
    let case = kit.case(&child.code);
    assert_eq!((case.stage, case.merged_into), (Stage::Accepted, None));
    assert_eq!(case.promise().unwrap().due, promised, "what was promised has run on");
    dispatcher.case(&main.code).await.lacks("并入本件的");
    resident.get("/case").await.has("和另一件分开了，您的这件接着单独办").lacks("不是同一件事");
    // Once there is an answer it is this resident's too.
    dispatcher.done(&child.code, "merge", &merge).await;
    let answer = Command::Answer { task: 1, outcome: Outcome::Done, text: "修好了。".into(), basis: String::new() };
    kit.desk.act(kit.actor("clerk-1"), main.id, None, answer, None).await.unwrap();
    let refused = dispatcher.act(&child.code, "part", &[("reason", "不是同一件事")]).await;
    refused.has("并入的那件已经答复");
}

#[tokio::test]
async fn who_stepped_aside_for_interest_reads_neither_page_nor_slip_nor_photo_nor_hit_nor_line() {
    let kit = Kit::with_search().await;
    let photo = b"not a real photo, but the bytes of one".to_vec();
    let hash: String = Sha256::digest(&photo).iter().map(|b| format!("{b:02x}")).collect();
    let raise = Raise { public: true, photos: vec![hash], ..hotline("共同标记，灯不亮") };
    let raised = kit.desk.raise(Actor::Resident, raise, vec![("image/jpeg".to_owned(), photo)], None).await.unwrap();
    let accept = Command::Accept { way: None, category: "housing.light".into() };
    kit.desk.act(kit.actor("dispatcher-1"), raised.id, None, accept, None).await.unwrap();
    let dispatch = Command::Dispatch { lead: "housing".into(), joint: Vec::new() };
    kit.desk.act(kit.actor("dispatcher-1"), raised.id, None, dispatch, None).await.unwrap();
    kit.followed();
    let code = raised.code.as_str();
    let find = "/search?q=%E5%85%B1%E5%90%8C%E6%A0%87%E8%AE%B0";
    let pages =
        |code: &str| [format!("/cases/{code}"), format!("/cases/{code}/slip"), format!("/cases/{code}/photo/1")];
    let mut clerk = kit.role(Role::Clerk).await;
    for page in pages(code) {
        assert_eq!(clerk.get(&page).await.status, StatusCode::OK, "{page}");
    }
    clerk.get("/desk").await.has(code);
    clerk.get(find).await.has(code);
    let gone = clerk.act(code, "declare_interest", &[]).await;
    assert_eq!(gone.location(), "/desk?done=stepped-aside");
    clerk.get(gone.location()).await.has("您已回避这一件").lacks(code);
    // Before the index has followed, and after.
    clerk.get(find).await.lacks(code);
    kit.followed();
    clerk.get(find).await.lacks(code);
    for page in pages(code) {
        let refused = clerk.get(&page).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{page}");
        refused.has("您已对本件申请回避").lacks("共同标记");
    }
    // The head of the same unit goes on.
    kit.role(Role::Head).await.case(code).await.has("共同标记");
    let answer = Command::Answer { task: 1, outcome: Outcome::Done, text: "修好了。".into(), basis: String::new() };
    let head = kit.actor("head-1");
    kit.desk.act(head, raised.id, None, answer, None).await.unwrap();
    // The lists of the centre and of supervision drop it for who stepped aside there.
    for role in [Role::Dispatcher, Role::Supervisor] {
        let mut client = kit.role(role).await;
        client.get("/to-release").await.has(code);
        client.act(code, "declare_interest", &[]).await;
        client.get("/to-release").await.lacks(code);
        assert_eq!(client.get(&format!("/cases/{code}")).await.status, StatusCode::FORBIDDEN);
    }
}
