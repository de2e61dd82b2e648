//! Which parts of a program are reached, and what number each has in the end. Knows kinds and ids; knows no contents.

use std::collections::BTreeSet;

use rolloutc_runtime::ir::{
    ApprovalId, GateId, GroupId, ItemId, LocalId, MessageId, NodeId, OriginId, ParamId, PhaseId,
    ProcedureId, TextId, ThresholdId,
};
use rolloutc_runtime::ty::{EnumId, RecordId};

use super::walk::Walk;
use crate::source::offset;

/// A kind of numbered parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Node,
    Item,
    Gate,
    Group,
    Threshold,
    Approval,
    Phase,
    Procedure,
    Param,
    Message,
    Text,
    Record,
    Enum,
}

/// How many kinds there are.
const KINDS: usize = Kind::Enum as usize + 1;

/// A part of a program by its id.
pub(super) type Thing = (Kind, u32);

/// How many parts of each kind there are; an id past the end is of something that nothing reads.
#[derive(Clone, Debug, Default)]
pub(super) struct Sizes([usize; KINDS]);

impl Sizes {
    /// The same with the size of one more kind.
    pub(super) fn with(mut self, kind: Kind, len: usize) -> Sizes {
        self.0[kind as usize] = len;
        self
    }

    fn table<T: Clone>(&self, of: T) -> [Vec<T>; KINDS] {
        std::array::from_fn(|kind| vec![of.clone(); self.0[kind]])
    }
}

/// What is reached.
pub(super) struct Marks {
    /// Whether sources and commands are looked into.
    outside: bool,
    seen: [Vec<bool>; KINDS],
    todo: Vec<Thing>,
    /// Zones that are named.
    pub(super) zones: BTreeSet<String>,
}

impl Marks {
    /// Nothing is reached yet.
    pub(super) fn new(sizes: &Sizes, outside: bool) -> Marks {
        Marks {
            outside,
            seen: sizes.table(false),
            todo: Vec::new(),
            zones: BTreeSet::new(),
        }
    }

    /// What is reached already counts as seen, and is not looked at again.
    pub(super) fn beyond(known: &Marks) -> Marks {
        Marks {
            outside: known.outside,
            seen: known.seen.clone(),
            todo: Vec::new(),
            zones: BTreeSet::new(),
        }
    }

    /// Forgets what others reach.
    pub(super) fn without(&mut self, known: &Marks) {
        let both = self.seen.iter_mut().zip(&known.seen);
        for (mine, theirs) in both.flat_map(|(mine, theirs)| mine.iter_mut().zip(theirs)) {
            *mine &= !theirs;
        }
    }

    /// Whether something is reached.
    pub(super) fn has(&self, (kind, id): Thing) -> bool {
        self.seen[kind as usize]
            .get(id as usize)
            .is_some_and(|seen| *seen)
    }

    /// Reaches something.
    pub(super) fn add(&mut self, (kind, id): Thing) {
        if let Some(seen) = self.seen[kind as usize].get_mut(id as usize)
            && !std::mem::replace(seen, true)
        {
            self.todo.push((kind, id));
        }
    }

    /// Something that is reached and was not looked into.
    pub(super) fn next(&mut self) -> Option<Thing> {
        self.todo.pop()
    }
}

impl Walk for Marks {
    fn node(&mut self, id: &mut NodeId) {
        self.add((Kind::Node, id.0));
    }
    fn item(&mut self, id: &mut ItemId) {
        self.add((Kind::Item, id.0));
    }
    fn gate(&mut self, id: &mut GateId) {
        self.add((Kind::Gate, id.0));
    }
    fn group(&mut self, id: &mut GroupId) {
        self.add((Kind::Group, id.0));
    }
    fn threshold(&mut self, id: &mut ThresholdId) {
        self.add((Kind::Threshold, id.0));
    }
    fn approval(&mut self, id: &mut ApprovalId) {
        self.add((Kind::Approval, id.0));
    }
    fn phase(&mut self, id: &mut PhaseId) {
        self.add((Kind::Phase, id.0));
    }
    fn procedure(&mut self, id: &mut ProcedureId) {
        self.add((Kind::Procedure, id.0));
    }
    fn param(&mut self, id: &mut ParamId) {
        self.add((Kind::Param, id.0));
    }
    fn message(&mut self, id: &mut MessageId) {
        self.add((Kind::Message, id.0));
    }
    fn text(&mut self, id: &mut TextId) {
        self.add((Kind::Text, id.0));
    }
    fn record(&mut self, id: &mut RecordId) {
        self.add((Kind::Record, id.0));
    }
    fn enumeration(&mut self, id: &mut EnumId) {
        self.add((Kind::Enum, id.0));
    }
    fn zone(&mut self, name: &str) {
        if !self.zones.contains(name) {
            self.zones.insert(name.to_string());
        }
    }
    fn outside(&self) -> bool {
        self.outside
    }
}

