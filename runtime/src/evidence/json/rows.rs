//! Rows of records: arrays, maps, and keys that must be unique.

use super::{Frame, Place, ROWS, Walk};
use crate::data::{Slot, Store};
use crate::evidence::about;
use crate::evidence::fields::{Layout, Trie, print};
use crate::evidence::scalar;
use crate::evidence::scan::Step;
use crate::ir::Const;
use crate::ty::{RecordId, Shape, Ty};

impl<'a> Walk<'a> {
    /// One row: its slots are left on the scratch. Gives the fault that makes all of it malformed.
    pub(super) fn row(
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
    pub(super) fn finish(&mut self, frame: Frame<'a>, start: usize) {
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
    pub(super) fn array(
        &mut self,
        trie: &'a Trie,
        record: RecordId,
        shape: Shape,
        facts: bool,
    ) -> Step<Slot> {
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
    pub(super) fn map(&mut self, record: RecordId, key: u16) -> Step<Slot> {
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

    pub(super) fn close_record(&mut self, base: usize) -> u32 {
        let at = self.store.slots.len() as u32;
        self.store
            .slots
            .extend_from_slice(&self.scratch.slots[base..]);
        self.scratch.slots.truncate(base);
        at
    }

    /// Moves rows from the scratch to the store.
    pub(super) fn close_rows(&mut self, base: usize, count: u32) -> Slot {
        Slot::Rows {
            start: self.close_record(base),
            len: count,
        }
    }

    /// The same, and makes rows with a doubled key malformed.
    pub(super) fn close_shape(
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
    pub(super) fn key_print(&self, slot: Slot) -> Option<u64> {
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

    pub(super) fn number(&self, slot: Slot) -> Option<crate::number::Number> {
        match about::constant(slot, &Ty::Number, self.store) {
            Some(Const::Number(number)) => Some(number),
            _ => None,
        }
    }

    #[cold]
    pub(super) fn key_text(&self, slot: Slot, layout: &Layout, key: u16) -> String {
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
