//! The board of a talk meeting as its people use it: units claim on their phones what was said, the chair settles what
//! several claim, and the speaker says on the day whether the first step was kept.

use crate::kit::{Answer, Client, DIGITS, Kit, at};
use crate::meetings::{PLAN, act, done, line, raised};
use axum::http::StatusCode;
use domain::Role;
use domain::case::{Command, Kept, Outcome, Stage};

/// A meeting with two opinions on its board, by its code, and the codes of their cases.
async fn board(clerk: &mut Client<'_>) -> (String, [String; 2]) {
    let key = clerk.get("/records/meetings/new").await.input("key");
    let mut fields = PLAN.to_vec();
    fields.push(("key", &key));
    let to = done(&clerk.submit("/records/meetings/new", &fields).await);
    let code = to.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    done(&act(clerk, &code, "notice", &[]).await);
    done(&act(clerk, &code, "open", &[]).await);
    let mut cases = Vec::new();
    for (no, words) in [("1", "车没地方停"), ("2", "要个食堂")] {
        done(&line(clerk, &code, no, &[("note-words", words), ("note-topic", "1")]).await);
        let agreed = [
            ("act", "confirm"),
            ("key", &format!("c{no}")),
            ("confirm-no", no),
            ("confirm-words", words),
            ("confirm-sort", "request"),
        ];
        cases.push(raised(&clerk.submit(&format!("/records/meetings/{code}/notes"), &agreed).await));
    }
    let board = format!("/records/meetings/{code}/board");
    assert_eq!(clerk.get(&board).await.location(), format!("/records/meetings/{code}"), "nothing is claimed yet");
    done(&act(clerk, &code, "board", &[]).await);
    (code, cases.try_into().unwrap())
}

async fn claim(client: &mut Client<'_>, code: &str, key: &str, no: &str, step: &str) -> Answer {
    let fields = [
        ("act", "claim"),
        ("no", no),
        ("key", key),
        ("claim-post", "示范科长"),
        ("claim-step", step),
        ("claim-by", "2023-05-08"),
    ];
    client.submit(&format!("/records/meetings/{code}/board"), &fields).await
}

async fn send(client: &mut Client<'_>, code: &str, fields: &[(&str, &str)]) -> Answer {
    client.submit(&format!("/records/meetings/{code}/board"), fields).await
}

