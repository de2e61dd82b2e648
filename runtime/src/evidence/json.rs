//! JSON into slots, in one pass and without a tree of values. Knows schemas and tokens; knows no
//! envelopes.

use super::about::{self, Fact};
use super::fields::{Attr, Layout, Plan, Schema, Target, Trie, print};
use super::scalar::{self, Taken};
use super::scan::{Broken, Buffers, Name, Scan, Step, Twice};
use super::{AboutFacts, RowTime};
use crate::data::{Fault, Slot, Store};
use crate::ir::{AboutWhat, Const};
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

    /// Facts of the root object are complete.
    fn end_facts(&mut self) {
        match self.time.take() {
            Some((_, Ok(time))) => {
                self.found.time = Some(time);
                self.found.latest = Some(time);
            }
            Some((_, Err(fault))) => self.poison = self.poison.or(Some(fault)),
            None => {}
        }
        for at in 0..self.scratch.about.len() {
            match self.scratch.about[at].take() {
                Some((_, Fact::Bad(fault))) => self.poison = self.poison.or(Some(fault)),
                Some((_, fact)) => about::join(&mut self.found.about, fact),
                None => {}
            }
        }
    }

    /// Facts of a row of the root are complete; the row's slots begin at `base`.
    fn end_row(&mut self, base: usize, start: usize, end: usize, whole: Option<u32>) {
        let series = matches!(
            self.plan.ty.required(),
            Ty::Rows {
                shape: Shape::Series,
                ..
            }
        );
        if !self.plan.timed && self.plan.about.is_empty() && !series {
            return;
        }
        let mut fault = None;
        let mut at = None;
        match self.time.take() {
            Some((_, Ok(time))) => at = Some(time),
            Some((_, Err(bad))) => fault = Some(bad),
            None if self.plan.timed && whole.is_none() => {
                let message = format!("no time at `{}`", self.plan.time_place);
                fault = Some(self.fault(message, start, start + 1));
            }
            None => {}
        }
        if let Some(time) = at {
            let oldest = self.found.time.get_or_insert(time);
            *oldest = time.min(*oldest);
            let latest = self.found.latest.get_or_insert(time);
            *latest = time.max(*latest);
        }
        for index in 0..self.scratch.about.len() {
            match self.scratch.about[index].take() {
                Some((_, Fact::Bad(bad))) => fault = fault.or(Some(bad)),
                Some((_, fact)) => about::join(&mut self.found.about, fact),
                None => {}
            }
        }
        if let Some(fault) = fault {
            self.scratch.slots[base..].fill(Slot::Bad(fault));
        }
        if series {
            self.found.rows.push(RowTime {
                at,
                start: start as u32,
                end: end as u32,
            });
        }
    }

    /// A fault at the place where the walk stands.
    #[cold]
    fn fault(&mut self, message: String, start: usize, end: usize) -> u32 {
        self.fault_at(None, message, start, end)
    }

    #[cold]
    fn fault_at(
        &mut self,
        field: Option<(RecordId, u16)>,
        message: String,
        start: usize,
        end: usize,
    ) -> u32 {
        let mut path = String::new();
        let last = field.map(|(record, field)| Place::Field(record, field));
        for place in self.scratch.path.iter().copied().chain(last) {
            match place {
                Place::Field(record, field) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&self.schema.layout(record).fields[field as usize].name);
                }
                Place::Index(index) => path.push_str(&format!("[{index}]")),
                Place::Member(start, end) => {
                    let name = &self.scan.text[start as usize..end as usize];
                    path.push_str(&format!("[\"{}\"]", scalar::brief(name)));
                }
            }
        }
        self.store.faults.push(Fault {
            path,
            message,
            start: start as u32,
            end: end as u32,
            observation: self.observation,
        });
        self.store.faults.len() as u32 - 1
    }

    fn take_poison(&mut self) -> Option<u32> {
        if let Some(twice) = self.scan.twice.take() {
            self.poison_twice(twice);
        }
        self.poison.take()
    }

    #[cold]
    fn poison_twice(&mut self, twice: Twice) {
        if self.poison.is_none() {
            let message = format!("member `{}` stands twice", scalar::brief(&twice.name));
            self.poison = Some(self.fault(message, twice.start, twice.end));
        }
    }

    /// The value of a place in a trie: fills its targets, then what lies below.
    fn node(&mut self, trie: &'a Trie, node: u32, frame: Option<Frame<'a>>) -> Step<()> {
        let here = &trie.nodes[node as usize];
        let opens = self.scan.peek();
        let start = self.scan.at;
        for &target in &here.targets {
            self.scan.at = start;
            self.target(target, frame)?;
        }
        if here.edges.is_empty() && !here.targets.is_empty() {
            return Ok(());
        }
        self.scan.at = start;
        if opens == b'{' {
            return self.object(trie, node, frame);
        }
        // Null is no value on any path; anything else is no object.
        let kind = self.scan.kind();
        self.scan.skip()?;
        if kind != "null" || node == 0 {
            let end = self.scan.at;
            if node == 0 && frame.is_some() {
                let message = format!("{kind}; an object is wanted");
                self.poison = Some(self.fault(message, start, end));
                return Ok(());
            }
            let mut below = Vec::new();
            for edge in &here.edges {
                trie.below(edge.node, &mut below);
            }
            for target in below {
                let fault = self.fault_of(
                    target,
                    frame,
                    format!("{kind}; an object is wanted"),
                    start,
                    end,
                );
                self.bad(target, frame, fault);
            }
        }
        Ok(())
    }

    fn fault_of(
        &mut self,
        target: Target,
        frame: Option<Frame<'a>>,
        message: String,
        start: usize,
        end: usize,
    ) -> u32 {
        let field = match (target, frame) {
            (Target::Field(field, _), Some(frame)) => Some((frame.record, field)),
            _ => None,
        };
        self.fault_at(field, message, start, end)
    }

    /// A target that cannot be reached.
    fn bad(&mut self, target: Target, frame: Option<Frame<'a>>, fault: u32) {
        match (target, frame) {
            (Target::Field(field, rank), Some(frame)) => {
                self.fill(frame, field, rank, Slot::Bad(fault));
            }
            (Target::Field(..), None) => unreachable!("fields are read within their record"),
            (Target::Value(rank), _) => {
                if self.value.is_none_or(|(other, _)| rank < other) {
                    self.value = Some((rank, Slot::Bad(fault)));
                    if self.lines {
                        self.poison = Some(fault);
                    }
                }
            }
            (Target::Time(rank), _) => {
                if self.time.is_none_or(|(other, _)| rank < other) {
                    self.time = Some((rank, Err(fault)));
                }
            }
            (Target::About(index, rank), _) => {
                self.tell(index, rank, Fact::Bad(fault));
            }
        }
    }

    fn fill(&mut self, frame: Frame<'a>, field: u16, rank: u8, slot: Slot) {
        let at = frame.base + field as usize;
        if !frame.layout.ranked {
            self.scratch.slots[at] = slot;
            return;
        }
        if rank < self.scratch.ranks[at] {
            self.scratch.slots[at] = slot;
            self.scratch.ranks[at] = rank;
        }
    }

    fn tell(&mut self, index: u8, rank: u8, fact: Fact) {
        let place = &mut self.scratch.about[index as usize];
        if place.as_ref().is_none_or(|(other, _)| rank < *other) {
            *place = Some((rank, fact));
        }
    }

    /// The members of an object that comes next.
    fn object(&mut self, trie: &'a Trie, node: u32, frame: Option<Frame<'a>>) -> Step<()> {
        let here = &trie.nodes[node as usize];
        let closed = frame.is_some_and(|frame| frame.layout.closed);
        let opened = self.scan.open()?;
        let (mut first, mut hint) = (true, 0);
        // Members that are read are marked; all others the scan keeps by name.
        let few = here.edges.len() <= 64;
        let mut seen = 0u64;
        loop {
            let expected = here.edges.get(hint).filter(|_| few);
            let taken = expected.and_then(|edge| self.scan.take_member(&mut first, &edge.quoted));
            let at = match taken {
                Some(start) => {
                    if seen & 1 << hint != 0 {
                        self.seen_twice(&here.edges[hint].name, start);
                    }
                    hint
                }
                None => {
                    let Some(name) = self.scan.member(&mut first)? else {
                        break;
                    };
                    let found = here.find(name.print, self.scan.name(name), hint);
                    let Some(at) = found else {
                        if closed {
                            self.unread(name);
                        }
                        self.scan.skip()?;
                        continue;
                    };
                    if few {
                        self.scan.forget();
                        if seen & 1 << at != 0 {
                            self.seen_twice(&here.edges[at].name, name.quoted.start - 1);
                        }
                    }
                    at
                }
            };
            seen |= 1u64.wrapping_shl(at as u32);
            hint = at + 1;
            let below = here.edges[at].node;
            match (trie.nodes[below as usize].only, frame) {
                (Some(field), Some(frame)) => {
                    let slot = self.field(frame, field)?;
                    self.scratch.slots[frame.base + field as usize] = slot;
                }
                _ => self.node(trie, below, frame)?,
            }
        }
        if let Some(twice) = self.scan.close_object(opened) {
            self.poison_twice(twice);
        }
        if let Some(twice) = self.scan.twice.take() {
            self.poison_twice(twice);
        }
        Ok(())
    }

    #[cold]
    fn seen_twice(&mut self, name: &str, start: usize) {
        let name = name.to_owned();
        let bytes = &self.scan.text.as_bytes()[start + 1..];
        let end = memchr::memchr(b'"', bytes).map_or(start, |quote| start + quote + 2);
        self.poison_twice(Twice { name, start, end });
    }

    #[cold]
    fn unread(&mut self, name: Name) {
        if self.poison.is_some() {
            return;
        }
        let shown = scalar::brief(&String::from_utf8_lossy(self.scan.name(name)));
        let message = format!("member `{shown}` is read by no field of a `closed` record");
        let fault = self.fault(message, name.quoted.start - 1, name.quoted.end + 1);
        self.poison = Some(fault);
    }

    fn target(&mut self, target: Target, frame: Option<Frame<'a>>) -> Step<()> {
        match (target, frame) {
            (Target::Field(field, rank), Some(frame)) => {
                let slot = self.field(frame, field)?;
                let at = frame.base + field as usize;
                if slot != Slot::Null {
                    self.fill(frame, field, rank, slot);
                } else if self.scratch.slots[at] == Slot::Absent {
                    self.scratch.slots[at] = Slot::Null;
                }
            }
            (Target::Field(..), None) => unreachable!("fields are read within their record"),
            (Target::Value(rank), _) => {
                let plan = self.plan;
                if self.value.is_some_and(|(other, _)| other <= rank) || self.scan.peek() == b'n' {
                    self.scan.skip()?;
                } else if let (true, Some(record)) = (self.lines, plan.record) {
                    let base = self.scratch.slots.len();
                    self.row(&self.schema.layout(record).trie, record, None)?;
                    if let Some((_, Slot::Record(from))) = self.value {
                        // A later path came first in the document: its row makes room.
                        self.scratch.slots.copy_within(base.., from as usize);
                        let len = self.scratch.slots.len() - base;
                        self.scratch.slots.truncate(from as usize + len);
                    }
                    let at = self.value.map_or(base as u32, |(_, slot)| match slot {
                        Slot::Record(from) => from,
                        _ => base as u32,
                    });
                    self.value = Some((rank, Slot::Record(at)));
                } else {
                    let outer = self.poison.take();
                    let slot = self.value(&plan.ty, &Attr::PLAIN, None)?;
                    let mine = std::mem::replace(&mut self.poison, outer);
                    self.value = Some((rank, mine.map_or(slot, Slot::Bad)));
                }
            }
            (Target::Time(rank), _) => {
                if self.scan.peek() == b'n' {
                    self.scan.skip()?;
                } else {
                    let time = self.moment()?;
                    if self.time.is_none_or(|(other, _)| rank < other) {
                        self.time = Some((rank, time));
                    }
                }
            }
            (Target::About(index, rank), _) => {
                if let Some(fact) = self.fact(index)? {
                    self.tell(index, rank, fact);
                }
            }
        }
        Ok(())
    }

    /// The time that the payload tells.
    fn moment(&mut self) -> Step<Result<Instant, u32>> {
        let start = self.scan.at;
        let place = &self.plan.time_place;
        if self.scan.peek() != b'"' {
            let kind = self.scan.kind();
            self.scan.skip()?;
            let message = format!("{kind} at `{place}`; a time is wanted");
            return Ok(Err(self.fault(message, start, self.scan.at)));
        }
        let quoted = self.scan.quoted()?;
        let mut text = std::mem::take(&mut self.scratch.text);
        text.clear();
        let outcome = match self.scan.unescape(quoted, &mut text) {
            Ok(()) => {
                super::moment(&text, self.plan).map_err(|message| (message, start, self.scan.at))
            }
            Err(broken) => Err((broken.message, broken.start, broken.end)),
        };
        self.scratch.text = text;
        Ok(outcome.map_err(|(message, start, end)| self.fault(message, start, end)))
    }

    /// What the value here says that the document speaks of; null says nothing.
    fn fact(&mut self, index: u8) -> Step<Option<Fact>> {
        let about = &self.plan.about[index as usize];
        let opens = self.scan.peek();
        if opens == b'n' {
            self.scan.skip()?;
            return Ok(None);
        }
        let (ty, member) = match (&about.what, &about.members[..]) {
            (AboutWhat::Subject(_), [(member, ty)]) if opens != b'{' => (ty, member.as_str()),
            (AboutWhat::Subject(_), members) if opens == b'{' => return self.subject(members),
            (AboutWhat::Subject(_), _) => {
                let (start, kind) = (self.scan.at, self.scan.kind());
                self.scan.skip()?;
                let message = format!("{kind}; an object with the subject's members is wanted");
                return Ok(Some(Fact::Bad(self.fault(message, start, self.scan.at))));
            }
            (AboutWhat::Cohort, _) => (&Ty::Ratio, ""),
            (AboutWhat::Phase | AboutWhat::Key, _) => (&Ty::Text, ""),
        };
        let slot = self.value(ty, &about.attr, None)?;
        Ok(about::fact(&about.what, slot, ty, member, self.store))
    }

    fn subject(&mut self, members: &'a [(String, Ty)]) -> Step<Option<Fact>> {
        let opened = self.scan.open()?;
        let (mut first, mut told, mut bad) = (true, Vec::new(), None);
        while let Some(name) = self.scan.member(&mut first)? {
            let found = members
                .iter()
                .find(|(member, _)| member.as_bytes() == self.scan.name(name));
            let Some((member, ty)) = found else {
                self.scan.skip()?;
                continue;
            };
            match self.value(ty, &Attr::PLAIN, None)? {
                Slot::Bad(fault) => bad = Some(fault),
                slot => {
                    if let Some(value) = about::constant(slot, ty, self.store) {
                        told.push((member.clone(), value));
                    }
                }
            }
        }
        if let Some(twice) = self.scan.close_object(opened) {
            self.poison_twice(twice);
        }
        Ok(Some(bad.map_or(Fact::Subject(told), Fact::Bad)))
    }

    /// The value of a field.
    #[inline]
    fn field(&mut self, frame: Frame<'a>, field: u16) -> Step<Slot> {
        let plan = &frame.layout.fields[field as usize];
        let slot = self.value(&plan.ty, &plan.attr, Some((frame.record, field)))?;
        if slot == Slot::Null && !matches!(plan.ty, Ty::Optional(_)) {
            let null = (self.scan.at - 4) as u32;
            self.scratch
                .nulls
                .push(((frame.base + field as usize) as u32, null));
        }
        Ok(slot)
    }

    /// The value that comes next, of that type.
    fn value(&mut self, ty: &'a Ty, attr: &'a Attr, name: Option<(RecordId, u16)>) -> Step<Slot> {
        let opens = self.scan.peek();
        let start = self.scan.at;
        match (ty, opens) {
            (_, b'n') => {
                self.scan.word("null")?;
                Ok(Slot::Null)
            }
            (Ty::Optional(inner), _) => self.value(inner, attr, name),
            (Ty::Bool, b't') => {
                self.scan.word("true")?;
                Ok(Slot::Bool(true))
            }
            (Ty::Bool, b'f') => {
                self.scan.word("false")?;
                Ok(Slot::Bool(false))
            }
            (Ty::Int | Ty::Number | Ty::Ratio | Ty::Duration | Ty::Bytes, b'-' | b'0'..=b'9') => {
                let digits = self.scan.digits()?;
                let taken = if digits.short {
                    scalar::short(ty, attr, digits.mantissa, digits.scale, self.store)
                } else {
                    let text = &self.scan.text.as_bytes()[digits.start..digits.end];
                    scalar::long(ty, attr, text, self.store)
                };
                Ok(self.settle(taken, name, start))
            }
            (Ty::Text, b'"') => {
                let quoted = self.scan.quoted()?;
                if quoted.end - quoted.start > scalar::TEXT {
                    let message = "a text of more than 64 KiB".to_owned();
                    return Ok(Slot::Bad(self.fault_at(name, message, start, self.scan.at)));
                }
                let from = self.store.text.len();
                if quoted.escaped {
                    if let Err(broken) = self.scan.unescape(quoted, &mut self.store.text) {
                        self.store.text.truncate(from);
                        let fault = self.fault_at(name, broken.message, broken.start, broken.end);
                        return Ok(Slot::Bad(fault));
                    }
                } else {
                    self.store
                        .text
                        .push_str(&self.scan.text[quoted.start..quoted.end]);
                }
                Ok(Slot::Text {
                    start: from as u32,
                    len: (self.store.text.len() - from) as u32,
                })
            }
            (Ty::Enum(_) | Ty::Instant | Ty::Date | Ty::Version | Ty::Duration, b'"') => {
                let quoted = self.scan.quoted()?;
                let taken = if quoted.escaped {
                    let mut text = std::mem::take(&mut self.scratch.text);
                    text.clear();
                    let outcome = self.scan.unescape(quoted, &mut text);
                    let taken = match &outcome {
                        Ok(()) => scalar::from_text(ty, attr, &text, self.schema, self.store),
                        Err(broken) => Err(broken.message.clone()),
                    };
                    self.scratch.text = text;
                    taken
                } else {
                    let text = &self.scan.text[quoted.start..quoted.end];
                    scalar::from_text(ty, attr, text, self.schema, self.store)
                };
                Ok(self.settle(taken, name, start))
            }
            (Ty::Record(record), b'{') => {
                let base = self.scratch.slots.len();
                self.enter(name);
                let whole = self.row(&self.schema.layout(*record).trie, *record, None)?;
                self.exit(name);
                let at = self.close_record(base);
                Ok(whole.map_or(Slot::Record(at), Slot::Bad))
            }
            (
                Ty::Rows {
                    record,
                    shape: Shape::Map { key },
                },
                b'{',
            ) => {
                self.enter(name);
                let slot = self.map(*record, *key)?;
                self.exit(name);
                Ok(slot)
            }
            (
                Ty::Rows {
                    record,
                    shape: Shape::Series,
                },
                b'{',
            ) => {
                // A series seen as one sample.
                let base = self.scratch.slots.len();
                self.enter(name);
                self.row(&self.schema.layout(*record).trie, *record, None)?;
                self.exit(name);
                Ok(self.close_rows(base, 1))
            }
            (Ty::Rows { record, shape }, b'[') if !matches!(shape, Shape::Map { .. }) => {
                self.enter(name);
                let trie = &self.schema.layout(*record).trie;
                let slot = self.array(trie, *record, *shape, false)?;
                self.exit(name);
                Ok(slot)
            }
            (Ty::List(element), b'[') => {
                self.enter(name);
                let base = self.scratch.slots.len();
                self.scan.open()?;
                let (mut first, mut count) = (true, 0);
                while self.scan.element(&mut first)? {
                    self.scratch.path.push(Place::Index(count));
                    self.element(element, attr)?;
                    self.scratch.path.pop();
                    count += 1;
                    self.rows += 1;
                    if self.rows > ROWS {
                        return self.too_many();
                    }
                }
                self.exit(name);
                Ok(self.close_rows(base, count))
            }
            _ => {
                let kind = self.scan.kind();
                self.scan.skip()?;
                let wanted = scalar::wanted(ty, self.schema);
                let message = format!("{kind}; {wanted} is wanted");
                Ok(Slot::Bad(self.fault_at(name, message, start, self.scan.at)))
            }
        }
    }

    #[cold]
    fn too_many(&self) -> Step<Slot> {
        let message = format!("more than {ROWS} rows");
        self.scan.broken(message, self.scan.at - 1, self.scan.at)
    }

    #[inline]
    fn settle(&mut self, taken: Taken, name: Option<(RecordId, u16)>, start: usize) -> Slot {
        match taken {
            Ok(slot) => slot,
            Err(message) => Slot::Bad(self.fault_at(name, message, start, self.scan.at)),
        }
    }

    fn enter(&mut self, name: Option<(RecordId, u16)>) {
        if let Some((record, field)) = name {
            self.scratch.path.push(Place::Field(record, field));
        }
    }

    fn exit(&mut self, name: Option<(RecordId, u16)>) {
        if name.is_some() {
            self.scratch.path.pop();
        }
    }

    /// An element of a list: one slot on the scratch.
    fn element(&mut self, ty: &'a Ty, attr: &'a Attr) -> Step<()> {
        let start = {
            self.scan.peek();
            self.scan.at
        };
        let slot = match self.value(ty, attr, None)? {
            Slot::Null if !matches!(ty, Ty::Optional(_)) => {
                let message = format!("null; {} is wanted", scalar::wanted(ty, self.schema));
                Slot::Bad(self.fault(message, start, self.scan.at))
            }
            slot => slot,
        };
        self.scratch.slots.push(slot);
        Ok(())
    }

    /// One row: its slots are left on the scratch. Gives the fault that makes all of it malformed.
    fn row(
        &mut self,
        trie: &'a Trie,
        record: RecordId,
        key: Option<(u16, Slot)>,
    ) -> Step<Option<u32>> {
        let layout = self.schema.layout(record);
        let base = self.scratch.slots.len();
        let width = layout.fields.len();
        self.scan.peek();
        let start = self.scan.at;
        self.scratch.slots.resize(base + width, Slot::Absent);
        if layout.ranked {
            self.scratch.ranks.truncate(base);
            self.scratch.ranks.resize(base + width, u8::MAX);
        }
        self.rows += 1;
        if self.rows > ROWS {
            return self.too_many().map(|_| None);
        }
        let outer = self.poison.take();
        let nulls = self.scratch.nulls.len();
        let frame = Frame {
            base,
            record,
            layout,
        };
        self.node(trie, 0, Some(frame))?;
        if self.poison.is_none() {
            self.finish(frame, start);
        }
        let mine = std::mem::replace(&mut self.poison, outer);
        self.scratch.nulls.truncate(nulls);
        if let Some(fault) = mine {
            self.scratch.slots[base..base + width].fill(Slot::Bad(fault));
        }
        if let Some((at, slot)) = key {
            self.scratch.slots[base + at as usize] = slot;
        }
        Ok(mine)
    }

    /// Defaults, and what is missing.
    #[inline]
    fn finish(&mut self, frame: Frame<'a>, start: usize) {
        for (at, field) in frame.layout.fields.iter().enumerate() {
            let slot = self.scratch.slots[frame.base + at];
            if !matches!(slot, Slot::Absent | Slot::Null) || !field.read {
                continue;
            }
            if let Some(default) = &field.default {
                let slot = constant_slot(default, self.store);
                self.scratch.slots[frame.base + at] = slot;
            } else if !matches!(field.ty, Ty::Optional(_)) {
                let place = (frame.base + at) as u32;
                let (message, start, end) = match slot {
                    Slot::Null => {
                        let nulls = &self.scratch.nulls;
                        let null = nulls.iter().rev().find(|null| null.0 == place);
                        let at = null.map_or(start, |null| null.1 as usize);
                        let wanted = scalar::wanted(&field.ty, self.schema);
                        (format!("null; {wanted} is wanted"), at, at + 4)
                    }
                    _ => (format!("no member `{}`", field.place), start, start + 1),
                };
                let fault = self.fault_at(Some((frame.record, at as u16)), message, start, end);
                self.scratch.slots[frame.base + at] = Slot::Bad(fault);
            }
        }
    }

    /// An array of records. `facts`: its rows tell times and what they speak of.
    fn array(&mut self, trie: &'a Trie, record: RecordId, shape: Shape, facts: bool) -> Step<Slot> {
        if self.scan.peek() != b'[' {
            let (start, kind) = (self.scan.at, self.scan.kind());
            self.scan.skip()?;
            let message = format!("{kind}; an array is wanted");
            return Ok(Slot::Bad(self.fault(message, start, self.scan.at)));
        }
        let base = self.scratch.slots.len();
        let spans = self.scratch.spans.len();
        let table = matches!(shape, Shape::Table { .. });
        self.scan.open()?;
        let (mut first, mut count) = (true, 0);
        let place = self.scratch.path.len();
        self.scratch.path.push(Place::Index(0));
        while self.scan.element(&mut first)? {
            self.scratch.path[place] = Place::Index(count);
            self.scan.peek();
            let (start, at) = (self.scan.at, self.scratch.slots.len());
            let whole = self.row(trie, record, None)?;
            let end = self.scan.at;
            if facts {
                self.end_row(at, start, end, whole);
            }
            if table {
                self.scratch.spans.push((start as u32, end as u32));
            }
            count += 1;
        }
        self.scratch.path.pop();
        Ok(self.close_shape(base, spans, count, record, shape))
    }

    /// An object whose members are rows.
    fn map(&mut self, record: RecordId, key: u16) -> Step<Slot> {
        let layout = self.schema.layout(record);
        let Some(key_field) = layout.fields.get(key as usize) else {
            unreachable!("a map's row has its key");
        };
        let base = self.scratch.slots.len();
        let spans = self.scratch.spans.len();
        let opened = self.scan.open()?;
        let (mut first, mut count) = (true, 0);
        let place = self.scratch.path.len();
        self.scratch.path.push(Place::Index(0));
        while let Some(name) = self.scan.member(&mut first)? {
            let quoted = name.quoted;
            self.scratch.path[place] = Place::Member(quoted.start as u32, quoted.end as u32);
            let mut text = std::mem::take(&mut self.scratch.text);
            text.clear();
            let taken = match self.scan.unescape(quoted, &mut text) {
                Ok(()) => {
                    let (ty, attr) = (&key_field.ty, &key_field.attr);
                    scalar::from_bare(ty, attr, &text, self.schema, self.store)
                }
                Err(broken) => Err(broken.message),
            };
            self.scratch.text = text;
            let slot = match taken {
                Ok(slot) => slot,
                Err(message) => {
                    let (start, end) = (quoted.start - 1, quoted.end + 1);
                    Slot::Bad(self.fault(message, start, end))
                }
            };
            self.row(&layout.trie, record, Some((key, slot)))?;
            self.scratch
                .spans
                .push((quoted.start as u32 - 1, self.scan.at as u32));
            count += 1;
        }
        self.scratch.path.truncate(place);
        let doubled = self.scan.close_object(opened).is_some();
        if doubled {
            return Ok(self.close_shape(base, spans, count, record, Shape::Table { key }));
        }
        self.scratch.spans.truncate(spans);
        Ok(self.close_rows(base, count))
    }

    fn close_record(&mut self, base: usize) -> u32 {
        let at = self.store.slots.len() as u32;
        self.store
            .slots
            .extend_from_slice(&self.scratch.slots[base..]);
        self.scratch.slots.truncate(base);
        at
    }

    /// Moves rows from the scratch to the store.
    fn close_rows(&mut self, base: usize, count: u32) -> Slot {
        Slot::Rows {
            start: self.close_record(base),
            len: count,
        }
    }

    /// The same, and makes rows with a doubled key malformed.
    fn close_shape(
        &mut self,
        base: usize,
        spans: usize,
        count: u32,
        record: RecordId,
        shape: Shape,
    ) -> Slot {
        let start = self.close_record(base);
        let rows = Slot::Rows { start, len: count };
        let Shape::Table { key } = shape else {
            return rows;
        };
        let layout = self.schema.layout(record);
        let width = layout.fields.len();
        let at = |row: u32| start as usize + row as usize * width + key as usize;
        let mut prints = std::mem::take(&mut self.scratch.prints);
        prints.clear();
        for row in 0..count {
            if let Some(print) = self.key_print(self.store.slots[at(row)]) {
                prints.push((print, row));
            }
        }
        if distinct(&prints, &mut self.scratch.table) {
            self.scratch.prints = prints;
            self.scratch.spans.truncate(spans);
            return rows;
        }
        prints.sort_unstable();
        let mut doubled: Vec<u32> = Vec::new();
        let mut from = 0;
        while from < prints.len() {
            let mut end = from + 1;
            while end < prints.len() && prints[end].0 == prints[from].0 {
                end += 1;
            }
            if end - from > 1 {
                let mut group: Vec<(String, u32)> = prints[from..end]
                    .iter()
                    .map(|&(_, row)| (self.key_text(self.store.slots[at(row)], layout, key), row))
                    .collect();
                group.sort();
                for (index, (text, row)) in group.iter().enumerate() {
                    let before = index > 0 && group[index - 1].0 == *text;
                    let after = group.get(index + 1).is_some_and(|next| next.0 == *text);
                    if before || after {
                        doubled.push(*row);
                    }
                }
            }
            from = end;
        }
        self.scratch.prints = prints;
        doubled.sort_unstable();
        for row in doubled {
            let text = self.key_text(self.store.slots[at(row)], layout, key);
            let name = &layout.fields[key as usize].name;
            self.scratch.path.push(Place::Index(row));
            let message = format!("two rows have the {name} `{}`", scalar::brief(&text));
            let span = self.scratch.spans.get(spans + row as usize);
            let (first, last) = span.copied().unwrap_or_default();
            let fault = self.fault(message, first as usize, last as usize);
            self.scratch.path.pop();
            let from = start as usize + row as usize * width;
            self.store.slots[from..from + width].fill(Slot::Bad(fault));
        }
        self.scratch.spans.truncate(spans);
        rows
    }

    /// Equal keys have equal prints.
    fn key_print(&self, slot: Slot) -> Option<u64> {
        match slot {
            Slot::Text { start, len } => Some(print(self.store.text(start, len).as_bytes())),
            Slot::Absent | Slot::Null | Slot::Record(_) | Slot::Rows { .. } | Slot::Bad(_) => None,
            Slot::Member(member) => Some(member as u64),
            Slot::Bool(value) => Some(value as u64),
            Slot::Instant { nanos, secs } => Some((secs as u64).rotate_left(30) ^ nanos as u64),
            Slot::Date(date) => Some(date.days() as u64),
            Slot::Decimal { mantissa, scale: 0 } => Some(mantissa as u64),
            Slot::Decimal { .. } | Slot::Number(_) => {
                let (n, d) = self.number(slot)?.parts();
                Some(if d == 1 {
                    n as u64
                } else {
                    (n ^ d.rotate_left(64)) as u64
                })
            }
        }
    }

    fn number(&self, slot: Slot) -> Option<crate::number::Number> {
        match about::constant(slot, &Ty::Number, self.store) {
            Some(Const::Number(number)) => Some(number),
            _ => None,
        }
    }

    #[cold]
    fn key_text(&self, slot: Slot, layout: &Layout, key: u16) -> String {
        match about::constant(slot, &layout.fields[key as usize].ty, self.store) {
            Some(Const::Text(text)) => text,
            Some(Const::Member(id, member)) => self.schema.enums[id.0 as usize].members
                [member as usize]
                .name
                .clone(),
            Some(Const::Number(number)) => number.text(),
            Some(Const::Instant(instant)) => instant.to_string(),
            Some(Const::Date(date)) => date.to_string(),
            Some(Const::Bool(value)) => value.to_string(),
            Some(Const::Null | Const::List(_) | Const::Rows(..)) | None => String::new(),
        }
    }
}

