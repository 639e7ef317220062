//! Acts that happen seldom: a unit that has to take a case, word on how far it is, a hearing, what is taken back.

use crate::kit::{Kit, at};
use crate::staff::{dispatched, dispatched_to, hotline};
use axum::http::StatusCode;
use domain::case::{Command, Raise, Stage, TaskState, Track};
use domain::rule::RuleId;
use domain::{Actor, Role};

#[tokio::test]
async fn a_unit_that_is_designated_cannot_object_again() {
    let kit = Kit::new().await;
    let raised = dispatched(&kit, hotline("两边都说不归自己")).await;
    let code = raised.code.as_str();
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.done(code, "object", &[("task", "1"), ("reason", "归供水")]).await;
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    let empty = dispatcher.act(code, "designate", &[("unit", "water"), ("reason", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    empty.has("href=\"#f-designate-reason\"");
    dispatcher.done(code, "designate", &[("unit", "water"), ("reason", "管线归供水")]).await;
    let mut water = kit.signed_in("clerk-water").await;
    water.case(code).await.has("管线归供水").lacks("id=\"f-object\"");
    let refused = water.act(code, "object", &[("task", "2"), ("reason", "还是不归我们")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let case = kit.case(code);
    assert!(case.tasks.iter().any(|t| t.unit.as_str() == "water" && t.lead && t.designated));
}

#[tokio::test]
async fn word_on_how_far_it_is_reaches_the_resident_and_moves_no_deadline() {
    let kit = Kit::new().await;
    let raised = dispatched(&kit, hotline("配件要等")).await;
    let before = kit.case(&raised.code).clocks;
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.done(&raised.code, "inform", &[("task", "1"), ("text", "配件周五到，到了就装。")]).await;
    let mut resident = kit.client();
    let digits = raised.digits.as_str();
    resident.post("/follow", &[("code", &raised.code), ("digits", digits)]).await;
    resident.get("/case").await.has("配件周五到，到了就装。");
    assert_eq!(kit.case(&raised.code).clocks, before);
}

#[tokio::test]
async fn the_street_reviews_its_community_and_the_days_of_a_hearing_are_not_counted() {
    let kit = Kit::with_a_community().await;
    let petition = Raise { track: Track::Petition, ..hotline("屋顶漏水") };
    let raised = dispatched_to(&kit, petition, "community-1").await;
    let code = raised.code.as_str();
    let answer = [("task", "1"), ("outcome", "explained"), ("text", "已说明。"), ("basis", "示例规定第一条")];
    kit.signed_in("clerk-community").await.done(code, "answer", &answer).await;
    kit.signed_in("head-community").await.done(code, "approve", &[("task", "1")]).await;
    let ask = |command| kit.desk.act(Actor::Resident, raised.id, None, command, None);
    ask(Command::AskReview { reason: "不服".into() }).await.unwrap();
    let review = [("outcome", "explained"), ("text", "维持。")];
    let mut supervisor = kit.role(Role::Supervisor).await;
    supervisor.get("/reviews").await.has(code).has("由示范一街道复查");
    supervisor.case(code).await.lacks("id=\"f-answer_review\"");
    let own = kit.signed_in("head-community").await.get("/reviews").await;
    own.lacks(code);
    let mut street = kit.signed_in("head-street").await;
    street.get("/reviews").await.has(code);
    street.done(code, "answer_review", &review).await;
    ask(Command::AskReReview { reason: "还是不服".into() }).await.unwrap();
    street.case(code).await.lacks("id=\"f-answer_re_review\"");
    let due = || kit.case(code).running(RuleId::ReReviewAnswer).unwrap().1.due.raw;
    let before = due();
    supervisor.done(code, "open_hearing", &[]).await;
    kit.clock.set(at("2023-07-14T09:00:00"));
    let mut supervisor = kit.role(Role::Supervisor).await;
    supervisor.get("/reviews").await.has(code).has("听证期间不计入期限").lacks("已超期");
    supervisor.done(code, "close_hearing", &[]).await;
    assert!(due() > before, "ten weeks of a hearing");
    supervisor.done(code, "answer_re_review", &review).await;
    assert_eq!(kit.case(code).stage, Stage::Answered);
}

#[tokio::test]
async fn a_re_review_of_what_the_district_reviewed_goes_out_as_a_paper_and_its_opinion_is_filed() {
    let kit = Kit::new().await;
    let contact =
        domain::case::Contact { name: "示例居民0001".into(), phone: "10000000001".into(), ..Default::default() };
    let petition = Raise { track: Track::Petition, contact, ..hotline("屋顶漏水") };
    let raised = dispatched(&kit, petition).await;
    let code = raised.code.as_str();
    let answer = [("task", "1"), ("outcome", "explained"), ("text", "已说明。"), ("basis", "示例规定第一条")];
    kit.role(Role::Clerk).await.done(code, "answer", &answer).await;
    kit.role(Role::Head).await.done(code, "approve", &[("task", "1")]).await;
    let ask = |command| kit.desk.act(Actor::Resident, raised.id, None, command, None);
    ask(Command::AskReview { reason: "不服".into() }).await.unwrap();
    let mut supervisor = kit.role(Role::Supervisor).await;
    let paper = format!("/cases/{code}/review-request");
    assert_eq!(supervisor.get(&paper).await.status, StatusCode::NOT_FOUND, "the district reviews it");
    let review = [("outcome", "explained"), ("text", "维持。")];
    supervisor.done(code, "answer_review", &review).await;
    ask(Command::AskReReview { reason: "理由标记：仍不服".into() }).await.unwrap();
    let page = supervisor.case(code).await;
    page.has("由上一级机关复查").has(&paper).has("id=\"f-file_opinion\"").lacks("id=\"f-answer_re_review\"");
    let refused = supervisor.act(code, "answer_re_review", &review).await;
    refused.has("复查、复核由上一级机关作出");
    let printed = supervisor.get(&paper).await;
    printed.has("信访事项复核申请书").has("理由标记：仍不服").has(code).has("待盖章").lacks("10000000001");
    let mut resident = kit.client();
    resident.post("/follow", &[("code", code), ("digits", &raised.digits)]).await;
    resident.get("/case").await.has("这一次由上一级机关作出意见").has("/case/review-request");
    resident.get("/case/review-request").await.has("示例居民0001").has("理由标记：仍不服");
    kit.clock.set(at("2023-05-20T09:00:00"));
    let mut supervisor = kit.role(Role::Supervisor).await;
    let file = |dated| [("body", "示范市信访局"), ("dated", dated), ("outcome", "supported"), ("text", "撤销原意见。")];
    supervisor.act(code, "file_opinion", &file("2023-05-21")).await.has("href=\"#f-file_opinion-dated\"");
    supervisor.act(code, "file_opinion", &file("x")).await.has("href=\"#f-file_opinion-dated\"");
    supervisor.done(code, "file_opinion", &file("2023-05-18")).await.has("示范市信访局").has("2023-05-18");
    let page = resident.get("/case").await;
    page.has("示范市信访局").has("撤销原意见。").has("5月18日").lacks("/case/review-request");
}

#[tokio::test]
async fn a_clerk_takes_a_proposed_answer_and_a_question_back_and_the_centre_a_joint_unit() {
    let kit = Kit::new().await;
    let raised = dispatched(&kit, Raise { track: Track::Petition, ..hotline("屋顶漏水") }).await;
    let code = raised.code.as_str();
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.done(code, "ask", &[("task", "1"), ("question", "哪一侧？")]).await;
    clerk.done(code, "unask", &[]).await;
    assert!(kit.case(code).question.is_none());
    let answer = [("task", "1"), ("outcome", "supported"), ("text", "下周修。"), ("basis", "示例规定第一条")];
    clerk.done(code, "answer", &answer).await.has("收回送审的答复");
    kit.role(Role::Head).await.case(code).await.has("退回修改").lacks("收回送审的答复");
    clerk.done(code, "send_back", &[("task", "1"), ("reason", "漏写了日期")]).await.has("id=\"f-answer\"");
    assert_eq!(kit.case(code).tasks[0].state, TaskState::Open);
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    dispatcher.done(code, "join", &[("unit", "water")]).await;
    dispatcher.done(code, "release", &[("task", "2")]).await;
    assert!(!kit.case(code).tasks[1].is_open());
}
