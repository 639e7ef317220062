//! Lectures as their people use them: the host plans, announces, takes down questions and records; everybody sees what
//! became of a question; a sheet is pasted, checked and entered once.

use crate::kit::{Answer, Client, Kit, at};
use crate::staff::{dispatched, hotline};
use axum::http::StatusCode;
use domain::Role;

pub const PLAN: &[(&str, &str)] = &[
    ("act", "plan"),
    ("plan-lecture", "party"),
    ("plan-topic", "学习专题"),
    ("plan-speaker", "示范书记"),
    ("plan-level", "grassroots"),
    ("plan-starts", "2023-05-08T14:00"),
    ("plan-minutes", "60"),
    ("plan-place", "社区会议室"),
    ("plan-street", "street-1"),
    ("plan-venue", "community"),
    ("plan-audience", "members"),
    ("plan-with", "示范水务局"),
    ("plan-announce", "1"),
];

/// The form of a page with what is typed over it, sent.
pub(crate) async fn begin(client: &mut Client<'_>, typed: &[(&str, &str)]) -> Answer {
    let key = client.get("/records/lectures/new").await.input("key");
    let mut fields = PLAN.to_vec();
    fields.retain(|(name, _)| typed.iter().all(|(other, _)| other != name));
    fields.extend(typed);
    fields.push(("key", &key));
    client.submit("/records/lectures/new", &fields).await
}

async fn act(client: &mut Client<'_>, at: &str, act: &str, typed: &[(&str, &str)]) -> Answer {
    let page = client.get(at).await;
    let (key, version) = (page.input("key"), page.input("version"));
    let mut fields = vec![("act", act), ("key", key.as_str()), ("version", version.as_str())];
    fields.extend(typed);
    let code = at.strip_prefix("/records/lectures/").unwrap();
    client.submit(&format!("/records/lectures/{code}/act"), &fields).await
}

/// The path of an answer that sends on, without what it says was done.
pub(crate) fn there(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.location().split('?').next().unwrap().to_owned()
}

const RECORD: &[(&str, &str)] = &[("record-heads", "42"), ("record-counted", "by_hand"), ("record-online", "7")];

