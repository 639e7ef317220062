//! Tables as offices keep them: a title above, merged cells, hidden rows, phones with words; and damaged ones.

use crate::imports::{HEAD, MAP, Town, must, refused};
use rust_xlsxwriter::{Format, Formula, Workbook};
use std::io::Write;

/// A row of a table with the headings of [`HEAD`].
fn row(id: &str, text: &str, phone: &str) -> Vec<String> {
    [id, "热线", "", text, "2023/5/4 9:30", "", "", "甲", phone, ""].map(str::to_owned).to_vec()
}

fn headings() -> Vec<String> {
    HEAD.trim_end().split(',').map(str::to_owned).collect()
}

/// Writes rows from a row of a sheet on.
fn fill(sheet: &mut rust_xlsxwriter::Worksheet, from: u32, rows: &[Vec<String>]) {
    for (row, at) in rows.iter().zip(from..) {
        for (cell, column) in row.iter().zip(0..).filter(|(cell, _)| !cell.is_empty()) {
            sheet.write_string(at, column, cell).unwrap();
        }
    }
}

fn save(town: &Town, name: &str, mut book: Workbook) -> String {
    town.write(name, book.save_to_buffer().unwrap())
}

fn map(town: &Town, name: &str, keys: &str) -> String {
    town.write(name, format!("{keys}\n{MAP}"))
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

fn csv(rows: &[Vec<String>]) -> String {
    let line = |row: &Vec<String>| row.join(",") + "\r\n";
    HEAD.to_owned() + rows.iter().map(line).collect::<String>().as_str()
}

#[test]
fn phones_of_real_tables_go_in_as_they_were_written_and_are_counted() {
    let town = Town::new();
    let phones =
        ["13800001111/13900002222", "无", "022—23456789", "１３８０００１１１１", "13800001111 王先生", "02223456789"];
    let rows: Vec<Vec<String>> = phones.iter().zip(1..).map(|(p, n)| row(&n.to_string(), "路灯不亮", p)).collect();
    let said = town.own(&town.write("rows.csv", csv(&rows)));
    assert!(said.contains("6 cases imported") && said.contains("3 rows have something else than one phone"), "{said}");
    let mut kept: Vec<String> = town.records().iter().map(|r| r["phone"].as_str().unwrap().to_owned()).collect();
    kept.sort();
    let mut written = phones.map(str::to_owned).to_vec();
    written.sort();
    assert_eq!(kept, written);
    // A phone is text in CSV: a spreadsheet takes no zero away.
    let out = town.path("out.csv");
    must(&["export", "--data", &town.data, "--out", &out, "--unmasked", "--purpose", "verify"]);
    let out = std::fs::read_to_string(out).unwrap();
    assert!(out.contains(",'02223456789,") && out.contains(",'13800001111/13900002222,"), "{out}");
}

#[test]
fn what_is_no_value_is_refused_by_its_line_and_column() {
    let town = Town::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    fill(sheet, 0, &[headings(), row("1", "#REF!", ""), row("2", "路灯不亮", ""), row("1.38E+10", "灯", "")]);
    let file = save(&town, "rows.xlsx", book);
    let said = refused(1, &town.import(&file, &town.path("own.toml")));
    assert!(said.contains("line 2, \"内容\": #REF! is an error of the sheet"), "{said}");
    assert!(said.contains("第4行“编号”：表格把号码写成了1.38E+10"), "{said}");

    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    fill(sheet, 0, &[headings(), row("1", "", ""), row("2", "路灯不亮", "")]);
    sheet.write_formula(1, 3, Formula::new("=A1&\"x\"").set_result("算好的")).unwrap();
    let whole = save(&town, "kept.xlsx", book);
    assert!(town.own(&whole).contains("2 cases imported"));
    assert!(town.records().iter().any(|r| r["text"] == "算好的"));
    let bare = town.write("bare.xlsx", without_values(&std::fs::read(whole).unwrap()));
    let said = refused(1, &town.import(&bare, &town.path("own.toml")));
    assert!(said.contains("line 2, \"内容\": the cell is a formula"), "{said}");
}

/// The same workbook without the kept results of its formulas.
fn without_values(file: &[u8]) -> Vec<u8> {
    use std::io::{Cursor, Read};
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for n in 0..archive.len() {
        let mut part = archive.by_index(n).unwrap();
        let (name, mut text) = (part.name().unwrap().into_owned(), String::new());
        part.read_to_string(&mut text).unwrap();
        if name.ends_with("sheet1.xml") {
            let (before, after) = text.split_once("</f>").unwrap();
            text = format!("{before}</f>{}", after.split_once("</v>").unwrap().1);
        }
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(text.as_bytes()).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn headings_below_a_title_are_found_and_headings_over_two_rows_are_named() {
    let town = Town::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 9, "样例区2023年群众诉求汇总表", &Format::new()).unwrap();
    fill(sheet, 2, &[headings(), row("1", "路灯不亮", "")]);
    let said = town.own(&save(&town, "rows.xlsx", book));
    assert!(said.contains("1 cases imported"), "{said}");
    assert!(said.contains("the headings are in row 3; 1 rows above them are not read"), "{said}");

    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let above = "编号,类型,标题,内容,时间,,答复,群众,,地点".split(',').map(str::to_owned).collect();
    let below = ",,,,提出,办结,,称呼,电话,".split(',').map(str::to_owned).collect();
    fill(sheet, 0, &[vec!["汇总表".into()], above, below, row("2", "路灯不亮", "13800001111")]);
    let file = save(&town, "two.xlsx", book);
    let two = ["时间", "办结", "称呼", "电话"].iter().fold(format!("heading = [2, 3]\n{MAP}"), |map, name| {
        let over = if ["时间", "办结"].contains(name) { "时间" } else { "群众" };
        let under = if *name == "时间" { "提出" } else { name };
        map.replace(&format!("\"{name}\""), &format!("\"{over}/{under}\""))
    });
    let two = town.write("two.toml", two);
    assert!(must(&town.import(&file, &two)).contains("1 cases imported"));
    assert!(town.records().iter().any(|r| r["phone"] == "13800001111"));

    let mut book = Workbook::new();
    fill(book.add_worksheet(), 0, &[vec!["甲".into()], vec!["1".into()]]);
    let said = refused(1, &town.import(&save(&town, "other.xlsx", book), &town.path("own.toml")));
    assert!(said.contains("no headings are found") && said.contains("heading = "), "{said}");
    assert_eq!(said.matches("The file has").count() + said.matches("This row has").count(), 1, "{said}");
}

#[test]
fn cells_merged_downwards_are_a_fault_or_fill_their_rows_as_the_map_says() {
    let town = Town::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    fill(sheet, 0, &[headings(), row("1", "", ""), row("2", "", ""), row("3", "另一件", "")]);
    sheet.merge_range(1, 3, 2, 3, "楼道灯不亮", &Format::new()).unwrap();
    for row in 1..3 {
        sheet.write_string(row, 2, "标题").unwrap();
    }
    let file = save(&town, "rows.xlsx", book);
    let said = refused(1, &town.import(&file, &town.path("own.toml")));
    assert!(said.contains("line 3, \"内容\": this cell is merged from row 2 to 3"), "{said}");
    let fill = map(&town, "fill.toml", "merged = \"fill\"");
    let said = must(&town.import(&file, &fill));
    assert!(said.contains("3 cases imported") && said.contains("1 cells are merged downwards (内容)"), "{said}");
    assert_eq!(town.records().iter().filter(|r| r["text"] == "楼道灯不亮").count(), 2);
}

#[test]
fn sheets_that_are_not_read_and_rows_that_are_hidden_are_named() {
    let town = Town::new();
    let mut book = Workbook::new();
    book.add_worksheet().set_name("封面").unwrap();
    let march = book.add_worksheet().set_name("三月").unwrap();
    fill(march, 0, &[headings(), row("1", "路灯不亮", ""), row("2", "路灯不亮", "")]);
    march.set_row_hidden(2).unwrap();
    march.set_column_hidden(8).unwrap();
    fill(book.add_worksheet().set_name("四月").unwrap(), 0, &[headings(), row("3", "路灯不亮", "")]);
    let old = book.add_worksheet().set_name("旧").unwrap();
    fill(old, 0, &[headings()]);
    old.set_hidden(true);
    let file = save(&town, "rows.xlsx", book);
    let dry = must(&[&town.import(&file, &town.path("own.toml"))[..], &["--dry-run"]].concat());
    let said = town.own(&file);
    for said in [&dry, &said] {
        for words in [
            "only the sheet \"三月\" is read, and not: 四月.",
            "hidden sheets are not read: 旧.",
            "rows that are hidden are taken too: 1.",
            "hidden columns are taken too: 电话.",
        ] {
            assert!(said.contains(words), "{words} is not in {said}");
        }
    }
    assert!(said.contains("2 cases imported"), "{said}");
    let april = map(&town, "april.toml", "sheet = \"四月\"");
    assert!(must(&town.import(&file, &april)).contains("1 cases imported"));
}

#[test]
fn a_fault_of_the_whole_file_stops_the_good_rows_too() {
    let town = Town::new();
    let rows: Vec<Vec<String>> = (0..4000).map(|n| row(&n.to_string(), &format!("第{n}盏路灯不亮"), "")).collect();
    let plain = csv(&rows);
    let whole = packed(plain.as_bytes());
    let mut changed = whole.clone();
    let end = changed.len();
    changed[end - 8] ^= 1;
    let mut book = Workbook::new();
    fill(book.add_worksheet(), 0, &[headings(), row("1", "路灯不亮", "")]);
    let sheet = book.save_to_buffer().unwrap();
    for (name, bytes, words) in [
        ("cut.csv.gz", whole[..end / 2].to_vec(), "what follows was not read"),
        ("sum.csv.gz", changed, "what follows was not read"),
        ("open.csv", plain.replacen("第9盏", "\"第9盏", 1).into_bytes(), "is never closed"),
        ("half.xlsx", sheet[..sheet.len() / 2].to_vec(), "the workbook is damaged"),
        ("half.xlsx.gz", packed(&sheet)[..sheet.len() / 2].to_vec(), "cut short or damaged"),
    ] {
        let (file, rest) = (town.write(name, bytes), town.path(&format!("{name}.rest.csv")));
        let said = refused(1, &[&town.import(&file, &town.path("own.toml"))[..], &["--only-good", &rest]].concat());
        assert!(said.contains(words) && said.contains("Nothing was imported"), "{name}: {said}");
        let (zh, _) = said.split_once(" / ").unwrap();
        assert!(!zh.contains("stream") && !zh.contains("checksum"), "{name}: {zh}");
        assert!(!std::path::Path::new(&rest).exists(), "{name}");
    }
    assert_eq!(town.cases(), 0);
    assert!(town.own(&town.write("whole.csv.gz", whole)).contains("4000 cases imported"));
}

#[test]
fn what_is_no_table_is_called_what_it_is() {
    let town = Town::new();
    let mut protected = vec![0; 2048];
    protected[..4].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0]);
    protected.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    let archive = |name: &str| {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(HEAD.as_bytes()).unwrap();
        zip.finish().unwrap().into_inner()
    };
    for (name, bytes, words) in [
        ("a.xlsx", protected, "protected by a password"),
        ("b.csv", b"%PDF-1.7\n".to_vec(), "this is a PDF"),
        ("c.xls", b"<html><table><tr><td>1".to_vec(), "this is a web page"),
        ("d.zip", archive("rows.csv"), "this is a ZIP archive"),
        ("e.docx", archive("word/document.xml"), "this is a .docx or .pptx"),
    ] {
        let said = refused(1, &town.import(&town.write(name, bytes), &town.path("own.toml")));
        assert!(said.contains(words), "{name}: {said}");
        assert_eq!(said.lines().count(), 2, "{name}: {said}");
    }
}

