//! Tables come in, and cases leave.

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use store::{Db, Place, args};

pub const MAP: &str = r#"
name = "自编 / own"
source = "own"
times = ["%Y/%m/%d %H:%M", "%Y/%m/%d"]
track_by = { column = "类型", values = { "热线" = "hotline", "检举" = "accusation" } }
[columns]
id = "编号"
title = "标题"
text = "内容"
opened = "时间"
closed = "办结"
answer = "答复"
name = "称呼"
phone = "电话"
place = "地点"
"#;
pub const HEAD: &str = "编号,类型,标题,内容,时间,办结,答复,称呼,电话,地点\r\n";
/// Quotes, line breaks, formulas with and without a guard, an empty line, spaces, a quoted comma.
const ROWS: &str = "1,热线,灯不亮,\"楼道\"\"三楼\"\"，\r\n灯不亮\",2023/5/4 9:30,,,甲,13800001111,解放路12号\r\n\
\r\n\
2,热线,=1+1,'=1+1,2023/5/4 9:31,2023/5/6,+公式,乙,,\r\n\
3,热线,逗号, 一,2023/5/4 9:32,,,,,\r\n\
4,检举,密,密件正文,2023/5/4 9:33,2023/5/6,,,,\r\n";

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_doorstep")).args(args).stdin(Stdio::null()).output().unwrap()
}

pub fn must(args: &[&str]) -> String {
    let done = run(args);
    assert!(done.status.success(), "{args:?}: {}{}", text(&done.stdout), text(&done.stderr));
    text(&done.stdout)
}