/// New numbers, given in the order in which they are first asked for.
#[derive(Default)]
struct Order {
    new: Vec<u32>,
    old: Vec<u32>,
}

impl Order {
    fn next(&mut self, id: u32) -> u32 {
        let at = id as usize;
        if at >= self.new.len() {
            self.new.resize(at + 1, NONE);
        }
        if self.new[at] == NONE {
            self.new[at] = offset(self.old.len());
            self.old.push(id);
        }
        self.new[at]
    }
}

/// What has no number.
const NONE: u32 = u32::MAX;

/// New numbers for what is kept.
pub(super) struct Renumber {
    things: [Vec<u32>; KINDS],
    locals: Order,
    memos: Order,
    origins: Order,
}

impl Renumber {
    /// Nothing has a number yet.
    pub(super) fn new(sizes: &Sizes) -> Renumber {
        Renumber {
            things: sizes.table(NONE),
            locals: Order::default(),
            memos: Order::default(),
            origins: Order::default(),
        }
    }

    /// Gives something its number.
    pub(super) fn give(&mut self, (kind, id): Thing, new: u32) {
        self.things[kind as usize][id as usize] = new;
    }

    /// How many locals have a number.
    pub(super) fn locals(&self) -> u32 {
        offset(self.locals.old.len())
    }

    /// How many memo places have a number.
    pub(super) fn memos(&self) -> u32 {
        offset(self.memos.old.len())
    }

    /// The origins that have a number, in the order of these numbers.
    pub(super) fn origins(&self) -> &[u32] {
        &self.origins.old
    }

    fn of(&self, kind: Kind, id: u32) -> u32 {
        match self.things[kind as usize].get(id as usize) {
            Some(new) if *new != NONE => *new,
            Some(_) | None => unreachable!("whatever is reached is kept"),
        }
    }
}

impl Walk for Renumber {
    fn node(&mut self, id: &mut NodeId) {
        id.0 = self.of(Kind::Node, id.0);
    }
    fn local(&mut self, id: &mut LocalId) {
        id.0 = self.locals.next(id.0);
    }
    fn memo(&mut self, id: &mut u32) {
        *id = self.memos.next(*id);
    }
    fn item(&mut self, id: &mut ItemId) {
        id.0 = self.of(Kind::Item, id.0);
    }
    fn gate(&mut self, id: &mut GateId) {
        id.0 = self.of(Kind::Gate, id.0);
    }
    fn group(&mut self, id: &mut GroupId) {
        id.0 = self.of(Kind::Group, id.0);
    }
    fn threshold(&mut self, id: &mut ThresholdId) {
        id.0 = self.of(Kind::Threshold, id.0);
    }
    fn approval(&mut self, id: &mut ApprovalId) {
        id.0 = self.of(Kind::Approval, id.0);
    }
    fn phase(&mut self, id: &mut PhaseId) {
        id.0 = self.of(Kind::Phase, id.0);
    }
    fn procedure(&mut self, id: &mut ProcedureId) {
        id.0 = self.of(Kind::Procedure, id.0);
    }
    fn param(&mut self, id: &mut ParamId) {
        id.0 = self.of(Kind::Param, id.0);
    }
    fn message(&mut self, id: &mut MessageId) {
        id.0 = self.of(Kind::Message, id.0);
    }
    fn text(&mut self, id: &mut TextId) {
        id.0 = self.of(Kind::Text, id.0);
    }
    fn record(&mut self, id: &mut RecordId) {
        id.0 = self.of(Kind::Record, id.0);
    }
    fn enumeration(&mut self, id: &mut EnumId) {
        id.0 = self.of(Kind::Enum, id.0);
    }
    fn origin(&mut self, id: &mut OriginId) {
        id.0 = self.origins.next(id.0);
    }
}
