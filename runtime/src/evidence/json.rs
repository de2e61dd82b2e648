//! JSON into slots, in one pass and without a tree of values. Knows schemas and tokens; knows no
//! envelopes.

mod facts;
mod faults;
mod members;
mod rows;
mod value;

pub(crate) use rows::constant_slot;

use super::about::Fact;
use super::fields::{Attr, Layout, Plan, Schema};
use super::scalar;
use super::scan::{Broken, Buffers, Scan, Step};
use super::{AboutFacts, RowTime};
use crate::data::{Slot, Store};
use crate::time::Instant;
use crate::ty::{RecordId, Shape, Ty};

/// The most rows that one item may have.
const ROWS: usize = 1_000_000;

/// Buffers of a walk, used again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    slots: Vec<Slot>,
    ranks: Vec<u8>,
    nulls: Vec<(u32, u32)>,
    path: Vec<Place>,
    text: String,
    prints: Vec<(u64, u32)>,
    table: Vec<u32>,
    /// Where rows of open tables stand.
    spans: Vec<(u32, u32)>,
    about: Vec<Option<(u8, Fact)>>,
    buffers: Buffers,
}

/// A step of the path to where the walk stands.
#[derive(Clone, Copy, Debug)]
enum Place {
    Field(RecordId, u16),
    Index(u32),
    /// A member's name, by its bytes in the document.
    Member(u32, u32),
}

/// What a document gave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// Its value.
    pub root: Option<Slot>,
    /// The time it tells: for rows the oldest.
    pub time: Option<Instant>,
    /// The youngest time of its rows.
    pub latest: Option<Instant>,
    /// Of what it speaks.
    pub about: AboutFacts,
    /// Times of rows.
    pub rows: Vec<RowTime>,
}

/// A walk over the documents of one observation.
pub(crate) struct Walk<'a> {
    schema: &'a Schema,
    plan: &'a Plan,
    store: &'a mut Store,
    scratch: &'a mut Scratch,
    scan: Scan<'a>,
    observation: u32,
    /// What makes the nearest enclosing row or record malformed.
    poison: Option<u32>,
    rows: usize,
    /// Each document is a row.
    lines: bool,
    /// Texts may stand for numbers and bools.
    pub bare: bool,
    value: Option<(u8, Slot)>,
    time: Option<(u8, Result<Instant, u32>)>,
    found: Found,
}

/// A row that is being filled.
#[derive(Clone, Copy)]
struct Frame<'a> {
    base: usize,
    record: RecordId,
    layout: &'a Layout,
}

