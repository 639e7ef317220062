//! The parts of a workbook's file, before any of them is believed: each is unpacked once and thrown away, which proves its
//! checksum and its size, and what the workbook claims is compared with that.

use crate::{Bound, Fault, Kind, Limits};
use quick_xml::events::{BytesStart, Event};
use std::collections::{HashMap, HashSet};
use std::io::{BufReader, Read, Seek};
use zip::ZipArchive;
use zip::result::ZipError;

/// Fewer bytes than any text among the shared ones takes: `<si/>`.
const SHARED_LEAST: u64 = 5;
/// The longest name of a sheet, in bytes; spreadsheets allow 31 characters.
const NAME_MOST: usize = 1024;

/// A reader of XML over a part.
pub(crate) type Xml<'a, R> = quick_xml::Reader<BufReader<zip::read::ZipFile<'a, R>>>;

/// The file and what is known of its parts.
pub(crate) struct Parts<R> {
    archive: ZipArchive<R>,
    /// The real name and the unpacked size of each part, by its name in small letters.
    known: HashMap<String, (String, u64)>,
    /// The sheets, in their order.
    pub(crate) sheets: Vec<Named>,
}

/// What the workbook says of a sheet.
pub(crate) struct Named {
    pub(crate) name: String,
    /// The part that holds it.
    pub(crate) path: String,
    /// A table, and no chart.
    pub(crate) table: bool,
    pub(crate) visible: bool,
}

impl<R: Read + Seek> Parts<R> {
    /// Opens a file and proves its parts.
    pub(crate) fn open(input: R, limits: &Limits) -> Result<Parts<R>, Fault> {
        let archive = ZipArchive::new(input).map_err(|_| Fault::damaged(""))?;
        if archive.len() > limits.parts {
            return Err(Fault::TooLarge(Bound::Parts(limits.parts)));
        }
        let mut parts = Parts { archive, known: HashMap::new(), sheets: Vec::new() };
        parts.prove(limits)?;
        let book = parts.workbook()?;
        parts.claims(&book)?;
        parts.read_sheets(&book, limits)?;
        Ok(parts)
    }