/// What a command that fails with this exit code prints.
pub fn refused(code: i32, args: &[&str]) -> String {
    let done = run(args);
    let said = text(&done.stdout) + text(&done.stderr).as_str();
    assert_eq!(done.status.code(), Some(code), "{args:?}: {said}");
    said
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A folder with the map and a founded district.
pub struct Town {
    folder: tempfile::TempDir,
    pub data: String,
}

impl Town {
    pub fn new() -> Town {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data").to_str().unwrap().to_owned();
        Town::at(folder, data)
    }

    fn at(folder: tempfile::TempDir, data: String) -> Town {
        std::fs::write(folder.path().join("own.toml"), MAP).unwrap();
        must(&[&["init", "--data", &data], crate::binary::NAMES].concat());
        Town { folder, data }
    }

    /// A town on every engine that is there.
    fn on_each_engine() -> Vec<Town> {
        let mut towns = vec![Town::new()];
        if let Some(cluster) = store::testing::cluster() {
            towns.push(Town::at(tempfile::tempdir().unwrap(), cluster.database().unwrap()));
        }
        towns
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    pub fn import<'a>(&'a self, file: &'a str, map: &'a str) -> Vec<&'a str> {
        vec!["import", file, "--map", map, "--data", &self.data]
    }

    pub fn own(&self, file: &str) -> String {
        must(&self.import(file, &self.path("own.toml")))
    }

    /// Everything, unmasked.
    pub fn records(&self) -> Vec<Map<String, Value>> {
        let out = self.path("all.jsonl");
        must(&["export", "--data", &self.data, "--out", &out, "--unmasked", "--purpose", "audit"]);
        let lines = std::fs::read_to_string(&out).unwrap();
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn query(&self, sql: &'static str) -> i64 {
        let mut db = Db::open_reader(&Place::parse(&self.data).unwrap()).unwrap();
        db.number(sql, &args![1]).unwrap()
    }

    pub fn cases(&self) -> i64 {
        self.query("SELECT COUNT(*) FROM cases WHERE district = $1")
    }
}

/// The source rows of records, by their column `key`.
fn sources(records: &[Map<String, Value>], key: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let source = |record: &Map<String, Value>| serde_json::from_str(record["source"].as_str().unwrap()).ok();
    let rows = records.iter().filter_map(source).filter(|row: &BTreeMap<String, String>| row.contains_key(key));
    rows.map(|row| (row[key].clone(), row)).collect()
}

#[test]
fn a_table_comes_in_word_for_word_and_only_once() {
    for town in Town::on_each_engine() {
        let (gb18030, _, _) = encoding_rs::GB18030.encode(HEAD);
        let mut bytes = gb18030.into_owned();
        bytes.extend_from_slice(&encoding_rs::GB18030.encode(ROWS).0);
        let file = town.write("rows.csv", bytes);
        let map = town.path("own.toml");
        let dry = [&town.import(&file, &map)[..], &["--dry-run"]].concat();
        assert!(must(&dry).contains("4 rows can go in"));
        assert_eq!(town.cases(), 0);
        assert!(town.own(&file).contains("4 cases imported; 0 were there already"));
        // The same rows in UTF-8 with a byte order mark are the same rows.
        let again = town.write("again.csv", format!("\u{FEFF}{HEAD}{ROWS}"));
        assert!(town.own(&again).contains("0 cases imported; 4 were there already"));
        assert_eq!(town.cases(), 4);
        must(&["verify", "--data", &town.data]);

        let records = town.records();
        assert_eq!(records.len(), 3, "the sealed accusation never leaves");
        let sources = sources(&records, "编号");
        assert_eq!(sources["1"]["内容"], "楼道\"三楼\"，\r\n灯不亮");
        assert_eq!((sources["2"]["标题"].as_str(), sources["2"]["内容"].as_str()), ("=1+1", "'=1+1"));
        assert_eq!(sources["3"]["内容"], " 一");
        let second = records.iter().find(|r| r["title"] == "=1+1").unwrap();
        assert_eq!((&second["stage"], &second["ending"]), (&Value::from("ended"), &Value::from("elsewhere")));
        assert_eq!((&second["answer"], &second["ended_on"]), (&Value::from("+公式"), &Value::from("2023-05-06")));
        assert_eq!(second["raised"], "2023-05-04 09:31:00");
    }
}

#[test]
fn a_row_that_changed_under_its_number_is_a_fault_and_no_second_case() {
    let town = Town::new();
    town.own(&town.write("rows.csv", format!("{HEAD}{ROWS}")));
    let changed = town.write("changed.csv", format!("{HEAD}{ROWS}").replace("逗号", "句号"));
    let said = refused(1, &town.import(&changed, &town.path("own.toml")));
    assert!(said.contains("line 6, \"编号\"") && said.contains("nothing was imported"), "{said}");
    assert_eq!(town.cases(), 4);
}

#[test]
fn faults_name_line_and_column_and_the_good_rows_go_in_when_asked() {
    let town = Town::new();
    let long = "字".repeat(20_001);
    let bad = format!(
        "5,热线,坏日子,文,2023/2/30 9:00,,,,,\r\n6,热线,太长,{long},2023/5/4 9:00,,,,,\r\n7,热线,缺一格,文,2023/5/4 9:00\r\n\
         8,热线,倒着,文,2023/5/4 9:00,2023/5/1 9:00,,,,\r\n9,热线,电话,文,2023/5/4 9:00,,,,不知道,\r\n"
    );
    let file = town.write("rows.csv", format!("{HEAD}{ROWS}{bad}"));
    let said = refused(1, &town.import(&file, &town.path("own.toml")));
    for place in [
        "第8行“时间”",
        "line 8, \"时间\"",
        "line 9, \"内容\"",
        "第10行：",
        "line 10: ",
        "line 11, \"办结\"",
        "by 259200 seconds",
        "4行不能导入，什么都没有导入。",
    ] {
        assert!(said.contains(place), "{place} is not in {said}");
    }
    assert_eq!(town.cases(), 0);

    let (rest, map) = (town.path("rest.csv"), town.path("own.toml"));
    let good = [&town.import(&file, &map)[..], &["--only-good", &rest]].concat();
    assert!(must(&good).contains("5 cases imported"));
    let back = std::fs::read_to_string(&rest).unwrap();
    assert_eq!(csv::Reader::from_reader(back.as_bytes()).records().count(), 4);
    assert!(back.contains("line,fault") && back.contains("第8行“时间”"));
    assert!(refused(2, &good).contains("rest.csv"), "corrections that somebody made there are not written over");
    // Put right, the file goes in by the same map.
    let right = back.replace("2023/2/30 9:00", "2023/2/28 9:00").replace(&long, "短").replace("'2023/5/1 9:00", "");
    let right = town.write("right.csv", right);
    assert!(town.own(&right).contains("4 cases imported"));
    assert_eq!(town.cases(), 9);
}

#[test]
fn headings_that_are_missing_or_doubled_are_named() {
    let town = Town::new();
    let file = town.write("missing.csv", HEAD.replace("时间", "日子"));
    let said = refused(1, &town.import(&file, &town.path("own.toml")));
    assert!(said.contains("第1行“时间”：文件里没有这一列") && said.contains("no such column"), "{said}");
    let file = town.write("doubled.csv", HEAD.replace("地点", "电话"));
    let said = refused(1, &town.import(&file, &town.path("own.toml")));
    assert!(said.contains("第1行“电话”：表头里有两列同名"), "{said}");
    refused(1, &town.import(&town.path("nowhere.csv"), &town.path("own.toml")));
    refused(1, &town.import(&file, "no-such-map"));
    refused(2, &[&town.import(&file, &town.path("own.toml"))[..], &["--compare"]].concat());
}

#[test]
fn what_was_exported_as_a_workbook_or_packed_is_read_again() {
    let town = Town::new();
    town.own(&town.write("rows.csv", format!("{HEAD}{ROWS}")));
    let book = town.path("out.xlsx");
    must(&["export", "--data", &town.data, "--out", &book, "--unmasked", "--purpose", "handle"]);
    let map = "name = \"back\"\nsource = \"back\"\ntrack = \"hotline\"\n[columns]\nid = \"code\"\ntitle = \"title\"\ntext = \"text\"\nopened = \"raised\"\n";
    let map = town.write("back.toml", map);
    let other = Town::new();
    assert!(must(&other.import(&book, &map)).contains("3 cases imported"));
    let csv = town.path("out.csv");
    must(&["export", "--data", &town.data, "--out", &csv, "--unmasked", "--purpose", "handle"]);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&std::fs::read(&csv).unwrap()).unwrap();
    let packed = town.write("out.csv.gz", packed.finish().unwrap());
    let third = Town::new();
    let map = format!("guarded = true\n{}", std::fs::read_to_string(&map).unwrap());
    assert!(must(&third.import(&packed, &town.write("guarded.toml", map))).contains("3 cases imported"));
    let titles = |town: &Town| {
        let mut all: Vec<_> = town.records().iter().map(|r| (r["title"].to_string(), r["text"].to_string())).collect();
        all.sort();
        all
    };
    assert_eq!(titles(&other), titles(&town), "the workbook has lost something");
    assert_eq!(titles(&third), titles(&town), "the guards of the CSV were not taken away");
}

