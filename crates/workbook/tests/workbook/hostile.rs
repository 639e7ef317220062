//! What claims more than it is, and what is damaged.

use crate::{ONE, RELATION, book, open, packed, rows, single};
use workbook::{Bound, Fault, Input, Kind, Purpose, Reader, Sheets};

#[test]
fn a_table_of_texts_that_claims_more_than_it_can_hold_is_refused() {
    let cell = r#"<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>"#;
    let strings = |claim: &str| format!(r#"<sst uniqueCount="{claim}"><si><t>甲</t></si></sst>"#);
    for claim in ["4000000000", "99999999999999999999999", "-1", "x"] {
        let file = book(ONE, RELATION, cell, &strings(claim));
        assert_eq!(rows(file).unwrap_err(), Fault::TooLarge(Bound::Claim), "{claim}");
    }
    assert_eq!(rows(book(ONE, RELATION, cell, &strings("1"))).unwrap()[0].cells, ["甲"]);
}

#[test]
fn many_sheets_or_sheets_that_name_one_part_are_refused_before_any_is_read() {
    let many: String = (1..=20_000).map(|n| format!(r#"<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>"#)).collect();
    let fault = rows(book(&many, RELATION, "<sheetData/>", "")).unwrap_err();
    assert!(matches!(fault, Fault::Damaged { .. } | Fault::TooLarge(Bound::Sheets(_))), "{fault:?}");
    let relations: String = (1..=17)
        .map(|n| RELATION.replace("rId1", &format!("rId{n}")).replace("sheet1", &format!("sheet{n}")))
        .collect();
    let sheets: String = (1..=17).map(|n| format!(r#"<sheet name="s{n}" sheetId="{n}" r:id="rId{n}"/>"#)).collect();
    let fault = rows(book(&sheets, &relations, "<sheetData/>", "")).unwrap_err();
    assert_eq!(fault, Fault::TooLarge(Bound::Sheets(16)));
}

#[test]
fn a_small_file_that_unpacks_to_a_huge_one_is_refused() {
    let zeros = vec![b'0'; 33 << 20];
    let file = packed(&[("xl/sharedStrings.xml", &zeros)]);
    assert!(file.len() < 1 << 20, "{} bytes", file.len());
    assert_eq!(rows(file).unwrap_err(), Fault::TooLarge(Bound::Unpacked(32 << 20)));
    let parts: Vec<String> = (0..300).map(|n| format!("p{n}")).collect();
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(rows(packed(&parts)).unwrap_err(), Fault::TooLarge(Bound::Parts(200)));
}

#[test]
fn one_long_text_that_many_cells_share_counts_for_each_of_them() {
    let text = "长".repeat(60_000);
    let strings = format!(r#"<sst uniqueCount="1"><si><t>{text}</t></si></sst>"#);
    let cells: String = (1..=1000).map(|n| format!(r#"<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>"#)).collect();
    let file = book(ONE, RELATION, &format!("<sheetData>{cells}</sheetData>"), &strings);
    assert!(file.len() < 100_000);
    assert_eq!(rows(file).unwrap_err(), Fault::TooLarge(Bound::Text(32 << 20)));
}

#[test]
fn cells_and_merged_areas_are_counted_before_any_is_kept() {
    let row: String = (0..600).map(|_| "<c><v>1</v></c>").collect();
    let sheet = format!("<sheetData>{}</sheetData>", format!("<row>{row}</row>").repeat(900));
    assert_eq!(rows(single(&sheet)).unwrap_err(), Fault::TooLarge(Bound::Cells(500_000)));
    let areas = r#"<mergeCell ref="A1:A2"/>"#.repeat(5_001);
    let sheet = format!("<sheetData/><mergeCells>{areas}</mergeCells>");
    assert_eq!(rows(single(&sheet)).unwrap_err(), Fault::TooLarge(Bound::Merged(5_000)));
}

#[test]
fn rows_and_cells_beyond_any_sheet_are_damage_and_no_place() {
    for cell in [
        r#"<row r="4000000000"><c r="A4000000000"><v>1</v></c></row>"#,
        r#"<row r="0"><c r="A0"><v>1</v></c></row>"#,
        r#"<row r="1"><c r="ZZZZZZZZZZ1"><v>1</v></c></row>"#,
        r#"<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>"#,
    ] {
        let done = rows(single(&format!("<sheetData>{cell}</sheetData>")));
        assert!(matches!(done, Err(Fault::Damaged { .. })), "{cell}: {done:?}");
    }
}

#[test]
fn a_part_whose_checksum_is_wrong_is_damage_also_where_its_content_can_be_read() {
    let whole = packed(&[
        ("_rels/.rels", crate::PACKAGE.as_bytes()),
        ("xl/worksheets/sheet1.xml", "路灯3".repeat(3).as_bytes()),
    ]);
    // A stored part, so that its content can be changed without its packing.
    let stored = {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
        std::io::Write::write_all(&mut zip, b"<worksheet>lamp</worksheet>").unwrap();
        zip.finish().unwrap().into_inner()
    };
    let at = stored.windows(4).position(|w| w == b"lamp").unwrap();
    let mut changed = stored.clone();
    changed[at..at + 4].copy_from_slice(b"gas!");
    assert_eq!(rows(changed).unwrap_err(), Fault::Damaged { part: "xl/worksheets/sheet1.xml".into(), line: 0 });
    assert_eq!(rows(stored).unwrap_err(), Fault::Other(Kind::Archive));
    assert_eq!(rows(whole).unwrap_err(), Fault::Other(Kind::Archive));
}

#[test]
fn what_is_cut_or_changed_anywhere_is_never_a_panic() {
    let whole = single(r#"<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c></row></sheetData>"#);
    assert_eq!(rows(whole.clone()).unwrap()[0].cells, ["甲"]);
    for end in (0..whole.len()).step_by(7) {
        assert!(rows(whole[..end].to_vec()).is_err(), "cut at {end}");
    }
    for at in (0..whole.len()).step_by(5) {
        let mut bad = whole.clone();
        bad[at] ^= 0xff;
        if let Ok(rows) = rows(bad) {
            assert!(rows.is_empty() || rows[0].cells == ["甲"], "a change at {at} went in");
        }
    }
}

#[test]
fn another_kind_of_file_is_called_what_it_is() {
    for (file, kind) in [
        (packed(&[("word/document.xml", b"<w/>")]), Kind::Document),
        (packed(&[("rows.csv", b"a,b")]), Kind::Archive),
        (packed(&[("xl/workbook.bin", b"x")]), Kind::BinaryWorkbook),
        (packed(&[("mimetype", b"x"), ("content.xml", b"<x/>")]), Kind::OpenDocument),
        (b"code,zh".to_vec(), Kind::Text),
        (b"%PDF-1.7".to_vec(), Kind::Pdf),
    ] {
        assert_eq!(open(file, &Sheets::First).err(), Some(Fault::Other(kind)));
    }
}

#[test]
fn a_process_that_dies_or_cannot_be_started_is_a_fault_of_the_file_and_nothing_else() {
    for (program, fault) in [("/bin/false", Fault::Ended), ("/bin/no-such-program", Fault::NotStarted)] {
        let file = vec![0; 1 << 20];
        let done = Reader::program(program).open(Input::Bytes(file), Purpose::Office, &Sheets::All);
        assert_eq!(done.err(), Some(fault), "{program}");
    }
}
