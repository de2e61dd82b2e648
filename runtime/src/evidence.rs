//! Evidence as it comes in, and as readings in slots. Knows documents, their times and what they speak
//! of; knows no `as_of`, no freshness, and does not pick among readings.

mod about;
mod fields;
mod json;
mod junit;
mod scalar;
pub(crate) mod scan;
#[cfg(test)]
mod tests;
mod text;

pub use about::subject_value;

use crate::canon::Digest;
use crate::data::{Fault, Slot, Store};
use crate::ir::{Const, Format, ItemId, Observed, Program};
use crate::number::Number;
use crate::time::Instant;
use crate::ty::{Shape, Ty};
use fields::{Plan, Schema};
use indexmap::IndexMap;
use json::{Found, Scratch, Walk};
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

/// The largest document, in bytes.
const SIZE: usize = 64 << 20;

/// The most observations of one item.
const OBSERVATIONS: usize = 10_000;

/// Reads every observation of a declared item into `store`. Never fails: what does not fit is a fault
/// in the store, at the smallest place it concerns.
///
/// Whoever steps one program often keeps a [`Reader`] instead.
pub fn read(program: &Program, evidence: &Evidence, store: &mut Store) -> Readings {
    Reader::new(program).read(program, evidence, store)
}

/// Schemas compiled for reading, and buffers that are used again.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    schema: Schema,
    names: Vec<(String, u32)>,
    scratch: Scratch,
}

impl Reader {
    /// The schemas of a program's evidence.
    pub fn new(program: &Program) -> Reader {
        let items = program.evidence.iter().zip(0..);
        let mut names: Vec<(String, u32)> =
            items.map(|(item, at)| (item.name.clone(), at)).collect();
        names.sort();
        Reader {
            schema: Schema::new(program),
            names,
            scratch: Scratch::default(),
        }
    }

    /// See [`read`]; the program is the one the reader was made for.
    pub fn read(&mut self, program: &Program, evidence: &Evidence, store: &mut Store) -> Readings {
        let mut readings = Readings::default();
        for (observation, index) in evidence.observations.iter().zip(0..) {
            let known = self
                .names
                .binary_search_by(|(name, _)| name.as_str().cmp(&observation.item));
            let Ok(known) = known else {
                readings.unused.push(index);
                continue;
            };
            let item = ItemId(self.names[known].1);
            match &observation.content {
                Content::Failed { .. } => readings.failed.push((item, index)),
                Content::Absent => readings.absent.push((item, index)),
                Content::Bytes { .. } | Content::Json(_) | Content::Text(_) | Content::Unfit(_) => {
                    let reading = self.reading(program, item, observation, index, store);
                    readings.list.push(reading);
                }
            }
        }
        siblings(program, &mut readings.list);
        order(program, evidence, &mut readings, store);
        readings
    }

    fn reading(
        &mut self,
        program: &Program,
        id: ItemId,
        observation: &Observation,
        index: u32,
        store: &mut Store,
    ) -> Reading {
        let found = self.found(program, id, observation, index, store);
        let item = &program.evidence[id.ix()];
        let mut root = found.root.unwrap_or(Slot::Absent);
        let envelope = observation.observed_at;
        let told = matches!(item.observed, Observed::At { .. } | Observed::Line { .. });
        if told && found.time.is_none() && !matches!(root, Slot::Bad(_)) {
            let place = &self.schema.items[id.ix()].time_place;
            let message = if place.is_empty() {
                "no line with the time it was observed".to_owned()
            } else {
                format!("no time at `{place}`")
            };
            root = Slot::Bad(fault(store, index, message, 0, 0));
        }
        let (observed_at, time_from) = match (found.time, envelope) {
            (Some(told), Some(given)) if given < told => (Some(given), observation.time_from),
            (Some(told), _) => (Some(told), TimeFrom::Payload),
            (None, Some(given)) => (Some(given), observation.time_from),
            (None, None) => (None, TimeFrom::None),
        };
        let timeless = item.fresh.is_none();
        let asks = matches!(item.observed, Observed::Envelope);
        if observed_at.is_none() && asks && !timeless && !matches!(root, Slot::Bad(_)) {
            let message = format!(
                "no time: it needs `observed at PATH` or `observed with OTHER` in the policy, `observed_at` in \
                 bundle.json or FILE.meta.json, or `--observed-at {}=INSTANT`",
                item.name
            );
            root = Slot::Bad(fault(store, index, message, 0, 0));
        }
        let mut about = found.about;
        about::join_envelope(&mut about, &observation.about, program);
        let mut rows = found.rows;
        for row in &mut rows {
            row.at = older(row.at, envelope);
        }
        Reading {
            item: id,
            observation: index,
            root,
            observed_at,
            latest: younger(found.latest, envelope),
            time_from,
            about,
            rows,
            told: found.latest,
            digest: OnceLock::new(),
        }
    }

