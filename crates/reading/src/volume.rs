//! One volume of the index: a folder of tantivy's files, and how far into the log it reaches.
//!
//! How far stands in the commit itself, so that words and position are durable together. A volume that was never
//! committed has no position, and is thrown away.

use crate::cut::Cutter;
use crate::entry::Entry;
use crate::find::Finder;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use store::StoreError;
use tantivy::directory::MmapDirectory;
use tantivy::index::SegmentId;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, MergePolicy, NoMergePolicy};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{
    FutureResult, Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, SegmentMeta, TantivyDocument,
    TantivyError, Term,
};

/// The version of what stands in the index and how: a volume of another one is made anew.
const LAYOUT: u32 = 4;
/// Memory of the one thread that writes, in bytes: when it is full, a segment goes to disk.
const MEMORY: usize = 64 << 20;
/// A segment of which so large a part was replaced is written anew.
const REPLACED_MOST: f32 = 0.3;
const CUTTER: &str = "words";

/// Why the index can't be read or written. Says nothing of what stands in it or was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log can't be read.
    #[error("the log can't be read for the index: {0}")]
    Store(#[from] StoreError),
    /// The index itself.
    #[error("the index: {}", said(.0))]
    Index(#[from] TantivyError),
    /// Its folder.
    #[error("the folder of the index: {0}")]
    Folder(#[from] std::io::Error),
}

/// The library's own words could quote a question: only the kind of trouble is told.
fn said(error: &TantivyError) -> &'static str {
    match error {
        TantivyError::DataCorruption(_) => "its files are damaged",
        TantivyError::IoError(_) | TantivyError::OpenDirectoryError(_) => "its files can't be read or written",
        TantivyError::OpenReadError(_) | TantivyError::OpenWriteError(_) => "a file of it can't be opened",
        TantivyError::LockFailure(..) => "another process writes it",
        TantivyError::Poisoned | TantivyError::ErrorInThread(_) => "a thread that writes it died",
        TantivyError::IncompatibleIndex(_) | TantivyError::SchemaError(_) => "it has another layout",
        _ => "it can't do what was asked of it",
    }
}

/// What a volume says of itself, with every commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stand {
    layout: u32,
    /// Everything that happened before this ledger index is in it.
    pub(crate) position: u64,
    /// The hash of the entry before that, as hex; empty at the beginning.
    pub(crate) entry: String,
    /// Whether words that were taken out may still stand in the files.
    purge: bool,
}

/// The fields of the index.
#[derive(Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) first: Field,
    pub(crate) day: Field,
    pub(crate) words: Field,
    pub(crate) place: Field,
    pub(crate) tag: Field,
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let cut =
        TextFieldIndexing::default().set_tokenizer(CUTTER).set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let whole = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::Basic);
    let fields = Fields {
        first: schema.add_u64_field("first", INDEXED | FAST),
        day: schema.add_i64_field("day", FAST),
        words: schema.add_text_field("words", TextOptions::default().set_indexing_options(cut.clone())),
        place: schema.add_text_field("place", TextOptions::default().set_indexing_options(cut)),
        tag: schema.add_text_field("tag", TextOptions::default().set_indexing_options(whole.set_fieldnorms(false))),
    };
    (schema.build(), fields)
}

/// What a search needs of a volume.
pub(crate) struct Shelf {
    pub(crate) reader: IndexReader,
    pub(crate) fields: Fields,
}

/// Segments that are being written anew as one, beside the work.
struct Merge {
    ids: Vec<SegmentId>,
    /// How many commits there were when it began.
    begun: u64,
    done: Pin<Box<FutureResult<Option<SegmentMeta>>>>,
}

/// A volume that is written. One process at a time holds it.
pub struct Volume {
    index: Index,
    writer: IndexWriter,
    reader: IndexReader,
    fields: Fields,
    stand: Stand,
    policy: LogMergePolicy,
    merges: Vec<Merge>,
    /// How many commits there were, and which one of them took out last what must leave the files.
    commits: u64,
    purge_at: u64,
    /// Segments that must be written anew for it.
    purge: BTreeSet<SegmentId>,
    path: PathBuf,
}

