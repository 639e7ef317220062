//! Figures: published for everybody, live for staff, each with the cases behind it.

use crate::kit::{Kit, at};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use domain::Role;
use domain::case::{Command, Handled, Outcome, Solved, Verdict};
use domain::register::{Line, On};
use registers::tell::lecture::{Act, Audience, Counted, Kind, Lectures, Level, Venue};

/// Raises a case, and takes it to the resident's word.
async fn ended(kit: &Kit, solved: Solved) -> desk::Raised {
    let raised = kit.raise("三号楼的楼道灯不亮。").await;
    let act = |user: &'static str, command: Command| {
        let actor = if user.is_empty() { domain::Actor::Resident } else { kit.actor(user) };
        async move { kit.desk.act(actor, raised.id, None, command, None).await.unwrap() }
    };
    act("dispatcher-1", Command::Accept { way: None, category: "housing.light".into() }).await;
    act("dispatcher-1", Command::Dispatch { lead: "housing".into(), joint: Vec::new() }).await;
    let answer = Command::Answer { task: 1, outcome: Outcome::Done, text: "已换灯。".into(), basis: String::new() };
    act("clerk-1", answer).await;
    let verdict = Verdict { solved, handled: Handled::Good, asked_for_good: false, witnessed: false };
    act("", Command::GiveVerdict { verdict, words: String::new(), witness: String::new() }).await;
    raised
}

