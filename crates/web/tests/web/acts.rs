//! Acts that happen seldom: a unit that has to take a case, word on how far it is, a hearing, what is taken back.

use crate::kit::{Kit, at};
use crate::staff::{dispatched, hotline};
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
async fn the_days_of_a_hearing_are_not_counted_and_an_answer_can_follow() {
    let kit = Kit::new().await;
    let raised = dispatched(&kit, Raise { track: Track::Petition, ..hotline("屋顶漏水") }).await;
    let code = raised.code.as_str();
    let answer = [("task", "1"), ("outcome", "explained"), ("text", "已说明。"), ("basis", "示例规定第一条")];
    kit.role(Role::Clerk).await.done(code, "answer", &answer).await;
    kit.role(Role::Head).await.done(code, "approve", &[("task", "1")]).await;
    let ask = |command| kit.desk.act(Actor::Resident, raised.id, None, command, None);
    ask(Command::AskReview { reason: "不服".into() }).await.unwrap();
    let mut supervisor = kit.role(Role::Supervisor).await;
    supervisor.done(code, "answer_review", &[("outcome", "explained"), ("text", "维持。")]).await;
    ask(Command::AskReReview { reason: "还是不服".into() }).await.unwrap();
    let due = || kit.case(code).running(RuleId::ReReviewAnswer).unwrap().1.due.raw;
    let before = due();
    supervisor.done(code, "open_hearing", &[]).await;
    kit.clock.set(at("2023-05-14T09:00:00"));
    let mut supervisor = kit.role(Role::Supervisor).await;
    supervisor.done(code, "close_hearing", &[]).await;
    assert!(due() > before, "ten days of a hearing");
    supervisor.done(code, "answer_re_review", &[("outcome", "explained"), ("text", "维持。")]).await;
    assert_eq!(kit.case(code).stage, Stage::Answered);
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