impl Volume {
    /// Makes an empty one in a folder that is there and empty.
    ///
    /// # Errors
    /// What the file system says.
    pub fn make(path: &Path) -> Result<Volume, Error> {
        let (schema, _) = schema();
        let directory = MmapDirectory::open(path).map_err(TantivyError::from)?;
        let index = Index::create(directory, schema, IndexSettings::default())?;
        Volume::over(index, path, Stand { layout: LAYOUT, ..Stand::default() })
    }

    /// Opens one. None if it was never finished, or has another layout.
    ///
    /// # Errors
    /// What the file system says; a damaged file.
    pub fn open(path: &Path) -> Result<Option<Volume>, Error> {
        let index = Index::open_in_dir(path)?;
        let said = index.load_metas()?.payload;
        let stand: Option<Stand> = said.and_then(|text| serde_json::from_str(&text).ok());
        let Some(stand) = stand.filter(|s| s.layout == LAYOUT && index.schema() == schema().0) else {
            return Ok(None);
        };
        // Every byte is read once: a file that was cut off or changed would otherwise be found while somebody searches.
        if !index.validate_checksum()?.is_empty() {
            return Ok(None);
        }
        let volume = Volume::over(index, path, stand)?;
        // What was being written when the process ended.
        volume.writer.garbage_collect_files().wait()?;
        Ok(Some(volume))
    }

    fn over(index: Index, path: &Path, stand: Stand) -> Result<Volume, Error> {
        index.tokenizers().register(CUTTER, TextAnalyzer::from(Cutter));
        let options = IndexWriterOptions::builder();
        let options = options.memory_budget_per_thread(MEMORY).num_worker_threads(1).num_merge_threads(1).build();
        let writer = index.writer_with_options(options)?;
        let mut policy = LogMergePolicy::default();
        policy.set_del_docs_ratio_before_merge(REPLACED_MOST);
        // What is merged when is decided here: a merge that nobody knows of could carry on what was taken out.
        writer.set_merge_policy(Box::new(NoMergePolicy));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let (fields, merges, purge) = (schema().1, Vec::new(), BTreeSet::new());
        let path = path.to_owned();
        let mut volume =
            Volume { index, writer, reader, fields, stand, policy, merges, commits: 0, purge_at: 0, purge, path };
        if volume.stand.purge {
            volume.mark_purge()?;
        }
        Ok(volume)
    }