#[tokio::test]
async fn a_unit_claims_on_its_phone_and_the_card_stands_in_its_column_until_the_speaker_says_whether_it_was_kept() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let (code, cases) = board(&mut clerk).await;
    let here = format!("/records/meetings/{code}/board");
    let mut water = kit.signed_in("clerk-water").await;
    let page = water.get(&here).await;
    assert!(page.text.contains("待认领（2）") && page.text.contains("我们认领") && page.text.contains("车没地方停"));
    let empty = claim(&mut water, &code, "w0", "1", " ").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("示范科长") && empty.text.contains("<details open>"), "{}", empty.text);
    assert_eq!(
        done(&claim(&mut water, &code, "w1", "1", "先划停车线").await),
        format!("{here}?done=board-claim#f-line-1")
    );
    // Sent once more by its key, it is there once; a second claim of the same unit is told so.
    done(&claim(&mut water, &code, "w1", "1", "先划停车线").await);
    let twice = claim(&mut water, &code, "w2", "1", "先划停车线").await;
    assert!(twice.status.is_client_error() && twice.text.contains("已经认领了这一件"), "{}", twice.text);
    let wall = clerk.get(&format!("{here}?wall=1")).await;
    assert!(
        wall.text.contains("先划停车线")
            && wall.text.contains("is-wall")
            && !wall.text.contains("<form method=\"post\" action=\"/records")
    );
    assert!(wall.text.contains("待认领 1，"));
    // Whoever did not come neither sees nor claims.
    let mut other = kit.signed_in("clerk-discipline").await;
    assert_eq!(other.get(&here).await.status, StatusCode::FORBIDDEN);
    assert_eq!(claim(&mut other, &code, "o1", "2", "先去看").await.status, StatusCode::FORBIDDEN);
    // It has no category yet: the chair chooses one.
    let unknown = send(&mut clerk, &code, &[("act", "end_board"), ("no", "0"), ("key", "e1")]).await;
    assert!(unknown.text.contains("第1条还没有类别"), "{}", unknown.text);
    let settle = [
        ("act", "settle"),
        ("no", "1"),
        ("key", "s1"),
        ("settle-lead", "water"),
        ("settle-joint", ""),
        ("settle-category", "water"),
    ];
    done(&send(&mut clerk, &code, &settle).await);
    done(&send(&mut clerk, &code, &[("act", "end_board"), ("no", "0"), ("key", "e2")]).await);
    assert_eq!(kit.case(&cases[0]).stage, Stage::Handling);
    assert_eq!(kit.case(&cases[1]).stage, Stage::Raised, "what nobody claimed waits for the dispatch centre");
    let list = water.get(&format!("/records/meetings/{code}/claims")).await;
    assert!(list.text.contains("先划停车线") && list.text.contains("无人认领"), "{}", list.text);
    let page = water.get(&format!("/cases/{}", cases[0])).await;
    assert!(page.text.contains("先划停车线") && page.text.contains("会上认领"), "{}", page.text);
    // The speaker has a slip, and is asked on the day.
    clerk.submit("/intake/slip", &[("key", "slip-1"), ("code", &cases[0])]).await;
    let mut keys = store::Keys::open(kit.place(), 1, false).unwrap();
    let (id, no) = (kit.case_id(&cases[0]), kit.case(&cases[0]).opening.secret);
    let secret = store::opening::secret_of(&mut keys, id, no).unwrap().unwrap();
    let mut own = kit.client();
    follow(&mut own, &[("code", &cases[0]), ("digits", &secret), ("new", DIGITS)]).await;
    let early = own.get("/case").await;
    assert!(early.text.contains("先划停车线") && !early.text.contains("第一步做到了吗"), "{}", early.text);
    kit.clock.set(at("2023-05-08T18:30:00"));
    let desk = kit.desk.clone();
    assert!(tokio::task::spawn_blocking(move || desk.sweep_now()).await.unwrap().unwrap() > 0);
    let mut own = kit.client();
    follow(&mut own, &[("code", &cases[0]), ("digits", DIGITS)]).await;
    let page = own.get("/case").await;
    assert!(page.text.contains("第一步做到了吗") && page.text.contains("到了答应的日子"), "{}", page.text);
    let values = ["csrf", "key", "version"].map(|name| (name, page.input(name)));
    let form: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let open = own.post("/case/step", &form).await;
    assert!(open.status == StatusCode::UNPROCESSABLE_ENTITY && open.text.contains("还没有选第一步"), "{}", open.text);
    done(&own.post("/case/step", &[&form[..], &[("kept", "no")]].concat()).await);
    assert_eq!(kit.case(&cases[0]).step.and_then(|step| step.word).map(|(kept, _)| kept), Some(Kept::No));
    assert!(own.get("/case").await.text.contains("您说：没做到"));
    // The unit reads it where it stands first.
    let mut water = kit.signed_in("clerk-water").await;
    let staff = water.get(&format!("/cases/{}", cases[0])).await;
    assert!(staff.text.contains("本人说第一步") && staff.text.contains("答应的第一步没做到"), "{}", staff.text);
    let public = kit.client().get(&format!("/meetings/{code}")).await;
    assert!(public.text.contains("由它牵头") && public.text.contains("第一步没做到"), "{}", public.text);
    // Whoever led it to its answer is still said to have led it.
    let answer = Command::Answer { task: 1, outcome: Outcome::Done, text: "已划线。".into(), basis: String::new() };
    kit.desk.act(kit.actor("clerk-water"), kit.case_id(&cases[0]), None, answer, None).await.unwrap();
    let list = water.get(&format!("/records/meetings/{code}/claims")).await;
    assert!(list.text.contains("<span class=\"quiet small\">牵头</span>"), "{}", list.text);
}

/// Opens a case, as its resident.
async fn follow(client: &mut Client<'_>, fields: &[(&str, &str)]) {
    client.post("/follow", fields).await;
}

#[tokio::test]
async fn what_two_units_claim_the_chair_settles_with_one_tap() {
    let kit = Kit::new().await;
    let mut clerk = kit.role(Role::Clerk).await;
    let (code, cases) = board(&mut clerk).await;
    let mut water = kit.signed_in("clerk-water").await;
    done(&claim(&mut water, &code, "w1", "1", "先划停车线").await);
    let public = kit.client().get(&format!("/meetings/{code}")).await;
    assert!(public.text.contains(&format!("data-live=\"/meetings/{code}\"")) && public.text.contains("会上认领："));
    done(&claim(&mut clerk, &code, "h1", "1", "先清旧车").await);
    let page = clerk.get(&format!("/records/meetings/{code}/board")).await;
    assert!(
        page.text.contains("多家认领，请主持人定（1）")
            && page.text.contains("牵头，其余协办")
            && page.text.contains("多家认领，请定牵头单位"),
        "{}",
        page.text
    );
    let refused = send(&mut clerk, &code, &[("act", "end_board"), ("no", "0"), ("key", "e1")]).await;
    assert!(refused.status.is_client_error() && refused.text.contains("几家同时认领"), "{}", refused.text);
    let settle = [
        ("act", "settle"),
        ("no", "1"),
        ("settle-lead", "water"),
        ("settle-joint", "housing"),
        ("settle-category", "water"),
    ];
    let not_chair = send(&mut water, &code, &[&settle[..], &[("key", "x")]].concat()).await;
    assert!(not_chair.status.is_client_error() && kit.case(&cases[0]).tasks.is_empty(), "{}", not_chair.text);
    done(&send(&mut clerk, &code, &[&settle[..], &[("key", "s1")]].concat()).await);
    let tasks: Vec<_> = kit.case(&cases[0]).tasks.iter().map(|task| (task.unit.to_string(), task.lead)).collect();
    assert_eq!(tasks, [("water".to_owned(), true), ("housing".to_owned(), false)]);
    done(
        &send(
            &mut water,
            &code,
            &[
                ("act", "claim"),
                ("no", "2"),
                ("key", "w2"),
                ("claim-post", "科长"),
                ("claim-step", "先看"),
                ("claim-by", "2023-05-09"),
            ],
        )
        .await,
    );
    done(&send(&mut water, &code, &[("act", "unclaim"), ("no", "2"), ("key", "w3")]).await);
    done(&send(&mut clerk, &code, &[("act", "end_board"), ("no", "0"), ("key", "e2")]).await);
    // Who came without getting it no longer reads it, once the hall is empty.
    assert!(water.get(&format!("/records/meetings/{code}/claims")).await.text.contains("原话只有办理"), "the second");
    assert!(clerk.get(&format!("/records/meetings/{code}/claims")).await.text.contains("要个食堂"));
    let public = kit.client().get(&format!("/meetings/{code}")).await;
    assert!(public.text.contains("协办，答应") && !public.text.contains("data-live"), "{}", public.text);
    assert!(!public.text.contains("停车线") && !public.text.contains(&cases[0]), "words wait until they are released");
}