    /// The content of an observation in slots.
    fn found(
        &mut self,
        program: &Program,
        id: ItemId,
        observation: &Observation,
        index: u32,
        store: &mut Store,
    ) -> Found {
        let plan = &self.schema.items[id.ix()];
        let mut bad = |message: String, start: usize, end: usize| Found {
            root: Some(Slot::Bad(fault(store, index, message, start, end))),
            ..Found::default()
        };
        if let Content::Unfit(message) = &observation.content {
            return bad(message.clone(), 0, 0);
        }
        let bytes = observation.bytes();
        if bytes.len() > SIZE {
            return bad("more than 64 MiB".to_owned(), 0, 0);
        }
        if bytes.is_empty() && !matches!(observation.content, Content::Text(_)) {
            return bad("an empty file".to_owned(), 0, 0);
        }
        if let Some(wanted) = observation.sha256
            && wanted != Digest::of(bytes)
        {
            return bad(format!("its content is not the one with {wanted}"), 0, 0);
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let at = error.valid_up_to();
                let message = match bytes {
                    [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "UTF-16; UTF-8 is wanted",
                    _ => "bytes that are not UTF-8",
                };
                let end = at + error.error_len().unwrap_or(bytes.len() - at);
                return bad(message.to_owned(), at, end);
            }
        };
        let start = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
        let format = match &observation.content {
            Content::Json(_) => Format::Json,
            content => program.evidence[id.ix()].format.unwrap_or(match content {
                Content::Bytes { format, .. } => format.unwrap_or(Format::Json),
                _ if plan.lines(&self.schema) => Format::Text,
                _ => Format::Json,
            }),
        };
        let scratch = &mut self.scratch;
        let schema = &self.schema;
        match format {
            Format::Json => Walk::new(schema, plan, store, scratch, text, start, index).document(),
            Format::Jsonl => {
                Walk::new(schema, plan, store, scratch, text, start, index).documents()
            }
            Format::Text => text::read(schema, plan, store, text, start, index),
            Format::Junit => {
                let may_be_empty = program.evidence[id.ix()].may_be_empty;
                let told = match junit::tell(text, start, may_be_empty) {
                    Ok(told) => told,
                    Err(broken) => return bad(broken.message, broken.start, broken.end),
                };
                let first = store.faults.len();
                let json = &told.json;
                let mut found = Walk::new(schema, plan, store, scratch, json, 0, index).document();
                for fault in &mut store.faults[first..] {
                    let (start, end) = told.origin(fault.start as usize);
                    (fault.start, fault.end) = (start as u32, end as u32);
                }
                for row in &mut found.rows {
                    let (start, end) = told.origin(row.start as usize);
                    (row.start, row.end) = (start as u32, end as u32);
                }
                found
            }
            Format::Csv | Format::Toml | Format::Yaml | Format::Sarif | Format::Prometheus => {
                let word = FORMATS.iter().find(|row| row.0 == format);
                let word = word.map_or("this format", |row| row.1);
                bad(format!("`{word}` cannot be read yet"), 0, 0)
            }
        }
    }
}

impl Plan {
    /// Whether its documents are lines of text when nothing else is said.
    fn lines(&self, schema: &Schema) -> bool {
        match self.ty.required() {
            Ty::Text => true,
            Ty::Record(record) => {
                let fields = &schema.layout(*record).fields;
                self.time_line.is_some() || fields.iter().any(|field| field.line.is_some())
            }
            _ => false,
        }
    }
}

fn is_series(ty: &Ty) -> bool {
    let series = Shape::Series;
    matches!(ty.required(), Ty::Rows { shape, .. } if *shape == series)
}

fn fault(store: &mut Store, observation: u32, message: String, start: usize, end: usize) -> u32 {
    store.faults.push(Fault {
        path: String::new(),
        message,
        start: start as u32,
        end: end as u32,
        observation,
    });
    store.faults.len() as u32 - 1
}

/// The time that a text of a payload tells.
fn moment(text: &str, plan: &Plan) -> Result<Instant, String> {
    let outcome = match &plan.pattern {
        Some(pattern) => pattern.parse(text, plan.assume_utc),
        None => Instant::parse(text, plan.assume_utc),
    };
    outcome.map_err(|error| match &plan.pattern {
        Some(pattern) => format!(
            "`{}` is no time of the form `{}`: {error}",
            scalar::brief(text),
            pattern.text()
        ),
        None => format!("`{}`: {error}", scalar::brief(text)),
    })
}