#[test]
fn a_workbook_that_claims_to_be_huge_is_a_sentence_and_the_process_that_reads_has_its_limits() {
    let town = Town::new();
    let mut book = Workbook::new();
    fill(book.add_worksheet(), 0, &[headings(), row("1", "路灯不亮", "")]);
    let honest = book.save_to_buffer().unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&honest)).unwrap();
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for n in 0..archive.len() {
        let mut part = archive.by_index(n).unwrap();
        let (name, mut text) = (part.name().unwrap().into_owned(), String::new());
        std::io::Read::read_to_string(&mut part, &mut text).unwrap();
        let at = text.find("uniqueCount=\"").filter(|_| name.ends_with("sharedStrings.xml"));
        if let Some(at) = at {
            text.insert_str(at + "uniqueCount=\"".len(), "4000000");
        }
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(text.as_bytes()).unwrap();
    }
    let file = town.write("claims.xlsx", out.finish().unwrap().into_inner());
    let said = refused(1, &town.import(&file, &town.path("own.toml")));
    assert!(said.contains("工作簿太大") && said.contains("claims more texts than it can hold"), "{said}");

    if !std::path::Path::new("/proc/self/limits").exists() {
        return;
    }
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_doorstep"))
        .args([workbook::COMMAND, "office"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // It waits for its file; its limits are set before it asks for any of it.
    let limits = std::iter::repeat_with(|| std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap());
    let set = limits.take(1_000_000).find(|limits| {
        let of = |name: &str| limits.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        let memory = workbook::Purpose::Office.limits().memory.to_string();
        let seconds = workbook::Purpose::Office.limits().seconds.to_string();
        of("Max address space").contains(&memory) && of("Max cpu time").contains(&seconds)
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(set.is_some(), "the process that reads has not limited itself");
}

#[test]
fn a_text_that_no_cell_holds_is_cut_with_a_mark_and_named_and_the_export_goes_on() {
    let town = Town::new();
    let long = "字".repeat(18_000);
    let mut first = row("L1", &long, "");
    (first[5], first[6]) = ("2023/5/6 9:00".into(), long.clone());
    town.own(&town.write("rows.csv", csv(&[first, row("2", "路灯不亮", "")])));
    let export = |name: &str| {
        let out = town.path(name);
        must(&["export", "--data", &town.data, "--out", &out, "--unmasked", "--purpose", "verify"])
    };
    let code = town.records().iter().find(|r| r["text"] == long.as_str()).unwrap()["code"].as_str().unwrap().to_owned();
    let said = export("out.xlsx");
    assert!(said.contains(&format!("{code}（source）")) && said.contains("2 cases are in"), "{said}");
    assert!(!export("out.csv").contains(&code), "a CSV holds it whole");
    let back = "name = \"back\"\nsource = \"back\"\ntrack = \"hotline\"\n[columns]\nid = \"code\"\ntext = \"text\"\nopened = \"raised\"\nanswer = \"source\"\nclosed = \"raised\"\n";
    let map = town.write("back.toml", back);
    let said = refused(1, &town.import(&town.path("out.xlsx"), &map));
    assert!(said.contains("\"source\"") && said.contains("327"), "the cut cell is as long as a cell may be: {said}");
}

#[test]
fn days_written_as_midnight_and_clocks_that_differ_are_settled_by_the_map() {
    let town = Town::new();
    let mut day = row("1", "路灯不亮", "");
    day[5] = "2023-05-04 00:00:00".into();
    let mut skewed = row("2", "路灯不亮", "");
    (skewed[4], skewed[5]) = ("2023-05-04T09:30:58+08:00".into(), "2023-05-04T01:30:00Z".into());
    let file = town.write("rows.csv", csv(&[day, skewed]));
    let said = refused(1, &town.import(&file, &town.path("own.toml")));
    assert!(said.contains("by 34200 seconds") && said.contains("by 58 seconds"), "{said}");
    let map = map(&town, "settled.toml", "midnight = \"day\"\ntolerance = 60");
    let said = must(&town.import(&file, &map));
    assert!(said.contains("2 cases imported") && said.contains("1 rows were closed up to 60 seconds"), "{said}");
}

#[test]
fn a_ready_map_is_printed_and_is_a_map() {
    let town = Town::new();
    let names = must(&["map"]);
    assert!(names.lines().count() >= 4, "{names}");
    for name in names.lines() {
        let printed = town.write("printed.toml", must(&["map", name]));
        let file = town.write("rows.csv", "甲,乙\r\n1,2\r\n");
        let said = refused(1, &town.import(&file, &printed));
        assert!(said.contains("no headings are found"), "{name}: {said}");
    }
    assert!(refused(2, &["map", "nothing"]).contains("boston311"));
}
