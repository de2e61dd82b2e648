//! Evidence as it comes in, and as readings in slots. Knows documents, their times and what they speak
//! of; knows no `as_of`, no freshness, and does not pick among readings.

mod about;
mod csv;
mod fields;
mod json;
mod junit;
mod order;
mod prometheus;
mod reader;
mod sarif;
pub(crate) mod scalar;
pub(crate) mod scan;
#[cfg(test)]
mod tests;
mod text;
mod told;
mod toml;
mod tree;
mod yaml;

pub(crate) use about::constant;
pub use about::subject_value;
pub use reader::Reader;

use crate::canon::Digest;
use crate::data::{Slot, Store};
use crate::ir::{Const, Format, ItemId, Program};
use crate::number::Number;
use crate::time::Instant;
use indexmap::IndexMap;
use std::sync::{Arc, OnceLock};

/// All input of one step: observations, subject and params.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Of what is asked: `--subject`, else the bundle's.
    pub subject: Option<Subject>,
    /// Observations, in the order they were found.
    pub observations: Vec<Observation>,
    /// Values of params, at most one a name.
    pub params: Vec<Param>,
    /// Warnings of whoever collected the input: a trusted mtime, for example.
    pub notes: Vec<Note>,
}

/// The members of a subject, by name: `{ "build": "4f2c" }`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subject(pub IndexMap<String, Const>);

/// A param's value and where it was taken from.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Const,
    /// Where it was taken from.
    pub from: ParamFrom,
}

/// Where a param's value was taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamFrom {
    /// `--param`
    Flag,
    /// `env "X"`
    Env,
    /// The policy.
    Default,
}

/// A warning that came with the input, as a decision lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its slug: `mtime`.
    pub code: String,
    /// The item, file or flag it speaks of.
    pub subject: String,
    /// One line for people.
    pub message: String,
}

/// One observation of one item: a member of a bundle's `items`, or a plain file.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The item's name, declared or not.
    pub item: String,
    /// When it was observed, by its envelope, a flag or the file's own time.
    pub observed_at: Option<Instant>,
    /// Which of those told the time: `Envelope`, `Flag`, `Mtime` or `None` here.
    pub time_from: TimeFrom,
    /// Of what its envelope says that it speaks.
    pub about: Envelope,
    /// What the collector said of its source.
    pub source: Option<String>,
    /// The digest that its content must have.
    pub sha256: Option<Digest>,
    /// The file, relative with `/`, for people.
    pub file: Option<String>,
    /// What was observed.
    pub content: Content,
}

impl Observation {
    /// An observation of `item` that says nothing but its content.
    pub fn new(item: impl Into<String>, content: Content) -> Observation {
        Observation {
            item: item.into(),
            observed_at: None,
            time_from: TimeFrom::None,
            about: Envelope::default(),
            source: None,
            sha256: None,
            file: None,
            content,
        }
    }
}

/// The content of an observation.
#[derive(Clone, Debug)]
pub enum Content {
    /// A file.
    Bytes {
        /// Its bytes as they stand; several items may share them.
        bytes: Arc<[u8]>,
        /// The format its ending tells, which an item's own `as FORMAT` beats.
        format: Option<Format>,
    },
    /// A `payload`: one JSON value from its first to its last byte, whatever the item's own format.
    Json(Arc<[u8]>),
    /// A `text`.
    Text(String),
    /// An `error` of the collector: no observation.
    Failed {
        /// When it failed.
        at: Instant,
        /// Why.
        error: String,
    },
    /// A listed file that is not there.
    Absent,
    /// Malformed before it could be read, in one line: "a folder stands where a file should be".
    Unfit(String),
}

/// What an envelope says of an observation's subject and place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Envelope {
    /// The subject, or some members of it.
    pub subject: Option<Subject>,
    /// The cohort's share, plain: `10%` is 0.1.
    pub cohort: Option<Number>,
    /// The phase.
    pub phase: Option<String>,
    /// The `per` key.
    pub key: Option<String>,
}

/// Where the time of a reading came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimeFrom {
    /// `observed at PATH`
    Payload,
    /// `observed with OTHER`
    Sibling,
    /// `observed_at` of a bundle or of `FILE.meta.json`.
    Envelope,
    /// `--observed-at`
    Flag,
    /// `--trust-mtime`
    Mtime,
    /// Nowhere.
    None,
}

