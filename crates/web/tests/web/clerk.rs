//! The day of clerks and dispatchers: the worklist and its views, several cases at once, templates, slips, keys.

use crate::kit::{Answer, Client, Kit, at};
use crate::staff::{dispatched, hotline, key};
use axum::http::StatusCode;
use domain::Role;
use domain::case::{Command, Raise, Track};

/// What the tick box of a case sends.
fn pick(page: &Answer, code: &str) -> String {
    let from = page.text.find(&format!("name=\"pick\" value=\"{code} ")).unwrap_or_else(|| panic!("no box of {code}"));
    page.text[from..].split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// All values that a page's hidden or other fields of this name send.
fn values(page: &Answer, name: &str) -> Vec<String> {
    let mark = format!("name=\"{name}\" value=\"");
    page.text.split(&mark).skip(1).map(|rest| rest.split('"').next().unwrap().replace("&#38;", "&")).collect()
}

impl Client<'_> {
    /// Sends `/bulk` with these boxes ticked.
    async fn bulk(&mut self, key: &str, act: &str, step: &str, picks: &[String], fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("key", key), ("act", act), ("step", step), ("back", "/desk")];
        all.extend(picks.iter().map(|p| ("pick", p.as_str())));
        all.extend_from_slice(fields);
        self.submit("/bulk", &all).await
    }
}

#[tokio::test]
async fn the_desk_is_the_day_with_how_many_there_are_in_each_group() {
    let kit = Kit::new().await;
    let late = dispatched(&kit, hotline("早就派来的")).await.code;
    kit.clock.set(at("2023-05-15T09:00:00"));
    let today = dispatched(&kit, hotline("等回答的")).await;
    let ask = Command::Ask { task: 1, question: "哪栋？".into() };
    kit.desk.act(kit.actor("clerk-1"), today.id, None, ask, None).await.unwrap();
    for n in 0..51 {
        dispatched(&kit, Raise { track: Track::Petition, ..hotline(&format!("不急的第{n}件")) }).await;
    }
    let mut clerk = kit.role(Role::Clerk).await;
    let page = clerk.get("/desk").await;
    assert!(page.statements() <= 8, "{}", page.statements());
    page.has("已超期<span class=\"n\">1</span>").has("以后到期<span class=\"n\">49 / 51</span>");
    page.has("href=\"/desk?due=late\"").has("等别人");
    clerk.get("/desk?due=late").await.has(&late).lacks(&today.code).lacks("以后到期<span");
    clerk.get("/desk?due=waiting").await.has(&today.code).lacks(&late);
    let later = clerk.get("/desk?due=later").await;
    later.has("50 / 51").has("due=later&#38;after=").lacks(&late).lacks(&today.code);
    clerk.get("/desk?due=week").await.has("没有符合的诉求");
}

