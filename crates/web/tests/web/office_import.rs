//! Units and posts from a workbook: read, judged, shown, and only then set.

use crate::kit::{Answer, Client, Kit};
use axum::http::StatusCode;
use domain::Role;
use domain::district::UnitCode;
use rust_xlsxwriter::Workbook;

/// A workbook of sheets with rows of texts; an empty text is no cell.
fn book(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (row, at) in rows.iter().zip(0..) {
            for (text, column) in row.iter().zip(0..).filter(|(text, _)| !text.is_empty()) {
                sheet.write_string(at, column, *text).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

/// Confirms what a preview shows.
async fn confirm(admin: &mut Client<'_>, preview: &Answer) -> Answer {
    let plain =
        |text: String| text.replace("&#34;", "\"").replace("&quot;", "\"").replace("&#43;", "+").replace("&#38;", "&");
    let (version, data) = (preview.input("version"), plain(preview.input("data")));
    admin.submit("/admin/import/confirm", &[("version", &version), ("data", &data)]).await
}

const UNITS: &[&str] = &["code", "zh", "en", "kind", "parent"];
const POSTS: &[&str] = &["code", "zh", "en", "unit", "role"];

#[tokio::test]
async fn what_the_tables_hold_comes_back_unchanged_and_a_changed_row_is_shown_before_it_is_set() {
    let kit = Kit::new().await;
    let mut admin = kit.role(Role::Administrator).await;
    for lang in ["zh-CN", "en"] {
        admin.lang = lang;
        let file = admin.get("/admin/import/template.xlsx").await;
        assert!(file.headers["content-disposition"].to_str().unwrap().contains("units-and-posts.xlsx"));
        let same = admin.upload("/admin/import", &file.bytes).await;
        assert_eq!(same.status, StatusCode::OK, "{}", same.text);
        same.has(if lang == "en" { "Nothing differs" } else { "没有变化" }).lacks("/admin/import/confirm");
    }
    admin.lang = "zh-CN";
    let units: &[&[&str]] = &[
        UNITS,
        &["parks", "示范园林局", "Demo parks", "部门", "centre"],
        &[],
        &["housing", "示范住房局", "Housing", "bureau", ""],
        &["parks.north", "示范北园", "North park", "community", "parks"],
    ];
    let posts: &[&[&str]] = &[POSTS, &["parks.desk", "园林窗口", "Parks desk", "parks", "经办人"]];
    let file = book(&[("说明", &[&["随便写"]]), ("单位 units", units), ("Posts", posts)]);
    let preview = admin.upload("/admin/import", &file).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text);
    preview.has("示范园林局 · Demo parks · 部门 · centre").has("示范住房局").has("示范住建局").has("确认导入");
    assert!(kit.desk.district().open_unit(&UnitCode::from("parks")).is_none(), "a preview changes nothing");
    let before = kit.desk.district().version;
    assert_eq!(confirm(&mut admin, &preview).await.location(), "/admin/import?done=imported");
    let d = kit.desk.district();
    assert_eq!((d.version, d.units[&UnitCode::from("housing")].zh.as_str()), (before + 2, "示范住房局"));
    assert_eq!(d.units[&UnitCode::from("parks.north")].parent, Some("parks".into()));
    assert_eq!(d.posts.values().find(|p| p.code.0 == "parks.desk").unwrap().role, Role::Clerk);
    let stale = confirm(&mut admin, &preview).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    stale.has("又有变动");
    assert_eq!(kit.desk.district().version, before + 2);
}

#[tokio::test]
async fn a_fault_names_its_sheet_row_and_column_in_both_languages_and_nothing_changes() {
    let kit = Kit::new().await;
    let mut admin = kit.role(Role::Administrator).await;
    let before = kit.desk.district().version;
    let units: &[&[&str]] = &[
        UNITS,
        &["good", "好的", "Good", "bureau", ""],
        &["Bad Code", "名", "Name", "bureau", ""],
        &["good", "再来", "Again", "no kind", ""],
        &["third", "", "Third", "bureau", "nowhere"],
    ];
    let posts: &[&[&str]] = &[POSTS, &["p1", "岗", "Post", "nobody", "king"]];
    let file = book(&[("units", units), ("posts", posts)]);
    let zh = admin.upload("/admin/import", &file).await;
    assert_eq!(zh.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in
        ["“Bad Code”不能作代码", "“good”出现了两次", "“no kind”不认识", "这一格不能空", "没有“nobody”", "“king”不认识"]
    {
        zh.has(words);
    }
    zh.has("<th scope=\"row\">units</th>").has("D 种类 kind").has("E 角色 role").has("有 6 处要更正");
    zh.lacks("/admin/import/confirm");
    let unknown: &[&[&str]] = &[&["code", "zh", "en", "colour", "en"], &["a", "b", "c", "d"]];
    let wrong = book(&[("units", unknown)]);
    admin.lang = "en";
    let en = admin.upload("/admin/import", &wrong).await;
    en.has("The column “colour” is not known").has("“en” stands here twice").has("The column “Kind” is missing");
    en.has("<td class=\"n\" data-label=\"Row\">1</td>").has("data-label=\"Column\">D</td>").lacks("import-");
    let en = admin.upload("/admin/import", &file).await;
    en.has("can&#39;t be a code")
        .has("There is no open unit “nobody”")
        .has("<td class=\"n\" data-label=\"Row\">3</td>");
    let circle: &[&[&str]] = &[UNITS, &["a", "甲", "A", "bureau", "b"], &["b", "乙", "B", "bureau", "a"]];
    let refused = admin.upload("/admin/import", &book(&[("units", circle)])).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "a unit can't stand above itself");
    assert_eq!(kit.desk.district().version, before);
}

#[tokio::test]
async fn what_is_no_workbook_or_too_large_is_refused_at_the_file() {
    let kit = Kit::new().await;
    let mut admin = kit.role(Role::Administrator).await;
    let whole = book(&[("units", &[UNITS])]);
    let far = {
        let mut book = Workbook::new();
        book.add_worksheet().set_name("units").unwrap().write_string(90_000, 0, "x").unwrap();
        book.save_to_buffer().unwrap()
    };
    let claims = {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let package =
            r#"<Relationships><Relationship Id="r" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
        for (name, text) in [
            ("_rels/.rels", package),
            ("xl/workbook.xml", "<workbook/>"),
            ("xl/sharedStrings.xml", r#"<sst uniqueCount="4000000000"><si><t>x</t></si></sst>"#),
        ] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    for (file, words) in [
        (&claims[..], "它声称的条数比它装得下的多"),
        (&b"code,zh,en"[..], "这是文本，不是.xlsx工作簿"),
        (&whole[..whole.len() / 2], "工作簿已损坏"),
        (&far[..], "工作簿太大"),
        (&b""[..], "还没有选文件"),
        (&book(&[("别的表", &[&["x"]])])[..], "没有“单位”或“岗位”这张表"),
        (&book(&[("units", &[])])[..], "这张表是空的"),
    ] {
        let answer = admin.upload("/admin/import", file).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        answer.has(words).has("href=\"#f-file\"");
    }
    let giant = admin.upload("/admin/import", &vec![b'x'; 3 << 20]).await;
    assert_eq!(giant.status, StatusCode::PAYLOAD_TOO_LARGE);
    for (version, data) in [("x", "{}"), ("1", "no json"), ("1", "{\"units\":[{}],\"posts\":[]}")] {
        let bad = admin.submit("/admin/import/confirm", &[("version", version), ("data", data)]).await;
        assert_eq!(bad.status, StatusCode::BAD_REQUEST, "{version} {data}");
    }
    // What is sent without a preview is judged by the same rules.
    let version = kit.desk.district().version.to_string();
    let data = "{\"units\":[{\"code\":\"BAD!\",\"zh\":\"x\",\"en\":\"x\",\"kind\":\"bureau\"}],\"posts\":[]}";
    let bad = admin.submit("/admin/import/confirm", &[("version", &version), ("data", data)]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", bad.text);
}
