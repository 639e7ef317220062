//! What honest workbooks hold beside their values.

use crate::{open, rows, single};
use rust_xlsxwriter::{Format, Formula, Workbook};
use workbook::{Area, CellFault, Fault, Sheets};

#[test]
fn sheets_hidden_rows_columns_and_merged_cells_are_told_before_the_rows() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("空").unwrap();
    let sheet = book.add_worksheet().set_name("三月").unwrap();
    for row in 0..6 {
        for column in 0..4 {
            sheet.write_string(row, column, format!("{row}.{column}")).unwrap();
        }
    }
    sheet.set_row_hidden(2).unwrap().set_row_hidden(3).unwrap().set_row_hidden(90).unwrap();
    sheet.set_column_hidden(1).unwrap().set_column_hidden(20).unwrap();
    sheet.merge_range(4, 2, 5, 3, "合并", &Format::new()).unwrap();
    sheet.autofilter(0, 0, 5, 3).unwrap();
    book.add_worksheet().set_name("四月").unwrap().write_string(0, 0, "x").unwrap();
    let hidden = book.add_worksheet().set_name("旧").unwrap();
    hidden.write_string(0, 0, "x").unwrap();
    hidden.set_hidden(true);
    let file = book.save_to_buffer().unwrap();

    let book = open(file.clone(), &Sheets::First).unwrap();
    let told: Vec<(&str, bool, bool)> = book.sheets.iter().map(|s| (s.name.as_str(), s.visible, s.read)).collect();
    assert_eq!(told, [("空", true, false), ("三月", true, true), ("四月", true, false), ("旧", false, false)]);
    let sheet = book.sheets[1].clone();
    assert_eq!((sheet.hidden_rows, sheet.hidden_columns, sheet.filter), (2, vec![1], true));
    assert_eq!(sheet.merged, [Area { top: 4, bottom: 5, left: 2, right: 3 }]);
    assert_eq!(book.count(), 6);

    let named = open(file.clone(), &Sheets::Named("四月".into())).unwrap();
    assert_eq!(named.map(|row| row.unwrap().cells.join("")).collect::<Vec<_>>(), ["x"]);
    let fault = open(file, &Sheets::Named("五月".into())).err();
    assert!(matches!(fault, Some(Fault::NoSheet { has, .. }) if has.len() == 4));
}

#[test]
fn a_formula_without_a_kept_value_is_named_where_it_stands() {
    let rows = rows(single(
        r#"<sheetData>
        <row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>1+1</f></c></row>
        <row r="2"><c r="C2"><f>1+1</f><v></v></c></row>
        <row r="4"><c r="A4" t="str"><f>""</f><v></v></c><c r="B4"><v>7</v></c></row>
        <row r="5"><c r="A5" t="e"><v>#REF!</v></c></row>
        </sheetData>"#,
    ))
    .unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row.line, row.cells.join("|"), row.faults.clone())).collect();
    assert_eq!(told[0], (1, "2".into(), vec![(1, CellFault::NoValue)]));
    assert_eq!(told[1], (2, String::new(), vec![(2, CellFault::NoValue)]));
    assert_eq!(told[2], (4, "|7".into(), vec![]));
    assert_eq!(told[3], (5, "#REF!".into(), vec![]));
}

#[test]
fn numbers_and_days_are_written_without_an_exponent_and_long_numbers_are_named() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    sheet.write_number(0, 0, 13_800_001_111.0).unwrap();
    sheet.write_number_with_format(0, 1, 45_050.0, &day).unwrap();
    sheet.write_number_with_format(0, 2, 45_050.395_833_333_336, &day).unwrap();
    sheet.write_number(0, 3, 1e16).unwrap();
    sheet.write_formula(0, 4, Formula::new("=1+1").set_result("2")).unwrap();
    let rows = rows(book.save_to_buffer().unwrap()).unwrap();
    assert_eq!(rows[0].cells, ["13800001111", "2023-05-04", "2023-05-04 09:30:00", "10000000000000000", "2"]);
    assert_eq!(rows[0].faults, [(3, CellFault::DigitsLost)]);
}
