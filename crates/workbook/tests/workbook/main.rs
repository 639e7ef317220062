//! Workbooks that were made to deceive, and honest ones: read as the process reads them, but in a thread.

// Helpers outside of a test function are tests too.
#![allow(clippy::unwrap_used)]

mod honest;
mod hostile;

use std::io::{Cursor, Write};
use workbook::{Book, Fault, Input, Purpose, Reader, Row, Sheets};

/// A file of parts.
fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const PACKAGE: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

/// A workbook whose sheets are named by `sheets` (elements) and whose first sheet and shared texts are these.
fn book(sheets: &str, relations: &str, sheet: &str, strings: &str) -> Vec<u8> {
    let ns = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships""#;
    let workbook = format!("<workbook {ns}><sheets>{sheets}</sheets></workbook>");
    let relations = format!("<Relationships>{relations}</Relationships>");
    let sheet = format!("<worksheet {ns}>{sheet}</worksheet>");
    let mut parts = vec![
        ("_rels/.rels", PACKAGE.as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    if !strings.is_empty() {
        parts.push(("xl/sharedStrings.xml", strings.as_bytes()));
    }
    packed(&parts)
}

const ONE: &str = r#"<sheet name="一" sheetId="1" r:id="rId1"/>"#;
const RELATION: &str = r#"<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>"#;

/// A workbook of one sheet.
fn single(sheet: &str) -> Vec<u8> {
    book(ONE, RELATION, sheet, "")
}

fn open(file: Vec<u8>, sheets: &Sheets) -> Result<Book, Fault> {
    Reader::in_a_thread().open(Input::Bytes(file), Purpose::Office, sheets)
}

fn rows(file: Vec<u8>) -> Result<Vec<Row>, Fault> {
    open(file, &Sheets::All)?.collect()
}