#[test]
fn an_export_is_masked_unless_a_purpose_is_given_and_stands_in_the_ledger() {
    let town = Town::new();
    let rows = format!(
        "{HEAD}1,热线,找王师傅,住幸福路8号2单元，电话13800001111,2023/5/4 9:30,,,李某,13800002222,幸福路8号\r\n"
    );
    town.own(&town.write("rows.csv", rows));
    for name in ["m.csv", "m.jsonl"] {
        let out = town.path(name);
        must(&["export", "--data", &town.data, "--out", &out]);
        let masked = std::fs::read_to_string(&out).unwrap();
        for secret in ["1380000", "李某", "幸福路", "王师傅", "source"] {
            assert!(!masked.contains(secret), "{secret} is in {masked}");
        }
    }
    let unmasked = town.records();
    assert_eq!((&unmasked[0]["name"], &unmasked[0]["place"]), (&Value::from("李某"), &Value::from("幸福路8号")));
    assert_eq!(town.query("SELECT COUNT(*) FROM exports WHERE district = $1 AND rows_out = 1 AND masked = 1"), 2);
    let open = "SELECT COUNT(*) FROM exports WHERE district = $1 AND what = 'cases for audit' AND masked = 0";
    assert_eq!(town.query(open), 1);

    let out = town.path("none.csv");
    let export = ["export", "--data", &town.data, "--out", &out];
    refused(2, &[&export[..], &["--unmasked"]].concat());
    refused(2, &[&export[..], &["--unmasked", "--purpose", "curiosity"]].concat());
    refused(2, &[&export[..], &["--purpose", "audit"]].concat());
    refused(2, &["export", "--data", &town.data, "--out", "none.pdf"]);
    assert!(must(&[&export[..], &["--from", "2023-05-05"]].concat()).contains("0 cases"));
    assert!(must(&[&export[..], &["--from", "2023-05-04", "--to", "2023-05-05"]].concat()).contains("1 cases"));
    must(&["verify", "--data", &town.data]);
}

#[test]
fn while_the_server_holds_the_data_both_say_what_to_do() {
    let town = Town::new();
    let (desk, thread) = desk::Desk::open(&Place::parse(&town.data).unwrap(), desk::Options::default()).unwrap();
    let file = town.write("rows.csv", format!("{HEAD}{ROWS}"));
    let map = town.path("own.toml");
    let said = refused(1, &town.import(&file, &map));
    assert!(said.contains("请先停止服务") && said.contains("Stop the server"), "{said}");
    let out = town.path("out.csv");
    assert!(refused(1, &["export", "--data", &town.data, "--out", &out]).contains("Stop the server"));
    assert!(!Path::new(&out).exists());
    // Looking is possible all the same.
    assert!(must(&[&town.import(&file, &map)[..], &["--dry-run"]].concat()).contains("4 rows can go in"));
    drop(desk);
    thread.join().unwrap();
}