    /// Where it stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn stand(&self) -> &Stand {
        &self.stand
    }

    /// What searches in it alone.
    pub fn finder(&self) -> Finder {
        let finder = Finder::default();
        finder.show(Some(self.shelf()));
        finder
    }

    pub(crate) fn shelf(&self) -> Shelf {
        Shelf { reader: self.reader.clone(), fields: self.fields }
    }

    /// Puts a case in, in place of what stood there of it. Found after the next [`Volume::commit`].
    ///
    /// # Errors
    /// What the file system says.
    pub fn put(&mut self, entry: &Entry) -> Result<(), Error> {
        self.writer.delete_term(Term::from_field_u64(self.fields.first, entry.first));
        self.add(entry)
    }

    /// Puts a case in that is not there yet.
    ///
    /// # Errors
    /// What the file system says.
    pub fn add(&mut self, entry: &Entry) -> Result<(), Error> {
        let Fields { first, day, words, place, tag } = self.fields;
        let mut document = TantivyDocument::new();
        document.add_u64(first, entry.first);
        document.add_i64(day, entry.day);
        document.add_text(words, &entry.words);
        document.add_text(place, &entry.place);
        for mark in &entry.tags {
            document.add_text(tag, &mark.0);
        }
        self.writer.add_document(document)?;
        Ok(())
    }

    /// Makes durable and findable what was put in: everything before `position` of the log, behind the entry with this
    /// hash. With `purge`, what was taken out must leave the files too: see [`Volume::tidy`].
    ///
    /// # Errors
    /// What the file system says.
    pub fn commit(&mut self, position: u64, entry: Option<[u8; 32]>, purge: bool) -> Result<(), Error> {
        let entry = entry.iter().flatten().map(|b| format!("{b:02x}")).collect();
        self.say(Stand { layout: LAYOUT, position, entry, purge: purge || self.stand.purge })?;
        self.reader.reload()?;
        if purge {
            self.mark_purge()?;
        }
        Ok(())
    }

    fn say(&mut self, stand: Stand) -> Result<(), Error> {
        // Numbers and a hash always have a JSON form.
        let said = serde_json::to_string(&stand).unwrap_or_default();
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&said);
        prepared.commit()?;
        self.commits += 1;
        self.stand = stand;
        Ok(())
    }

    fn mark_purge(&mut self) -> Result<(), Error> {
        self.purge_at = self.commits;
        let segments = self.index.searchable_segment_metas()?;
        self.purge.extend(segments.iter().filter(|m| m.num_deleted_docs() > 0).map(SegmentMeta::id));
        Ok(())
    }

    /// Keeps the files few, beside the work, and writes those anew in which still stands what was taken out. Nothing may
    /// be put in and uncommitted. Whether something is under way.
    ///
    /// # Errors
    /// What the file system says.
    pub fn tidy(&mut self) -> Result<bool, Error> {
        self.look_after_merges();
        let segments = self.index.searchable_segment_metas()?;
        self.purge.retain(|id| segments.iter().any(|m| m.id() == *id));
        let busy: BTreeSet<SegmentId> = self.merges.iter().flat_map(|m| m.ids.iter().copied()).collect();
        let purge: Vec<SegmentId> = self.purge.difference(&busy).copied().collect();
        purge.into_iter().for_each(|id| self.merge(vec![id]));
        if self.merges.is_empty() {
            let candidates = self.policy.compute_merge_candidates(&segments);
            // A single segment with nothing replaced in it is as it should be.
            let useful = |ids: &Vec<SegmentId>| {
                ids.len() > 1 || segments.iter().any(|m| ids.contains(&m.id()) && m.num_deleted_docs() > 0)
            };
            candidates.into_iter().map(|c| c.0).filter(useful).for_each(|ids| self.merge(ids));
        }
        if !self.merges.is_empty() {
            return Ok(true);
        }
        if self.stand.purge {
            // A search that is still running holds its files open, not in the folder.
            self.reader.reload()?;
            self.writer.garbage_collect_files().wait()?;
            self.say(Stand { purge: false, ..self.stand.clone() })?;
        }
        Ok(false)
    }

    fn merge(&mut self, ids: Vec<SegmentId>) {
        let done = Box::pin(self.writer.merge(&ids));
        self.merges.push(Merge { ids, begun: self.commits, done });
    }

    /// Forgets merges that are done. One that failed is tried again, as its segments are still there; one that was under
    /// way when something was taken out carried it on.
    fn look_after_merges(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        let (purge, purge_at, wanted) = (&mut self.purge, self.purge_at, self.stand.purge);
        let before = self.merges.len();
        self.merges.retain_mut(|merge| match merge.done.as_mut().poll(&mut context) {
            Poll::Pending => true,
            Poll::Ready(done) => {
                if let Ok(Some(made)) = done
                    && wanted
                    && merge.begun < purge_at
                {
                    purge.insert(made.id());
                }
                false
            }
        });
        if self.merges.len() < before
            && let Err(error) = self.reader.reload()
        {
            tracing::warn!(error = said(&error), "the index goes on with its former files");
        }
    }

    /// Waits for what is merged beside the work, and lets the folder go.
    ///
    /// # Errors
    /// What the file system says.
    pub fn close(self) -> Result<(), Error> {
        Ok(self.writer.wait_merging_threads()?)
    }

    /// How many cases are in it.
    pub fn len(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// Whether none is in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
