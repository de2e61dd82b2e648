//! Objects, member by member, along the paths that fields read.

use super::{Frame, Walk};
use crate::data::Slot;
use crate::evidence::about::Fact;
use crate::evidence::fields::{Attr, Target, Trie};
use crate::evidence::scan::Step;

impl<'a> Walk<'a> {
    /// The value of a place in a trie: fills its targets, then what lies below.
    pub(super) fn node(&mut self, trie: &'a Trie, node: u32, frame: Option<Frame<'a>>) -> Step<()> {
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

    /// A target that cannot be reached.
    pub(super) fn bad(&mut self, target: Target, frame: Option<Frame<'a>>, fault: u32) {
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

    pub(super) fn fill(&mut self, frame: Frame<'a>, field: u16, rank: u8, slot: Slot) {
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

    /// The members of an object that comes next.
    pub(super) fn object(
        &mut self,
        trie: &'a Trie,
        node: u32,
        frame: Option<Frame<'a>>,
    ) -> Step<()> {
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

    pub(super) fn target(&mut self, target: Target, frame: Option<Frame<'a>>) -> Step<()> {
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
}
