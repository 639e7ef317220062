//! What a file is, by its bytes and not by its name.

use serde::{Deserialize, Serialize};
use std::io::{self, Read};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A ZIP archive; a workbook is one.
    Zip,
    /// None of the others: text, perhaps.
    Text,
    /// An .xls workbook of before 2007.
    OldWorkbook,
    /// A document of Office with a password on it.
    Protected,
    /// Another document of before 2007.
    OldDocument,
    /// A PDF.
    Pdf,
    /// A web page, whatever its name says.
    Html,
    /// A table as XML.
    Xml,
    /// Text in UTF-16.
    Utf16,
    /// A picture.
    Picture,
    /// A .docx or .pptx.
    Document,
    /// An .xlsb workbook.
    BinaryWorkbook,
    /// An .ods table.
    OpenDocument,
    /// A ZIP archive that is no workbook.
    Archive,
    /// Another kind of archive.
    OtherArchive,
}

/// How many bytes tell most kinds apart.
const START: usize = 1024;

/// Looks what a file is. Of an old document of Office it reads all, for the password's mark stands anywhere in it.
///
/// # Errors
/// When it can't be read.
pub fn kind(mut input: impl Read) -> io::Result<Kind> {
    let mut start = Vec::new();
    input.by_ref().take(START as u64).read_to_end(&mut start)?;
    let begins = |with: &[u8]| start.starts_with(with);
    Ok(if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") {
        Kind::Zip
    } else if begins(&[0xD0, 0xCF, 0x11, 0xE0]) {
        compound(&start, input)?
    } else if begins(b"%PDF") {
        Kind::Pdf
    } else if begins(&[0xFF, 0xFE]) || begins(&[0xFE, 0xFF]) {
        Kind::Utf16
    } else if begins(b"\x89PNG") || begins(&[0xFF, 0xD8, 0xFF]) || begins(b"GIF8") {
        Kind::Picture
    } else if begins(b"Rar!") || begins(b"7z\xBC\xAF") {
        Kind::OtherArchive
    } else {
        markup(&start)
    })
}

fn markup(start: &[u8]) -> Kind {
    let text = start.strip_prefix(b"\xEF\xBB\xBF".as_slice()).unwrap_or(start).trim_ascii_start().to_ascii_lowercase();
    let begins = |with: &[&str]| with.iter().any(|word| text.starts_with(word.as_bytes()));
    if begins(&["<!doctype html", "<html", "<head", "<meta", "<body", "<table"]) {
        Kind::Html
    } else if begins(&["<?xml"]) {
        let html = text.windows(5).any(|w| w == b"<html");
        if html { Kind::Html } else { Kind::Xml }
    } else {
        Kind::Text
    }
}

/// Which of the documents that share the old container: the names of its streams are in UTF-16.
fn compound(start: &[u8], mut rest: impl Read) -> io::Result<Kind> {
    let wide = |name: &str| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let names = [
        (wide("EncryptedPackage"), Kind::Protected),
        (wide("WordDocument"), Kind::OldDocument),
        (wide("PowerPoint Document"), Kind::OldDocument),
    ];
    let longest = names.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut window = start.to_vec();
    let mut block = vec![0; 1 << 16];
    loop {
        let found = names.iter().find(|(name, _)| window.windows(name.len()).any(|w| w == name.as_slice()));
        if let Some((_, kind)) = found {
            return Ok(*kind);
        }
        window.drain(..window.len().saturating_sub(longest));
        match rest.read(&mut block)? {
            0 => return Ok(Kind::OldWorkbook),
            count => window.extend_from_slice(&block[..count]),
        }
    }
}

