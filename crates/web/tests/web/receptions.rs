//! Reception days as their people use them: the roster is published, a time is booked without an account, numbers are given
//! and called, what is said at the table is a case at once, and neither a screen nor a phone shows who came.

use crate::kit::{Answer, Client, Kit, at};
use axum::http::StatusCode;
use domain::Role;
use domain::case::{Door, PostLevel};

pub const PLAN: &[(&str, &str)] = &[
    ("act", "plan"),
    ("plan-post", "示范街道主任"),
    ("plan-leader", "示例姓名七"),
    ("plan-level", "division"),
    ("plan-field", "城建"),
    ("plan-form", "fixed"),
    ("plan-starts", "2023-05-08T09:00"),
    ("plan-minutes", "120"),
    ("plan-place", "接访室"),
    ("plan-street", "street-1"),
    ("plan-desks", "2"),
    ("plan-slot", "30"),
];

async fn act(client: &mut Client<'_>, record: &str, act: &str, typed: &[(&str, &str)]) -> Answer {
    let page = client.get(&format!("/records/{record}")).await;
    let (key, version) = (page.input("key"), page.input("version"));
    let mut fields = vec![("act", act), ("key", key.as_str()), ("version", version.as_str())];
    fields.extend(typed);
    client.submit(&format!("/records/{record}/act"), &fields).await
}

fn done(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.location().to_owned()
}

/// A day that is published, by its code.
pub async fn published(client: &mut Client<'_>) -> String {
    let key = client.get("/records/receptions/new").await.input("key");
    let mut fields = PLAN.to_vec();
    fields.push(("key", &key));
    let to = done(&client.submit("/records/receptions/new", &fields).await);
    let code = to.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    done(&act(client, &format!("receptions/{code}"), "publish", &[]).await);
    code
}

/// Something that is done at the table of a day.
async fn at_table(client: &mut Client<'_>, code: &str, key: &str, typed: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("key", key), ("desk", "1")];
    fields.extend(typed);
    client.submit(&format!("/records/receptions/{code}/table"), &fields).await
}

/// The value of a parameter of an address.
fn parameter(to: &str, name: &str) -> String {
    let rest = to.split(&format!("{name}=")).nth(1).unwrap_or_else(|| panic!("no {name} in {to}"));
    rest.split(['&', '#']).next().unwrap().to_owned()
}

/// The code and the secret of a booking, from its slip.
pub fn slip(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    (answer.input("code"), answer.input("secret"))
}

pub const BOOKING: &[(&str, &str)] = &[
    ("key", "b1"),
    ("book-slot", "1"),
    ("book-phone", "13800012345"),
    ("book-people", "2"),
    ("book-name", "王女士"),
    ("book-matter", "说说停车"),
    ("book-fetch", "1"),
];

