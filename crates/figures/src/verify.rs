//! Recomputing what was published, each figure from the ledger as it was at its own size.
//!
//! A published number that is wrong is a finding, unless a later entry corrects it: the ledger keeps the wrong number
//! for ever, and the correction beside it. Of several corrections of the same figure the last one has to be right.

use crate::catalogue;
use crate::figure::Figure;
use crate::filter::Filter;
use crate::publish;
use crate::query::{self, Numbers};
use domain::district::{self, DISTRICT_STREAM, Districts, Event};
use std::collections::BTreeMap;
use store::db::Write;
use store::rebuild::{Replay, fill};
use store::{Db, Result, args, read, schema};

const TIME: &str = "SELECT at FROM events WHERE district = $1 AND seq = $2";
/// The one event that the replay's own database knows: the last, for the ledger's size and day.
const LAST: &str = "INSERT INTO events(district, seq, stream, version, kind, at, entry, body) \
VALUES($1, $2, $3, 1, '', $4, $5, $6)";
/// Every constant statement of this file, to be proved on both engines.
pub(crate) const STATEMENTS: &[&str] = &[TIME, LAST];

/// What was recomputed, when nothing is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Published figures and corrections that are what the ledger says.
    pub right: u64,
    /// Those that are not, and that a later correction puts right.
    pub corrected: u64,
}

/// The first published figure that is wrong, in a sentence that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding(pub String);

/// A published figure and where it stands.
struct Published {
    entry: u64,
    no: usize,
    /// The entry that it corrects.
    corrects: Option<u64>,
    figure: district::Figure,
    /// Whether a later entry corrects it.
    corrected: bool,
}

impl Published {
    fn name(&self) -> String {
        let f = &self.figure;
        let and = if f.filter.is_empty() { "" } else { ", " };
        let what = if self.corrects.is_some() { "the correction" } else { "the published figure" };
        format!("entry {}: {what} {} ({} to {}{and}{})", self.entry, f.id, f.from, f.to, f.filter)
    }

    /// Whether it is about the same as another one.
    fn same(&self, other: &Published) -> bool {
        let about = |p: &Published| (p.figure.id.clone(), p.figure.from, p.figure.to, p.figure.filter.clone());
        about(self) == about(other)
    }
}

/// Recomputes every published figure and every correction. Reads only; the events are walked once, and not at all if
/// nothing was published.
///
/// # Errors
/// What the database says; what is wrong with a figure is a [`Finding`], not an error.
pub fn verify_published(db: &mut Db, number: i64) -> Result<std::result::Result<Report, Finding>> {
    verify(db, number, |_| true)
}

/// [`verify_published`] for the figures of one entry of the ledger and what corrects them: the events are walked up to
/// the sizes that they were computed at.
///
/// # Errors
/// As there.
pub fn verify_publication(db: &mut Db, number: i64, entry: u64) -> Result<std::result::Result<Report, Finding>> {
    verify(db, number, |p| p.entry == entry || p.corrects == Some(entry))
}

fn verify(
    db: &mut Db,
    number: i64,
    wanted: impl Fn(&Published) -> bool,
) -> Result<std::result::Result<Report, Finding>> {
    let mut published = all_published(db, number)?;
    if let Some(finding) = mark_corrected(&mut published) {
        return Ok(Err(finding));
    }
    published.retain(wanted);
    let mut by_size: BTreeMap<u64, Vec<&Published>> = BTreeMap::new();
    for p in &published {
        by_size.entry(p.figure.ledger_size).or_default().push(p);
    }
    if by_size.is_empty() {
        return Ok(Ok(Report::default()));
    }
    let mut checked = Checked { number, replayed: Db::scratch()?, wrong: Vec::new(), report: Report::default() };
    schema::migrate(&mut checked.replayed)?;
    let (mut replay, mut size) = (Replay::default(), 0);
    for (to, figures) in by_size {
        if let Some(seq) = to.checked_sub(1) {
            let Some(at) = db.query(TIME, &args![number, seq])?.first().map(|row| row.int("at")).transpose()? else {
                let name = figures.first().map(|p| p.name()).unwrap_or_default();
                let what = format!("{name} was computed from a ledger that is longer than this one");
                return Ok(Err(Finding(what)));
            };
            fill(db, &mut checked.replayed, number, &mut replay, (size, to), &mut |_| ())?;
            let none: &[u8] = &[];
            // A stream of its own for each, so that the rows don't meet in the index by stream.
            let event = args![number, seq, seq.to_be_bytes(), at, none, none];
            checked.replayed.write(&[Write::new(LAST, event)])?;
        }
        checked.check(&figures)?;
        size = to;
    }
    Ok(match checked.wrong.into_iter().min() {
        Some((_, _, what)) => Err(Finding(what)),
        None => Ok(checked.report),
    })
}