/// How many opinions stand on the board.
const ITEMS: usize = 30;
/// How many phones claim each of them.
const PHONES: usize = 50;

/// Runs a future of a client to its end, as a phone of its own does.
fn phone<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// One phone claims every opinion; what it was told of each.
async fn claims_all(client: &mut Client<'_>, code: &str, phone: usize) -> Vec<StatusCode> {
    let csrf = client.get("/account").await.input("csrf");
    let mut told = Vec::new();
    for no in 1..=ITEMS {
        let (no, key) = (no.to_string(), format!("p{phone}-{no}"));
        let fields = [
            ("csrf", csrf.as_str()),
            ("act", "claim"),
            ("no", &no),
            ("key", &key),
            ("claim-post", "示范科长"),
            ("claim-step", "先去看"),
            ("claim-by", "2023-05-08"),
        ];
        told.push(client.post(&format!("/records/meetings/{code}/board"), &fields).await.status);
    }
    told
}

#[test]
fn fifty_phones_claim_the_same_thirty_opinions_through_their_pages_and_each_has_one_lead_and_nobody_a_false_yes() {
    for kit in Kit::everywhere() {
        kit.clerks(&[("clerk-street", "street-1"), ("clerk-mediation", "mediation")]);
        let users = ["clerk-water", "clerk-street", "clerk-mediation"];
        let code = phone(async {
            let mut clerk = kit.role(Role::Clerk).await;
            let (code, _) = board(&mut clerk).await;
            let units = [("invite-units", "示范一街道、示范矛调中心")];
            done(&act(&mut clerk, &code, "invite", &units).await);
            for no in 3..=ITEMS {
                let (no, words) = (no.to_string(), format!("第{no}句"));
                done(&line(&mut clerk, &code, &no, &[("note-words", &words), ("note-topic", "1")]).await);
                let agreed = [
                    ("act", "confirm"),
                    ("key", &format!("c{no}")),
                    ("confirm-no", &no),
                    ("confirm-words", &words),
                    ("confirm-sort", "request"),
                ];
                raised(&clerk.submit(&format!("/records/meetings/{code}/notes"), &agreed).await);
            }
            code
        });
        // They sign in as they come; then all claim at once.
        let clients: Vec<Client<'_>> = phone(async {
            let mut clients = Vec::new();
            for n in 0..PHONES {
                clients.push(kit.signed_in(users[n % users.len()]).await);
            }
            clients
        });
        let told: Vec<(usize, Vec<StatusCode>)> = std::thread::scope(|scope| {
            let code = code.as_str();
            let claims = clients.into_iter().enumerate().map(|(n, mut client)| {
                let all = scope.spawn(move || phone(claims_all(&mut client, code, n)));
                (n % users.len(), all)
            });
            let claims: Vec<_> = claims.collect();
            claims.into_iter().map(|(unit, all)| (unit, all.join().unwrap())).collect()
        });
        // Of each unit one phone was told yes, and all others that their unit has claimed it.
        for no in 0..ITEMS {
            let mut yes: Vec<usize> =
                told.iter().filter(|(_, told)| told[no] == StatusCode::SEE_OTHER).map(|(unit, _)| *unit).collect();
            yes.sort();
            assert_eq!(yes, [0, 1, 2], "opinion {}", no + 1);
            assert!(told.iter().all(|(_, told)| told[no] == StatusCode::SEE_OTHER || told[no].is_client_error()));
        }
        phone(async {
            let mut clerk = kit.role(Role::Clerk).await;
            for no in 1..=ITEMS {
                let (no, key) = (no.to_string(), format!("s{no}"));
                let settle = [
                    ("act", "settle"),
                    ("no", &no),
                    ("key", &key),
                    ("settle-lead", "water"),
                    ("settle-joint", "street-1"),
                    ("settle-category", "water"),
                ];
                done(&send(&mut clerk, &code, &settle).await);
            }
            let list = clerk.get(&format!("/records/meetings/{code}/claims")).await;
            assert_eq!(list.text.matches("<span class=\"quiet small\">牵头</span>").count(), ITEMS, "{}", list.text);
        });
    }
}