fn older(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn younger(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}

/// Gives items that are observed with another one the time of its newest reading.
fn siblings(program: &Program, list: &mut [Reading]) {
    let waiting = |item: ItemId| match program.evidence[item.ix()].observed {
        Observed::With(other) => Some(other),
        Observed::Envelope | Observed::At { .. } | Observed::Line { .. } => None,
    };
    if !program
        .evidence
        .iter()
        .any(|item| matches!(item.observed, Observed::With(_)))
    {
        return;
    }
    // Chains end after as many steps as there are items, or go in a circle and never get a time.
    let mut settled: Vec<bool> = list
        .iter()
        .map(|reading| waiting(reading.item).is_none())
        .collect();
    for _ in 0..program.evidence.len() {
        let mut moved = false;
        for at in 0..list.len() {
            let Some(other) = waiting(list[at].item).filter(|_| !settled[at]) else {
                continue;
            };
            let theirs = list
                .iter()
                .zip(&settled)
                .filter(|(reading, _)| reading.item == other);
            if theirs.clone().any(|(_, settled)| !settled) {
                continue;
            }
            let newest = theirs
                .map(|(reading, _)| (reading.observed_at, reading.latest))
                .max_by_key(|times| times.0);
            if let Some((observed_at, latest)) = newest {
                let reading = &mut list[at];
                if let Some(time) = observed_at {
                    if reading.observed_at.is_none_or(|own| time <= own) {
                        reading.time_from = TimeFrom::Sibling;
                    }
                    reading.observed_at = older(reading.observed_at, Some(time));
                    reading.latest = younger(reading.latest, latest);
                    for row in &mut reading.rows {
                        row.at = older(row.at, Some(time));
                    }
                } else {
                    reading.time_from = TimeFrom::Sibling;
                    reading.observed_at = None;
                }
            } else {
                list[at].time_from = TimeFrom::Sibling;
                list[at].observed_at = None;
            }
            settled[at] = true;
            moved = true;
        }
        if !moved {
            break;
        }
    }
}

/// Sorts readings, drops those that repeat another, and finds two contents for one instant.
fn order(program: &Program, evidence: &Evidence, readings: &mut Readings, store: &mut Store) {
    let list = &mut readings.list;
    list.sort_by(|a, b| {
        let time = |reading: &Reading| (reading.observed_at.is_none(), reading.observed_at);
        (a.item, time(a), a.observation).cmp(&(b.item, time(b), b.observation))
    });
    let mut counts = vec![0; program.evidence.len()];
    for reading in list.iter() {
        counts[reading.item.ix()] += 1;
    }
    let mut kept: Vec<Reading> = Vec::with_capacity(list.len());
    'next: for mut reading in list.drain(..) {
        if counts[reading.item.ix()] > OBSERVATIONS {
            let message = format!("more than {OBSERVATIONS} observations");
            if kept.last().is_none_or(|last| last.item != reading.item) {
                reading.root = Slot::Bad(fault(store, reading.observation, message, 0, 0));
                kept.push(reading);
            }
            continue;
        }
        let mut clash = None;
        for other in kept.iter_mut().rev() {
            if other.item != reading.item || other.observed_at != reading.observed_at {
                break;
            }
            if other.about != reading.about {
                continue;
            }
            if other.digest(evidence) == reading.digest(evidence) {
                readings
                    .doubles
                    .push((other.observation, reading.observation));
                continue 'next;
            }
            let item = &program.evidence[reading.item.ix()];
            // The observations of a series are its rows; whether two of those clash is asked row by row.
            // Rows that were told again together with younger ones are another instant.
            let apart = is_series(&item.ty)
                || other.told != reading.told
                || reading.observed_at.is_none() && item.fresh.is_some();
            if apart {
                continue;
            }
            let shown = |at: u32| match &evidence.observations[at as usize].file {
                Some(file) => format!("`{file}`"),
                None => format!("observation {}", at + 1),
            };
            let message = format!(
                "two contents for one instant: {} and {}",
                shown(other.observation),
                shown(reading.observation)
            );
            let bad = Slot::Bad(fault(store, reading.observation, message, 0, 0));
            other.root = bad;
            clash = Some(bad);
        }
        if let Some(bad) = clash {
            reading.root = bad;
        }
        kept.push(reading);
    }
    let mut starts = Vec::with_capacity(program.evidence.len() + 1);
    let mut at = 0;
    for item in 0..program.evidence.len() {
        starts.push(at as u32);
        while kept
            .get(at)
            .is_some_and(|reading| reading.item.ix() == item)
        {
            at += 1;
        }
    }
    starts.push(at as u32);
    *list = kept;
    readings.starts = starts;
}
