//! What the page of a case says that its resident can do is there, in that place; and what was not solved asks at once
//! whether it goes on.

use crate::kit::{Answer, Client, Kit, at};
use crate::resident::opened;
use crate::staff::{dispatched, hotline};
use axum::http::StatusCode;
use desk::Raised;
use domain::case::{Command, Handled, Outcome, Raise, ScopeReason, Solved, Stage, Track, Verdict, Way};
use domain::{Actor, Role};

/// What a sentence promises, in both languages, and the form that keeps it.
const PROMISES: &[(&str, &str)] = &[
    ("重新办", "/case/reopen"),
    ("接着办", "/case/reopen"),
    ("再看一次", "/case/reopen"),
    ("不用再办", "/case/let-rest"),
    ("请您评价", "/case/verdict"),
    ("解决了吗", "/case/verdict"),
    ("请您回答", "/case/reply"),
    ("reopened here", "/case/reopen"),
    ("Shall it go on", "/case/reopen"),
    ("look again", "/case/reopen"),
    ("need not go on", "/case/let-rest"),
    ("Is it solved", "/case/verdict"),
];

/// What stands where the page says what comes next.
fn next(page: &Answer) -> String {
    let section = page.text.split("<section class=\"next\">").nth(1).unwrap_or_else(|| panic!("{}", page.text));
    section.split("</section>").next().unwrap().to_owned()
}

async fn by(kit: &Kit, user: &str, raised: &Raised, command: Command) {
    kit.desk.act(kit.actor(user), raised.id, None, command, None).await.unwrap();
}

async fn resident(kit: &Kit, raised: &Raised, command: Command) {
    kit.desk.act(Actor::Resident, raised.id, None, command, None).await.unwrap();
}

async fn answered(kit: &Kit) -> Raised {
    let raised = dispatched(kit, hotline("灯不亮")).await;
    let answer = Command::Answer { task: 1, outcome: Outcome::Done, text: "好了。".into(), basis: String::new() };
    by(kit, "clerk-1", &raised, answer).await;
    raised
}

async fn rated(kit: &Kit, solved: Solved) -> Raised {
    let raised = answered(kit).await;
    let verdict = Verdict { solved, handled: Handled::Poor, asked_for_good: false, witnessed: false };
    resident(kit, &raised, Command::GiveVerdict { verdict, words: String::new(), witness: String::new() }).await;
    raised
}

/// A case in every place in which a page can find it.
async fn everywhere(kit: &Kit) -> Vec<Raised> {
    let (accept, text) = (|| Command::Accept { way: None, category: "housing".into() }, || "另有去处".to_owned());
    let accepted = kit.raise("已受理的").await;
    by(kit, "dispatcher-1", &accepted, accept()).await;
    let handled = dispatched(kit, hotline("在办的")).await;
    let asked = dispatched(kit, hotline("在问的")).await;
    by(kit, "clerk-1", &asked, Command::Ask { task: 1, question: "哪栋？".into() }).await;
    let refused = kit.raise("不归这里的").await;
    by(kit, "dispatcher-1", &refused, Command::NotAccept { reason: ScopeReason::OtherPlace, text: text() }).await;
    let petition = Raise { track: Track::Petition, ..hotline("在打官司的") };
    let routed = kit.desk.raise(Actor::Resident, petition, Vec::new(), None).await.unwrap();
    by(kit, "dispatcher-1", &routed, Command::Route { way: Way::Courts, text: text() }).await;
    let withdrawn = kit.raise("不要了的").await;
    resident(kit, &withdrawn, Command::Withdraw).await;
    let merged = kit.raise("同一件").await;
    by(kit, "dispatcher-1", &merged, Command::Merge { into: handled.id, reason: text() }).await;
    let mut all = vec![kit.raise("刚提的").await, accepted, handled, asked, answered(kit).await];
    all.extend([refused, routed, withdrawn, merged]);
    for solved in [Solved::Yes, Solved::Partly, Solved::No] {
        all.push(rated(kit, solved).await);
    }
    let rested = rated(kit, Solved::No).await;
    resident(kit, &rested, Command::LetRest { reason: String::new() }).await;
    all.push(rested);
    all
}

