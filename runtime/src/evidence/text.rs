//! Lines of text into slots. Knows line patterns; knows no JSON.

use super::fields::{Plan, Schema};
use super::json::{Found, constant_slot};
use super::scalar;
use crate::data::{Fault, Slot, Store};
use crate::ir::{LinePart, LinePattern};
use crate::ty::{RecordId, Ty};

/// Reads a text from `start`: as a whole, or a record from its lines.
pub(crate) fn read(
    schema: &Schema,
    plan: &Plan,
    store: &mut Store,
    text: &str,
    start: usize,
    observation: u32,
) -> Found {
    let mut found = Found::default();
    let mut lines = Lines {
        text,
        start,
        store,
        observation,
    };
    if let Some(nul) = memchr::memchr(0, text.as_bytes()) {
        let fault = lines.fault("", "a NUL character".to_owned(), nul, nul + 1);
        found.root = Some(Slot::Bad(fault));
        return found;
    }
    if let Some(pattern) = &plan.time_line {
        match lines.find(pattern) {
            Ok(Some((from, to))) => match super::reader::moment(&text[from..to], plan) {
                Ok(time) => (found.time, found.latest) = (Some(time), Some(time)),
                Err(message) => {
                    found.root = Some(Slot::Bad(lines.fault("", message, from, to)));
                }
            },
            Ok(None) => {}
            Err((message, from, to)) => {
                found.root = Some(Slot::Bad(lines.fault("", message, from, to)));
            }
        }
    }
    if found.root.is_none() {
        found.root = Some(match plan.ty.required() {
            Ty::Text if text.len() - start > scalar::TEXT => {
                let message = "a text of more than 64 KiB".to_owned();
                Slot::Bad(lines.fault("", message, start, text.len()))
            }
            Ty::Text => scalar::text_slot(&text[start..], lines.store),
            Ty::Record(record) => lines.record(schema, *record),
            _ => {
                let message = format!(
                    "lines of text; {} is wanted",
                    scalar::wanted(&plan.ty, schema)
                );
                Slot::Bad(lines.fault("", message, start, text.len()))
            }
        });
    }
    found
}

struct Lines<'a> {
    text: &'a str,
    start: usize,
    store: &'a mut Store,
    observation: u32,
}

type Place = Result<Option<(usize, usize)>, (String, usize, usize)>;

impl Lines<'_> {
    fn fault(&mut self, path: &str, message: String, start: usize, end: usize) -> u32 {
        self.store.faults.push(Fault {
            path: path.to_owned(),
            message,
            start: start as u32,
            end: end as u32,
            observation: self.observation,
        });
        self.store.faults.len() as u32 - 1
    }

    /// The value of the first line that fits; another line with another value makes it ambiguous.
    fn find(&self, pattern: &LinePattern) -> Place {
        let mut found: Option<(usize, usize)> = None;
        let mut at = self.start;
        for line in self.text[self.start..].split_inclusive('\n') {
            let bare = line.trim_end();
            if let Some((from, to)) = fit(pattern, bare) {
                let (from, to) = trim(self.text, at + from, at + to);
                match found {
                    None => found = Some((from, to)),
                    Some((a, b)) if self.text[a..b] == self.text[from..to] => {}
                    Some((a, b)) => {
                        let message = format!(
                            "two lines `{}` with different values, `{}` and `{}`",
                            shown(pattern),
                            scalar::brief(&self.text[a..b]),
                            scalar::brief(&self.text[from..to])
                        );
                        return Err((message, from, to));
                    }
                }
            }
            at += line.len();
        }
        Ok(found)
    }

    fn record(&mut self, schema: &Schema, record: RecordId) -> Slot {
        let layout = schema.layout(record);
        let mut slots = Vec::with_capacity(layout.fields.len());
        for field in &layout.fields {
            let place = match &field.line {
                Some(pattern) => self.find(pattern),
                None => Ok(None),
            };
            let slot = match place {
                Ok(Some((from, to))) => {
                    let value = &self.text[from..to];
                    let taken =
                        scalar::from_bare(&field.ty, &field.attr, value, schema, self.store);
                    taken.unwrap_or_else(|message| {
                        Slot::Bad(self.fault(&field.name, message, from, to))
                    })
                }
                Err((message, from, to)) => Slot::Bad(self.fault(&field.name, message, from, to)),
                Ok(None) => match (&field.default, &field.ty) {
                    (Some(default), _) => constant_slot(default, self.store),
                    (None, Ty::Optional(_)) => Slot::Absent,
                    (None, _) if !field.read => Slot::Absent,
                    (None, _) => {
                        let message = match &field.line {
                            Some(pattern) => format!("no line `{}`", shown(pattern)),
                            None => "in text a field is read `at line`".to_owned(),
                        };
                        let start = self.start;
                        Slot::Bad(self.fault(&field.name, message, start, start))
                    }
                },
            };
            slots.push(slot);
        }
        let start = self.store.slots.len() as u32;
        self.store.slots.extend(slots);
        Slot::Record(start)
    }
}

fn trim(text: &str, from: usize, to: usize) -> (usize, usize) {
    let value = &text[from..to];
    let lead = value.len() - value.trim_start().len();
    let bare = value.trim();
    (from + lead, from + lead + bare.len())
}

/// Where the value stands in a line that fits the pattern, whole. A wildcard takes as little as it can.
pub(crate) fn fit(pattern: &LinePattern, line: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    let mut open: Option<Option<usize>> = None; // a wildcard before here; if it is the value, where it began
    let mut value = None;
    let last = pattern.parts.len().wrapping_sub(1);
    for (index, part) in pattern.parts.iter().enumerate() {
        match part {
            LinePart::Literal(literal) => {
                let rest = &line[at..];
                let found = match (&open, index == last) {
                    (None, false) => rest.starts_with(literal.as_str()).then_some(0),
                    (None, true) => (rest == literal).then_some(0),
                    (Some(_), false) => rest.find(literal.as_str()),
                    (Some(_), true) => rest
                        .ends_with(literal.as_str())
                        .then(|| rest.len() - literal.len()),
                }?;
                if let Some(Some(from)) = open.take() {
                    value = Some((from, at + found));
                }
                at += found + literal.len();
            }
            LinePart::Any | LinePart::Value => {
                // Of two wildcards side by side the first takes nothing.
                if let Some(Some(from)) = open {
                    value = Some((from, at));
                }
                open = Some(matches!(part, LinePart::Value).then_some(at));
            }
        }
    }
    match open {
        Some(Some(from)) => value = Some((from, line.len())),
        Some(None) => {}
        None if at == line.len() => {}
        None => return None,
    }
    value
}

/// A pattern as people write it.
fn shown(pattern: &LinePattern) -> String {
    pattern
        .parts
        .iter()
        .map(|part| match part {
            LinePart::Literal(literal) => literal.as_str(),
            LinePart::Any => "*",
            LinePart::Value => "{}",
        })
        .collect()
}