#[tokio::test]
async fn a_roster_shows_post_and_name_while_it_is_ahead_and_the_name_no_longer_when_it_is_over() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let code = published(&mut clerk).await;
    let mut visitor = kit.client();
    visitor.get("/receptions").await.has("示范街道主任").has("示例姓名七").has("5月8日");
    let day = visitor.get(&format!("/receptions/{code}")).await;
    day.has("城建").has("09:30").has("示例姓名七");
    let calendar = visitor.get(&format!("/receptions/{code}/calendar.ics?slot=1")).await;
    calendar.has("DTSTART:20230508T013000Z").has("DTEND:20230508T020000Z").has("STATUS:CONFIRMED");
    clerk.get(&format!("/records/receptions/{code}")).await.has("提前 4 天公示（规定 2 天）");
    let list = clerk.get("/records/receptions").await;
    assert_eq!(list.status, StatusCode::OK);
    list.has("将要接访").has("示范街道主任").has("示例姓名七");
    // A colleague of another unit needs no name.
    let mut other = kit.signed_in("clerk-water").await;
    other.get("/records/receptions?of=all").await.has("示范街道主任").lacks("示例姓名七");
    kit.clock.set(at("2023-05-08T09:00:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    done(&act(&mut clerk, &format!("receptions/{code}"), "open", &[]).await);
    visitor.get(&format!("/receptions/{code}")).await.has("示例姓名七").has("现在可以直接来").lacks("book-slot");
    done(&act(&mut clerk, &format!("receptions/{code}"), "close", &[]).await);
    for path in ["/receptions".to_owned(), format!("/receptions/{code}")] {
        visitor.get(&path).await.has("示范街道主任").lacks("示例姓名七");
    }
    clerk.get(&format!("/records/receptions/{code}")).await.lacks("示例姓名七");
}

#[tokio::test]
async fn a_time_is_booked_once_without_an_account_looked_at_with_its_secret_and_given_back() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let code = published(&mut clerk).await;
    let (mut visitor, book) = (kit.client(), format!("/receptions/{code}/book"));
    let booked = visitor.post(&book, BOOKING).await;
    let (booking, secret) = slip(&booked);
    assert_eq!(booked.headers["cache-control"], "no-store");
    // The line was lost on the way back: the same booking, with the same secret.
    assert_eq!(slip(&visitor.post(&book, BOOKING).await), (booking.clone(), secret.clone()));
    // Somebody else wants the same time: refused at the field, with what was typed.
    let mut other = BOOKING.to_vec();
    other[0].1 = "b2";
    let refused = kit.client().post(&book, &other).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.has("这个时段刚刚被别人约了").has("说说停车").has("王女士");
    visitor.get(&format!("/receptions/{code}")).await.lacks("value=\"1\"><span>09:30");
    let wrong = visitor.post("/bookings", &[("code", &booking), ("secret", "0000-0000-0000-0000-0000-0000-00")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let opened = visitor.post("/bookings", &[("code", &booking), ("secret", &secret.to_lowercase())]).await;
    opened.has("2023年5月8日").has("09:30").has("退约");
    let back = [("code", booking.as_str()), ("secret", &secret), ("act", "unbook"), ("key", "u1")];
    visitor.post("/bookings", &back).await.has("已退约");
    let free = visitor.post(&book, &other).await;
    assert_eq!(free.status, StatusCode::OK, "the time is free for somebody else");
}

#[tokio::test]
async fn who_comes_gets_a_number_is_called_and_what_is_said_is_a_case_and_no_screen_shows_it() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let code = published(&mut clerk).await;
    let (booking, _) = slip(&kit.client().post(&format!("/receptions/{code}/book"), BOOKING).await);
    let sheet = format!("/records/receptions/{code}/sheet");
    clerk.get(&sheet).await.has("王女士").has("13800012345").has("说说停车");
    let mut stranger = kit.signed_in("clerk-water").await;
    assert_eq!(stranger.get(&sheet).await.status, StatusCode::FORBIDDEN);
    stranger.get(&format!("/records/encounters/{booking}")).await.lacks("王女士").lacks("13800012345");
    kit.clock.set(at("2023-05-08T08:50:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    done(&act(&mut clerk, &format!("receptions/{code}"), "open", &[]).await);
    let to = done(&at_table(&mut clerk, &code, "k1", &[("act", "come"), ("come-people", "1")]).await);
    assert_eq!(parameter(&to, "gave"), "1");
    clerk.get(&to).await.has("已发 1 号").has("下一位是 1 号").has("王女士");
    clerk.get(&format!("/records/receptions/{code}/number/1")).await.has("data:image/png").lacks("王女士");
    kit.clock.set(at("2023-05-08T09:31:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    let to = done(&at_table(&mut clerk, &code, "k2", &[("act", "arrive"), ("visit", &booking)]).await);
    assert_eq!(parameter(&to, "gave"), "2");
    // The booked time has come: it goes before the line.
    done(&at_table(&mut clerk, &code, "k3", &[("act", "call"), ("call-desk", "1")]).await);
    let table = format!("/records/receptions/{code}/table");
    clerk.get(&table).await.has("2 号").has("请到座位上叫").has("王女士").has("说说停车");
    let busy = at_table(&mut clerk, &code, "k4", &[("act", "call"), ("call-desk", "1")]).await;
    assert_eq!(busy.status, StatusCode::UNPROCESSABLE_ENTITY);
    busy.has("这张桌叫的2号还没有办完");
    let own = kit.client().get(&format!("/receptions/{code}/queue?no=1")).await;
    own.has("前面还有 0 人").lacks("王女士").lacks("说说停车");
    let said = [
        ("act", "take_down"),
        ("visit", booking.as_str()),
        ("take_down-words", "楼下停满了车，消防车进不来"),
        ("take_down-kind", "petition"),
        ("take_down-opinion", "当天派人去看"),
        ("take_down-name", "王女士"),
        ("take_down-phone", "13800012345"),
        ("take_down-speakers", "2"),
    ];
    let empty = at_table(
        &mut clerk,
        &code,
        "k5",
        &[&said[..2], &[("take_down-words", " "), ("take_down-opinion", "看一看")]].concat(),
    )
    .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    empty.has("看一看");
    let to = done(&at_table(&mut clerk, &code, "k6", &said).await);
    let case = parameter(&to, "case");
    // Sent once more, because the line was lost: the same case.
    assert_eq!(parameter(&done(&at_table(&mut clerk, &code, "k6", &said).await), "case"), case);
    clerk.get(&to).await.has(&format!("编号 {case}")).has("这位还有一件");
    let raised = kit.case(&case);
    assert_eq!((raised.door, raised.received), (Door::Appointment, Some(PostLevel::Division)));
    let slip = clerk.submit("/intake/slip", &[("key", "slip-1"), ("code", &case)]).await;
    assert_eq!(slip.status, StatusCode::OK, "{}", slip.text);
    kit.role(Role::Dispatcher).await.get(&format!("/cases/{case}")).await.has("消防车进不来");
    let encounter = clerk.get(&format!("/records/encounters/{booking}")).await;
    encounter.has("当天派人去看").has(&case);
    let screen = clerk.get(&format!("/records/receptions/{code}/screen")).await;
    screen.has("<b class=\"num\">2</b>").has("1 号桌").lacks("王女士").lacks("消防车").lacks(&case);
    kit.client().get(&format!("/receptions/{code}/queue?no=2")).await.has("您已经接谈过了");
    kit.client().get(&format!("/receptions/{code}/queue?no=77")).await.has("今天没有发过这个号");
}

#[tokio::test]
async fn a_missed_call_comes_back_and_nobody_who_waits_is_forgotten_at_the_end() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let code = published(&mut clerk).await;
    kit.clock.set(at("2023-05-08T09:00:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    done(&act(&mut clerk, &format!("receptions/{code}"), "open", &[]).await);
    for n in 0..4 {
        done(&at_table(&mut clerk, &code, &format!("c{n}"), &[("act", "come"), ("come-people", "1")]).await);
    }
    done(&at_table(&mut clerk, &code, "a", &[("act", "call"), ("call-desk", "1")]).await);
    done(&at_table(&mut clerk, &code, "m", &[("act", "miss"), ("miss-no", "1")]).await);
    kit.client().get(&format!("/receptions/{code}/queue?no=1")).await.has("前面还有 2 人").has("过两个号会再叫");
    let left = act(&mut clerk, &format!("receptions/{code}"), "close", &[]).await;
    assert_eq!(left.status, StatusCode::UNPROCESSABLE_ENTITY);
    left.has("还有4位在等");
    done(&act(&mut clerk, &format!("receptions/{code}"), "close", &[("close-turned", "1")]).await);
    clerk.get(&format!("/records/receptions/{code}")).await.has("4 人没有接谈到");
    kit.client().get(&format!("/receptions/{code}/queue?no=1")).await.has("没有接谈").lacks("王");
    clerk.get(&format!("/records/receptions/{code}/table")).await; // it is over: the page of the day
    assert_eq!(clerk.get(&format!("/records/receptions/{code}/table")).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_return_visit_names_the_case_by_its_code_and_only_one_that_was_answered() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let case = kit.raise("楼道灯不亮。").await;
    let key = clerk.get("/records/encounters/new").await.input("key");
    let visit = [
        ("act", "visit"),
        ("key", key.as_str()),
        ("visit-mode", "return"),
        ("visit-post", "示范局长"),
        ("visit-level", "division"),
        ("visit-at", "2023-05-04T08:30"),
        ("visit-agreed", "1"),
        ("visit-about", &case.code),
        ("visit-opinion", "看了新换的灯"),
    ];
    let refused = clerk.submit("/records/encounters/new", &visit).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.has("回访的应是一件已经答复的诉求").has("看了新换的灯");
    let mut home = visit.to_vec();
    (home[2].1, home[7].1) = ("home", "");
    home[6].1 = "";
    let refused = clerk.submit("/records/encounters/new", &home).await;
    refused.has("上门走访要对方事先同意");
    home[6].1 = "1";
    let to = done(&clerk.submit("/records/encounters/new", &home).await);
    let code = to.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    let said = [("take_down-words", "楼道堆满了东西"), ("take_down-kind", "request"), ("take_down-speakers", "1")];
    done(&act(&mut clerk, &format!("encounters/{code}"), "take_down", &said).await);
    clerk.get(&format!("/records/encounters/{code}")).await.has("楼道堆满了东西").has("登记了 1 件");
    clerk.get("/records/encounters").await.has("登门走访").has("登记 1 件").lacks("楼道堆满了东西");
    // What was written of it is destroyed; the case is not.
    let mut head = kit.role(Role::Head).await;
    done(&act(&mut head, &format!("encounters/{code}"), "erase", &[]).await);
    clerk
        .get(&format!("/records/encounters/{code}"))
        .await
        .has("个人信息已删除")
        .lacks("看了新换的灯")
        .has("楼道堆满了东西");
}

#[tokio::test]
async fn a_clerk_books_for_somebody_who_calls_and_who_had_booked_is_called_when_the_day_is_cancelled() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let code = published(&mut clerk).await;
    let for_caller = format!("/records/receptions/{code}/book");
    clerk.get(&for_caller).await.has("替来电人预约");
    let booked = clerk.submit(&for_caller, BOOKING).await;
    assert_eq!(booked.status, StatusCode::OK, "{}", booked.text);
    let reason = [("cancel-reason", "防汛")];
    done(&act(&mut clerk, &format!("receptions/{code}"), "cancel", &reason).await);
    clerk.get(&format!("/records/receptions/{code}")).await.has("已有 1 人预约，请逐个告知");
    clerk.get(&format!("/records/receptions/{code}/sheet")).await.has("13800012345");
    let gone = kit.client().get(&format!("/receptions/{code}")).await;
    gone.has("已取消。原因：防汛").lacks("book-slot");
    let late = kit.client().post(&format!("/receptions/{code}/book"), &[&[("key", "z")], &BOOKING[1..]].concat()).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// A month's roster as an office keeps it.
const ROSTER: &str = "\
职务\t姓名\t职级\t分管工作\t形式\t时间\t地点\t街道\n\
示范街道主任\t示例姓名一\t处级\t城建\t定点接访\t2023-06-01 09:00\t接访室\t示范一街道\n\
示范街道书记\t示例姓名二\t处级\t民政\t约访\t2023-06-02 14:30\t接访室\t示范一街道\n";

#[tokio::test]
async fn a_months_roster_is_pasted_checked_as_a_whole_entered_once_and_read_back_from_the_years_list() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    clerk.get("/records/receptions/paste").await.has("粘贴一个月的安排").has("职务");
    let bad = ROSTER.replace("2023-06-02 14:30", "六月二日下午").replace("处级\t民政", "科长\t民政");
    let answer = clerk.submit("/records/receptions/paste", &[("text", &bad)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    answer.has("有 2 处要改，一行都没有登记").has("六月二日下午");
    clerk.submit("/records/receptions/paste", &[("text", ROSTER)]).await.has("可以登记 2 行").has("示范街道书记");
    let enter = [("text", ROSTER), ("enter", "1")];
    clerk.submit("/records/receptions/paste", &enter).await.has("新登记 2 行");
    clerk.submit("/records/receptions/paste", &enter).await.has("新登记 0 行").has("另有 2 行原来已经登记");
    clerk.get("/records/receptions").await.has("等公示").has("示范街道主任").has("示范街道书记");
    assert_eq!(kit.client().get("/receptions").await.text.matches("示范街道").count(), 0, "nothing is published yet");
    let list = clerk.submit("/records/receptions/year", &[("year", "2023"), ("of", "own")]).await;
    assert_eq!(list.status, StatusCode::OK);
    let again = clerk.upload("/records/receptions/paste", &list.bytes).await;
    again.has("示范街道主任").has("2023-06-02 14:30");
    assert_eq!(clerk.get("/records/encounters/paste").await.status, StatusCode::NOT_FOUND, "it has no sheet");
}

#[tokio::test]
async fn what_is_promised_to_be_public_is_and_the_name_ends_with_the_day_though_nobody_closes_it() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let code = published(&mut clerk).await;
    let (booking, secret) = slip(&kit.client().post(&format!("/receptions/{code}/book"), BOOKING).await);
    let swap = [
        ("swap-post", "示范街道副主任"),
        ("swap-leader", "示例姓名八"),
        ("swap-level", "section"),
        ("swap-field", "城管"),
        ("swap-reason", "上级会议"),
    ];
    let record = format!("receptions/{code}");
    done(&act(&mut clerk, &record, "swap", &swap).await);
    let told = "换人接访：原定示范街道主任。原因：上级会议";
    let public = format!("/receptions/{code}");
    kit.client().get(&public).await.has(told).has("示例姓名八").lacks("示例姓名七");
    let of_booking = [("code", booking.as_str()), ("secret", &secret)];
    kit.client().post("/bookings", &of_booking).await.has(told).has("示范街道副主任");
    // Sent once more with another time: the page has booked already.
    let mut other = BOOKING.to_vec();
    other[1].1 = "2";
    let twice = kit.client().post(&format!("/receptions/{code}/book"), &other).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    twice.has("已经预约过了").lacks("提交标识");
    kit.clock.set(at("2023-05-08T08:30:00"));
    kit.client().get(&public).await.has("今天不用预约").lacks("book-slot");
    kit.clock.set(at("2023-05-09T08:00:00"));
    for path in [public.as_str(), "/receptions"] {
        kit.client().get(path).await.has("示范街道副主任").lacks("示例姓名");
    }
    let mut clerk = kit.role(Role::Clerk).await;
    let late = act(&mut clerk, &record, "open", &[]).await;
    late.has("这次接访的时间已经过去了");
    let reason = [("cancel-reason", "没有接访")];
    done(&act(&mut clerk, &record, "cancel", &reason).await);
    kit.client().post("/bookings", &of_booking).await.has("这次接访取消了。原因：没有接访");
}

#[tokio::test]
async fn a_clerk_of_another_unit_sees_that_there_is_a_case_and_neither_its_code_nor_its_words() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let key = clerk.get("/records/encounters/new").await.input("key");
    let visit = [
        ("act", "visit"),
        ("key", key.as_str()),
        ("visit-mode", "home"),
        ("visit-post", "示范局长"),
        ("visit-level", "division"),
        ("visit-at", "2023-05-04T08:30"),
        ("visit-agreed", "1"),
    ];
    let to = done(&clerk.submit("/records/encounters/new", &visit).await);
    let code = to.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    let here = format!("encounters/{code}");
    let said = [("take_down-words", "楼道堆满了东西"), ("take_down-kind", "request")];
    done(&act(&mut clerk, &here, "take_down", &said).await);
    let own = clerk.get(&format!("/records/{here}")).await;
    own.has("楼道堆满了东西");
    let case = own.text.split("name=\"code\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let mut other = kit.signed_in("clerk-water").await;
    other.get(&format!("/records/{here}")).await.lacks("楼道堆满了东西").lacks(&case);
    let void = [("act", "void"), ("key", "v"), ("version", "2"), ("void-reason", "不是我们的")];
    let refused = other.submit(&format!("/records/{here}/act"), &void).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    // Entered twice: each is shown beside the other, and one of them is void.
    let mut twice = visit.to_vec();
    twice[1].1 = "again";
    let to = done(&clerk.submit("/records/encounters/new", &twice).await);
    let second = to.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    clerk.get(&format!("/records/encounters/{second}")).await.has("可能是同一").has(&code);
    done(&act(&mut clerk, &format!("encounters/{second}"), "void", &[("void-reason", "登记了两次")]).await);
    clerk.get(&format!("/records/encounters/{second}")).await.has("记错作废").has("登记了两次");
}