#[tokio::test]
async fn each_sentence_that_promises_an_act_has_its_form_in_the_same_place() {
    let kit = Kit::new().await;
    let unreached = answered(&kit).await;
    kit.clock.set(at("2023-06-20T09:00:00"));
    kit.desk.act(Actor::clock(), unreached.id, None, Command::EndUnreached, None).await.unwrap();
    let mut kept = std::collections::BTreeSet::new();
    let mut all = everywhere(&kit).await;
    all.push(unreached);
    for raised in &all {
        for lang in ["zh-CN", "en"] {
            let mut client = opened(&kit, raised).await;
            client.lang = lang;
            let page = client.get("/case").await;
            let place = next(&page);
            for (promise, form) in PROMISES.iter().filter(|(promise, _)| place.contains(promise)) {
                assert!(place.contains(&format!("action=\"{form}\"")), "{promise}: {place}");
                kept.insert(*promise);
            }
            assert!(!page.text.contains("页尾"), "nothing is promised for another place");
        }
    }
    let never: Vec<_> = PROMISES.iter().filter(|(p, _)| !kept.contains(p) && *p != "请您评价").collect();
    assert!(never.is_empty(), "no page makes these promises any more: {never:?}");
}

#[tokio::test]
async fn after_solved_it_can_be_reopened_in_the_place_that_says_so() {
    let kit = Kit::new().await;
    let raised = rated(&kit, Solved::Yes).await;
    let mut client = opened(&kit, &raised).await;
    let page = client.get("/case").await;
    assert!(next(&page).contains("name=\"reopen\""));
    let fields = [("version", page.input("version")), ("key", page.input("key")), ("reopen", "灯又灭了。".into())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(client.post("/case/reopen", &fields).await.location(), "/case?done=reopen-sent");
    assert_eq!(kit.case(&raised.code).stage, Stage::Accepted);
}

/// Gives the verdict on the page, and goes where it leads.
async fn give(client: &mut Client<'_>, solved: &str) -> Answer {
    let page = client.get("/case").await;
    let (key, version) = (page.input("key"), page.input("version"));
    let fields = [("key", key.as_str()), ("version", version.as_str()), ("solved", solved), ("handled", "poor")];
    let sent = client.post("/case/verdict", &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    client.get(sent.location()).await
}

#[tokio::test]
async fn after_not_solved_it_asks_at_once_whether_it_goes_on_and_one_button_is_enough() {
    let kit = Kit::new().await;
    for solved in ["no", "partly"] {
        let raised = answered(&kit).await;
        let mut client = opened(&kit, &raised).await;
        let page = give(&mut client, solved).await;
        assert!(next(&page).contains("要不要接着办？"), "{}", page.text);
        page.has("notice notice-info").has("<meta name=\"draft-done\" content=\"verdict-").lacks("notice notice-ok");
        page.lacks("st st-done").lacks("这件事到此结束");
        let (key, version) = (page.input("key"), page.input("version"));
        let sent = client.post("/case/reopen", &[("key", key.as_str()), ("version", version.as_str())]).await;
        assert_eq!(sent.location(), "/case?done=reopen-sent", "no reason is asked for twice: {}", sent.text);
        assert_eq!(kit.case(&raised.code).stage, Stage::Accepted);
    }
    let solved = answered(&kit).await;
    let mut client = opened(&kit, &solved).await;
    give(&mut client, "yes").await.has("notice notice-ok").lacks("要不要接着办");
}

#[tokio::test]
async fn an_unsolved_case_that_nobody_speaks_of_comes_to_supervision_when_its_time_is_over() {
    let kit = Kit::new().await;
    let (silent, rested) = (rated(&kit, Solved::No).await, rated(&kit, Solved::Partly).await);
    let mut client = opened(&kit, &rested).await;
    let page = client.get("/case").await;
    let (key, version) = (page.input("key"), page.input("version"));
    let sent = client.post("/case/let-rest", &[("key", key.as_str()), ("version", version.as_str())]).await;
    assert_eq!(sent.location(), "/case?done=let-rest-sent", "{}", sent.text);
    kit.clock.set(at("2023-05-19T09:00:00"));
    kit.role(Role::Supervisor).await.get("/late").await.lacks("of=unsolved");
    kit.clock.set(at("2023-05-23T09:00:00"));
    let mut supervisor = kit.role(Role::Supervisor).await;
    supervisor.get("/late").await.has("href=\"/late?of=unsolved\"");
    supervisor.get("/late?of=unsolved").await.has(&silent.code).lacks(&rested.code);
    let page = supervisor.get(&format!("/cases/{}", silent.code)).await;
    page.has("value=\"let_rest\"").has("value=\"reopen\"");
    resident(&kit, &silent, Command::Reopen { reason: String::new() }).await;
    supervisor.get("/late").await.lacks("of=unsolved");
}
