//! The search of staff: what is found and marked, by whom, and past answers beside a case.

use crate::kit::Kit;
use crate::lectures::{begin, there};
use crate::staff::{dispatched, hotline};
use axum::http::StatusCode;
use domain::case::{Command, Contact, Door, Origin, Outcome, Raise, Track};
use domain::{Actor, Role};

/// Has the housing bureau answer a case.
async fn answered(kit: &Kit, raise: Raise, text: &str) -> String {
    let raised = dispatched(kit, raise).await;
    let answer = Command::Answer { task: 1, outcome: Outcome::Done, text: text.into(), basis: String::new() };
    let head = Actor::Staff { account: 1, unit: "housing".into(), role: Role::Head };
    kit.desk.act(head, raised.id, None, answer, None).await.unwrap();
    raised.code
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn words_are_found_and_marked_and_a_code_goes_straight_to_its_case() {
    let kit = Kit::with_search().await;
    let place = "示例里3号楼";
    let raise = Raise {
        title: "楼道灯坏了".into(),
        place: place.into(),
        ..hotline("三天了，<b>楼道灯</b>一直不亮，电话10000000009")
    };
    let code = answered(&kit, raise, "已经换了新的灯泡").await;
    let other = dispatched(&kit, hotline("停水两天，没有通知")).await.code;
    kit.followed();
    let mut clerk = kit.role(Role::Clerk).await;
    let page = clerk.get(&format!("/search?q={}", encoded("楼道灯"))).await;
    assert_eq!(page.status, StatusCode::OK);
    page.has("找到 1 件")
        .has(&code)
        .has("<mark>楼道灯</mark>坏了")
        .lacks(&other)
        .lacks("<b>楼道灯</b>")
        .lacks("10000000009");
    assert!(page.statements() <= 6, "{}", page.statements());
    clerk.get(&format!("/search?q={}", encoded("新的灯泡"))).await.has("答复</span>").has("<mark>新的灯泡</mark>");
    let by_place = clerk.get(&format!("/search?q={}", encoded("示例里"))).await;
    by_place.has(&code).has("<mark>示例里</mark>3号楼");
    clerk.get(&format!("/search?q={}", encoded("示范住建局"))).await.has("找到 2 件");
    clerk.get(&format!("/search?q={}&stage=answered", encoded("住建局"))).await.has(&code).lacks(&other);
    let narrowed = clerk.get("/search?track=hotline&from=2023-05-04&to=2023-05-04&unit=housing").await;
    narrowed.has(&code).has(&other).has("<details open>");
    clerk.get("/search?from=2023-05-05").await.has("没有符合的诉求").has("换一个词");
    for spelled in [code.clone(), code.to_lowercase().replace('-', "%20"), code.replace('-', "")] {
        let answer = clerk.get(&format!("/search?q={spelled}")).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, format!("/cases/{code}").as_str()));
        assert!(answer.statements() <= 6);
    }
    let mut english = kit.role(Role::Clerk).await;
    english.lang = "en";
    english.get(&format!("/search?q={}", encoded("楼道灯"))).await.has("1 found").has("<mark>楼道灯</mark>");
}