#[tokio::test]
async fn a_published_figure_is_open_to_all_with_its_proof_and_its_correction() {
    let kit = Kit::new().await;
    ended(&kit, Solved::Yes).await;
    let mut visitor = kit.client();
    assert!(visitor.get("/figures").await.text.contains("还没有发布过数字"));
    let mut supervisor = kit.role(Role::Supervisor).await;
    let filter = "from=2023-05-01&to=2023-06-01";
    let key = supervisor.get("/figures/live").await.input("key");
    let form = [("filter", filter), ("key", key.as_str())];
    for _ in 0..2 {
        let done = supervisor.submit("/figures/publish", &form).await;
        assert_eq!(done.location(), "/figures?done=figures-published");
    }
    let other = supervisor.submit("/figures/publish", &[("filter", "from=2023-05-01&to=2023-05-02"), form[1]]).await;
    assert_eq!(
        other.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "the same form with something else in it: {}",
        other.text
    );
    let page = visitor.get("/figures").await.text;
    assert!(page.contains("<h2 id=\"newest\">2023年5月</h2>") && page.contains("受理率"), "{page}");
    assert_eq!(page.matches("href=\"/figures/published/").count(), 1, "a form sent twice publishes once");
    let link = page.split("href=\"/figures/published/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let path = format!("/figures/published/{link}");
    let publication = visitor.get(&path).await.text;
    let proof = publication.split("<pre>").nth(1).unwrap().split("</pre>").next().unwrap();
    let vkey = visitor.get("/checkpoint.vkey").await.text;
    let log = ledger::checkpoint::Verifier::parse(vkey.trim()).unwrap();
    let proof = proof.replace("&#43;", "+").replace("&#45;", "-").replace("&#38;", "&");
    ledger::receipt::Receipt::parse(&proof).unwrap().verify(&log).unwrap();
    let same = supervisor.submit("/figures/correct", &[("publication", &link)]).await;
    assert_eq!(same.location(), format!("{path}?done=figures-same"));
    ended(&kit, Solved::No).await;
    let corrected = supervisor.submit("/figures/correct", &[("publication", &link)]).await;
    assert_eq!(corrected.location(), format!("{path}?done=figures-corrected"));
    assert!(visitor.get(&path).await.text.contains("已更正为"));
    assert_eq!(visitor.get("/figures/published/0").await.status, StatusCode::NOT_FOUND);
    for bad in [[("filter", "from=x"), form[1]], [form[0], ("key", "")]] {
        assert_eq!(supervisor.submit("/figures/publish", &bad).await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn the_newest_publication_stands_open_and_says_what_it_counts_and_earlier_ones_open_by_a_tap() {
    let kit = Kit::new().await;
    ended(&kit, Solved::Yes).await;
    let mut supervisor = kit.role(Role::Supervisor).await;
    for (key, filter) in [("a", "from=2023-04-01&to=2023-05-01"), ("b", "from=2023-05-01&to=2023-06-01")] {
        supervisor.submit("/figures/publish", &[("filter", filter), ("key", key)]).await;
    }
    let mut visitor = kit.client();
    let page = visitor.get("/figures").await.text;
    let (newest, earlier) = page.split_once("<details>").unwrap();
    assert!(newest.contains("<h2 id=\"newest\">2023年5月</h2>") && newest.contains("1 件里，受理了 1 件"), "{newest}");
    assert!(newest.contains("没有可数的：") && !page.contains("0 ÷ 0"), "a figure that counts nothing has no card");
    assert!(earlier.contains("<h3>2023年4月</h3>"), "{earlier}");
    visitor.lang = "en";
    assert!(visitor.get("/figures").await.text.contains("1 of 1 were taken on"));
}

#[tokio::test]
async fn each_number_of_the_live_page_leads_to_the_cases_that_it_counts() {
    let kit = Kit::new().await;
    let one = ended(&kit, Solved::Yes).await;
    kit.clock.set(at("2023-05-05T09:00:00"));
    kit.raise("另一件").await;
    let mut leader = kit.role(Role::Leader).await;
    let page = leader.get("/figures/live").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("<svg") && page.text.contains("按期办结率"));
    page.has("按单位：按期办结率").has("不到 30 件的，只列件数").lacks("viewBox=\"0 0 400");
    leader.get("/figures/live?figure=raised").await.has("viewBox=\"0 0 400").lacks("不到 30 件的，只列件数");
    let query = "from=2023-01-01&to=2023-05-06&figure=accepted&part=";
    assert!(page.text.contains("&amp;figure=accepted&amp;part=numerator"), "{}", page.text);
    let counted = leader.get(&format!("/figures/cases?{query}numerator")).await;
    assert!(counted.text.contains(&one.code) && counted.text.contains("共 1 件"), "{}", counted.text);
    counted.has("受理的件").lacks("计入分子");
    let all = leader.get(&format!("/figures/cases?{query}denominator")).await;
    all.has("共 2 件").has("所有计入的件").has("data-label=\"计入分子\">是<").has("data-label=\"计入分子\">否<");
    assert!(all.statements() <= 6, "{}", all.statements());
    let mut elsewhere = kit.signed_in("clerk-water").await;
    let hidden = elsewhere.get(&format!("/figures/cases?{query}denominator")).await;
    hidden.lacks(&one.code).has("编号显示“–”的，由别的单位承办");
    let other = leader.get("/figures/cases?from=2023-01-01&to=2023-05-06&unit=water&figure=accepted").await;
    assert!(other.text.contains("共 0 件") && other.text.contains("没有诉求"));
    let narrowed = leader.get("/figures/live?from=2023-05-01&to=2023-05-31&unit=housing&by=category").await;
    assert!(narrowed.text.contains("示范住建局"));
    let wrong = leader.get("/figures/live?from=tomorrow").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("日期不对") && wrong.text.contains("value=\"tomorrow\""));
    assert_eq!(leader.get("/figures/cases?from=2023-01-01&to=x").await.status, StatusCode::NOT_FOUND);
    assert_eq!(leader.get("/figures/live?after=x").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn who_publishes_reads_what_is_published_and_whether_its_time_is_over() {
    let kit = Kit::new().await;
    ended(&kit, Solved::Yes).await;
    let mut supervisor = kit.role(Role::Supervisor).await;
    let now = supervisor.get("/figures/live").await;
    let n = figures::catalogue::in_force().count();
    now.has(&format!("的 {n} 个数字</button>"))
        .has(&format!("、全区 的 {n} 个数字"))
        .has("还没有过完")
        .has("href=\"#publish\"");
    let over = supervisor.get("/figures/live?from=2023-04-01&to=2023-04-30&unit=housing").await;
    over.has(&format!("发布 2023年4月、示范住建局 的 {n} 个数字"))
        .lacks("还没有过完")
        .has("<details class=\"fold\" open>");
    kit.role(Role::Clerk).await.get("/figures/live").await.lacks("#publish").has("<details class=\"fold\">");
}

/// A lecture that a unit's clerk enters and records.
async fn held(kit: &Kit, kind: Kind, heads: u32) -> desk::Done {
    let line = |text: &str| Line(text.into());
    let plan = Act::Plan {
        lecture: kind,
        topic: line("示例专题"),
        speaker: line("示例岗位"),
        level: Level::Grassroots,
        starts: at("2023-05-04T08:00:00"),
        minutes: 30,
        place: line("示例会议室"),
        street: Some("street-1".into()),
        venue: Venue::Hall,
        audience: Audience::Members,
        host: None,
        with: Vec::new(),
        first: false,
        announce: false,
    };
    let clerk = || (kit.actor("clerk-1"), domain::visit::Visit::BEST);
    let planned = kit.desk.execute::<Lectures>(clerk(), On::New, None, plan, None).await.unwrap();
    let record = Act::Record { heads, counted: Counted::ByHand, online: None };
    kit.desk.execute::<Lectures>(clerk(), On::Record(planned.id), None, record, None).await.unwrap()
}

#[tokio::test]
async fn the_numbers_of_lectures_lead_to_their_sessions_and_say_that_they_are_sessions() {
    let kit = Kit::new().await;
    ended(&kit, Solved::Yes).await;
    let (first, second) = (held(&kit, Kind::Party, 41).await, held(&kit, Kind::Party, 20).await);
    held(&kit, Kind::Micro, 12).await;
    let mut leader = kit.role(Role::Leader).await;
    let live = leader.get("/figures/live?figure=tell.lectures.party&by=unit").await;
    live.has("2 场次").has("73 人次").has("figure=tell.lectures.party&amp;part=numerator").lacks("2 件");
    leader.get("/figures/live?figure=tell.lectures.party&by=track").await.has("按办件种类：党课");
    leader.lang = "en";
    leader.get("/figures/live?figure=tell.lectures.micro").await.has("1 session").has("73 heads");
    let query = "/figures/cases?from=2023-05-01&to=2023-06-01&figure=tell.lectures.party";
    let list = kit.signed_in("clerk-water").await.get(query).await;
    list.has("共 2 场次").has("党课的场次").has("data-label=\"到场人次\">41<").has("2023-05-04").lacks("示例专题");
    for code in [&first.code, &second.code] {
        list.has(&format!("/lectures/{code}\">{code}</a>"));
    }
    assert!(list.statements() <= 6, "{}", list.statements());
    let administrator = kit.role(Role::Administrator).await.get(query).await;
    administrator.has(&first.code).lacks("/lectures/");
    let heads = leader.get("/figures/cases?from=2023-05-01&to=2023-06-01&figure=tell.lectures.heads").await;
    heads.has("3 sessions").has("Sessions whose heads are summed");
    leader.get(&query.replace("to=2023-06-01", "to=2023-06-01&track=hotline")).await.has("No record");
    let mut supervisor = kit.role(Role::Supervisor).await;
    supervisor.submit("/figures/publish", &[("filter", "from=2023-05-01&to=2023-06-01"), ("key", "k")]).await;
    kit.client()
        .get("/figures")
        .await
        .has("2<small> 场次</small>")
        .has("73<small> 人次</small>")
        .has("1<small> 件</small>");
}

#[tokio::test]
async fn the_numbers_of_talk_meetings_lead_to_them_and_to_none_of_their_words() {
    use registers::listen::meeting::{Act, Chosen, Meetings};
    use registers::listen::opinion::How;
    let kit = Kit::new().await;
    let line = |text: &str| Line(text.into());
    let plan = Act::Plan {
        name: line("示例恳谈会"),
        no: 1,
        topics: domain::register::Text("示例议题".into()),
        agenda: None,
        starts: at("2023-05-04T08:00:00"),
        minutes: 30,
        place: line("示例礼堂"),
        street: Some("street-1".into()),
        chair: line("示例岗位"),
        departments: Vec::new(),
        chosen: Chosen::Open,
        convener: None,
        after: None,
    };
    let clerk = || (kit.actor("clerk-1"), domain::visit::Visit::BEST);
    let planned = kit.desk.execute::<Meetings>(clerk(), On::New, None, plan, None).await.unwrap();
    let note = |n| Act::Note { words: domain::register::Text(format!("示例原话{n}")), topic: 1, how: How::Spoken };
    let close = Act::Close { heads: 31, counted: Counted::ByHand, unread: true };
    for act in [Act::Open {}, note(1), note(2), close] {
        kit.desk.execute::<Meetings>(clerk(), On::Record(planned.id), None, act, None).await.unwrap();
    }
    let mut leader = kit.role(Role::Leader).await;
    let live = leader.get("/figures/live?figure=listen.meetings.held&by=unit").await;
    live.has("1 场次").has("figure=listen.meetings.opinions");
    let query = "/figures/cases?from=2023-05-01&to=2023-06-01&figure=listen.meetings.opinions";
    let list = leader.get(query).await;
    list.has("共 1 场次").has("data-label=\"立案的意见\">2<").has("data-label=\"到场人次\">31<").lacks("示例原话");
    list.has(&format!("/records/meetings/{0}\">{0}</a>", planned.code)).has("召集单位").lacks("主办单位");
    kit.role(Role::Administrator).await.get(query).await.has(&planned.code).lacks("/records/meetings/");
}

/// What the pages say of every figure in some windows and breakdowns, as one text.
async fn told(kit: &Kit, user: &str) -> Vec<(String, String)> {
    let mut client = kit.signed_in(user).await;
    let windows = [
        "2023-05-04&to=2023-05-05",
        "2023-05-01&to=2023-06-01",
        "2023-01-01&to=2023-05-05",
        "2023-04-01&to=2023-07-01",
        "2023-01-01&to=2024-01-01",
        "2023-05-01&to=2023-07-01",
    ];
    let mut all = Vec::new();
    for window in windows {
        for narrow in ["", "&track=accusation", "&unit=discipline", "&unit=~", "&category=~", "&street=~"] {
            for definition in figures::catalogue::in_force() {
                for part in definition.parts() {
                    let path =
                        format!("/figures/cases?from={window}{narrow}&figure={}&part={}", definition.id, part.code());
                    let page = client.get(&path).await;
                    assert_eq!(page.status, StatusCode::OK, "{path}");
                    let main = page.text.split("<main").nth(1).unwrap().split("</main>").next().unwrap().to_owned();
                    all.push((path, main));
                }
            }
        }
        let (from, to) = window.split_once("&to=").unwrap();
        let last = domain::moment::date_of(domain::moment::day_number(to.parse().unwrap()) - 1);
        for by in ["unit", "track", "category", "street"] {
            let path = format!("/figures/live?from={from}&to={last}&by={by}&figure=raised");
            let page = client.get(&path).await.text;
            let numbers = page.split("<div class=\"figures\">").nth(1).unwrap();
            // The form to publish has a key that is drawn anew each time.
            all.push((path, numbers.split("id=\"publish\"").next().unwrap().to_owned()));
        }
    }
    all
}

#[tokio::test]
async fn no_figure_window_or_list_tells_anybody_but_the_discipline_unit_that_an_accusation_came() {
    let kit = Kit::new().await;
    ended(&kit, Solved::Yes).await;
    let others = ["clerk-1", "supervisor-1", "leader-1", "auditor-1"];
    let mut before = Vec::new();
    for user in others {
        before.push(told(&kit, user).await);
    }
    let accusation = domain::case::Raise {
        track: domain::case::Track::Accusation,
        text: "收礼".into(),
        accused: Some("housing".into()),
        street: Some("street-1".into()),
        category: Some("housing.light".into()),
        ..Default::default()
    };
    let id = kit.desk.raise(domain::Actor::Resident, accusation, Vec::new(), None).await.unwrap().id;
    let inside = kit.actor("dispatcher-discipline");
    let accept = Command::Accept { way: None, category: "housing.light".into() };
    kit.desk.act(inside.clone(), id, None, accept, None).await.unwrap();
    let dispatch = Command::Dispatch { lead: "discipline".into(), joint: Vec::new() };
    kit.desk.act(inside, id, None, dispatch, None).await.unwrap();
    for (user, before) in others.into_iter().zip(before) {
        for ((path, was), (_, is)) in before.iter().zip(told(&kit, user).await) {
            assert_eq!(*was, is, "{user} {path}");
        }
    }
    // The discipline unit counts its own.
    let path = "/figures/cases?from=2023-05-04&to=2023-05-05&track=accusation&figure=raised";
    kit.signed_in("clerk-discipline").await.get(path).await.has("共 1 件");
    kit.signed_in("clerk-1").await.get(path).await.has("共 0 件");
    // When the quarter is over, its total has it, and neither a month nor a list.
    kit.clock.set(at("2023-07-03T09:00:00"));
    kit.raise("七月的一件").await;
    let total = |window: &'static str| {
        let kit = &kit;
        async move {
            let filter = figures::Filter::parse(window).unwrap();
            let mut db = store::Db::open_reader(kit.place()).unwrap();
            let all = figures::figures(&mut db, 1, &filter).unwrap();
            all.into_iter().find(|f| f.id == "raised").unwrap().numerator
        }
    };
    assert_eq!(total("from=2023-04-01&to=2023-07-01").await, 2);
    assert_eq!(total("from=2023-05-01&to=2023-06-01").await, 1);
    assert_eq!(total("from=2023-05-01&to=2023-07-01").await, 1);
    assert_eq!(total("from=2023-01-01&to=2024-01-01").await, 2, "the year is not over");
    assert_eq!(total("from=2023-04-01&to=2023-07-01&track=accusation").await, 0);
    let listed = kit.signed_in("clerk-1").await.get("/figures/cases?from=2023-04-01&to=2023-07-01&figure=raised").await;
    listed.has("共 1 件").lacks("密件</span>");
}

#[test]
fn the_list_behind_each_numerator_has_a_name_in_both_languages() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    for language in ["zh-CN", "en"] {
        let words = std::fs::read_to_string(folder.join(language).join("figures.ftl")).unwrap();
        for figure in figures::catalogue::all() {
            let key = format!("\ncounted-{} = ", figure.id.replace(['_', '.'], "-"));
            assert!(words.contains(&key), "{} in {language}", figure.id);
        }
    }
}

#[tokio::test]
async fn a_connected_system_reads_figures_with_a_token_of_its_scope_only() {
    let kit = Kit::new().await;
    ended(&kit, Solved::Yes).await;
    let mut admin = kit.role(Role::Administrator).await;
    let path = "/api/v1/figures?from=2023-05-01&to=2023-06-01";
    for (scope, status) in [("read", StatusCode::OK), ("intake", StatusCode::UNAUTHORIZED)] {
        let made = admin.submit("/admin/tokens", &[("name", scope), ("scope", scope)]).await;
        let token = made.text.split("id=\"fresh\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let answer = kit.client().send(Method::GET, path, &headers, Body::empty(), "").await;
        assert_eq!(answer.status, status);
        if status == StatusCode::OK {
            let figures: Vec<serde_json::Value> = serde_json::from_str(&answer.text).unwrap();
            let raised = figures.iter().find(|f| f["id"] == "raised").unwrap();
            assert_eq!((&raised["numerator"], &raised["value"]), (&1.into(), &"1".into()));
            let bad = kit.client().send(Method::GET, "/api/v1/figures?from=x", &headers, Body::empty(), "").await;
            assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
    }
    assert_eq!(kit.client().get(path).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_page_of_figures_is_counted_again_once_there_is_a_new_entry_and_not_before() {
    let kit = Kit::new().await;
    kit.raise("灯不亮").await;
    let mut leader = kit.role(Role::Leader).await;
    for path in ["/figures/live?from=2023-05-01&to=2023-06-01", "/leader", "/late/returns"] {
        let mut reader = kit.role(if path == "/late/returns" { Role::Supervisor } else { Role::Leader }).await;
        let mut read =
            async || -> u32 { reader.get(path).await.headers["x-statements"].to_str().unwrap().parse().unwrap() };
        let (first, again) = (read().await, read().await);
        assert!(again < first, "{path}: {first}, {again}");
        kit.raise("门坏了").await;
        assert_eq!(read().await, first, "{path}");
    }
    let page = leader.get("/figures/live?from=2023-05-01&to=2023-06-01").await;
    assert!(page.text.contains(">4<"), "{}", page.text);
}