/// Every figure that the district's stream published, in order.
fn all_published(db: &mut Db, number: i64) -> Result<Vec<Published>> {
    let mut published = Vec::new();
    for stored in read::stream::<Districts>(db, number, DISTRICT_STREAM)?.events {
        let (corrects, figures) = match stored.body.event {
            Event::FiguresPublished { figures } => (None, figures),
            Event::FigureCorrected { publication, figure } => (Some(publication), vec![figure]),
            _ => continue,
        };
        for (no, figure) in figures.into_iter().enumerate() {
            published.push(Published { entry: stored.seq, no, corrects, figure, corrected: false });
        }
    }
    Ok(published)
}

/// Marks what a later entry corrects. Finds a correction of what was not published, and a figure from the future.
fn mark_corrected(published: &mut [Published]) -> Option<Finding> {
    for n in 0..published.len() {
        let (before, rest) = published.split_at_mut(n);
        let Some(p) = rest.first() else { continue };
        if p.figure.ledger_size > p.entry {
            return Some(Finding(format!("{} says that it knew entries that came after it", p.name())));
        }
        let Some(corrects) = p.corrects else { continue };
        let mut found = false;
        for former in before.iter_mut().filter(|f| f.corrects.unwrap_or(f.entry) == corrects) {
            if former.same(p) {
                former.corrected = true;
                found = true;
            }
        }
        if !found {
            return Some(Finding(format!("{}: entry {corrects} published no such figure", p.name())));
        }
    }
    None
}

/// The replay's own database, and what was found.
struct Checked {
    number: i64,
    replayed: Db,
    wrong: Vec<(u64, usize, String)>,
    report: Report,
}

impl Checked {
    /// Recomputes the figures of this size of the ledger: one count for each filter, two lists for each figure.
    fn check(&mut self, figures: &[&Published]) -> Result<()> {
        let mut counts: BTreeMap<String, (u64, Numbers)> = BTreeMap::new();
        for p in figures {
            match self.fault(p, &mut counts)? {
                None => self.report.right += 1,
                Some(_) if p.corrected => self.report.corrected += 1,
                Some(fault) => self.wrong.push((p.entry, p.no, format!("{}: {fault}", p.name()))),
            }
        }
        Ok(())
    }

    fn fault(&mut self, p: &Published, counts: &mut BTreeMap<String, (u64, Numbers)>) -> Result<Option<String>> {
        let stated = &p.figure;
        let Some(definition) = catalogue::version(&stated.id, stated.definition) else {
            return Ok(Some(format!("the catalogue has no version {} of it", stated.definition)));
        };
        let filter = match Filter::narrowed(stated.from, stated.to, &stated.filter) {
            // 0.1 counted sealed accusations in every window.
            Ok(filter) if filter.narrowing() == stated.filter && !stated.quarters => filter.with_sealed(),
            Ok(filter) if filter.narrowing() == stated.filter => filter,
            _ => return Ok(Some("its filter can't be read".into())),
        };
        let key = format!("{} {}", stated.quarters, filter.query());
        if !counts.contains_key(&key) {
            counts.insert(key.clone(), query::whole(&mut self.replayed, self.number, &filter)?);
        }
        let Some((size, numbers)) = counts.get(&key) else { return Ok(None) };
        let figure = Figure::of(definition, &filter, *size, |part| numbers.count(definition, part));
        let counted = publish::counted(&mut self.replayed, self.number, &filter, definition)?;
        Ok(difference(stated, &publish::entry(&figure, &filter, counted)))
    }
}

/// The first thing in which a stated figure is not the computed one.
fn difference(stated: &district::Figure, computed: &district::Figure) -> Option<String> {
    let parts = |p: Option<(i64, i64)>| p.map_or("none".to_owned(), |(n, d)| format!("{n}/{d}"));
    let fields = |f: &district::Figure| {
        [
            ("numerator", f.numerator.to_string()),
            ("denominator", f.denominator.to_string()),
            ("participation", parts(f.participation)),
            ("value", f.value.clone()),
            ("hash of what it counts", f.counted.clone()),
            ("ledger size", f.ledger_size.to_string()),
        ]
    };
    let both = fields(stated).into_iter().zip(fields(computed));
    let (what, says, is) = both.map(|((what, says), (_, is))| (what, says, is)).find(|(_, says, is)| says != is)?;
    Some(format!("its {what} says {says}, and the ledger of size {} says {is}", stated.ledger_size))
}