    /// Unpacks every part.
    fn prove(&mut self, limits: &Limits) -> Result<(), Fault> {
        let mut left = limits.unpacked;
        for n in 0..self.archive.len() {
            let name =
                self.archive.name_for_index(n).and_then(Result::ok).map(|name| name.into_owned()).unwrap_or_default();
            let part = match self.archive.by_index(n) {
                Ok(part) => part,
                Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
                    return Err(Fault::Other(Kind::Protected));
                }
                Err(_) => return Err(Fault::damaged(&name)),
            };
            let size = std::io::copy(&mut part.take(left + 1), &mut std::io::sink());
            let size = size.map_err(|_| Fault::damaged(&name))?;
            left = left.checked_sub(size).ok_or(Fault::TooLarge(Bound::Unpacked(limits.unpacked)))?;
            if self.known.insert(name.to_lowercase(), (name.clone(), size)).is_some() {
                // Two parts of one name: which of them a reader takes is chance.
                return Err(Fault::damaged(&name));
            }
        }
        Ok(())
    }

    /// Whether there is a part.
    fn has(&self, path: &str) -> bool {
        self.known.contains_key(&path.to_lowercase())
    }

    /// Reads a part as XML; none if it is not there.
    pub(crate) fn xml(&mut self, path: &str) -> Result<Option<Xml<'_, R>>, Fault> {
        let Some((name, _)) = self.known.get(&path.to_lowercase()) else { return Ok(None) };
        let part = self.archive.by_name(name).map_err(|_| Fault::damaged(path))?;
        let mut xml = quick_xml::Reader::from_reader(BufReader::new(part));
        let config = xml.config_mut();
        config.check_end_names = false;
        config.expand_empty_elements = true;
        Ok(Some(xml))
    }

    /// Hands the start of every element of a part to `each`, until it says that it has enough.
    fn elements(
        &mut self,
        path: &str,
        mut each: impl FnMut(&BytesStart<'_>) -> Result<bool, Fault>,
    ) -> Result<(), Fault> {
        let Some(mut xml) = self.xml(path)? else { return Ok(()) };
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer) {
                Ok(Event::Start(start)) if !each(&start)? => return Ok(()),
                Ok(Event::Eof) => return Ok(()),
                Ok(_) => {}
                Err(_) => return Err(Fault::damaged(path)),
            }
        }
    }

    /// The targets of a part's relationships, with the end of their kind, by their number.
    fn relations(&mut self, path: &str) -> Result<HashMap<String, (String, String)>, Fault> {
        let mut found = HashMap::new();
        self.elements(path, |start| {
            if start.local_name().as_ref() == "Relationship" {
                let of = |key| attribute(start, key).unwrap_or_default();
                let kind = of("Type").rsplit('/').next().unwrap_or_default().to_owned();
                found.insert(of("Id"), (of("Target"), kind));
            }
            Ok(true)
        })?;
        Ok(found)
    }

    /// The folder and the name of the workbook's own part.
    fn workbook(&mut self) -> Result<(String, String), Fault> {
        let package = self.relations("_rels/.rels")?;
        let target = package.into_values().find(|(_, kind)| kind == "officeDocument").map(|(target, _)| target);
        let path = target.unwrap_or_default().trim_start_matches('/').to_owned();
        let (folder, name) = path.rsplit_once('/').map_or(("", path.as_str()), |(folder, name)| (folder, name));
        let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let kind = if self.has("xl/workbook.bin") {
            Kind::BinaryWorkbook
        } else if self.has("word/document.xml") || self.has("ppt/presentation.xml") {
            Kind::Document
        } else if self.has("mimetype") && self.has("content.xml") {
            Kind::OpenDocument
        } else if path.is_empty() || !self.has(&path) {
            Kind::Archive
        } else {
            return Ok((folder, name.to_owned()));
        };
        Err(Fault::Other(kind))
    }

    /// Compares what the table of shared texts says about itself with what it can hold.
    fn claims(&mut self, (folder, _): &(String, String)) -> Result<(), Fault> {
        let path = format!("{folder}sharedStrings.xml");
        let size = self.known.get(&path.to_lowercase()).map_or(0, |(_, size)| *size);
        self.elements(&path, |start| {
            if start.local_name().as_ref() != "sst" {
                return Ok(true);
            }
            match attribute(start, "uniqueCount") {
                Some(claim) if claim.trim().parse::<u64>().map_or(true, |n| n > size / SHARED_LEAST) => {
                    Err(Fault::TooLarge(Bound::Claim))
                }
                _ => Ok(true),
            }
        })
    }

    fn read_sheets(&mut self, (folder, name): &(String, String), limits: &Limits) -> Result<(), Fault> {
        let relations = self.relations(&format!("{folder}_rels/{name}.rels"))?;
        let (mut sheets, mut paths, mut names) = (Vec::new(), HashSet::new(), HashSet::new());
        let path = format!("{folder}{name}");
        self.elements(&path, |start| {
            if start.local_name().as_ref() != "sheet" {
                return Ok(true);
            }
            if sheets.len() >= limits.sheets {
                return Err(Fault::TooLarge(Bound::Sheets(limits.sheets)));
            }
            let name = attribute(start, "name").unwrap_or_default();
            let id = attribute(start, "id").unwrap_or_default();
            let (target, kind) = relations.get(&id).cloned().unwrap_or_default();
            let target = match target.strip_prefix('/') {
                Some(whole) => whole.to_owned(),
                None => format!("{folder}{target}"),
            };
            // Sheets that share a name or a part would be read again and again.
            if name.len() > NAME_MOST || !names.insert(name.clone()) || !paths.insert(target.to_lowercase()) {
                return Err(Fault::damaged(&path));
            }
            let visible = attribute(start, "state").is_none_or(|state| state == "visible");
            sheets.push(Named { name, path: target, table: kind == "worksheet", visible });
            Ok(true)
        })?;
        self.sheets = sheets;
        Ok(())
    }

    /// The file again, for the parser.
    pub(crate) fn into_inner(self) -> R {
        self.archive.into_inner()
    }
}

/// An attribute by its local name, unescaped.
pub(crate) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut all = start.attributes();
    all.with_checks(false);
    let found = all.flatten().find(|a| a.key.local_name().as_ref() == name)?;
    Some(
        quick_xml::escape::unescape(&found.value)
            .map_or_else(|_| found.value.to_string(), std::borrow::Cow::into_owned),
    )
}
