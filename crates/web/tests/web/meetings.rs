//! Talk meetings as their people use them: several note-takers write at once, each line is read back and becomes a case,
//! what nobody could read back is said to be so, and everybody sees what became of it.

use crate::kit::{Answer, Client, Kit, at};
use axum::http::StatusCode;
use domain::Role;

pub const PLAN: &[(&str, &str)] = &[
    ("act", "plan"),
    ("plan-name", "民情恳谈会"),
    ("plan-no", "3"),
    ("plan-topics", "停车\n养老"),
    ("plan-agenda", "先听大家说，再由部门答"),
    ("plan-starts", "2023-05-04T10:00"),
    ("plan-minutes", "120"),
    ("plan-place", "社区礼堂"),
    ("plan-street", "street-1"),
    ("plan-chair", "示范主任"),
    ("plan-departments", "示范水务局"),
    ("plan-chosen", "open"),
];

pub async fn act(client: &mut Client<'_>, code: &str, act: &str, typed: &[(&str, &str)]) -> Answer {
    let page = client.get(&format!("/records/meetings/{code}")).await;
    let (key, version) = (page.input("key"), page.input("version"));
    let mut fields = vec![("act", act), ("key", key.as_str()), ("version", version.as_str())];
    fields.extend(typed);
    client.submit(&format!("/records/meetings/{code}/act"), &fields).await
}

pub async fn line(client: &mut Client<'_>, code: &str, key: &str, typed: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("act", "note"), ("key", key), ("note-how", "spoken")];
    fields.extend(typed);
    client.submit(&format!("/records/meetings/{code}/notes"), &fields).await
}

pub fn done(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.location().to_owned()
}

