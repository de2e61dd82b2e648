//! From observations to readings: encodings, formats and times. Knows envelopes; picks nothing.

use super::fields::{Plan, Schema};
use super::json::{Found, Scratch, Walk};
use super::order::{order, siblings};
use super::{
    Content, Evidence, Observation, Reading, Readings, TimeFrom, about, csv, junit, prometheus,
    sarif, scalar, text, yaml,
};
use crate::canon::Digest;
use crate::data::{Fault, Slot, Store};
use crate::ir::{Format, ItemId, Observed, Program};
use crate::time::Instant;
use crate::ty::{RecordId, Shape, Ty};
use std::sync::OnceLock;

/// The largest document, in bytes.
const SIZE: usize = 64 << 20;

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

    /// See [`read`](super::read); the program is the one the reader was made for.
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

    /// Reads one JSON document that is no evidence of the policy, under a layout of its program.
    pub fn document(
        &mut self,
        program: &Program,
        record: RecordId,
        text: &str,
        store: &mut Store,
    ) -> Slot {
        let plan = Plan::of_record(record, program, &self.schema.layouts);
        let scratch = &mut self.scratch;
        let walk = Walk::new(&self.schema, &plan, store, scratch, text, 0, u32::MAX);
        walk.document().root.unwrap_or(Slot::Absent)
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
            // Formats that are JSON themselves stay what they are when they come inline.
            Content::Json(_) => match program.evidence[id.ix()].format {
                Some(format @ (Format::Sarif | Format::Prometheus)) => format,
                _ => Format::Json,
            },
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
            Format::Junit
            | Format::Csv
            | Format::Toml
            | Format::Yaml
            | Format::Sarif
            | Format::Prometheus => {
                let item = &program.evidence[id.ix()];
                // Of a report, rows are its cases, results or samples unless `at` says otherwise.
                let rows = plan.at.is_empty()
                    && matches!(plan.ty.required(), Ty::Rows { shape, .. } if !matches!(shape, Shape::Map { .. }));
                let told = match format {
                    Format::Junit => junit::tell(text, start, item.may_be_empty, rows),
                    Format::Csv => csv::tell(text, start),
                    Format::Toml => super::toml::tell(text, start),
                    Format::Yaml => yaml::tell(text, start),
                    Format::Sarif => sarif::tell(text, start, rows),
                    Format::Prometheus => prometheus::tell(text, start, rows),
                    Format::Json | Format::Jsonl | Format::Text => {
                        unreachable!("read as it stands")
                    }
                };
                let told = match told {
                    Ok(told) => told,
                    Err(broken) => return bad(broken.message, broken.start, broken.end),
                };
                let first = store.faults.len();
                let mut walk = Walk::new(schema, plan, store, scratch, &told.json, 0, index);
                walk.bare = told.bare;
                let mut found = match told.many {
                    true => walk.documents(),
                    false => walk.document(),
                };
                for fault in &mut store.faults[first..] {
                    told.restore(fault);
                }
                for row in &mut found.rows {
                    (row.start, row.end) = told.origin(row.start);
                }
                found
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

pub(super) fn fault(
    store: &mut Store,
    observation: u32,
    message: String,
    start: usize,
    end: usize,
) -> u32 {
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
pub(super) fn moment(text: &str, plan: &Plan) -> Result<Instant, String> {
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

pub(super) fn older(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

pub(super) fn younger(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}