#[test]
fn a_killed_import_is_run_again_and_every_row_is_there_once() {
    const ROWS: u32 = 8_000;
    let town = Town::new();
    let mut rows = HEAD.to_owned();
    for n in 0..ROWS {
        rows.push_str(&format!("{n},热线,第{n}件,路灯不亮,2023/5/4 9:30,,,,,\r\n"));
    }
    let file = town.write("rows.csv", rows);
    let map = town.path("own.toml");
    let mut child = Command::new(env!("CARGO_BIN_EXE_doorstep"))
        .args(town.import(&file, &map))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while town.cases() == 0 {
        assert!(child.try_wait().unwrap().is_none(), "the import ended before it was killed");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let there = town.cases();
    assert!(0 < there && there < i64::from(ROWS), "{there} rows were in when the import was killed");

    let said = town.own(&file);
    assert!(
        said.contains(&format!("{} cases imported; {there} were there already", i64::from(ROWS) - there)),
        "{said}"
    );
    assert_eq!(town.cases(), i64::from(ROWS));
    let records = town.records();
    assert_eq!((records.len(), sources(&records, "编号").len()), (ROWS as usize, ROWS as usize));
    must(&["verify", "--data", &town.data]);
}

/// An outside CSV as bytes, without a mark at its beginning.
fn plain(path: &Path) -> Vec<u8> {
    let mut bytes = std::fs::read(path).unwrap();
    if path.extension().is_some_and(|e| e == "gz") {
        let mut plain = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).unwrap();
        bytes = plain;
    }
    bytes.strip_prefix("\u{FEFF}".as_bytes()).map(<[u8]>::to_vec).unwrap_or(bytes)
}

/// An outside CSV saved as a workbook with a title over its headings.
fn as_workbook(town: &Town, path: &Path) -> String {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory().unwrap();
    sheet.write_string(0, 0, "汇总表").unwrap();
    let bytes = plain(path);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
    for (row, at) in reader.records().zip(2..) {
        for (cell, column) in row.unwrap().iter().zip(0..).filter(|(cell, _)| !cell.is_empty()) {
            sheet.write_string(at, column, cell).unwrap();
        }
    }
    town.write("saved.xlsx", book.save_to_buffer().unwrap())
}

/// The rows of an outside CSV by their column `key`, read by other code than the import's.
fn outside(path: &Path, key: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let bytes = plain(path);
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let rows = reader.deserialize().map(|row| row.unwrap());
    rows.map(|row: BTreeMap<String, String>| (row[key].clone(), row)).collect()
}

#[test]
fn the_real_files_come_in_verify_and_leave_without_loss() {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let files = [
        ("messages_answered.csv", "messages_answered", "答复意见", 1402),
        ("messages_open.csv", "messages_open", "点赞数", 1392),
        ("messages_labelled.csv", "messages_labelled", "一级分类", 494),
        ("boston311_20k.csv.gz", "boston311", "case_enquiry_id", 20_000),
    ];
    if files.iter().any(|(file, ..)| !data.join(file).exists()) {
        let _ = std::io::stderr().write_all("skipped: the outside files are not beside the workspace\n".as_bytes());
        return;
    }
    let town = Town::new();
    let mut all = 0;
    for (file, map, _, rows) in files {
        let path = data.join(file);
        let mut asked = town.import(path.to_str().unwrap(), map);
        if map == "boston311" {
            asked.push("--compare");
        }
        let first = must(&asked);
        assert!(first.contains(&format!("{rows} cases imported; 0 were there already")), "{first}");
        all += rows;
        // Saved as a workbook, and with a title above it, they are the same rows.
        let book = as_workbook(&town, &path);
        let said = must(&town.import(&book, map));
        assert!(said.contains(&format!("0 cases imported; {rows} were there already")), "{file}: {said}");
        assert!(said.contains("the headings are in row 3"), "{file}");
        if map == "boston311" {
            // The groups are all the rows; nothing is unexplained, and to the second the city's flag is what it computed.
            assert!(!first.contains("unexplained"), "{first}");
            assert!(first.contains("16203 / 20000") && first.contains("15457 / 15457"), "{first}");
            // Our share on time is the one that the read tables give, open rows apart: they have no promise here yet.
            let met = "SELECT COUNT(*) FROM cases WHERE district = $1 AND due_day IS NOT NULL AND met_day <= due_day";
            assert!(first.contains(&format!("by our clock: {} / 16502", town.query(met))), "{first}");
        }
    }
    assert!(must(&["verify", "--data", &town.data]).contains("Everything fits"));
    let records = town.records();
    assert_eq!(records.len(), all);
    for (file, _, mark, rows) in files {
        let key = if file.starts_with("boston") { "case_enquiry_id" } else { "留言编号" };
        let of_file: Vec<Map<String, Value>> = records
            .iter()
            .filter(|r| r["source"].as_str().unwrap().contains(&format!("\"{mark}\":")))
            .cloned()
            .collect();
        let (there, here) = (outside(&data.join(file), key), sources(&of_file, key));
        assert_eq!((there.len(), here.len()), (rows, rows), "{file}");
        for (id, row) in &there {
            // Not printed when it differs: the rows are other people's words.
            assert!(here.get(id) == Some(row), "{file}: row {id} is not what it was");
        }
    }
}