/// The code of the case that a line has just become: its page offers it to whoever said it.
pub fn raised(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    assert!(answer.text.contains("code-big") && answer.text.contains("用自己的手机扫码"), "{}", answer.text);
    let from = answer.text.split("role=\"status\"><h2>").nth(1).unwrap();
    from.split("class=\"code\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

/// A meeting that is open, by its code.
async fn open(client: &mut Client<'_>) -> String {
    let key = client.get("/records/meetings/new").await.input("key");
    let mut fields = PLAN.to_vec();
    fields.push(("key", &key));
    let to = done(&client.submit("/records/meetings/new", &fields).await);
    let code = to.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    done(&act(client, &code, "notice", &[]).await);
    done(&act(client, &code, "open", &[]).await);
    code
}

#[tokio::test]
async fn two_note_takers_write_at_once_and_each_line_is_there_once() {
    let kit = Kit::new().await;
    let (mut clerk, mut head) = (kit.role(Role::Clerk).await, kit.role(Role::Head).await);
    let code = open(&mut clerk).await;
    for n in 0..10 {
        let (words, key) = (format!("第{n}句"), format!("a{n}"));
        done(&line(&mut clerk, &code, &key, &[("note-words", &words), ("note-topic", "1")]).await);
        let (words, key) = (format!("另{n}句"), format!("b{n}"));
        done(&line(&mut head, &code, &key, &[("note-words", &words), ("note-topic", "2")]).await);
        // Its line was lost on the way back: it is sent once more, by its key.
        done(&line(&mut head, &code, &key, &[("note-words", &words), ("note-topic", "2")]).await);
    }
    let page = clerk.get(&format!("/records/meetings/{code}/notes")).await;
    assert!(page.text.contains("待读回（20）"), "{}", page.text);
    for n in 0..10 {
        assert_eq!(page.text.matches(&format!("<blockquote class=\"said\">第{n}句")).count(), 1);
        assert_eq!(page.text.matches(&format!("<blockquote class=\"said\">另{n}句")).count(), 1);
    }
    let wall = head.get(&format!("/records/meetings/{code}/wall")).await;
    assert!(wall.text.contains("已记 20 条") && wall.text.contains("停车"));
}

#[tokio::test]
async fn an_opinion_is_a_case_in_the_words_that_its_speaker_agreed_to_and_the_rest_says_that_it_was_not_read_back() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let code = open(&mut clerk).await;
    let here = format!("/records/meetings/{code}/notes");
    done(&line(&mut clerk, &code, "1", &[("note-words", "车没地方停"), ("note-topic", "1")]).await);
    done(&line(&mut clerk, &code, "2", &[("note-words", "要个食堂"), ("note-topic", "2")]).await);
    let agreed = [
        ("act", "confirm"),
        ("key", "c1"),
        ("confirm-no", "1"),
        ("confirm-words", "晚上回来没有车位"),
        ("confirm-sort", "request"),
        ("confirm-public", "1"),
    ];
    let case = raised(&clerk.submit(&here, &agreed).await);
    kit.role(Role::Dispatcher).await.get(&format!("/cases/{case}")).await.has("晚上回来没有车位");
    assert_eq!(kit.case(&case).door, domain::case::Door::Meeting);
    let notes = clerk.get(&here).await;
    assert!(notes.text.contains("晚上回来没有车位") && !notes.text.contains("车没地方停"), "the agreed words stand");
    let wall = clerk.get(&format!("/records/meetings/{code}/wall")).await;
    assert!(wall.text.contains("晚上回来没有车位") && !wall.text.contains("车没地方停"));
    // Whoever spoke takes a slip along, printed where the line was read back.
    assert!(notes.text.contains("打印回执给本人"));
    let slip = clerk.submit("/intake/slip", &[("key", "slip-1"), ("code", &case)]).await;
    assert_eq!(slip.status, StatusCode::OK, "{}", slip.text);
    assert!(slip.text.contains(&case) && slip.text.contains("data:image/png"));
    let left = act(&mut clerk, &code, "close", &[("close-heads", "30"), ("close-counted", "by_hand")]).await;
    assert_eq!(left.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(left.text.contains("还有1条没有读回"), "{}", left.text);
    let closing = [("close-heads", "30"), ("close-counted", "by_hand"), ("close-unread", "1")];
    done(&act(&mut clerk, &code, "close", &closing).await);
    done(&act(&mut clerk, &code, "minute", &[("minute-text", "会议听取了意见，电话 13900000000。")]).await);
    let mut head = kit.role(Role::Head).await;
    done(&act(&mut head, &code, "approve", &[]).await);
    let page = kit.client().get(&format!("/meetings/{code}")).await;
    assert!(page.text.contains("意见 2 条") && page.text.contains("没有读回本人的 1 条"), "{}", page.text);
    assert!(page.text.contains("会议听取了意见") && !page.text.contains("13900000000"));
    assert!(!page.text.contains("车位") && !page.text.contains("食堂") && !page.text.contains(&case));
    assert!(kit.client().get("/meetings").await.text.contains("民情恳谈会"));
}

#[tokio::test]
async fn what_is_struck_out_says_why_and_a_head_destroys_its_words() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let code = open(&mut clerk).await;
    let here = format!("/records/meetings/{code}/notes");
    done(&line(&mut clerk, &code, "1", &[("note-words", "我叫示例，住三栋"), ("note-topic", "1")]).await);
    let drop = [("act", "drop"), ("key", "d1"), ("drop-no", "1"), ("drop-reason", "本人收回")];
    done(&clerk.submit(&here, &drop).await);
    let page = clerk.get(&here).await;
    assert!(page.text.contains("划去原因：本人收回") && !page.text.contains("value=\"erase\""), "{}", page.text);
    let erase = [("act", "erase"), ("key", "e1"), ("erase-no", "1")];
    assert!(clerk.submit(&here, &erase).await.status.is_client_error(), "that is for the head");
    let mut head = kit.role(Role::Head).await;
    assert!(head.get(&here).await.text.contains("value=\"erase\""));
    done(&head.submit(&here, &erase).await);
    assert!(!head.get(&here).await.text.contains("三栋"));
}

#[tokio::test]
async fn a_line_that_can_not_be_kept_comes_back_with_what_was_typed_and_others_read_no_line_of_it() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let code = open(&mut clerk).await;
    let wrong = line(&mut clerk, &code, "1", &[("note-words", "一句话"), ("note-topic", "7")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("没有这个议题") && wrong.text.contains("一句话"), "{}", wrong.text);
    let long = "话".repeat(1_001);
    let speech = line(&mut clerk, &code, "9", &[("note-words", &long), ("note-topic", "1")]).await;
    assert!(
        speech.status == StatusCode::UNPROCESSABLE_ENTITY && speech.text.contains("最多1000个字"),
        "{}",
        speech.text
    );
    done(&line(&mut clerk, &code, "2", &[("note-words", "不给别人看的话"), ("note-topic", "0")]).await);
    let twice = [("act", "drop"), ("key", "d"), ("drop-no", "9"), ("drop-reason", "重复")];
    let none = clerk.submit(&format!("/records/meetings/{code}/notes"), &twice).await;
    assert!(none.status == StatusCode::UNPROCESSABLE_ENTITY && none.text.contains("没有待读回的第9条"));
    let mut water = kit.signed_in("clerk-water").await;
    assert!(!water.get(&format!("/records/meetings/{code}")).await.text.contains("不给别人看的话"));
    assert_eq!(water.get(&format!("/records/meetings/{code}/notes")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(water.get(&format!("/records/meetings/{code}/wall")).await.status, StatusCode::FORBIDDEN);
    assert!(!kit.role(Role::Leader).await.get(&format!("/records/meetings/{code}")).await.text.contains("不给别人看"));
}

#[tokio::test]
async fn the_minutes_leave_as_a_file_with_what_became_of_each_opinion_and_no_code_of_a_case() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let code = open(&mut clerk).await;
    done(&line(&mut clerk, &code, "1", &[("note-words", "车没地方停"), ("note-topic", "1")]).await);
    let file = format!("/records/meetings/{code}/minutes.docx");
    assert_eq!(clerk.get(&file).await.status, StatusCode::NOT_FOUND, "nothing is written yet");
    let closing = [("close-heads", "9"), ("close-counted", "by_hand"), ("close-unread", "1")];
    done(&act(&mut clerk, &code, "close", &closing).await);
    let minutes = [("minute-text", "第一段，谈了停车。\n第二段，请打 13800012345。")];
    done(&act(&mut clerk, &code, "minute", &minutes).await);
    clerk.get(&format!("/records/meetings/{code}")).await.has(&file);

    let text = |answer: Answer| {
        assert_eq!(answer.status, StatusCode::OK);
        let mut whole = zip::ZipArchive::new(std::io::Cursor::new(answer.bytes)).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut whole.by_name("word/document.xml").unwrap(), &mut text).unwrap();
        text
    };
    let draft = text(clerk.get(&file).await);
    for words in ["示范住建局民情恳谈会纪要", "草稿，未审定", "第一段，谈了停车。", "第 1 条", "待受理"]
    {
        assert!(draft.contains(words), "{words} is not in {draft}");
    }
    // 22 lines and 28 characters a page, as the standard means.
    assert!(draft.contains("w:line=\"579\"") && draft.contains("w:spacing w:val=\"-5\""), "{draft}");
    // Neither a number that slipped in, nor what opens a case, nor words that nobody released.
    let mut db = store::Db::open_reader(kit.place()).unwrap();
    let case = db.query("SELECT code FROM cases WHERE district = $1", &store::args![1]).unwrap();
    for hidden in ["13800012345", case[0].text("code").unwrap(), "车没地方停"] {
        assert!(!draft.contains(hidden), "{hidden}");
    }
    let mut head = kit.role(Role::Head).await;
    done(&act(&mut head, &code, "approve", &[]).await);
    assert!(!text(kit.role(Role::Leader).await.get(&file).await).contains("草稿"));
    assert!(kit.client().get(&file).await.location().starts_with("/sign-in"));
}

#[tokio::test]
async fn the_next_meeting_opens_with_what_became_of_the_last_ones_opinions() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let first = open(&mut clerk).await;
    done(&line(&mut clerk, &first, "1", &[("note-words", "车没地方停"), ("note-topic", "1")]).await);
    let closing = [("close-heads", "9"), ("close-counted", "by_hand"), ("close-unread", "1")];
    done(&act(&mut clerk, &first, "close", &closing).await);
    kit.clock.set(at("2023-05-11T09:00:00"));
    let mut clerk = kit.role(Role::Clerk).await;
    let form = clerk.get("/records/meetings/new").await;
    let before = form.text.split("name=\"plan-after\"").nth(1).unwrap();
    let before = before.split("value=\"").find_map(|part| part.split('"').next().filter(|v| v.len() == 32)).unwrap();
    let key = form.input("key");
    let mut fields: Vec<(&str, &str)> = PLAN.iter().filter(|(name, _)| *name != "plan-starts").copied().collect();
    fields.extend([("plan-starts", "2023-05-11T10:00"), ("plan-after", before), ("key", &key)]);
    let to = done(&clerk.submit("/records/meetings/new", &fields).await);
    let second = to.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    done(&act(&mut clerk, &second, "notice", &[]).await);
    assert!(clerk.get(&format!("/records/meetings/{second}")).await.text.contains("只提前了 0 天公告"));
    done(&act(&mut clerk, &second, "open", &[]).await);
    let notes = clerk.get(&format!("/records/meetings/{second}/notes")).await;
    assert!(notes.text.contains("上一次的意见（1 条）后来怎么样"), "{}", notes.text);
    let page = kit.client().get(&format!("/meetings/{second}")).await;
    assert!(page.text.contains("上一次的意见 1 条，已答复 0 条"), "{}", page.text);
    assert!(clerk.get("/records/meetings").await.text.contains("已散会，等纪要"));
    assert!(clerk.get("/desk").await.text.contains("民情恳谈会"), "minutes are owed");
}

#[tokio::test]
async fn a_screen_is_told_where_a_meeting_is_and_then_of_each_change_and_nothing_of_other_records() {
    use axum::http::header;
    use http_body_util::BodyExt;

    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let code = open(&mut clerk).await;
    let path = format!("/records/meetings/{code}/stream");
    let answer = clerk.listen(&path).await;
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut body = answer.into_body();
    let mut next = async || {
        let frame = body.frame().await.unwrap().unwrap().into_data().unwrap();
        let text = String::from_utf8(frame.to_vec()).unwrap();
        text.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().parse::<u64>().unwrap()
    };
    let first = next().await;
    kit.raise("别的一件").await;
    done(&line(&mut clerk, &code, "1", &[("note-words", "一句话"), ("note-topic", "0")]).await);
    let second = next().await;
    assert!(second > first + 1, "the case that was raised meanwhile is told to nobody here");
    let none = kit.client().get(&path).await;
    assert!(none.location().starts_with("/sign-in"));
    assert_eq!(clerk.get("/records/meetings/0000-0000-000/stream").await.status, StatusCode::NOT_FOUND);
}
