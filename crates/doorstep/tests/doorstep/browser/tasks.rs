//! The tasks that fill people's days, done in a browser in both languages, and what each costs: docs/tasks.md is held
//! against what is counted here. Seconds are shown, not asserted: `cargo test -p doorstep browser::tasks -- --nocapture`.

use super::hand::{Done, Hand, Manner};
use super::site::{PASSWORD, Site, user_of};
use super::tab::{browse_with, is_there};
use domain::Role;
use std::fmt::Write;
use std::path::Path;

/// Where the counts of the last change stand.
const WRITTEN: &str = "../../docs/tasks.md";

/// The table of what is late, under the tabs of its page. Like every mark of an end it stands where a task ends, and not
/// where it begins.
const LATE: &str = "main .tabs:has(a[href='/late/returns']) ~ table";

async fn resident(hand: &mut Hand<'_>, site: &Site) {
    hand.is("居民 · resident");
    hand.phone().await;
    let text = "三号楼的楼道灯不亮。";
    hand.task(
        "说一件事，一句话就够 · raise something in one sentence",
        "/",
        async |h| {
            h.press("main a[href='/raise']").await;
            h.write("#f-text", text).await;
            h.press("[data-step-send]").await;
        },
        ".slip .code",
    )
    .await;
    hand.tab.press("a[download='receipt.tlog-proof']").await;
    let receipt = hand.tab.downloaded("receipt.tlog-proof").await;
    let file = hand.tab.downloads("receipt.tlog-proof");
    hand.task(
        "看看办到哪里了 · see where it stands",
        "/",
        async |h| {
            h.press("main a[href='/follow']").await;
            h.follow(&site.raised.code, &site.raised.digits).await;
        },
        "main ol.line",
    )
    .await;
    hand.task(
        "回答追问 · answer a question",
        "/follow",
        async |h| {
            h.follow(&site.asked.code, &site.asked.digits).await;
            h.write("#f-reply", "二单元三层。").await;
            h.press("form[action='/case/reply'] .btn-main").await;
        },
        "main:not(:has(#f-reply)) ol.line",
    )
    .await;
    hand.task(
        "评价 · give a verdict",
        "/follow",
        async |h| {
            h.follow(&site.answered.code, &site.answered.digits).await;
            h.press("label:has([name='solved'][value='yes'])").await;
            h.press("label:has([name='handled'][value='good'])").await;
            h.press("form[action='/case/verdict'] .btn-main").await;
        },
        "main:not(:has(form[action='/case/verdict'])) ol.line",
    )
    .await;
    hand.task(
        "核对回执 · check a receipt",
        "/verify",
        async |h| {
            if h.manner.scripts {
                return h.file("[data-receipt-file]", file.to_str().unwrap()).await;
            }
            h.paste("#f-receipt", &receipt).await;
            h.press("main .btn-main").await;
        },
        ".seal:not(.seal-no), .notice-ok",
    )
    .await;
}

/// Signs in, counted as a task of that person.
async fn sign_in(hand: &mut Hand<'_>, who: &'static str, role: Role) {
    hand.tab.forget_session().await;
    hand.is(who);
    hand.task(
        "登录 · sign in",
        "/sign-in",
        async |h| {
            h.write("#f-user", &user_of(role)).await;
            h.write("#f-password", PASSWORD).await;
            h.press("main .btn-main").await;
        },
        "form[action='/sign-out']",
    )
    .await;
    hand.tab.give_code().await;
}

async fn grid(hand: &mut Hand<'_>, _: &Site) {
    sign_in(hand, "网格员 · grid worker", Role::Grid).await;
    hand.task(
        "在门口记一件事 · take something down at the door",
        "/intake",
        async |h| {
            h.write("#f-text", "楼道堆了旧家具。").await;
            h.write("#f-phone", "10000000003").await;
            h.press("main form .btn-main").await;
        },
        ".slip .code",
    )
    .await;
    // Without scripts, nothing can wait in a page.
    if hand.manner.scripts {
        hand.tab.go("/intake").await;
        hand.tab.network(false).await;
        hand.task(
            "没有信号时记下，来信号后送出 · take it down without a signal, send it later",
            "",
            async |h| {
                h.write("#f-text", "井盖松了。").await;
                h.press("main form .btn-main").await;
                h.tab.network(true).await;
            },
            ".slip .code",
        )
        .await;
    }
    hand.task(
        "放大字 · larger letters",
        "/intake",
        async |h| h.press("a[href^='/print-size']").await,
        "html[data-print-size='large']",
    )
    .await;
    hand.task("退出 · sign out", "", async |h| h.press("form[action='/sign-out'] button").await, "#f-password").await;
    hand.tab.go("/print-size?to=normal&back=/").await;
}

