//! The pages of leaders and of supervision: what is stuck, late, extended and returned, and what residents say.

use crate::kit::{Kit, at};
use crate::staff::{dispatched, hotline};
use axum::http::StatusCode;
use domain::case::{Command, Handled, Outcome, Solved, Verdict};
use domain::{Actor, Role};

/// Takes a dispatched case to the resident's word.
async fn end(kit: &Kit, raised: &desk::Raised, words: &str) {
    let answer = Command::Answer { task: 1, outcome: Outcome::Done, text: "已办好。".into(), basis: String::new() };
    kit.desk.act(kit.actor("clerk-1"), raised.id, None, answer, None).await.unwrap();
    let verdict = Verdict { solved: Solved::Partly, handled: Handled::Good, asked_for_good: false, witnessed: false };
    let give = Command::GiveVerdict { verdict, words: words.into(), witness: String::new() };
    kit.desk.act(Actor::Resident, raised.id, None, give, None).await.unwrap();
}

/// The unit objects and the centre agrees: the case has no unit again.
async fn give_back(kit: &Kit, clerk: &str, raised: &desk::Raised, task: u16) {
    let object = Command::Object { task, reason: "不归我们".into() };
    kit.desk.act(kit.actor(clerk), raised.id, None, object, None).await.unwrap();
    let uphold = Command::UpholdObjection { task };
    kit.desk.act(kit.actor("dispatcher-1"), raised.id, None, uphold, None).await.unwrap();
}

#[tokio::test]
async fn a_leader_begins_the_day_with_what_is_stuck_each_number_leading_to_its_cases() {
    let kit = Kit::new().await;
    let overdue = dispatched(&kit, hotline("一直没人修")).await;
    let nobody = kit.raise("三不管的地方").await;
    let accept = Command::Accept { way: None, category: "housing.light".into() };
    kit.desk.act(kit.actor("dispatcher-1"), nobody.id, None, accept, None).await.unwrap();
    let mut leader = kit.client();
    let signed = leader.post("/sign-in", &[("user", "leader-1"), ("password", crate::kit::PASSWORD)]).await;
    assert_eq!(signed.location(), "/leader");
    assert_eq!(leader.get("/").await.location(), "/leader");
    leader.get("/leader").await.has("没有长期超期").lacks("/late?of=hard").has("还没有公布过指标");
    kit.clock.set(at("2023-06-01T09:00:00"));
    let fresh = dispatched(&kit, hotline("刚来的")).await;
    let mut leader = kit.role(Role::Leader).await;
    let page = leader.get("/leader").await;
    page.has("href=\"/late?of=hard\"").has("href=\"/late?of=nobody\"").lacks("of=returned").lacks("of=review");
    page.has("按期办结率").has("各月都不到 30 件").lacks("0 0 400 72").has("2022年7月1日 至 2023年6月1日");
    assert!(page.statements() <= 7, "{}", page.statements());
    let hard = leader.get("/late?of=hard").await;
    hard.has(&overdue.code).lacks(&fresh.code).has("超过期限 14 天以上");
    // Waiting for dispatch is a clock of its own: what nobody has may be long overdue too.
    leader.get("/late?of=nobody").await.has(&nobody.code).lacks(&overdue.code).has("受理满 7 天");
    leader.get("/late?of=returned").await.has("没有符合的诉求");
    assert_eq!(kit.role(Role::Supervisor).await.get("/leader").await.status, StatusCode::FORBIDDEN);
    leader.lang = "en";
    leader.get("/leader").await.has("For you to settle").has("no unit has it").lacks("leader-");
}

