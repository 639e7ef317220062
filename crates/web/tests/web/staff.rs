//! The working pages of staff: one case with every role's part, refusals, two clerks, sealed cases, masked data.

use crate::kit::{Answer, Client, Kit, at};
use crate::raising::{jpeg, send_with};
use axum::http::StatusCode;
use domain::case::{Command, Handled, Raise, Solved, Track, Verdict};
use domain::{Actor, Role};
use std::sync::atomic::{AtomicU32, Ordering};

/// An idempotency key of its own for each form.
pub(crate) fn key() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("test-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

impl Client<'_> {
    pub(crate) async fn case(&mut self, code: &str) -> Answer {
        self.get(&format!("/cases/{code}")).await
    }

    /// Sends an act as the page has it now; fields are named without their act.
    pub(crate) async fn act(&mut self, code: &str, act: &str, fields: &[(&str, &str)]) -> Answer {
        let version = self.case(code).await.input("version");
        self.act_at(code, &version, act, fields).await
    }

    pub(crate) async fn act_at(&mut self, code: &str, version: &str, act: &str, fields: &[(&str, &str)]) -> Answer {
        let (key, path) = (key(), format!("/cases/{code}/act"));
        let named: Vec<(String, &str)> = fields.iter().map(|(n, v)| (format!("{act}-{n}"), *v)).collect();
        let mut all = vec![("act", act), ("version", version), ("key", key.as_str())];
        all.extend(named.iter().map(|(n, v)| (n.as_str(), *v)));
        self.submit(&path, &all).await
    }

    /// [`Client::act`] that must be done; the page afterwards.
    pub(crate) async fn done(&mut self, code: &str, act: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.act(code, act, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{act}: {}", sentences(&answer));
        let to = answer.location().to_owned();
        let page = self.get(&to).await;
        assert_eq!(page.status, StatusCode::OK);
        page
    }
}

/// What a page says went wrong.
fn sentences(answer: &Answer) -> String {
    let parts = answer.text.split("class=\"bad\"").skip(1).chain(answer.text.split("role=\"alert\"").skip(1));
    parts.map(|p| p.chars().take(300).collect::<String>()).collect::<Vec<_>>().join("\n")
}

impl Answer {
    pub(crate) fn has(&self, text: &str) -> &Answer {
        assert!(self.text.contains(text), "the page lacks {text:?}:\n{}", self.text);
        self
    }

    pub(crate) fn lacks(&self, text: &str) -> &Answer {
        assert!(!self.text.contains(text), "the page has {text:?}");
        self
    }

    pub(crate) fn statements(&self) -> u32 {
        self.headers["x-statements"].to_str().unwrap().parse().unwrap()
    }
}

/// The resident acts, by the desk itself.
async fn resident(kit: &Kit, id: domain::case::CaseId, command: Command) {
    kit.desk.act(Actor::Resident, id, None, command, None).await.unwrap();
}

/// A case at the housing bureau.
pub(crate) async fn dispatched(kit: &Kit, raise: Raise) -> desk::Raised {
    dispatched_to(kit, raise, "housing").await
}

/// Raised, accepted, and given to a unit.
pub(crate) async fn dispatched_to(kit: &Kit, raise: Raise, lead: &str) -> desk::Raised {
    let petition = raise.track == Track::Petition;
    let raised = kit.desk.raise(Actor::Resident, raise, Vec::new(), None).await.unwrap();
    let way = petition.then_some(domain::case::Way::Opinion);
    let accept = Command::Accept { way, category: "housing.light".into() };
    kit.desk.act(kit.actor("dispatcher-1"), raised.id, None, accept, None).await.unwrap();
    let dispatch = Command::Dispatch { lead: lead.into(), joint: Vec::new() };
    kit.desk.act(kit.actor("dispatcher-1"), raised.id, None, dispatch, None).await.unwrap();
    raised
}

pub(crate) fn hotline(text: &str) -> Raise {
    Raise { text: text.into(), secret: crate::kit::DIGITS.into(), ..Raise::default() }
}

#[tokio::test]
async fn a_case_goes_from_the_grid_to_the_answer_with_every_post_doing_its_part() {
    let kit = Kit::new().await;
    let mut grid = kit.role(Role::Grid).await;
    grid.get("/intake").await.has("照原话写").has("110");
    let (key, text) = (key(), "楼道灯不亮，还停水。\n已经三天了");
    let fields = [
        ("key", key.as_str()),
        ("text", text),
        ("door", "grid"),
        ("track", "hotline"),
        ("street", "street-1"),
        ("place", "示例里3号楼"),
        ("name", "示例居民0001"),
        ("phone", "10000000001"),
        ("marks", "oral"),
    ];
    let slip = grid.submit("/intake", &fields).await;
    assert_eq!(slip.status, StatusCode::CREATED, "{}", sentences(&slip));
    slip.has("/pair").has("class=\"qr\"").has("print-slip").has("c2sp.org/tlog-proof@v1");
    let code = slip.input("code");
    grid.submit("/intake", &fields).await.has(&code);
    assert_eq!(grid.case(&code).await.status, StatusCode::FORBIDDEN, "who takes it down does not handle it");

    let mut dispatcher = kit.role(Role::Dispatcher).await;
    let inbox = dispatcher.get("/inbox").await;
    inbox.has(&code).has("楼道灯不亮，还停水").has("示例里3号楼").lacks("示例居民0001");
    inbox.has("写到“楼道灯、灯不亮”，像是“楼道照明”，目录第 1 版由示范住建局办理");
    let page = dispatcher.case(&code).await;
    page.has("已经三天了").has("口头提出").has("value=\"housing.light\" selected").has("最晚 5月5日 周五 受理");
    page.has("id=\"f-not_accept\"").lacks("id=\"f-route\"").lacks("id=\"f-dispatch\"");
    let page = dispatcher.done(&code, "accept", &[("category", "housing.light")]).await;
    page.has("value=\"housing\" selected").has("也写到：停水 → 示范水务局").has("没有单位负责这件事");
    dispatcher.get("/inbox?stage=accepted").await.has(&code).has("已受理，待派单");
    dispatcher.done(&code, "dispatch", &[("lead", "housing"), ("joint1", "water")]).await.has("示范水务局");
    dispatcher.get("/inbox").await.lacks(&code);

    let mut water = kit.signed_in("clerk-water").await;
    water.get("/desk").await.has(&code).has("协办");
    water.done(&code, "object", &[("task", "2"), ("reason", "这里不归我们供水")]).await.has("等分派中心决定");
    let inbox = dispatcher.get("/inbox?stage=handling").await;
    inbox.has(&code).has("提出异议，请决定");
    let page = dispatcher.case(&code).await;
    page.has("示范水务局的理由").has("这里不归我们供水").has("派单目录的说法").has("id=\"f-reject_objection\"");
    dispatcher.done(&code, "reject_objection", &[("task", "2"), ("reason", "水管在你们的图上")]).await;
    water.case(&code).await.has("水管在你们的图上").has("指定办理").lacks("id=\"f-object\"");
    water.done(&code, "report", &[("task", "2"), ("text", "水管已修")]).await;

    let mut clerk = kit.role(Role::Clerk).await;
    let page = clerk.case(&code).await;
    page.has("水管已修").has("id=\"f-answer\"").has("热线办理").has("本区规定").has("最后一天");
    let refused = clerk.act(&code, "answer", &[("task", "1"), ("outcome", "done"), ("basis", "写好的依据")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.has(&format!("back=%2Fcases%2F{code}\""));
    refused.has("href=\"#f-answer-text\"").has("写好的依据</textarea>").has("value=\"done\" checked");
    clerk
        .done(&code, "ask", &[("task", "1"), ("question", "是几单元？")])
        .await
        .has("期限先停着")
        .lacks("id=\"f-answer\"");
    clerk.get("/desk?due=waiting").await.has(&code).has("等别人");
    clerk.get("/desk?due=week").await.lacks(&code);
    let id = kit.case_id(&code);
    resident(&kit, id, Command::Reply { text: "二单元".into() }).await;
    clerk.case(&code).await.has("二单元");
    let clock = clerk.case(&code).await.text.split("id=\"f-extend-clock\"").nth(1).unwrap().to_owned();
    let clock = clock.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = clerk.done(&code, "extend", &[("clock", &clock), ("days", "3"), ("reason", "等配件")]).await;
    page.has("等配件").has("延期 1 次，共3 个工作日");
    clerk.done(&code, "note", &[("text", "配件已到")]).await.has("内部备注");
    let page = clerk.done(&code, "answer", &[("task", "1"), ("outcome", "done"), ("text", "灯修好了")]).await;
    page.has("答复已记录").has("name=\"draft-done\"").has("灯修好了").has("没有评价，就记为“未联系到”");
    page.lacks("id=\"f-answer\"").has("账本第");
    let verdict = Verdict { solved: Solved::Yes, handled: Handled::Good, asked_for_good: false, witnessed: false };
    let give = Command::GiveVerdict { verdict, words: "谢谢".into(), witness: String::new() };
    resident(&kit, id, give).await;
    clerk.case(&code).await.has("解决了 · 满意").has("谢谢");
}

#[tokio::test]
async fn one_case_has_one_last_day_and_one_count_of_days_on_every_page() {
    let kit = Kit::new().await;
    kit.clock.set(at("2023-05-09T09:00:00"));
    let code = dispatched(&kit, Raise { track: Track::Petition, ..hotline("房屋渗水") }).await.code;
    // Sixty days end on a Saturday: what binds is the Monday, and nobody is told of the other day but as its reason.
    kit.clock.set(at("2023-06-01T09:00:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.get("/desk").await.has("还有 39 天").has("7月10日 周一").lacks("7月8日");
    let page = clerk.case(&code).await;
    page.has("还有 39 天").has("最晚 7月10日 周一 答复诉求人").has("<dd>7月8日 周六</dd>");
    clerk.get(&format!("/cases/{code}/slip")).await.has("7月10日 周一").lacks("7月8日");
    kit.clock.set(at("2023-07-20T09:00:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.get("/desk").await.has("超期 10 天");
    let page = clerk.case(&code).await;
    page.has("超期 10 天（期限 7月10日 周一），请马上办：示范住建局答复诉求人。").lacks("最晚 7月10日");
}

#[tokio::test]
async fn a_right_that_nobody_used_is_no_work_done_in_time_and_what_ended_says_how() {
    let kit = Kit::new().await;
    let raised = dispatched(&kit, hotline("楼道灯不亮")).await;
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.case(&raised.code).await.has("可以提出，到 <time").has("已结束的期限 2 个");
    let answer = [("task", "1"), ("outcome", "done"), ("text", "灯修好了")];
    let page = clerk.done(&raised.code, "answer", &answer).await;
    page.has("</svg><span>没有用到</span>").has("等到 <time").has("派单 5月4日 周四，结束 5月4日 周四");
    let verdict = Verdict { solved: Solved::Partly, handled: Handled::Fair, asked_for_good: false, witnessed: false };
    resident(&kit, raised.id, Command::GiveVerdict { verdict, words: String::new(), witness: String::new() }).await;
    let page = clerk.case(&raised.code).await;
    page.has("怎么结束的")
        .has("要不要接着办还没有定")
        .lacks("</svg>接下来")
        .has("等到了 <time")
        .has("已结束的期限 5 个");
    let mut auditor = kit.role(Role::Auditor).await;
    auditor.case(&raised.code).await.has("class=\"work work-read\"").lacks("class=\"work-act\"");
    let objected = dispatched(&kit, hotline("不归我们的")).await;
    clerk.done(&objected.code, "object", &[("task", "1"), ("reason", "归水务")]).await.has("提出了 <time");
}

#[tokio::test]
async fn photos_that_are_brought_to_the_counter_are_taken_down_with_the_case() {
    let kit = Kit::new().await;
    let mut grid = kit.role(Role::Grid).await;
    let form = grid.get("/intake").await;
    form.has("enctype=\"multipart/form-data\"").has("name=\"photos\"");
    let (csrf, key) = (form.input("csrf"), key());
    let fields = [
        ("csrf", csrf.as_str()),
        ("key", key.as_str()),
        ("text", "墙上有裂缝"),
        ("door", "counter"),
        ("track", "hotline"),
    ];
    let broken = send_with(&mut grid, "/intake", &fields, &[&b"%PDF-1.7"[..]]).await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
    broken.has("href=\"#f-photos\"").has("读不出照片").has("墙上有裂缝");
    let refused = [&fields[..4], &[("track", "none")]].concat();
    send_with(&mut grid, "/intake", &refused, &[&jpeg(60, 40)]).await.has("照片需要重新选一次");
    let taken = send_with(&mut grid, "/intake", &fields, &[&jpeg(60, 40)]).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", sentences(&taken));
    let code =
        taken.text.split("class=\"code\">").find_map(|part| desk::read_case_code(part.split('<').next()?)).unwrap();
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    dispatcher.case(&code).await.has(&format!("src=\"/cases/{code}/photo/1\""));
    let photo = dispatcher.get(&format!("/cases/{code}/photo/1")).await;
    assert_eq!(photo.headers["content-type"], "image/jpeg");
}

#[tokio::test]
async fn an_answer_to_a_petition_goes_by_the_head_and_a_review_by_supervision() {
    let kit = Kit::new().await;
    let petition = Raise { track: Track::Petition, ..hotline("房屋渗水，请处理") };
    let raised = dispatched(&kit, petition).await;
    let code = raised.code.as_str();
    let (mut clerk, mut head) = (kit.role(Role::Clerk).await, kit.role(Role::Head).await);
    clerk.case(code).await.has("由本单位负责人批准").lacks("id=\"f-extend\"");
    let answer = [("task", "1"), ("outcome", "supported"), ("text", "第一稿"), ("basis", "示范条例 1")];
    clerk.done(code, "answer", &answer).await.has("的负责人批准答复").lacks("id=\"f-approve\"");
    head.get("/desk").await.has("请先审批这些答复").has("等您审批").has(code);
    head.case(code).await.has("拟答复：支持诉求").has("第一稿").has("示范条例 1").has("id=\"f-extend\"");
    head.done(code, "send_back", &[("task", "1"), ("reason", "写具体")]).await;
    clerk.case(code).await.has("写具体").has("id=\"f-answer\"");
    clerk.done(code, "answer", &[("task", "1"), ("outcome", "supported"), ("text", "第二稿"), ("basis", "一")]).await;
    head.done(code, "approve", &[("task", "1")]).await.has("第二稿");
    resident(&kit, raised.id, Command::AskReview { reason: "还在渗".into() }).await;
    let mut supervisor = kit.role(Role::Supervisor).await;
    supervisor.get("/reviews").await.has(code).has("由示范住建局答复");
    supervisor.case(code).await.has("还在渗").has("id=\"f-answer_review\"").lacks("您的岗位不经办本件");
    let refused = supervisor.act(code, "answer_review", &[("text", "维持")]).await;
    refused.has("href=\"#f-answer_review-outcome\"").has("维持</textarea>");
    supervisor.done(code, "answer_review", &[("outcome", "explained"), ("text", "维持原答复")]).await;
    supervisor.get("/reviews").await.has("没有要答复的复查或复核");
}

#[tokio::test]
async fn a_refused_act_says_why_at_its_field_and_keeps_what_was_typed() {
    let kit = Kit::new().await;
    let waiting = kit.raise("停水两天").await.code;
    let handled = dispatched(&kit, hotline("楼道灯不亮")).await.code;
    let other = kit.raise("另一件").await.code;
    let long = "长".repeat(20_001);
    // Role, case, act, fields, the field that the summary leads to, what must still be there.
    type Row<'a> = (Role, &'a str, &'a str, Vec<(&'a str, &'a str)>, &'a str, &'a str);
    let rows: Vec<Row<'_>> = vec![
        (Role::Dispatcher, &waiting, "accept", vec![("category", "")], "accept-category", "请填写后再提交"),
        (
            Role::Dispatcher,
            &waiting,
            "accept",
            vec![("category", "no.such")],
            "accept-category",
            "没有“no.such”这个类别",
        ),
        (
            Role::Dispatcher,
            &waiting,
            "not_accept",
            vec![("text", "请找物业")],
            "not_accept-reason",
            "请找物业</textarea>",
        ),
        (
            Role::Dispatcher,
            &waiting,
            "not_accept",
            vec![("reason", "private")],
            "not_accept-text",
            "value=\"private\" checked",
        ),
        (Role::Dispatcher, &waiting, "merge", vec![("into", "不是编号")], "merge-into", "value=\"不是编号\""),
        (Role::Dispatcher, &waiting, "merge", vec![("into", &waiting)], "merge-to", "不能与自己合并或关联"),
        (Role::Dispatcher, &waiting, "link", vec![("to", &other)], "link-link", &other),
        (
            Role::Dispatcher,
            &waiting,
            "correct_field",
            vec![("field", "title")],
            "correct_field-value",
            "value=\"title\" checked",
        ),
        (
            Role::Dispatcher,
            &handled,
            "transfer",
            vec![("task", "1"), ("to", "water")],
            "transfer-reason",
            "value=\"water\" selected",
        ),
        (Role::Dispatcher, &handled, "transfer", vec![("task", "1"), ("reason", "换")], "transfer-to", "换</textarea>"),
        (Role::Dispatcher, &handled, "join", vec![("unit", "housing")], "join-unit", "已经有本件的任务"),
        (
            Role::Dispatcher,
            &handled,
            "extend",
            vec![("clock", "2"), ("days", "十"), ("reason", "久")],
            "extend-days",
            "value=\"十\"",
        ),
        (
            Role::Dispatcher,
            &handled,
            "extend",
            vec![("clock", "2"), ("days", "99"), ("reason", "久")],
            "extend-days",
            "一次最多延长10天",
        ),
        (Role::Clerk, &handled, "object", vec![("task", "1")], "object-reason", "请填写后再提交"),
        (Role::Clerk, &handled, "ask", vec![("task", "1"), ("question", " ")], "ask-question", "请填写后再提交"),
        (Role::Clerk, &handled, "answer", vec![("task", "1"), ("text", "好")], "answer-outcome", "好</textarea>"),
        (
            Role::Clerk,
            &handled,
            "answer",
            vec![("task", "1"), ("outcome", "adopted"), ("text", "采")],
            "answer-outcome",
            "没有“采纳”这种结果",
        ),
        (
            Role::Clerk,
            &handled,
            "answer",
            vec![("task", "1"), ("outcome", "done"), ("text", &long)],
            "answer-text",
            "最多20000个字",
        ),
        (Role::Clerk, &handled, "note", vec![], "note-text", "请填写后再提交"),
        (Role::Dispatcher, &waiting, "unmask", vec![("text", "写好的用途")], "unmask-purpose", "value=\"写好的用途\""),
    ];
    for (role, code, act, fields, field, kept) in rows {
        let mut client = kit.role(role).await;
        let before = client.case(code).await.input("version");
        let answer = client.act(code, act, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{act} {fields:?}: {}", sentences(&answer));
        answer.has(&format!("href=\"#f-{field}\"")).has(kept).has("有地方需要改");
        assert_eq!(client.case(code).await.input("version"), before, "a refusal changes nothing");
    }
    let mut clerk = kit.role(Role::Clerk).await;
    let not_theirs = clerk.act(&handled, "merge", &[("into", &other)]).await;
    assert_eq!(not_theirs.status, StatusCode::FORBIDDEN);
    not_theirs.has("不归您的岗位办理");
    assert_eq!(clerk.act(&handled, "no_such_act", &[]).await.status, StatusCode::BAD_REQUEST);
    for act in ["give_verdict", "withdraw", "reply", "end_unreached", "move_due", "ask_review"] {
        let answer = clerk.act(&handled, act, &[("solved", "yes"), ("text", "x"), ("reason", "x")]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{act} is the resident's or the clock's");
    }
    let mut grid = kit.role(Role::Grid).await;
    let key = key();
    let fields = [("key", key.as_str()), ("door", "grid"), ("track", "hotline"), ("phone", "abc"), ("text", "写好了")];
    let refused = grid.submit("/intake", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.has("href=\"#f-phone\"").has("写好了</textarea>").has("value=\"abc\"");
    let fields = [("key", key.as_str()), ("door", "web"), ("track", "hotline"), ("text", "写好了")];
    grid.submit("/intake", &fields).await.has("href=\"#f-door\"").has("写好了</textarea>");
}

#[tokio::test]
async fn what_there_is_one_of_is_not_asked_for() {
    let kit = Kit::new().await;
    let code = dispatched(&kit, hotline("楼道灯不亮")).await.code;
    let mut clerk = kit.role(Role::Clerk).await;
    let page = clerk.case(&code).await;
    for act in ["answer", "ask", "inform", "object"] {
        page.has(&format!("<input type=\"hidden\" id=\"f-{act}-task\" name=\"{act}-task\" value=\"1\">"));
    }
    // Each choice once: five outcomes, one clock.
    assert_eq!(page.text.matches("name=\"answer-outcome\"").count(), 5);
    assert_eq!(page.text.matches("name=\"extend-clock\"").count(), 1);
}

#[tokio::test]
async fn a_refused_form_names_every_field_that_is_wrong_in_their_order() {
    let kit = Kit::new().await;
    let code = dispatched(&kit, hotline("楼道灯不亮")).await.code;
    let mut clerk = kit.role(Role::Clerk).await;
    let places = |page: &str, fields: &[&str]| -> Vec<Option<usize>> {
        fields.iter().map(|field| page.find(&format!("href=\"#f-{field}\""))).collect()
    };
    let empty = clerk.act(&code, "answer", &[("task", "1"), ("text", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let at = places(&empty.text, &["answer-outcome", "answer-text", "answer-basis"]);
    assert!(at[0].is_some() && at[0] < at[1] && at[2].is_none(), "{at:?}: the basis may stay empty");
    let short = clerk.act(&code, "extend", &[("clock", "1"), ("days", "many"), ("reason", "")]).await;
    let at = places(&short.text, &["extend-days", "extend-reason"]);
    assert!(at[0].is_some() && at[0] < at[1], "{at:?}");
}

#[tokio::test]
async fn of_two_clerks_on_one_case_the_second_is_told_and_loses_nothing() {
    let kit = Kit::new().await;
    let code = dispatched(&kit, hotline("楼道灯不亮")).await.code;
    let (mut first, mut second) = (kit.role(Role::Clerk).await, kit.role(Role::Head).await);
    let version = second.case(&code).await.input("version");
    first.done(&code, "note", &[("text", "我在看")]).await;
    let fields = [("task", "1"), ("outcome", "done"), ("text", "第二个人写的答复")];
    let told = second.act_at(&code, &version, "answer", &fields).await;
    assert_eq!(told.status, StatusCode::CONFLICT);
    told.has("本件已有变化").has("我在看").has("第二个人写的答复</textarea>").has("value=\"done\" checked");
    let version = told.input("version");
    first.done(&code, "answer", &[("task", "1"), ("outcome", "done"), ("text", "先答复了")]).await;
    let told = second.act_at(&code, &version, "answer", &fields).await;
    assert_eq!(told.status, StatusCode::CONFLICT);
    told.has("您写的内容没有提交，请先复制").has("<blockquote class=\"said\">第二个人写的答复").has("先答复了");
}

#[tokio::test]
async fn the_same_form_sent_twice_is_one_act() {
    let kit = Kit::new().await;
    let code = dispatched(&kit, hotline("楼道灯不亮")).await.code;
    let mut clerk = kit.role(Role::Clerk).await;
    let version = clerk.case(&code).await.input("version");
    let fields =
        [("act", "note"), ("version", version.as_str()), ("key", "double-tap"), ("note-text", "只记一次的备注")];
    let path = format!("/cases/{code}/act");
    for _ in 0..2 {
        assert_eq!(clerk.submit(&path, &fields).await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(clerk.case(&code).await.text.matches("只记一次的备注").count(), 1);
    let other = [("act", "note"), ("version", version.as_str()), ("key", "double-tap"), ("note-text", "另一条")];
    clerk.submit(&path, &other).await.has("同一个提交标识用在了不同的内容上").has("另一条</textarea>");
}

#[tokio::test]
async fn every_list_reads_eight_statements_at_most_and_its_pages_hold_each_case_once() {
    let kit = Kit::new().await;
    let mut codes = Vec::new();
    for n in 0..60 {
        codes.push(dispatched(&kit, hotline(&format!("第{n}件：楼道灯不亮"))).await.code);
    }
    let mut waiting = Vec::new();
    for n in 0..53 {
        waiting.push(kit.raise(&format!("等着的第{n}件")).await.code);
    }
    let pages = [
        (Role::Head, "/desk", &codes),
        (Role::Clerk, "/desk?track=hotline&category=housing", &codes),
        (Role::Dispatcher, "/inbox", &waiting),
        (Role::Supervisor, "/late?unit=housing", &codes),
        (Role::Leader, "/late?of=inbox", &waiting),
    ];
    for (role, path, wanted) in pages {
        let mut client = kit.role(role).await;
        let (mut found, mut next) = (Vec::new(), path.to_owned());
        while !next.is_empty() {
            let page = client.get(&next).await;
            // Eight, and on a worklist what is urgent.
            assert!(page.statements() <= 9, "{next}: {}", page.statements());
            let links = page.text.split("href=\"/cases/").skip(1);
            found.extend(links.map(|l| l.split('"').next().unwrap().to_owned()));
            let link = page.text.split("rel=\"next\"").next().filter(|before| before.len() < page.text.len());
            next = link.map_or(String::new(), |before| {
                let href = before.rsplit("href=\"").next().unwrap().split('"').next().unwrap();
                href.replace("&#38;", "&").replace("&amp;", "&")
            });
        }
        let mut wanted = wanted.clone();
        wanted.sort();
        found.sort();
        assert_eq!(found, wanted, "{path}");
    }
    for (role, path) in [(Role::Supervisor, "/late"), (Role::Supervisor, "/reviews"), (Role::Grid, "/intake")] {
        let page = kit.role(role).await.get(path).await;
        assert!(page.statements() <= 6, "{path}: {}", page.statements());
    }
    let mut clerk = kit.role(Role::Clerk).await;
    let page = clerk.case(&codes[0]).await;
    assert!((3..=6).contains(&page.statements()), "{}", page.statements());
    let refused = clerk.act_at(&codes[0], "1", "note", &[("text", "x")]).await;
    assert!(refused.statements() <= 6, "{}", refused.statements());
    clerk.get("/desk?track=petition").await.has("没有符合的诉求");
}

#[tokio::test]
async fn what_is_late_is_counted_by_unit_and_listed_behind_its_number() {
    let kit = Kit::new().await;
    let late = dispatched(&kit, hotline("会超期的")).await;
    let paused = dispatched(&kit, hotline("等回答的")).await;
    let ask = Command::Ask { task: 1, question: "哪栋？".into() };
    kit.desk.act(kit.actor("clerk-1"), paused.id, None, ask, None).await.unwrap();
    let unaccepted = kit.raise("没人受理的").await.code;
    kit.clock.set(at("2023-05-18T09:00:00"));
    let soon = dispatched(&kit, Raise { track: Track::Petition, ..hotline("还早的") }).await;
    let mut supervisor = kit.role(Role::Supervisor).await;
    let page = supervisor.get("/late").await;
    page.has("示范住建局")
        .has("href=\"/late?unit=housing&#38;when=late\">1</a>")
        .has("href=\"/late?unit=housing\">3</a>");
    page.has("of=inbox&#38;when=late\">1</a>").lacks("clerk-1").lacks("#1");
    let list = supervisor.get("/late?unit=housing&when=late").await;
    list.has(&late.code).lacks(&paused.code).lacks(&soon.code).has("超期");
    supervisor.get("/late?of=inbox&when=late").await.has(&unaccepted);
    supervisor.get("/late?unit=housing&when=soon").await.has("没有符合的诉求");
    let mut clerk = kit.role(Role::Clerk).await;
    let desk = clerk.get("/desk").await;
    desk.has("已超期").has("以后到期").has("等别人").has("class=\"is-late\"");
    let (a, b) = (desk.text.find(&late.code).unwrap(), desk.text.find(&soon.code).unwrap());
    assert!(a < b && b < desk.text.find(&paused.code).unwrap(), "overdue first, what waits for others last");
    kit.role(Role::Leader).await.get("/late").await.has("示范住建局");
}

#[tokio::test]
async fn links_merges_reopening_and_erasure_stand_on_the_page() {
    let kit = Kit::new().await;
    let first = dispatched(&kit, hotline("停水第一次")).await.code;
    let second = kit.raise("停水第二次").await.code;
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    let spaced = format!("{} {}", &first[..4], first[4..].to_lowercase());
    dispatcher.done(&second, "link", &[("link", "repeat"), ("to", &spaced)]).await.has(&first).has("重复反映");
    dispatcher.case(&first).await.has(&second).has("另一件说");
    dispatcher
        .done(&second, "merge", &[("into", &first), ("reason", "同一件事"), ("sure", "1")])
        .await
        .has("已并入")
        .has("本件在并入的那一件里继续办理");
    dispatcher.case(&first).await.has("并入本件的");
    let first = kit.raise("停水第三次").await.code;
    dispatcher.done(&first, "not_accept", &[("reason", "private"), ("text", "请找物业，电话见公告")]).await;
    dispatcher.done(&first, "reopen", &[("reason", "物业不管")]).await.has("待受理");
    dispatcher.done(&first, "not_accept", &[("reason", "other_place"), ("text", "请找邻区")]).await;
    let refused = dispatcher.act(&first, "erase", &[("ground", "consent_withdrawn")]).await;
    refused.has("没有等待答复的删除申请");
    let ask = domain::case::Command::AskErasure { reason: "不办了".into() };
    kit.desk.act(Actor::Resident, kit.case_id(&first), None, ask, None).await.unwrap();
    let page = dispatcher.done(&first, "erase", &[("ground", "consent_withdrawn")]).await;
    page.lacks("停水第三次").has("内容已删除").has("个人撤回同意").lacks("id=\"f-reopen\"").has("id=\"f-link\"");
    let mut interested = kit.role(Role::Supervisor).await;
    let open = dispatched(&kit, hotline("回避的")).await.code;
    let gone = interested.act(&open, "declare_interest", &[]).await;
    assert_eq!(gone.location(), "/late?done=stepped-aside");
    let refused = interested.act_at(&open, "4", "note", &[("text", "还想写")]).await;
    refused.has("您已对本件申请回避").lacks("回避的");
}

#[tokio::test]
async fn pages_of_staff_speak_english_too() {
    let kit = Kit::new().await;
    let code = dispatched(&kit, hotline("楼道灯不亮")).await.code;
    for (role, path, said) in [
        (Role::Clerk, "/desk", "My tasks"),
        (Role::Dispatcher, "/inbox", "Nothing to dispatch now"),
        (Role::Supervisor, "/late", "Open tasks of every unit"),
        (Role::Supervisor, "/reviews", "No review to answer now"),
        (Role::Grid, "/intake", "own words"),
    ] {
        let mut client = kit.role(role).await;
        client.lang = "en";
        client.get(path).await.has(said).lacks("staff-");
    }
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.lang = "en";
    let page = clerk.case(&code).await;
    page.has("answers the resident by").has("In the resident&#39;s own words").lacks("staff-");
}