async fn clerk(hand: &mut Hand<'_>, site: &Site) {
    hand.desk().await;
    sign_in(hand, "承办人 · clerk", Role::Clerk).await;
    hand.task(
        "打开最急的一件 · open the most urgent case",
        "/desk",
        async |h| h.press("main table a[href^='/cases/']").await,
        "#f-answer",
    )
    .await;
    hand.task(
        "答复 · answer",
        &format!("/cases/{}", site.late.code),
        async |h| {
            h.press("#f-answer label:has(input[value='done'])").await;
            h.write("#f-answer-text", "灯已换新。").await;
            h.press("#f-answer .btn-main").await;
        },
        "main:not(:has(#f-answer)) ol.line",
    )
    .await;
    hand.task(
        "一次问两件的居民 · ask the residents of two cases at once",
        "/desk",
        async |h| {
            h.press(&format!("tr:has(a[href='/cases/{}']) .pick label", site.handled.code)).await;
            h.press(&format!("tr:has(a[href='/cases/{}']) .pick label", site.objected.code)).await;
            h.press(".bulk button[value='ask']").await;
            h.write("#f-question", "几层？").await;
            h.press("main .btn-main").await;
            h.press("main:not(:has(textarea)) .btn-main").await;
        },
        "main .lead[role='status']",
    )
    .await;
    hand.task(
        "按词查找 · find by a word",
        "/desk",
        async |h| {
            h.write("header input[name='q']", "bicycles").await;
            h.press("header .find button").await;
        },
        ".hits mark",
    )
    .await;
}

async fn head(hand: &mut Hand<'_>, site: &Site) {
    sign_in(hand, "科室负责人 · head of a unit", Role::Head).await;
    hand.task(
        "签发答复 · approve an answer",
        &format!("/cases/{}", site.proposed.code),
        async |h| h.press("#f-approve .btn").await,
        "main:not(:has(#f-approve)) ol.line",
    )
    .await;
    hand.task(
        "写一个答复模板 · write an answer template",
        "/templates",
        async |h| {
            h.write("#f-name", "灯").await;
            h.write("#f-text", "灯已换新。").await;
            h.press("main .btn-main").await;
        },
        "main table [data-row]",
    )
    .await;
    hand.task(
        "打开工作单 · open a work slip",
        &format!("/cases/{}", site.handled.code),
        async |h| h.press("main a[href$='/slip']").await,
        ".a4",
    )
    .await;
    hand.task(
        "看本月数字 · look at this month's figures",
        "/desk",
        async |h| h.press("header a[href^='/figures']").await,
        "main .figures, main .figure",
    )
    .await;
}

async fn dispatcher(hand: &mut Hand<'_>, site: &Site) {
    sign_in(hand, "分派员 · dispatcher", Role::Dispatcher).await;
    hand.task(
        "按建议受理并分派 · accept and dispatch as suggested",
        "/inbox",
        async |h| h.press(&format!("tr:has(a[href='/cases/{}']) button[name='now']", site.raised.code)).await,
        ".notice-ok",
    )
    .await;
    hand.task(
        "裁定异议 · decide an objection",
        &format!("/cases/{}", site.objected.code),
        async |h| h.press("#f-uphold_objection .btn").await,
        "main:not(:has(#f-uphold_objection)) ol.line",
    )
    .await;
    hand.task(
        "找同类的件 · look for cases to merge with",
        &format!("/cases/{}", site.handled.code),
        async |h| h.press("main a[href$='/near']").await,
        "main .stack > .sheet > h2 + blockquote.said",
    )
    .await;
    hand.task("看谁逾期 · see who is late", "/inbox", async |h| h.press("header a[href='/late']").await, LATE).await;
}

async fn leader(hand: &mut Hand<'_>, _: &Site) {
    hand.phone().await;
    sign_in(hand, "区领导 · leader", Role::Leader).await;
    hand.task(
        "看哪里超期 · see where something is late",
        "/leader",
        async |h| h.press("header a[href='/late']").await,
        LATE,
    )
    .await;
    hand.task(
        "从一个数字走到件 · from a figure to its cases",
        "/leader",
        async |h| h.press("main .figure a[href*='part=denominator']").await,
        "main table a[href^='/cases/']",
    )
    .await;
    hand.task(
        "从居民的话走到件 · from a resident's words to the case",
        "/leader",
        async |h| h.press("main .said ~ p a[href^='/cases/']").await,
        "main ol.line",
    )
    .await;
    hand.task(
        "公布数字 · publish figures",
        "/leader",
        async |h| {
            h.press("main a[href='/figures/live']").await;
            h.press("form[action='/figures/publish'] .btn-main").await;
        },
        "main a[href^='/figures/published/']",
    )
    .await;
}