/// Whether no two prints are equal; says no also where it would have to look for long.
fn distinct(prints: &[(u64, u32)], table: &mut Vec<u32>) -> bool {
    if prints.len() <= 8 {
        let pairs = prints.iter().enumerate();
        return pairs
            .into_iter()
            .all(|(at, (print, _))| prints[..at].iter().all(|(other, _)| other != print));
    }
    let size = (prints.len() * 2).next_power_of_two();
    table.clear();
    table.resize(size, 0);
    for (&(print, _), row) in prints.iter().zip(1..) {
        let mut at = print.wrapping_mul(0x9E37_79B9_7F4A_7C15) as usize >> 20;
        let mut steps = 0;
        loop {
            at &= size - 1;
            match table[at] {
                0 => break,
                other if prints[other as usize - 1].0 == print => return false,
                _ => at += 1,
            }
            steps += 1;
            if steps > 64 {
                return false;
            }
        }
        table[at] = row;
    }
    true
}

/// A constant of the policy as a slot.
pub(crate) fn constant_slot(value: &Const, store: &mut Store) -> Slot {
    match value {
        Const::Null => Slot::Null,
        Const::Bool(value) => Slot::Bool(*value),
        Const::Number(number) => scalar::number_slot(*number, store),
        Const::Text(text) => scalar::text_slot(text, store),
        Const::Member(_, member) => Slot::Member(*member),
        Const::Instant(instant) => scalar::instant_slot(*instant),
        Const::Date(date) => Slot::Date(*date),
        Const::List(items) => {
            let slots: Vec<Slot> = items
                .iter()
                .map(|item| constant_slot(item, store))
                .collect();
            let start = store.slots.len() as u32;
            store.slots.extend(slots);
            Slot::Rows {
                start,
                len: items.len() as u32,
            }
        }
        Const::Rows(_, rows) => {
            let cells = rows.iter().flatten();
            let slots: Vec<Slot> = cells.map(|cell| constant_slot(cell, store)).collect();
            let start = store.slots.len() as u32;
            store.slots.extend(slots);
            Slot::Rows {
                start,
                len: rows.len() as u32,
            }
        }
    }
}