impl<'a> Walk<'a> {
    /// A walk over a text that begins at `at` (behind a byte order mark).
    pub fn new(
        schema: &'a Schema,
        plan: &'a Plan,
        store: &'a mut Store,
        scratch: &'a mut Scratch,
        text: &'a str,
        at: usize,
        observation: u32,
    ) -> Walk<'a> {
        let buffers = std::mem::take(&mut scratch.buffers);
        scratch.slots.clear();
        scratch.ranks.clear();
        scratch.nulls.clear();
        scratch.path.clear();
        scratch.spans.clear();
        scratch.about.clear();
        scratch.about.resize(plan.about.len(), None);
        Walk {
            schema,
            plan,
            store,
            scratch,
            scan: Scan::new(text, at, buffers),
            observation,
            poison: None,
            rows: 0,
            lines: false,
            bare: false,
            value: None,
            time: None,
            found: Found::default(),
        }
    }

    /// Reads one document.
    pub fn document(mut self) -> Found {
        let outcome = self.root().and_then(|slot| {
            if self.scan.at_end() {
                Ok(slot)
            } else {
                self.scan.expected("the end of the document")
            }
        });
        let root = match outcome {
            Ok(slot) => match self.take_poison() {
                Some(fault) => Slot::Bad(fault),
                None => slot,
            },
            Err(broken) => Slot::Bad(self.break_off(*broken)),
        };
        self.leave(root)
    }

    /// Reads documents one after the other, on lines of their own or not. Each is a row where the item
    /// has rows; else there must be one.
    pub fn documents(mut self) -> Found {
        let element = match self.plan.ty.required() {
            Ty::Rows { shape, .. } if !matches!(shape, Shape::Map { .. }) => None,
            Ty::List(element) => Some(&**element),
            _ => return self.single(),
        };
        self.lines = true;
        let mut count = 0u32;
        while !self.scan.at_end() {
            let start = self.scan.at;
            let base = self.scratch.slots.len();
            self.scratch.path.clear();
            self.scratch.path.push(Place::Index(count));
            let outcome = match element {
                None => self.line(),
                Some(element) => self.element(element, &Attr::PLAIN).map(|()| None),
            };
            let fault = match outcome {
                Ok(whole) => self.take_poison().or(whole),
                Err(broken) => {
                    let fault = self.fault(broken.message, broken.start, broken.end);
                    self.poison = None;
                    self.time = None;
                    self.scratch
                        .about
                        .iter_mut()
                        .for_each(|about| *about = None);
                    let next = self.next_line(start);
                    self.scan.restart(next);
                    Some(fault)
                }
            };
            if let Some(fault) = fault {
                let width = self.plan.record.filter(|_| element.is_none());
                let width = width.map_or(1, |record| self.schema.layout(record).fields.len());
                self.scratch.slots.truncate(base);
                self.scratch.slots.resize(base + width, Slot::Bad(fault));
            }
            self.scratch.path.clear();
            if element.is_none() {
                let end = self.scan.at;
                self.scratch.spans.push((start as u32, end as u32));
                self.end_row(base, start, end, fault);
            }
            count += 1;
            self.rows += element.is_some() as usize;
            if self.rows > ROWS {
                let fault = self.fault(format!("more than {ROWS} rows"), start, start + 1);
                return self.leave(Slot::Bad(fault));
            }
        }
        if count == 0 {
            let fault = self.fault("an empty document".to_owned(), 0, 0);
            return self.leave(Slot::Bad(fault));
        }
        let root = match (element, self.plan.record, self.plan.ty.required()) {
            (None, Some(record), Ty::Rows { shape, .. }) => {
                self.close_shape(0, 0, count, record, *shape)
            }
            _ => self.close_rows(0, count),
        };
        self.leave(root)
    }

    fn single(mut self) -> Found {
        let root = match self.root() {
            Ok(slot) => {
                let start = self.scan.at;
                if self.scan.at_end() {
                    self.take_poison().map_or(slot, Slot::Bad)
                } else {
                    let wanted = scalar::wanted(&self.plan.ty, self.schema);
                    let end = self.scan.text.len();
                    let message =
                        format!("more than one document; a single one with {wanted} is wanted");
                    Slot::Bad(self.fault(message, start, end))
                }
            }
            Err(broken) => Slot::Bad(self.break_off(*broken)),
        };
        self.leave(root)
    }

    /// Where the next document probably begins: a line that opens with a bracket.
    fn next_line(&self, start: usize) -> usize {
        let bytes = self.scan.text.as_bytes();
        let mut at = start;
        while let Some(line) = memchr::memchr(b'\n', &bytes[at..]) {
            at += line + 1;
            if matches!(bytes.get(at), Some(b'{' | b'[')) {
                return at;
            }
        }
        bytes.len()
    }

    fn leave(self, root: Slot) -> Found {
        let mut found = self.found;
        found.root = Some(root);
        self.scratch.buffers = self.scan.done();
        found
    }

    fn break_off(&mut self, broken: Broken) -> u32 {
        self.scratch.path.clear();
        self.fault(broken.message, broken.start, broken.end)
    }

    /// The document of an item.
    fn root(&mut self) -> Step<Slot> {
        if self.scan.at_end() {
            let end = self.scan.text.len();
            return self.scan.broken("an empty document", 0, end);
        }
        let plan = self.plan;
        if let (Some(inner), Some(record)) = (&plan.inner, plan.record) {
            let one = match plan.ty.required() {
                Ty::Rows { shape, .. } => *shape == Shape::Series && self.scan.peek() == b'{',
                _ => true,
            };
            let (start, base) = (self.scan.at, self.scratch.slots.len());
            if !one {
                let shape = match plan.ty.required() {
                    Ty::Rows { shape, .. } => *shape,
                    _ => unreachable!("anything but rows is one record"),
                };
                return self.array(inner, record, shape, true);
            }
            let whole = self.row(inner, record, None)?;
            let end = self.scan.at;
            if matches!(plan.ty.required(), Ty::Record(_)) {
                self.end_facts();
                let at = self.close_record(base);
                return Ok(whole.map_or(Slot::Record(at), Slot::Bad));
            }
            self.end_row(base, start, end, whole);
            return Ok(self.close_rows(base, 1));
        }
        let start = self.scan.at;
        if self.scan.peek() == b'{' && !plan.outer.is_empty() {
            self.node(&plan.outer, 0, None)?;
            self.end_facts();
            if !plan.at.is_empty() {
                return Ok(match self.value.take() {
                    Some((_, slot)) => slot,
                    None => Slot::Bad(self.nothing(start)),
                });
            }
            self.scan.restart(start);
        } else if !plan.at.is_empty() {
            let message = format!(
                "{}; an object with `{}` is wanted",
                self.scan.kind(),
                plan.at
            );
            self.scan.skip()?;
            return Ok(Slot::Bad(self.fault(message, start, self.scan.at)));
        }
        match self.value(&plan.ty, &Attr::PLAIN, None)? {
            Slot::Null => {
                let message = format!("null; {} is wanted", scalar::wanted(&plan.ty, self.schema));
                Ok(Slot::Bad(self.fault(message, start, self.scan.at)))
            }
            slot => Ok(slot),
        }
    }

    fn nothing(&mut self, start: usize) -> u32 {
        let message = format!("no value at `{}`", self.plan.at);
        self.fault(message, start, start + 1)
    }

    /// One document that is a row; its slots are left on the scratch.
    fn line(&mut self) -> Step<Option<u32>> {
        let plan = self.plan;
        let Some(record) = plan.record else {
            unreachable!("rows have a record");
        };
        if let Some(inner) = &plan.inner {
            return self.row(inner, record, None);
        }
        let (start, base) = (self.scan.at, self.scratch.slots.len());
        if self.scan.peek() != b'{' {
            let message = format!(
                "{}; an object with `{}` is wanted",
                self.scan.kind(),
                plan.at
            );
            self.scan.skip()?;
            return Ok(Some(self.fault(message, start, self.scan.at)));
        }
        self.value = None;
        self.node(&plan.outer, 0, None)?;
        if self.value.take().is_none() && self.poison.is_none() {
            return Ok(Some(self.nothing(start)));
        }
        debug_assert!(self.poison.is_some() || self.scratch.slots.len() > base);
        Ok(None)
    }
}