#[tokio::test]
async fn a_view_is_kept_by_name_for_its_account_alone_and_removed_again() {
    let kit = Kit::new().await;
    dispatched(&kit, hotline("楼道灯不亮")).await;
    let mut clerk = kit.role(Role::Clerk).await;
    let save = [("view", "急的热线"), ("due", "late"), ("track", "hotline")];
    let kept = clerk.submit("/desk/views", &save).await;
    assert_eq!(kept.location(), "/desk?track=hotline&due=late&done=view-kept");
    let page = clerk.get("/desk").await;
    page.has("<a href=\"/desk?track=hotline&#38;due=late\">急的热线</a>");
    assert!(page.statements() <= 8, "{}", page.statements());
    clerk.get("/desk?track=hotline&due=late").await.has("aria-current=\"page\">急的热线</a>");
    kit.role(Role::Head).await.get("/desk").await.lacks("急的热线");
    for (fields, said) in [
        (vec![("view", ""), ("due", "late")], "这一项是空的"),
        (vec![("view", "一二三四五六七八九十一二三四五六七八九十一"), ("due", "late")], "最多20个字"),
        (vec![("view", "没有筛选")], "现在没有筛选"),
    ] {
        let refused = clerk.submit("/desk/views", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        refused.has(said);
    }
    for n in 1..store::views::MOST {
        let name = format!("视图{n}");
        clerk.submit("/desk/views", &[("view", &name), ("due", "today")]).await;
    }
    let full = clerk.submit("/desk/views", &[("view", "再来一个"), ("due", "today")]).await;
    full.has("数量太多（最多12个）").has("value=\"再来一个\"");
    clerk.submit("/desk/views/remove", &[("view", "急的热线")]).await;
    clerk.get("/desk").await.lacks("急的热线").has("视图3");
}

#[tokio::test]
async fn several_cases_are_extended_for_one_reason_and_each_says_what_became_of_it() {
    let kit = Kit::new().await;
    let mut codes = Vec::new();
    for n in 0..3 {
        codes.push(dispatched(&kit, hotline(&format!("第{n}盏灯不亮"))).await.code);
    }
    let answered = dispatched(&kit, hotline("已经修好的")).await;
    let elsewhere = kit.raise("还没受理的").await.code;
    let mut clerk = kit.role(Role::Clerk).await;
    let desk = clerk.get("/desk").await;
    desk.has("name=\"act\" value=\"ask\"").has("name=\"act\" value=\"extend\"").lacks("value=\"designate\"");
    let mut picks: Vec<String> = codes.iter().chain([&answered.code]).map(|c| pick(&desk, c)).collect();
    picks.push(format!("{elsewhere} 1"));
    let answer =
        Command::Answer {
            task: 1, outcome: domain::case::Outcome::Done, text: "已修好".into(), basis: String::new()
        };
    kit.desk.act(kit.actor("clerk-1"), answered.id, None, answer, None).await.unwrap();
    let key = key();
    let fields = clerk.bulk(&key, "extend", "", &picks, &[]).await;
    assert_eq!(fields.status, StatusCode::OK);
    fields.has("能办理的有 3 件").has("name=\"step\" value=\"check\"").has("本件已有变化").has("没有找到这个编号");
    fields.lacks("还没受理的");
    assert!(fields.statements() <= 6, "{}", fields.statements());
    let picks = values(&fields, "pick");
    assert_eq!(picks.len(), 5, "all of them come along to the confirmation");
    let empty = clerk.bulk(&key, "extend", "check", &picks, &[("days", "2"), ("reason", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    empty.has("href=\"#f-reason\"").has("value=\"2\"");
    let long = clerk.bulk(&key, "extend", "check", &picks, &[("days", "99"), ("reason", "等配件")]).await;
    long.has("href=\"#f-days\"").has("一次最多延长").has("等配件</textarea>");
    let confirm = clerk.bulk(&key, "extend", "check", &picks, &[("days", "2"), ("reason", "等配件")]).await;
    confirm.has("name=\"step\" value=\"do\"").has("期限由").has("办理这 3 件").has("本件已有变化");
    assert!(confirm.statements() <= 6, "{}", confirm.statements());
    let picks = values(&confirm, "pick");
    assert_eq!(picks.len(), 3, "only what can be done is sent on");
    // One of them changes between looking and confirming.
    let id = kit.case_id(&codes[2]);
    kit.desk.act(kit.actor("clerk-1"), id, None, Command::Note { text: "同事写的".into() }, None).await.unwrap();
    let before = kit.client().get("/checkpoint").await.text;
    let done = clerk.bulk(&key, "extend", "do", &picks, &[("days", "2"), ("reason", "等配件")]).await;
    done.has("3 件中办理了 2 件").has("本件已有变化");
    done.has("<blockquote class=\"said\">等配件</blockquote>");
    assert!(done.statements() <= 6, "{}", done.statements());
    let after = kit.client().get("/checkpoint").await.text;
    assert_ne!(before, after);
    clerk.case(&codes[0]).await.has("等配件");
    clerk.case(&codes[2]).await.lacks("等配件");
    let again = clerk.bulk(&key, "extend", "do", &picks, &[("days", "2"), ("reason", "等配件")]).await;
    again.has("3 件中办理了 2 件");
    assert_eq!(kit.client().get("/checkpoint").await.text, after, "sent again, nothing is done twice");
}

#[tokio::test]
async fn what_is_done_to_many_cases_shares_its_commits() {
    let kit = Kit::new().await;
    let mut codes = Vec::new();
    for n in 0..20 {
        codes.push(dispatched(&kit, hotline(&format!("第{n}盏灯不亮"))).await.code);
    }
    let mut clerk = kit.role(Role::Clerk).await;
    let desk = clerk.get("/desk").await;
    let picks: Vec<String> = codes.iter().map(|c| pick(&desk, c)).collect();
    let key = key();
    let question = [("question", "请问是哪一层？")];
    let confirm = clerk.bulk(&key, "ask", "check", &picks, &question).await;
    confirm.has("向诉求人提问");
    let picks = values(&confirm, "pick");
    let count = || kit.checkpoints();
    let before = count();
    clerk.bulk(&key, "ask", "do", &picks, &question).await.has("20 件中办理了 20 件").lacks("<blockquote");
    // How many it takes is the threads' affair; fewer than one for each case is what sharing means.
    let commits = count() - before;
    assert!((1..20).contains(&commits), "{commits} commits for 20 cases");
}

#[tokio::test]
async fn of_a_sealed_accusation_others_read_what_they_read_of_a_code_that_is_nobodys() {
    let kit = Kit::new().await;
    let accusation =
        Raise { track: Track::Accusation, accused: Some("housing".into()), ..hotline("密件标记：收礼") };
    let sealed = kit.desk.raise(domain::Actor::Resident, accusation, Vec::new(), None).await.unwrap().code;
    let nobodys = desk::Entropy::seeded(99).case_code();
    let typed = [("days", "2"), ("reason", "等配件")];
    let mut clerk = kit.signed_in("clerk-water").await;
    for version in ["1", "9"] {
        for step in ["", "check", "do"] {
            let mut said = Vec::new();
            for code in [&sealed, &nobodys] {
                let page = clerk.bulk("k", "extend", step, &[format!("{code} {version} 0")], &typed).await;
                page.has("没有找到这个编号").has(code).lacks("本件已有变化").lacks("密件标记");
                said.push(page.text.replace(code.as_str(), "CODE"));
            }
            assert!(said[0] == said[1], "{step:?} with version {version}:\n{}\n{}", said[0], said[1]);
        }
    }
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    let row = format!("{sealed} 9 discipline discipline");
    let now = [("key", "n"), ("now", row.as_str()), ("back", "/inbox")];
    dispatcher.submit("/bulk", &now).await.has("没有找到这个编号").lacks("本件已有变化");
}

#[tokio::test]
async fn nothing_ticked_and_acts_of_other_posts_are_turned_away() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let none = clerk.bulk("k1", "extend", "", &[], &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    none.has("没有勾选任何诉求").has("href=\"/desk\"");
    for (act, key) in [("designate", "k2"), ("erase", "k3"), ("extend", "")] {
        let refused = clerk.bulk(key, act, "", &["x 1".into()], &[]).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{act}");
    }
    let fields = [("key", "k4"), ("act", "extend"), ("back", "//elsewhere.test")];
    clerk.submit("/bulk", &fields).await.has("href=\"/desk\"").lacks("elsewhere");
}

#[tokio::test]
async fn one_button_accepts_and_dispatches_as_the_catalogue_suggests() {
    let kit = Kit::new().await;
    let light = kit.raise("楼道灯不亮").await.code;
    let unclear = kit.raise("说不清楚的事").await.code;
    let petition = kit.desk.raise(
        domain::Actor::Resident,
        Raise { track: Track::Petition, ..hotline("灯不亮没人管") },
        Vec::new(),
        None,
    );
    let petition = petition.await.unwrap().code;
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    let inbox = dispatcher.get("/inbox").await;
    inbox.has("受理并派给示范住建局").has("name=\"act\" value=\"suggested\"").has("name=\"act\" value=\"designate\"");
    let now = values(&inbox, "now");
    assert_eq!(now.len(), 1, "a petition's way is sorted first, and nothing is guessed: {now:?}");
    let send = [("key", "now-1"), ("now", now[0].as_str()), ("back", "/inbox?stage=raised")];
    let done = dispatcher.submit("/bulk", &send).await;
    assert_eq!(done.location(), "/inbox?stage=raised&done=suggested", "{}", done.text);
    dispatcher.case(&light).await.has("办理中").has("示范住建局");
    dispatcher.get("/inbox?stage=raised&done=suggested").await.has("已按建议派单").lacks(&light);
    assert_eq!(dispatcher.submit("/bulk", &send).await.status, StatusCode::SEE_OTHER, "a double tap is one dispatch");
    dispatcher.case(&light).await.has("<dt>派单次数</dt><dd>1</dd>");
    let inbox = dispatcher.get("/inbox").await;
    let picks = vec![pick(&inbox, &unclear), pick(&inbox, &petition)];
    let looked = dispatcher.bulk("k5", "suggested", "", &picks, &[]).await;
    looked.has("目录没有建议的类别或单位").has("六种途径").has("都不能这样办理").lacks("btn-main");
    // On the page of a case the same button stands over the form.
    let other = kit.raise("又停水了").await.code;
    let page = dispatcher.case(&other).await;
    page.has("受理并派给示范水务局").has("data-suggested").has("换一个类别受理</summary>");
    assert_eq!(page.text.matches("btn-main").count(), 1, "what is suggested is the main button, and the only one");
    kit.role(Role::Supervisor).await.case(&other).await.lacks("data-suggested");
}

#[tokio::test]
async fn a_dispatcher_gives_several_cases_to_a_unit_and_designates_one_with_a_reason() {
    let kit = Kit::new().await;
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    let mut codes = Vec::new();
    for n in 0..2 {
        let code = kit.raise(&format!("第{n}件说不清的事")).await.code;
        dispatcher.done(&code, "accept", &[("category", "water")]).await;
        codes.push(code);
    }
    let raised = kit.raise("还没受理的").await.code;
    let inbox = dispatcher.get("/inbox").await;
    let picks: Vec<String> = codes.iter().chain([&raised]).map(|c| pick(&inbox, c)).collect();
    let fields = dispatcher.bulk("d1", "dispatch", "", &picks, &[]).await;
    assert_eq!(fields.status, StatusCode::OK, "nothing was typed yet, so nothing is wrong with it");
    fields.has("能办理的有 2 件").has("不能这样办理").has("id=\"f-lead\"").lacks("id=\"errors\"");
    let none = dispatcher.bulk("d1", "dispatch", "check", &picks, &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    none.has("href=\"#f-lead\"");
    let confirm = dispatcher.bulk("d1", "dispatch", "check", &picks, &[("lead", "water")]).await;
    confirm.has("派给示范水务局").has("办理这 2 件").has("<dd>示范水务局<input");
    let picks = values(&confirm, "pick");
    dispatcher.bulk("d1", "dispatch", "do", &picks, &[("lead", "water")]).await.has("2 件中办理了 2 件");
    let water = kit.signed_in("clerk-water").await.get("/desk").await;
    water.has(&codes[0]).has(&codes[1]);
    let version = dispatcher.case(&codes[0]).await.input("version");
    let picks = vec![format!("{} {version}", codes[0])];
    let typed = [("unit", "housing"), ("reason", "水务说不归它")];
    let confirm = dispatcher.bulk("d2", "designate", "check", &picks, &typed).await;
    confirm.has("指定示范住建局办理，不能再退回").has("水务说不归它");
    let picks = values(&confirm, "pick");
    dispatcher.bulk("d2", "designate", "do", &picks, &typed).await.has("1 件中办理了 1 件");
    dispatcher.case(&codes[0]).await.has("水务说不归它").has("指定办理");
}

#[tokio::test]
async fn what_no_unit_answers_for_stands_on_top_of_the_inbox_until_one_does() {
    let kit = Kit::new().await;
    let returned = dispatched(&kit, hotline("推来推去的")).await;
    let waiting = kit.raise("刚提出的").await.code;
    let object = Command::Object { task: 1, reason: "管道归水务".into() };
    kit.desk.act(kit.actor("clerk-1"), returned.id, None, object, None).await.unwrap();
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    let page = dispatcher.case(&returned.code).await;
    page.has("派单的一方")
        .has("示范分派中心")
        .has("目录第 1 版")
        .has("管道归水务")
        .has("流转经过")
        .has("派给示范住建局");
    page.has("id=\"f-uphold_objection\"").has("id=\"f-reject_objection\"");
    assert!(page.statements() <= 6, "{}", page.statements());
    dispatcher.get("/inbox").await.lacks("没有单位负责");
    dispatcher.done(&returned.code, "uphold_objection", &[("task", "1")]).await;
    let inbox = dispatcher.get("/inbox").await;
    inbox.has("没有单位负责<span class=\"n\">1</span>").has("退回过 1 次，还没有再派");
    assert!(inbox.statements() <= 7, "{}", inbox.statements());
    assert!(inbox.text.find(&returned.code).unwrap() < inbox.text.find(&waiting).unwrap());
    assert_eq!(inbox.text.matches(&format!("href=\"/cases/{}\"", returned.code)).count(), 1);
    dispatcher.done(&returned.code, "dispatch", &[("lead", "water")]).await;
    dispatcher.get("/inbox").await.lacks("没有单位负责");
}

#[tokio::test]
async fn whoever_asks_for_an_erasure_is_seen_in_the_inbox_and_counted_there() {
    let kit = Kit::new().await;
    let raised = kit.raise("请删除我的信息").await;
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    dispatcher.done(&raised.code, "not_accept", &[("reason", "other_place"), ("text", "请找邻区")]).await;
    dispatcher.get("/inbox").await.lacks(&raised.code);
    let ask = Command::AskErasure { reason: "不再需要".into() };
    kit.desk.act(domain::Actor::Resident, raised.id, None, ask, None).await.unwrap();
    let inbox = dispatcher.get("/inbox").await;
    inbox.has(&raised.code).has("诉求人要求删除个人信息").has("全部 <span class=\"num\">1</span>");
    assert!(values(&inbox, "now").is_empty());
}

#[tokio::test]
async fn cases_that_may_be_the_same_matter_are_chosen_from_a_list_to_merge_or_link() {
    let kit = Kit::new().await;
    let first = dispatched(&kit, Raise { street: Some("street-1".into()), ..hotline("三号楼楼道灯不亮") }).await.code;
    let other_street = dispatched(&kit, hotline("别的街道灯不亮")).await.code;
    let raise = Raise { street: Some("street-1".into()), ..hotline("三号楼的楼道灯还是灯不亮") };
    let second = kit.desk.raise(domain::Actor::Resident, raise, Vec::new(), None).await.unwrap().code;
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    dispatcher.case(&second).await.has(&format!("href=\"/cases/{second}/near\""));
    let page = dispatcher.get(&format!("/cases/{second}/near")).await;
    page.has(&first)
        .has("能不能并入这一件")
        .has("灯不亮”")
        .has(&format!("{second} 重复反映这一件"))
        .lacks(&other_street);
    assert!(page.statements() <= 8, "{}", page.statements());
    let version = page.input("version");
    let path = format!("/cases/{second}/act");
    let link = [("act", "link"), ("version", &version), ("key", "l1"), ("link-link", "repeat"), ("link-to", &first)];
    assert_eq!(dispatcher.submit(&path, &link).await.status, StatusCode::SEE_OTHER);
    dispatcher.get(&format!("/cases/{second}/near")).await.has("已经关联");
    let page = dispatcher.done(&second, "unlink", &[("to", &first)]).await;
    page.has("取消了与另一件的关联").lacks("id=\"f-unlink\"");
    dispatcher.case(&first).await.lacks("另一件说");
    let version = dispatcher.get(&format!("/cases/{second}/near")).await.input("version");
    let merge = [("act", "merge"), ("version", &version), ("key", "m1"), ("merge-into", &first)];
    let preview = dispatcher.submit(&path, &merge).await;
    assert_eq!(preview.status, StatusCode::OK);
    preview.has("并案以前，先看一看").has("灯不亮”").has("这件事和另一件同样的诉求一起办。").has("页面不变");
    dispatcher.case(&second).await.lacks("已并入");
    let without = [&merge[..], &[("merge-sure", "1"), ("merge-reason", " ")]].concat();
    dispatcher.submit(&path, &without).await.has("href=\"#f-merge-reason\"");
    let sure = [&merge[..], &[("merge-sure", "1"), ("merge-reason", "同一盏灯")]].concat();
    assert_eq!(dispatcher.submit(&path, &sure).await.status, StatusCode::SEE_OTHER);
    dispatcher.case(&second).await.has("已并入");
    assert_eq!(dispatcher.get("/cases/00000000000/near").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_answer_begins_with_a_template_and_does_not_go_out_with_a_field_left_open() {
    let kit = Kit::new().await;
    let code = dispatched(&kit, hotline("楼道灯不亮")).await.code;
    let mut head = kit.role(Role::Head).await;
    head.get("/templates").await.has("还没有模板").has("{单位}");
    let text = "您反映的{类别}问题，{单位}已处理。经办电话：{电话}。";
    let set = head.submit("/templates", &[("name", "照明"), ("text", text), ("unit", "water")]).await;
    assert_eq!(set.location(), "/templates?done=saved", "{}", set.text);
    head.get("/templates?template=housing:照明").await.has("value=\"照明\"").has("{电话}").lacks("示范水务局</td>");
    let refused = head.submit("/templates", &[("name", ""), ("text", text)]).await;
    refused.has("href=\"#f-name\"").has("{电话}");
    let mut admin = kit.role(Role::Administrator).await;
    admin.submit("/templates", &[("name", "通用"), ("text", "感谢您的反映。"), ("unit", "")]).await;
    admin.submit("/templates", &[("name", "供水"), ("text", "已恢复供水。"), ("unit", "water")]).await;
    let mut clerk = kit.role(Role::Clerk).await;
    let page = clerk.case(&code).await;
    page.has(">照明</option>")
        .has(">通用</option>")
        .lacks("供水</option>")
        .has("您反映的楼道照明问题，示范住建局已处理");
    let form = page.text.split("id=\"f-answer\"").nth(1).unwrap().split("</form>").next().unwrap();
    let first = form.find("type=\"submit\"").unwrap();
    assert!(first < form.find("name=\"fill\"").unwrap(), "Enter in a field gives the answer and inserts no template");
    let version = page.input("version");
    let path = format!("/cases/{code}/act");
    let form = [
        ("act", "answer"),
        ("version", version.as_str()),
        ("key", "t1"),
        ("fill", "1"),
        ("template", "housing:照明"),
        ("answer-task", "1"),
        ("answer-text", "您好。"),
    ];
    let filled = clerk.submit(&path, &form).await;
    assert_eq!(filled.status, StatusCode::OK);
    let whole = "您好。\n\n您反映的楼道照明问题，示范住建局已处理。经办电话：{电话}。</textarea>";
    filled.has(whole);
    let open = "示范住建局已处理。经办电话：{电话}。";
    let refused = clerk.act(&code, "answer", &[("task", "1"), ("outcome", "done"), ("text", open)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.has("还有没填的空：电话").has("href=\"#f-answer-text\"").has(open);
    let whole = open.replace("{电话}", "公告上的号码");
    clerk.done(&code, "answer", &[("task", "1"), ("outcome", "done"), ("text", &whole)]).await.has(&whole);
    let ended = head.submit("/templates/end", &[("template", "housing:照明")]).await;
    assert_eq!(ended.location(), "/templates?done=saved");
    head.submit("/templates/end", &[("template", ":通用")]).await.has("不归您的岗位办理");
    head.get("/templates").await.lacks("照明</td>").has("感谢您的反映");
}

#[tokio::test]
async fn a_work_slip_has_the_case_and_who_printed_it_and_keeps_contact_data_masked() {
    let kit = Kit::new().await;
    let raised = kit.raise("我是示例居民0001，电话10000000001，三号楼的楼道灯不亮").await;
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    dispatcher.done(&raised.code, "accept", &[("category", "housing.light")]).await;
    dispatcher.done(&raised.code, "dispatch", &[("lead", "housing")]).await;
    let path = format!("/cases/{}/slip", raised.code);
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.case(&raised.code).await.has(&format!("href=\"{path}\""));
    let slip = clerk.get(&path).await;
    slip.has("class=\"a4\"").has("三号楼的楼道灯不亮").has("楼道照明").has("现场记录").has("class=\"watermark\"");
    slip.has("示范住建局 经办人 #").lacks("10000000001").lacks("示例居民0001").has("示例里3号楼");
    assert!(slip.statements() <= 6, "{}", slip.statements());
    assert_eq!(kit.signed_in("clerk-water").await.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(kit.role(Role::Auditor).await.get(&path).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_keys_stand_on_a_page_of_their_own_and_on_every_page_of_staff() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.get("/keys").await.has("<kbd>j</kbd>").has("不用鼠标也能办完所有事").has("我的任务").lacks("收件箱");
    kit.role(Role::Leader).await.get("/keys").await.has("<kbd>j</kbd>").lacks("我的任务").lacks("按建议受理并派单");
    clerk.get("/desk").await.has("<dialog id=\"keys\"").has("/assets/keys.js").has("href=\"/keys\"");
    kit.client().get("/").await.lacks("keys.js").lacks("<dialog");
    clerk.lang = "en";
    clerk.get("/keys").await.has("Everything can be done without a mouse").lacks("clerk-key");
    for name in ["keys.js", "answer.js"] {
        let script = clerk.get(&format!("/assets/{name}")).await;
        assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    }
}

#[tokio::test]
async fn english_pages_have_no_chinese_marks_and_one_day_is_one_day() {
    let kit = Kit::new().await;
    let both = kit.raise("楼道灯不亮，还停水").await;
    let code = dispatched(&kit, hotline("楼道灯不亮")).await.code;
    kit.clock.set(at("2023-05-09T09:00:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.lang = "en";
    let page = clerk.case(&code).await;
    page.has("1 working day left").lacks("1 working days");
    let mut dispatcher = kit.role(Role::Dispatcher).await;
    dispatcher.lang = "en";
    dispatcher
        .done(&both.code, "accept", &[("category", "housing.light")])
        .await
        .lacks("；")
        .has("It also says: 停水 →");
    let fields = [("purpose", "contact"), ("text", "to call back")];
    let opened = dispatcher.act(&both.code, "unmask", &fields).await;
    assert_eq!(opened.status, StatusCode::OK);
    opened.has("10000000001").has("示例居民0001").has("to call back");
}

#[tokio::test]
async fn a_desk_with_ten_thousand_open_tasks_reads_eight_statements_like_any_other() {
    const TWICE: &str = "INSERT INTO duties(district, seq, no, register, unit, rule, since, due, hour, held, sealed) \
        SELECT district, seq, no + $1, register, unit, rule, since, due, hour, held, sealed FROM duties \
        WHERE district = $2";
    let kit = Kit::new().await;
    dispatched(&kit, hotline("楼道灯不亮")).await;
    for n in 0..14 {
        kit.desk.put(vec![store::Write::new(TWICE, store::args![1_i64 << n, 1])]).await.unwrap();
    }
    let mut head = kit.role(Role::Head).await;
    for path in ["/desk", "/desk?due=later", "/desk?due=week&track=hotline"] {
        let page = head.get(path).await;
        // Eight, one of them for a board that is open, and what is urgent on top.
        assert!(page.statements() <= 9, "{path}: {}", page.statements());
        page.has("16384");
    }
}