/// One observation of a declared item, in slots.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The item.
    pub item: ItemId,
    /// The observation: index into [`Evidence::observations`].
    pub observation: u32,
    /// Its value; `Bad` when the observation is malformed as a whole.
    pub root: Slot,
    /// The oldest of the times it has.
    pub observed_at: Option<Instant>,
    /// The youngest of them: if that lies after `as_of`, the item is future.
    pub latest: Option<Instant>,
    /// Where `observed_at` came from.
    pub time_from: TimeFrom,
    /// Of what it speaks.
    pub about: AboutFacts,
    /// For a `series`: the time of each row, in the order of the rows; else empty.
    pub rows: Vec<RowTime>,
    /// The youngest time that the payload itself tells.
    told: Option<Instant>,
    digest: OnceLock<Digest>,
}

/// The time of one row of a series, and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowTime {
    /// The row's own time or, where it has none of its own, its observation's.
    pub at: Option<Instant>,
    /// Start of the row in its document.
    pub start: u32,
    /// End of the row in its document.
    pub end: u32,
}

/// Of what a reading speaks: payload and envelope together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AboutFacts {
    /// Members of the subject, with the types of the program.
    pub subject: IndexMap<String, Const>,
    /// The cohort's share.
    pub cohort: Option<Number>,
    /// The phase.
    pub phase: Option<String>,
    /// The `per` key.
    pub key: Option<String>,
    /// Payload and envelope, or two rows, say different things: mismatched.
    pub disagree: bool,
}

/// Everything that was read from the evidence of one step.
#[derive(Clone, Debug, Default)]
pub struct Readings {
    /// Readings by item, then by `observed_at` (those without last), then as they came.
    pub list: Vec<Reading>,
    /// Errors of collectors: declared item and observation.
    pub failed: Vec<(ItemId, u32)>,
    /// Listed files that are not there: declared item and observation.
    pub absent: Vec<(ItemId, u32)>,
    /// Observations whose item the policy does not declare.
    pub unused: Vec<u32>,
    /// Observations that repeat an earlier one (first) byte for byte; they have no reading.
    pub doubles: Vec<(u32, u32)>,
    starts: Vec<u32>,
}

impl Readings {
    /// The readings of an item, oldest first.
    pub fn of(&self, item: ItemId) -> &[Reading] {
        match (self.starts.get(item.ix()), self.starts.get(item.ix() + 1)) {
            (Some(&start), Some(&end)) => &self.list[start as usize..end as usize],
            _ => &[],
        }
    }
}

impl Reading {
    /// Takes another digest, because a trial changed what was read.
    pub(crate) fn changed(&mut self, digest: Digest) {
        self.digest = OnceLock::from(digest);
    }

    /// SHA-256 of the observation's bytes as they stand; computed when first asked for.
    pub fn digest(&self, evidence: &Evidence) -> Digest {
        *self.digest.get_or_init(|| {
            let observation = evidence.observations.get(self.observation as usize);
            observation.map_or(Digest::of(b""), Observation::digest)
        })
    }
}

impl Observation {
    /// SHA-256 of its bytes as they stand; of nothing where it has none.
    pub fn digest(&self) -> Digest {
        Digest::of(self.bytes())
    }

    /// Its bytes as they stand; none where there is no content.
    pub fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Bytes { bytes, .. } | Content::Json(bytes) => bytes,
            Content::Text(text) => text.as_bytes(),
            Content::Failed { .. } | Content::Absent | Content::Unfit(_) => &[],
        }
    }
}

/// The formats: what `as` calls them, and the endings of their files, the usual one first.
pub const FORMATS: [(Format, &str, &[&str]); 9] = [
    (Format::Json, "json", &["json"]),
    (Format::Jsonl, "jsonl", &["jsonl", "ndjson"]),
    (Format::Junit, "junit", &["xml"]),
    (Format::Text, "text", &["txt", "md", "log"]),
    (Format::Csv, "csv", &["csv"]),
    (Format::Toml, "toml", &["toml"]),
    (Format::Yaml, "yaml", &["yaml", "yml"]),
    (Format::Sarif, "sarif", &["sarif"]),
    (Format::Prometheus, "prometheus", &["prom"]),
];

/// The format that a file's ending tells.
pub fn format_of(file: &str) -> Option<Format> {
    let name = file.rsplit('/').next().unwrap_or(file);
    let (_, ending) = name.rsplit_once('.')?;
    let row = FORMATS
        .iter()
        .find(|row| row.2.iter().any(|known| known.eq_ignore_ascii_case(ending)))?;
    Some(row.0)
}

/// Reads every observation of a declared item into `store`. Never fails: what does not fit is a fault
/// in the store, at the smallest place it concerns.
///
/// Whoever steps one program often keeps a [`Reader`] instead.
pub fn read(program: &Program, evidence: &Evidence, store: &mut Store) -> Readings {
    Reader::new(program).read(program, evidence, store)
}