impl Kind {
    /// What it is and what to do, in Chinese and in English.
    pub fn said(self) -> (String, String) {
        let (zh, en) = match self {
            Kind::Zip | Kind::Archive => (
                "这是ZIP压缩包，不是表格。请先解压，再用里面的CSV或.xlsx。",
                "this is a ZIP archive and no table. Unpack it, and take the CSV or .xlsx that is in it.",
            ),
            Kind::OtherArchive => (
                "这是压缩包，不是表格。请先解压，再用里面的CSV或.xlsx。",
                "this is an archive and no table. Unpack it, and take the CSV or .xlsx that is in it.",
            ),
            Kind::Text => {
                ("这是文本，不是.xlsx工作簿。请另存为.xlsx。", "this is text and no .xlsx workbook. Save it as .xlsx.")
            }
            Kind::OldWorkbook => ("这是旧的.xls文件。请另存为.xlsx。", "this is an old .xls file. Save it as .xlsx."),
            Kind::Protected => (
                "这个文件设了打开密码。请用密码打开，取消密码后保存，再导入。",
                "this file is protected by a password. Open it with the password, take the protection off, and save it.",
            ),
            Kind::OldDocument => (
                "这是文字或演示文稿，不是表格。请把其中的表格另存为.xlsx或CSV。",
                "this is a text document or a presentation and no table. Save the table in it as .xlsx or CSV.",
            ),
            Kind::Document => (
                "这是.docx或.pptx文稿，不是表格。请把其中的表格复制到表格软件里，另存为.xlsx或CSV。",
                "this is a .docx or .pptx document and no table. Copy its table into a spreadsheet, and save it as .xlsx or CSV.",
            ),
            Kind::Pdf => (
                "这是PDF，不是表格。请向原系统要.xlsx或CSV。",
                "this is a PDF and no table. Ask the system that it comes from for .xlsx or CSV.",
            ),
            Kind::Html => (
                "这是网页（HTML），不是表格，即使文件名是.xls。请在WPS或Excel里打开，另存为.xlsx。",
                "this is a web page (HTML) and no table, even if its name ends in .xls. Open it in WPS or Excel, and save it \
                 as .xlsx.",
            ),
            Kind::Xml => (
                "这是XML，不是表格。请在WPS或Excel里打开，另存为.xlsx。",
                "this is XML and no table. Open it in WPS or Excel, and save it as .xlsx.",
            ),
            Kind::Utf16 => ("这是UTF-16文本。请另存为UTF-8的CSV。", "this is UTF-16 text. Save it as CSV in UTF-8."),
            Kind::Picture => {
                ("这是图片，不是表格。请用.xlsx或CSV。", "this is a picture and no table. Take .xlsx or CSV.")
            }
            Kind::BinaryWorkbook => {
                ("这是.xlsb工作簿。请在Excel里另存为.xlsx。", "this is an .xlsb workbook. Save it as .xlsx in Excel.")
            }
            Kind::OpenDocument => {
                ("这是.ods表格。请另存为.xlsx或CSV。", "this is an .ods table. Save it as .xlsx or CSV.")
            }
        };
        (zh.to_owned(), en.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn old(name: &str, at: usize) -> Vec<u8> {
        let mut file = vec![0; at];
        file[..4].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0]);
        file.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        file.resize(file.len() + 5000, 0);
        file
    }

    #[test]
    fn a_file_is_called_what_it_is() {
        for at in [512, 1015, 70_000, 1024 + (1 << 16) - 3] {
            assert_eq!(kind(old("EncryptedPackage", at).as_slice()).unwrap(), Kind::Protected, "at {at}");
        }
        assert_eq!(kind(old("Workbook", 512).as_slice()).unwrap(), Kind::OldWorkbook);
        assert_eq!(kind(old("WordDocument", 512).as_slice()).unwrap(), Kind::OldDocument);
        for (start, expected) in [
            ("%PDF-1.7", Kind::Pdf),
            ("\u{FEFF}\r\n<!DOCTYPE html><table>", Kind::Html),
            ("<html xmlns:x=\"urn:schemas\">", Kind::Html),
            ("<?xml version=\"1.0\"?><html>", Kind::Html),
            ("<?xml version=\"1.0\"?><Workbook>", Kind::Xml),
            ("编号,标题\n1,<table>", Kind::Text),
            ("", Kind::Text),
            ("PK\u{3}\u{4}", Kind::Zip),
        ] {
            assert_eq!(kind(start.as_bytes()).unwrap(), expected, "{start}");
        }
    }
}