async fn auditor(hand: &mut Hand<'_>, site: &Site) {
    hand.desk().await;
    sign_in(hand, "审计员 · auditor", Role::Auditor).await;
    hand.task(
        "翻看账本的一条 · look at an entry",
        "/ledger",
        async |h| h.press("main table a[href^='/ledger/']").await,
        "main dl.facts",
    )
    .await;
    hand.task(
        "从数字走到件 · from a figure to its cases",
        "/figures/live",
        async |h| h.press("main a[href*='/figures/cases']").await,
        "main table a[href^='/cases/']",
    )
    .await;
    hand.task(
        "重算公布的数字 · count a publication again",
        &site.publication,
        async |h| h.press("form[action='/figures/recompute'] .btn").await,
        "#recomputed .notice-ok",
    )
    .await;
    hand.task(
        "比较两个检查点 · compare two checkpoints",
        "/ledger/compare",
        async |h| {
            h.write("#f-old", "20").await;
            h.press("main .btn-main").await;
        },
        "#result .notice-ok",
    )
    .await;
}

async fn administrator(hand: &mut Hand<'_>, _: &Site) {
    sign_in(hand, "管理员 · administrator", Role::Administrator).await;
    hand.task(
        "开一个账号 · open an account",
        "/admin/accounts",
        async |h| {
            h.write("#f-user", "clerk-9").await;
            h.choose("#f-unit", "water").await;
            h.choose("#f-role", "clerk").await;
            h.press("main form .btn-main").await;
        },
        "#fresh",
    )
    .await;
    hand.task(
        "体检 · check the installation",
        "/admin/care",
        async |h| h.press("button[name='act'][value='doctor']").await,
        "main .findings",
    )
    .await;
    hand.task(
        "做一份备份 · make a backup",
        "/admin/care",
        async |h| h.press("button[name='act'][value='backup']").await,
        "main table .st-done",
    )
    .await;
    hand.task(
        "看发不出去的消息 · see which messages did not go out",
        "/admin",
        async |h| h.press("main a[href='/admin/messages']").await,
        "main p:has(a[href='/admin']) ~ .stack table",
    )
    .await;
}

/// A task's row, as docs/tasks.md has it.
fn row(d: &Done) -> String {
    format!("| {} | {} | {} | {} |", d.who, d.what, d.clicks, d.keys)
}

/// Does everything in one manner.
fn day(manner: Manner) -> Vec<Done> {
    let site = Site::serve();
    let mut all = Vec::new();
    browse_with(&site.server.address, manner.letters, async |tab| {
        tab.go(&format!("/language?to={}&back=/", manner.lang)).await;
        let mut hand = Hand::new(tab, manner).await;
        resident(&mut hand, &site).await;
        grid(&mut hand, &site).await;
        clerk(&mut hand, &site).await;
        head(&mut hand, &site).await;
        dispatcher(&mut hand, &site).await;
        leader(&mut hand, &site).await;
        auditor(&mut hand, &site).await;
        administrator(&mut hand, &site).await;
        all = hand.done;
    });
    all
}

const PLAIN: Manner = Manner { lang: "zh-CN", scripts: true, keyboard: false, width: None, letters: 100 };

#[test]
#[allow(clippy::print_stdout)] // Seconds are for whoever asks.
fn what_fills_a_day_costs_as_many_clicks_and_keys_as_is_written_in_both_languages() {
    if !is_there() {
        return;
    }
    let (zh, en) = (day(PLAIN), day(Manner { lang: "en", ..PLAIN }));
    let mut table = String::new();
    for (z, e) in zh.iter().zip(&en) {
        assert_eq!(row(z), row(e), "a task costs more in one language");
        writeln!(table, "{}", row(z)).unwrap();
        println!("{:>6} ms {:>6} ms  {}", z.took.as_millis(), e.took.as_millis(), row(z));
    }
    let written = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(WRITTEN)).unwrap();
    assert!(written.contains(&table), "docs/tasks.md says something else than\n{table}");
}

/// Does everything in a manner that some people need, and shows what it costs.
#[allow(clippy::print_stdout)] // Costs are for whoever asks.
fn day_is_done(manner: Manner) {
    if is_there() {
        day(manner).iter().for_each(|d| println!("{:>6} ms  {}", d.took.as_millis(), row(d)));
    }
}

#[test]
fn everybodys_day_is_done_without_scripts_on_the_smallest_screen() {
    day_is_done(Manner { scripts: false, width: Some(320), ..PLAIN });
}

#[test]
fn everybodys_day_is_done_by_the_keyboard_alone() {
    day_is_done(Manner { keyboard: true, ..PLAIN });
}

#[test]
fn everybodys_day_is_done_on_a_phone_with_letters_of_twice_the_size() {
    day_is_done(Manner { lang: "en", width: Some(390), letters: 200, ..PLAIN });
}