#[tokio::test]
async fn a_case_that_two_units_gave_back_is_a_leaders_and_counts_for_its_unit_and_category() {
    let kit = Kit::new().await;
    let raised = dispatched(&kit, hotline("谁都不要")).await;
    give_back(&kit, "clerk-1", &raised, 1).await;
    let mut leader = kit.role(Role::Leader).await;
    leader.get("/late?of=returned").await.lacks(&raised.code);
    let again = Command::Dispatch { lead: "water".into(), joint: Vec::new() };
    kit.desk.act(kit.actor("dispatcher-1"), raised.id, None, again, None).await.unwrap();
    give_back(&kit, "clerk-water", &raised, 2).await;
    leader.get("/leader").await.has("href=\"/late?of=returned\"");
    leader.get("/late?of=returned").await.has(&raised.code);
    let mut supervisor = kit.role(Role::Supervisor).await;
    let page = supervisor.get("/late/returns").await;
    page.has("示范水务局").has("退回率");
    assert!(page.statements() <= 6, "{}", page.statements());
    let link = page.text.split("href=\"/figures/cases?").find(|p| p.contains("figure=returned&#38;part=numerator"));
    let link = link.unwrap().split('"').next().unwrap().replace("&#38;", "&");
    assert!(link.contains("unit=water&category=housing"), "{link}");
    supervisor.get(&format!("/figures/cases?{link}")).await.has(&raised.code).has("共 1 件");
    supervisor.get("/late/returns?unit=water").await.has("示范水务局").has("全部单位");
    supervisor.get("/late/returns?unit=housing").await.has("没有延期、退回或重新办理");
    assert_eq!(supervisor.get("/late/returns?unit=none").await.status, StatusCode::NOT_FOUND);
    assert_eq!(supervisor.get("/late/returns?unit=A%27B").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_residents_said_is_read_in_their_words_with_every_number_and_name_masked() {
    let kit = Kit::new().await;
    let raise = domain::case::Raise {
        contact: domain::case::Contact {
            name: "示例居民0001".into(),
            phone: "10000000001".into(),
            ..Default::default()
        },
        place: "示例里3号楼".into(),
        ..hotline("楼道灯不亮")
    };
    let raised = dispatched(&kit, raise).await;
    end(&kit, &raised, "灯亮了，谢谢。我是示例居民0001，住示例里3号楼，电话10000000001。").await;
    end(&kit, &dispatched(&kit, hotline("没留话的")).await, "").await;
    let mut leader = kit.role(Role::Leader).await;
    let page = leader.get("/leader").await;
    page.has("灯亮了，谢谢").has("解决了一部分 · 满意").has(&raised.code);
    page.lacks("示例居民0001").lacks("示例里3号楼").lacks("10000000001").has("•••");
    assert_eq!(page.text.matches("class=\"said\"").count(), 1, "a verdict without words is not listed");
    let ask = Command::AskErasure { reason: String::new() };
    kit.desk.act(domain::Actor::Resident, raised.id, None, ask, None).await.unwrap();
    let erase = Command::Erase { ground: domain::case::Ground::ConsentWithdrawn };
    kit.desk.act(kit.actor("dispatcher-1"), raised.id, None, erase, None).await.unwrap();
    leader.get("/leader").await.lacks("灯亮了").has("没有留下文字评价");
}

#[tokio::test]
async fn what_is_late_says_why_and_each_reason_leads_to_its_cases() {
    let kit = Kit::new().await;
    let unanswered = dispatched(&kit, hotline("没答复的")).await;
    let objected = dispatched(&kit, hotline("有异议的")).await;
    let object = Command::Object { task: 1, reason: "不归我们".into() };
    kit.desk.act(kit.actor("clerk-1"), objected.id, None, object, None).await.unwrap();
    let asked = dispatched(&kit, hotline("在等诉求人的")).await;
    let ask = Command::Ask { task: 1, question: "哪栋？".into() };
    kit.desk.act(kit.actor("clerk-1"), asked.id, None, ask, None).await.unwrap();
    let unaccepted = kit.raise("没人受理的").await.code;
    kit.clock.set(at("2023-05-18T09:00:00"));
    let mut supervisor = kit.role(Role::Supervisor).await;
    let page = supervisor.get("/late").await;
    page.has("答复 1").has("异议待决定 1").has("受理 1").has("?unit=housing&#38;why=question\">1</a>");
    assert!(page.statements() <= 6, "{}", page.statements());
    let list = supervisor.get("/late?unit=housing&when=late&why=answer").await;
    list.has(&unanswered.code).lacks(&objected.code).lacks(&asked.code).has("等的是：答复");
    let list = supervisor.get("/late?unit=housing&when=late&why=objection").await;
    list.has(&objected.code).lacks(&unanswered.code);
    supervisor.get("/late?unit=housing&why=question").await.has(&asked.code).lacks(&unanswered.code);
    supervisor.get("/late?of=inbox&when=late&why=acceptance").await.has(&unaccepted).lacks(&unanswered.code);
    supervisor.get("/late?of=nonsense&why=nonsense&when=nonsense&after=x").await.has(&unaccepted);
}

#[tokio::test]
async fn an_erasure_that_nobody_answers_stands_there_as_what_it_is() {
    let kit = Kit::new().await;
    let raised = dispatched(&kit, hotline("不想再留着的")).await;
    kit.desk.act(Actor::Resident, raised.id, None, Command::Withdraw, None).await.unwrap();
    let ask = Command::AskErasure { reason: String::new() };
    kit.desk.act(Actor::Resident, raised.id, None, ask, None).await.unwrap();
    kit.clock.set(at("2023-07-01T09:00:00"));
    let mut supervisor = kit.role(Role::Supervisor).await;
    supervisor.get("/late").await.has("why=erasure\">删除申请待决定 1</a>");
    supervisor.get("/late?of=inbox&when=late&why=erasure").await.has(&raised.code);
    supervisor.get("/late?of=inbox&when=late&why=dispatch").await.lacks(&raised.code);
}