#[tokio::test]
async fn a_lecture_is_found_by_its_topic_its_place_and_its_code_and_by_nobodys_post() {
    let kit = Kit::with_search().await;
    let case = dispatched(&kit, hotline("学习专题什么时候办？")).await.code;
    let mut clerk = kit.role(Role::Clerk).await;
    let at_page = there(&begin(&mut clerk, &[]).await);
    kit.followed();
    for role in [Role::Clerk, Role::Leader, Role::Auditor] {
        let mut staff = kit.role(role).await;
        let found = staff.get(&format!("/search?q={}", encoded("学习专题"))).await;
        found.has(&format!("<a href=\"{at_page}\"><b><mark>学习专题</mark></b></a>")).has(&case).has("找到 2 件");
        assert!(found.statements() <= 8, "{}", found.statements());
        let by_place = staff.get(&format!("/search?q={}", encoded("社区会议室"))).await;
        by_place.has(&at_page).has("<mark>社区会议室</mark>").lacks(&case);
        staff.get(&format!("/search?q={}", encoded("示范书记"))).await.lacks(&at_page);
    }
    let code = at_page.rsplit('/').next().unwrap();
    let answer = clerk.get(&format!("/search?q={}", code.to_lowercase().replace('-', ""))).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, at_page.as_str()));
    // What only cases have leaves only cases.
    clerk.get(&format!("/search?q={}&track=hotline", encoded("学习专题"))).await.has(&case).lacks(&at_page);
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_said_and_what_was_typed_is_still_there() {
    let kit = Kit::with_search().await;
    kit.followed();
    let mut clerk = kit.role(Role::Clerk).await;
    let begin = clerk.get("/search").await;
    begin.has("查找诉求").has("name=\"q\"").lacks("没有符合的诉求");
    clerk.get("/search?q=10000000001").await.has("没有可以查找的词").has("value=\"10000000001\"");
    clerk
        .get("/search?from=2023-13-45&q=x")
        .await
        .has("日期写得不对")
        .has("value=\"2023-13-45\"")
        .has("href=\"#f-from\"");
    let none = clerk.get(&format!("/search?q={}", encoded("没人写过"))).await;
    none.has("没有符合的诉求");
    for page in ["0", "-1", "99999999999999999999", "x"] {
        assert_eq!(clerk.get(&format!("/search?track=hotline&page={page}")).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn nobody_finds_what_they_may_not_read() {
    let kit = Kit::with_search().await;
    let contact = Contact { name: "姓名标记".into(), phone: "19900001234".into(), ..Contact::default() };
    let raise = Raise {
        place: "地点标记9号楼".into(), contact, ..hotline("我是姓名标记，住地点标记9号楼，共同标记")
    };
    let code = dispatched(&kit, raise).await.code;
    let sealed =
        Raise { track: Track::Accusation, accused: Some("housing".into()), ..hotline("共同标记，密件标记") };
    let sealed = kit.desk.raise(Actor::Resident, sealed, Vec::new(), None).await.unwrap().code;
    kit.followed();
    let find = |word: &str| format!("/search?q={}", encoded(word));
    for role in [Role::Clerk, Role::Head, Role::Dispatcher, Role::Supervisor, Role::Leader, Role::Auditor] {
        let mut client = kit.role(role).await;
        client.get(&find("共同标记")).await.has(&code).lacks(&sealed).has("找到 1 件");
        client.get(&find("密件标记")).await.lacks(&sealed).has("没有符合的诉求");
        client.get("/search?track=accusation").await.lacks(&sealed).has("没有符合的诉求");
        let by_code = client.get(&format!("/search?q={sealed}")).await;
        assert_eq!(by_code.status, StatusCode::OK, "that there is such a case is not told");
        by_code.has("没有符合的诉求").lacks(&format!("/cases/{sealed}"));
        client.get(&find("姓名标记")).await.has("没有符合的诉求");
    }
    for role in [Role::Supervisor, Role::Leader, Role::Auditor] {
        let mut client = kit.role(role).await;
        client.get(&find("地点标记")).await.has("没有符合的诉求");
        client.get(&find("共同标记")).await.lacks("姓名标记，住").lacks("地点标记9号楼");
    }
    let mut water = kit.signed_in("clerk-water").await;
    water.get(&find("共同标记")).await.has("没有符合的诉求").lacks(&code);
    let mut discipline = kit.signed_in("clerk-discipline").await;
    discipline.get(&find("密件标记")).await.lacks(&sealed).has("没有符合的诉求");
    let by_code = discipline.get(&format!("/search?q={sealed}")).await;
    assert_eq!(by_code.location(), format!("/cases/{sealed}"), "whoever may see it finds it by its code");
    for role in [Role::Grid, Role::Administrator] {
        let mut client = kit.role(role).await;
        assert_eq!(client.get("/search?q=x").await.status, StatusCode::FORBIDDEN);
        client.get("/account").await.lacks("action=\"/search\"");
    }
    kit.role(Role::Clerk).await.get("/account").await.has("action=\"/search\"");
}

#[tokio::test]
async fn an_index_that_is_a_moment_behind_shows_nothing_that_may_not_be_seen_any_more() {
    let kit = Kit::with_search().await;
    let raised = dispatched(&kit, hotline("转走标记")).await;
    kit.followed();
    let find = format!("/search?q={}", encoded("转走标记"));
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.get(&find).await.has("<mark>转走标记</mark>");
    kit.desk.act(Actor::Resident, raised.id, None, Command::Withdraw, None).await.unwrap();
    let ask = Command::AskErasure { reason: String::new() };
    kit.desk.act(domain::Actor::Resident, raised.id, None, ask, None).await.unwrap();
    let erase = Command::Erase { ground: domain::case::Ground::ConsentWithdrawn };
    kit.desk.act(kit.actor("dispatcher-1"), raised.id, None, erase, None).await.unwrap();
    clerk.get(&find).await.lacks("<mark>").has("（内容已删除）");
    kit.followed();
    clerk.get(&find).await.has("没有符合的诉求");
}

#[tokio::test]
async fn pages_of_hits_lead_on_and_more_than_the_most_is_said() {
    let kit = Kit::with_search().await;
    let mut codes = Vec::new();
    for n in 0..45 {
        codes.push(dispatched(&kit, hotline(&format!("路面积水 第{n}次"))).await.code);
    }
    kit.followed();
    let mut clerk = kit.role(Role::Clerk).await;
    let (mut found, mut next) = (Vec::new(), format!("/search?q={}", encoded("路面积水")));
    while !next.is_empty() {
        let page = clerk.get(&next).await;
        assert!(page.statements() <= 6, "{next}: {}", page.statements());
        page.has("找到 45 件");
        found.extend(page.text.split("href=\"/cases/").skip(1).map(|l| l.split('"').next().unwrap().to_owned()));
        let before = page.text.split("rel=\"next\"").next().filter(|before| before.len() < page.text.len());
        next = before.map_or(String::new(), |before| {
            let href = before.rsplit("href=\"").next().unwrap().split('"').next().unwrap();
            href.replace("&#38;", "&").replace("&amp;", "&")
        });
    }
    found.sort();
    codes.sort();
    assert_eq!(found, codes);
}

#[tokio::test]
async fn past_answers_to_similar_cases_stand_beside_a_case_for_who_writes_the_next() {
    let kit = Kit::with_search().await;
    let contact = Contact { name: "姓名标记".into(), phone: "19900001234".into(), ..Contact::default() };
    let before = Raise { contact, ..hotline("姓名标记家三单元楼道灯不亮，老人晚上下楼摔倒") };
    let before = answered(&kit, before, "姓名标记您好：楼道灯已更换，电话19900001234").await;
    let far = answered(&kit, hotline("停水三天，没有通知"), "水管已修好").await;
    let now = dispatched(&kit, hotline("楼道灯一直不亮，老人晚上摔倒过")).await.code;
    kit.followed();
    for role in [Role::Clerk, Role::Head] {
        let page = kit.role(role).await.case(&now).await;
        page.has("类似诉求的答复").has(&format!("href=\"/cases/{before}\"")).has("楼道灯已更换");
        page.lacks(&far).lacks("姓名标记").lacks("19900001234").lacks("•••楼道灯不亮").lacks("三单元");
        assert!(page.statements() <= 6, "{}", page.statements());
    }
    for role in [Role::Dispatcher, Role::Auditor] {
        kit.role(role).await.case(&now).await.lacks("类似诉求的答复");
    }
    kit.role(Role::Clerk).await.case(&far).await.lacks("类似诉求的答复");
}

#[tokio::test]
async fn without_an_index_the_page_says_so_and_a_code_still_opens_its_case() {
    let kit = Kit::new().await;
    let code = dispatched(&kit, hotline("灯不亮")).await.code;
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.get(&format!("/search?q={}", encoded("灯不亮"))).await.has("这里没有打开查找").has("照编号");
    assert_eq!(clerk.get(&format!("/search?q={code}")).await.location(), format!("/cases/{code}"));
    let kit = Kit::with_search().await;
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.get(&format!("/search?q={}", encoded("灯不亮"))).await.has("正在建立索引");
}

#[tokio::test]
async fn an_imported_case_is_found_by_its_number_there_by_whoever_may_see_it() {
    let kit = Kit::with_search().await;
    let origin = Origin { opened: kit.desk.now(), target: None, closed: None, answer: String::new() };
    let import = async |source: &str, id: &str, track: Track| {
        let raise = Raise {
            track,
            door: Door::Import,
            origin: Some(origin.clone()),
            secret: String::new(),
            ..hotline("路灯不亮")
        };
        let actor = Actor::System { name: "import".into() };
        let code = kit.desk.raise(actor, raise, Vec::new(), Some(desk::Key::of_import(source, id))).await.unwrap().code;
        kit.desk.put(vec![store::imports::add_source(1, source)]).await.unwrap();
        code
    };
    let code = import("hotline-old", "2023050400017", Track::Hotline).await;
    import("hotline-old", "2023050400018", Track::Accusation).await;
    import("other", "2023050400019", Track::Hotline).await;
    import("hotline-old", "2023050400019", Track::Hotline).await;
    kit.followed();
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    let found = dispatcher.get("/search?q=2023050400017").await;
    assert_eq!((found.status, found.location()), (StatusCode::SEE_OTHER, format!("/cases/{code}").as_str()));
    for unseen in ["2023050400018", "2023050400019", "2023050400020"] {
        let none = dispatcher.get(&format!("/search?q={unseen}")).await;
        assert_eq!(none.status, StatusCode::OK, "a sealed case, two of one number and none look the same");
        none.has("没有可以查找的词").lacks("路灯不亮");
    }
    let mut clerk = kit.role(Role::Clerk).await;
    assert_eq!(clerk.get("/search?q=2023050400017").await.status, StatusCode::OK, "no task of its unit is in it");
}