#[tokio::test]
async fn a_host_plans_a_lecture_takes_down_a_question_and_records_it() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let at_page = there(&begin(&mut clerk, &[]).await);
    let page = clerk.get(&at_page).await;
    for words in ["学习专题", "社区会议室", "示范住建局、示范水务局", "已公布", "5月8日 周一"]
    {
        assert!(page.text.contains(words), "{words} is not on {}", page.text);
    }
    assert!(!page.text.contains("name=\"record-heads\""), "nobody records what is not over");
    kit.clock.set(at("2023-05-08T15:30:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    assert!(clerk.get("/desk").await.text.contains("学习专题"), "what is owed stands on the desk");
    assert!(clerk.get("/records/lectures").await.text.contains("讲完了，还没有记录"));
    let asked = [("ask-words", "楼道灯什么时候修？"), ("ask-sort", "request"), ("ask-public", "1")];
    there(&act(&mut clerk, &at_page, "ask", &asked).await);
    let page = clerk.get(&at_page).await;
    assert!(page.text.contains("楼道灯什么时候修") && page.text.contains("第 1 问"));
    there(&act(&mut clerk, &at_page, "record", RECORD).await);
    let page = clerk.get(&at_page).await;
    assert!(page.text.contains("42 人次（现场逐人清点）；线上收看 7 人次，另计"), "{}", page.text);
    assert!(!clerk.get("/desk").await.text.contains("学习专题"), "nothing is owed any more");
    let reason = [("correct-heads", "40"), ("correct-counted", "estimated"), ("correct-reason", "数错了")];
    there(&act(&mut clerk, &at_page, "correct", &reason).await);
    let page = clerk.get(&at_page).await;
    assert!(page.text.contains("40 人次（估计）") && page.text.contains("42 人次"), "both stand in the history");
}

#[tokio::test]
async fn what_is_owed_to_a_lecture_stands_among_the_cases_by_its_day() {
    let kit = Kit::new().await;
    let first = dispatched(&kit, hotline("楼道灯不亮")).await;
    let mut clerk = kit.role(Role::Clerk).await;
    let at_page = there(&begin(&mut clerk, &[]).await);
    kit.clock.set(at("2023-05-07T12:00:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    let later = dispatched(&kit, hotline("水管漏水")).await;
    assert!(!clerk.get("/desk").await.text.contains("学习专题"), "it is not over yet");
    kit.clock.set(at("2023-05-08T15:30:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    let code = at_page.rsplit('/').next().unwrap();
    let desk = clerk.get("/desk").await;
    desk.has(&format!("<a href=\"{at_page}\">学习专题</a>")).has("讲课记录");
    let place = |text: &str| desk.text.find(text).unwrap_or_else(|| panic!("{text}: {}", desk.text));
    let mut by_day = [(place(&first.code), &first.code), (place(&later.code), &later.code)].to_vec();
    by_day.sort();
    assert_eq!(by_day[0].1, &first.code);
    assert!(!desk.text.contains(&format!("value=\"{code} ")), "nothing is done to it from the list");
    assert_eq!(desk.text.matches("data-row").count(), 3);
    // Narrowed by what only cases have, it lists cases.
    clerk.get("/desk?track=hotline").await.has(&first.code).lacks("学习专题");

    kit.clock.set(at("2023-05-13T09:00:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    let desk = clerk.get("/desk?due=late").await;
    assert!(desk.text.contains("学习专题") && desk.text.contains("href=\"/desk?due=late\""), "{}", desk.text);
    let mut supervisor = kit.role(Role::Supervisor).await;
    supervisor.get("/late").await.has("why=record");
    supervisor.get("/late?unit=housing&when=late&why=record").await.has("学习专题").has(&at_page).lacks(&first.code);
    let mut leader = kit.role(Role::Leader).await;
    leader.get("/leader").await.has("/late?of=records");
    leader.get("/late?of=records").await.has("学习专题").has("示范住建局").lacks(&first.code);
}

#[tokio::test]
async fn everybody_sees_an_announced_lecture_and_how_far_its_questions_are_but_neither_code_nor_words() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let at_page = there(&begin(&mut clerk, &[]).await);
    let hidden = there(&begin(&mut clerk, &[("plan-topic", "内部专题"), ("plan-announce", "")]).await);
    kit.clock.set(at("2023-05-08T14:30:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    let asked = [("ask-words", "楼道灯什么时候修？"), ("ask-sort", "request")];
    there(&act(&mut clerk, &at_page, "ask", &asked).await);
    let mut visitor = kit.client();
    let list = visitor.get("/lectures").await;
    assert!(list.text.contains("学习专题") && !list.text.contains("内部专题"));
    let lecture = at_page.strip_prefix("/records/lectures/").unwrap();
    let page = visitor.get(&format!("/lectures/{lecture}")).await;
    assert!(page.text.contains("第 1 问") && page.text.contains("原话没有公开"), "{}", page.text);
    assert!(!page.text.contains("楼道灯"));
    let code = clerk.get(&at_page).await.input("code");
    assert!(!page.text.contains(&code), "a code is half of what opens a case");
    assert_eq!(visitor.get(&hidden.replace("/records", "")).await.status, StatusCode::NOT_FOUND);
    let poster = visitor.get(&format!("/lectures/{lecture}/poster")).await;
    assert!(poster.status == StatusCode::OK && poster.text.contains("data:image/png"));
}

#[tokio::test]
async fn a_refused_form_names_every_wrong_field_and_keeps_what_was_typed() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let wrong = [("plan-topic", " "), ("plan-starts", "soon"), ("plan-with", "没有的局"), ("plan-place", "礼堂")];
    let answer = begin(&mut clerk, &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["#f-plan-topic", "#f-plan-starts", "#f-plan-with"] {
        assert!(answer.text.contains(field), "{field}: {}", answer.text);
    }
    assert_eq!(answer.input("plan-place"), "礼堂");
    let year = begin(&mut clerk, &[("plan-starts", "2032-05-08T14:00")]).await;
    assert!(year.text.contains("请核对年份"), "{}", year.text);
    let at_page = there(&begin(&mut clerk, &[]).await);
    kit.clock.set(at("2023-05-08T15:30:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    let none = act(&mut clerk, &at_page, "record", &[("record-heads", "many")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text.contains("#f-record-heads") && none.text.contains("#f-record-counted"));
    assert_eq!(none.input("record-heads"), "many");
    assert!(none.text.contains("到场人次：") && none.text.contains("怎么数的："), "each sentence names its field");
    let unit = begin(&mut clerk, &[("plan-with", "火星街道")]).await;
    assert!(unit.text.contains("没有“火星街道”这个单位"), "{}", unit.text);
}

#[tokio::test]
async fn another_unit_acts_on_nothing_but_says_that_it_hosts_too_and_a_stale_page_is_told_so() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let at_page = there(&begin(&mut clerk, &[("plan-with", "")]).await);
    let page = clerk.get(&at_page).await;
    let mut water = kit.signed_in("clerk-water").await;
    let seen = water.get(&at_page).await;
    assert!(seen.text.contains("我单位也是主办") && !seen.text.contains("改期原因"));
    let moved = [("cancel-reason", "停办")];
    assert_eq!(act(&mut water, &at_page, "cancel", &moved).await.status, StatusCode::FORBIDDEN);
    there(&act(&mut water, &at_page, "join", &[]).await);
    let (key, version) = (page.input("key"), page.input("version"));
    let stale = [("act", "cancel"), ("key", &key), ("version", &version), ("cancel-reason", "停办")];
    let answer = clerk.submit(&format!("{at_page}/act"), &stale).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text.contains("刚有变化") && answer.input("cancel-reason") == "停办");
}

#[tokio::test]
async fn everybody_is_told_that_a_lecture_was_moved_from_when_and_why_and_that_one_is_cancelled() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let at_page = there(&begin(&mut clerk, &[]).await);
    let open = at_page.replace("/records", "");
    let past = [("move-starts", "2023-05-03T09:00"), ("move-minutes", "60"), ("move-reason", "防汛")];
    let refused = act(&mut clerk, &at_page, "move", &past).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains("改到的时间已经过去了"));
    let moved =
        [("move-starts", "2023-05-09T10:00"), ("move-minutes", "60"), ("move-reason", "防汛，电话 13900000000")];
    there(&act(&mut clerk, &at_page, "move", &moved).await);
    let page = kit.client().get(&open).await;
    assert!(page.text.contains("改期了：原定 2023年5月8日 周一 14:00。原因：防汛"), "{}", page.text);
    assert!(!page.text.contains("13900000000"), "a number is nobody's to read");
    there(&act(&mut clerk, &at_page, "cancel", &[("cancel-reason", "停办")]).await);
    assert!(kit.client().get(&open).await.text.contains("已取消。原因：停办"));
    assert!(kit.client().get("/lectures").await.text.contains("学习专题"), "it stays until its day");
}

#[tokio::test]
async fn two_records_of_one_session_are_offered_to_be_merged_and_count_once() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let kept = there(&begin(&mut clerk, &[("plan-with", "")]).await);
    let mut water = kit.signed_in("clerk-water").await;
    let twice = there(&begin(&mut water, &[("plan-with", "")]).await);
    let page = water.get(&twice).await;
    assert!(page.text.contains("可能是同一条") && page.text.contains(&kept));
    let into = page.text.split("name=\"merge-into\"").nth(1).unwrap();
    let into = into.split("value=\"").find_map(|part| part.split('"').next().filter(|v| v.len() == 32)).unwrap();
    there(&act(&mut water, &twice, "merge", &[("merge-into", into)]).await);
    assert!(clerk.get(&kept).await.text.contains("示范住建局、示范水务局"));
    assert!(water.get(&twice).await.text.contains("与另一条是同一场"));
    assert_eq!(kit.client().get("/lectures").await.text.matches("学习专题").count(), 1);
}

const SHEET: &str = "类别\t题目\t主讲人职务\t时间\t地点\t人数\t怎么数的\t身份证号\t备注\n\
党课\t第一讲\t书记\t2023-05-02 14:00\t礼堂\t30\t现场逐人清点\t1\tx\n\
微党课\t第二讲\t示范代表\t2023-05-20 09:30\t礼堂\t\t\t2\ty\n";

#[tokio::test]
async fn a_pasted_sheet_is_checked_as_a_whole_and_entered_once() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let bad = SHEET.replace("2023-05-20 09:30", "5月某日").replace("党课\t第一讲", "讲座\t第一讲");
    let answer = clerk.submit("/records/lectures/paste", &[("text", &bad)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("有 2 处要改，一行都没有登记"), "{}", answer.text);
    assert!(answer.text.contains("身份证号") && answer.text.contains("备注"), "what is left out is named");
    let checked = clerk.submit("/records/lectures/paste", &[("text", SHEET)]).await;
    assert!(checked.text.contains("可以登记 2 行"), "{}", checked.text);
    assert!(!clerk.get("/records/lectures").await.text.contains("第一讲"), "nothing is entered by looking");
    let entered = clerk.submit("/records/lectures/paste", &[("text", SHEET), ("enter", "1")]).await;
    assert!(entered.text.contains("新登记 2 行"), "{}", entered.text);
    let again = clerk.submit("/records/lectures/paste", &[("text", SHEET), ("enter", "1")]).await;
    assert!(again.text.contains("新登记 0 行") && again.text.contains("另有 2 行原来已经登记"), "{}", again.text);
    let list = clerk.get("/records/lectures").await;
    assert!(list.text.contains("30 人次") && list.text.contains("第二讲"), "{}", list.text);
}

/// A sheet as a file: rows of cells, and whether it is hidden.
fn book(sheets: &[(bool, &[&[&str]])]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (hidden, rows) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_hidden(*hidden);
        sheet.set_active(!*hidden);
        for (row, at) in rows.iter().zip(0..) {
            for (text, n) in row.iter().zip(0..) {
                sheet.write_string(at, n, *text).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

const HEADINGS: &[&str] = &["类别", "题目", "主讲人职务", "时间", "地点", "是否第一课"];

#[tokio::test]
async fn of_a_file_the_sheet_that_one_sees_is_read_and_what_else_was_done_with_it_is_said() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let row = |topic, first| ["微党课", topic, "书记", "2023-05-12 14:00", "会议室", first];
    let file = book(&[(true, &[HEADINGS, &row("看不见的", "")]), (false, &[HEADINGS, &row("看得见的", "是")])]);
    let page = clerk.upload("/records/lectures/paste", &file).await;
    page.has("看得见的").lacks("看不见的").has("没有读：Sheet1").has("时长 60").has("层级 基层");
    // What is neither yes nor no is nobody's yes.
    for word in ["不是", "也许", "×", "无"] {
        let page = clerk.upload("/records/lectures/paste", &book(&[(false, &[HEADINGS, &row("题", word)])])).await;
        page.has("这里只能填“是”或“否”").has("是否第一课");
    }
    let day = ["微党课", "题", "书记", "2023-05-12", "会议室", ""];
    clerk.upload("/records/lectures/paste", &book(&[(false, &[HEADINGS, &day])])).await.has("少了时间");
}

#[tokio::test]
async fn the_list_of_a_year_that_comes_back_is_known_by_its_codes_and_doubles_nothing() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.submit("/records/lectures/paste", &[("text", SHEET), ("enter", "1")]).await;
    let list = clerk.submit("/records/lectures/year", &[("year", "2023"), ("of", "own")]).await;
    let again = clerk.upload("/records/lectures/paste", &list.bytes).await;
    again.has("有 2 行按编号已经登记过").lacks("可以登记");
    let mut english = kit.role(Role::Clerk).await;
    english.lang = "en";
    let again = english.upload("/records/lectures/paste", &list.bytes).await;
    again.has("2 rows are already entered (same code)");
}

#[tokio::test]
async fn the_years_list_leaves_as_a_workbook_that_can_be_read_back_and_the_ledger_says_so() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.submit("/records/lectures/paste", &[("text", SHEET), ("enter", "1")]).await;
    let list = clerk.submit("/records/lectures/year", &[("year", "2023"), ("of", "own")]).await;
    assert_eq!(list.status, StatusCode::OK);
    assert_eq!(clerk.submit("/records/lectures/year", &[("year", "soon")]).await.status, StatusCode::BAD_REQUEST);
    let exports = kit.role(Role::Auditor).await.get("/exports").await;
    assert!(exports.text.contains("lectures"), "{}", exports.text);
}

#[tokio::test]
async fn what_is_late_to_be_recorded_stands_with_its_unit_before_supervision_and_leader() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    there(&begin(&mut clerk, &[]).await);
    kit.clock.set(at("2023-05-19T09:00:00"));
    let late = kit.role(Role::Supervisor).await.get("/late").await;
    assert!(late.text.contains("会议、讲座、接待等的办理 1"), "{}", late.text);
    assert!(kit.role(Role::Leader).await.get("/leader").await.text.contains("项 · 台账中逾期未办"));
    assert!(kit.role(Role::Leader).await.get("/records/lectures").await.text.contains("学习专题"));
}
