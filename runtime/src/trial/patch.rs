//! Changes of evidence that was read: typed slots are replaced, whatever the format they came from. Knows layouts;
//! knows no test and no decision.

use crate::data::{Fault, Slot, Store};
use crate::evidence::scalar::{instant_slot, number_slot, text_slot};
use crate::evidence::{Reading, RowTime};
use crate::ir::{Const, Program, Read};
use crate::number::Number;
use crate::time::{Date, Instant};
use crate::ty::{RecordId, Shape, Ty};
use crate::unit;
use crate::value::{Fields, Items, Rows, Val};

/// A value that no longer borrows the evidence it was computed from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Own {
    /// A slot of the same store.
    Raw(Slot),
    Absent,
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    Member(u32),
    Instant(Instant),
    Date(Date),
    Record(Vec<Own>),
    /// Rows or a list; of a series with the time of each.
    Rows(Vec<Own>, Vec<Instant>),
}

/// One hop to a part of a value, its key known.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Hop {
    Field(u16),
    Row(Own),
    Last,
}

/// What stands at the end of the hops.
#[derive(Clone, Copy, Debug)]
enum Found<'p> {
    /// A slot: of a reading's root where `None`.
    Slot {
        at: Option<u32>,
        ty: &'p Ty,
        read: Option<&'p Read>,
    },
    /// A row, or an element of a list, among others.
    Row {
        /// Where the rows hang: a reading's root where `None`.
        rows: Option<u32>,
        of: &'p Ty,
        index: u32,
        start: u32,
    },
}

/// The value of an expression, on its own.
pub(super) fn own(value: Val<'_>, ty: &Ty, program: &Program, store: &Store) -> Option<Own> {
    Some(match value {
        Val::Unknown(why) => Own::Raw(Slot::Bad(why.fault?)),
        Val::Absent => Own::Absent,
        Val::Null => Own::Null,
        Val::Bool(value) => Own::Bool(value),
        Val::Number(number) => Own::Number(number),
        Val::Text(text) => Own::Text(text.to_owned()),
        Val::Member(member) => Own::Member(member),
        Val::Instant(instant) => Own::Instant(instant),
        Val::Date(date) => Own::Date(date),
        Val::Record(record) => {
            let fields = &program.records.get(record.id.0 as usize)?.fields;
            match record.fields {
                Fields::Slots(at) => raw(store, at, fields.len() as u32)?,
                Fields::Cells(_) | Fields::Vals(_) => {
                    let field = |(i, field): (usize, &crate::ir::Field)| {
                        let value = record.field(i as u16, program, store);
                        own(value, &field.ty, program, store)
                    };
                    let fields = fields.iter().enumerate().map(field);
                    Own::Record(fields.collect::<Option<Vec<Own>>>()?)
                }
            }
        }
        Val::Rows(rows) => rows_of(rows, ty, program, store)?,
    })
}

fn rows_of(rows: Rows<'_>, ty: &Ty, program: &Program, store: &Store) -> Option<Own> {
    let times = match rows.items {
        Items::Samples(samples) => samples.iter().map(|sample| sample.at).collect(),
        Items::Slots { .. } | Items::Consts(_) | Items::Cells(..) | Items::Vals(_) => Vec::new(),
    };
    let nothing = Ty::Nothing;
    let element = match ty.required() {
        Ty::List(element) => element,
        _ => &nothing,
    };
    let one = |i| {
        if let (Items::Slots { start, .. }, Ty::List(_)) = (rows.items, rows.ty.required()) {
            return store.slots.get(start as usize + i).copied().map(Own::Raw);
        }
        own(rows.get(i, program, store), element, program, store)
    };
    let items: Option<Vec<Own>> = (0..rows.len()).map(one).collect();
    Some(Own::Rows(items?, times))
}

fn raw(store: &Store, at: u32, width: u32) -> Option<Own> {
    let slots = store.slots.get(at as usize..(at + width) as usize)?;
    Some(Own::Record(slots.iter().copied().map(Own::Raw).collect()))
}

/// Everything that a change of one reading needs.
pub(super) struct Patch<'p, 'r> {
    pub program: &'p Program,
    pub store: &'r mut Store,
    pub reading: &'r mut Reading,
    /// How the item is called.
    pub name: &'r str,
    /// Its type.
    pub ty: &'p Ty,
}

impl<'p> Patch<'p, '_> {
    /// Puts a value where the hops lead.
    pub fn set(&mut self, hops: &[Hop], value: &Own) -> Result<(), String> {
        let found = self.find(hops)?;
        match found {
            Found::Slot { at, ty, read } => {
                let path = self.path(hops);
                let slot = self.slot(value, ty, read, &path);
                self.write(at, slot);
                if let (None, Own::Rows(_, times)) = (at, value) {
                    self.times(times)?;
                }
                Ok(())
            }
            Found::Row { of, start, .. } => {
                let Own::Record(cells) = value else {
                    let element = match of.required() {
                        Ty::List(element) => element,
                        other => other,
                    };
                    let path = self.path(hops);
                    let slot = self.slot(value, element, None, &path);
                    self.write(Some(start), slot);
                    return Ok(());
                };
                let slots = self.cells(cells, of, &self.path(hops));
                for (i, slot) in slots.into_iter().enumerate() {
                    self.write(Some(start + i as u32), slot);
                }
                Ok(())
            }
        }
    }

    /// Takes away what the hops lead to.
    pub fn remove(&mut self, hops: &[Hop]) -> Result<(), String> {
        match self.find(hops)? {
            Found::Slot { at, ty, read } => {
                let default = read.and_then(|read| read.default.as_ref());
                let slot = match (ty, default) {
                    (_, Some(value)) => {
                        let value = constant(value);
                        self.slot(&value, ty, None, "")
                    }
                    (Ty::Optional(_), None) => Slot::Absent,
                    (_, None) => {
                        let path = self.path(hops);
                        self.bad(path, "nothing is there, and a value is wanted".into())
                    }
                };
                self.write(at, slot);
                Ok(())
            }
            Found::Row {
                rows, of, index, ..
            } => {
                let Slot::Rows { start, len } = self.at(rows) else {
                    return Err(format!(
                        "`{}` is one observation; leave the item out",
                        self.name
                    ));
                };
                let width = self.width(of);
                let kept: Vec<Slot> = (0..len)
                    .filter(|row| *row != index)
                    .flat_map(|row| {
                        let from = (start + row * width) as usize;
                        self.store.slots[from..from + width as usize].to_vec()
                    })
                    .collect();
                let start = self.store.slots.len() as u32;
                self.store.slots.extend(kept);
                self.write(
                    rows,
                    Slot::Rows {
                        start,
                        len: len - 1,
                    },
                );
                if rows.is_none() && self.reading.rows.len() == len as usize {
                    self.reading.rows.remove(index as usize);
                }
                Ok(())
            }
        }
    }

    fn times(&mut self, times: &[Instant]) -> Result<(), String> {
        if !matches!(
            self.ty.required(),
            Ty::Rows {
                shape: Shape::Series,
                ..
            }
        ) {
            return Ok(());
        }
        let Slot::Rows { len, .. } = self.reading.root else {
            return Ok(());
        };
        if times.len() != len as usize {
            return Err(format!(
                "`{}` is a series, and these rows have no times of their own",
                self.name
            ));
        }
        let row = |at: &Instant| RowTime {
            at: Some(*at),
            start: 0,
            end: 0,
        };
        self.reading.rows = times.iter().map(row).collect();
        Ok(())
    }

    fn find(&self, hops: &[Hop]) -> Result<Found<'p>, String> {
        let mut here = Found::Slot {
            at: None,
            ty: self.ty,
            read: None,
        };
        for (i, hop) in hops.iter().enumerate() {
            let so_far = || self.path(&hops[..i]);
            here = match (hop, here) {
                (Hop::Field(slot), Found::Row { of, start, .. }) => {
                    self.field(of, start, *slot).ok_or_else(so_far)?
                }
                (Hop::Field(slot), Found::Slot { at, ty, .. }) => match self.at(at) {
                    Slot::Record(start) => self.field(ty, start, *slot).ok_or_else(so_far)?,
                    other => return Err(self.nothing(other, &so_far())),
                },
                (Hop::Row(key), Found::Slot { at, ty, .. }) => match self.at(at) {
                    Slot::Rows { start, len } => {
                        let index = self.row(ty, start, len, key, &so_far())?;
                        self.row_at(at, ty, start, index)
                    }
                    other => return Err(self.nothing(other, &so_far())),
                },
                (Hop::Last, Found::Slot { at: None, ty, .. }) => match self.reading.root {
                    Slot::Rows { start, len } if len > 0 => {
                        let times = (0..len).map(|row| {
                            let time = self.reading.rows.get(row as usize);
                            (time.and_then(|time| time.at), row)
                        });
                        let newest = times.max().map_or(0, |newest| newest.1);
                        self.row_at(None, ty, start, newest)
                    }
                    Slot::Record(start) => Found::Row {
                        rows: None,
                        of: ty,
                        index: 0,
                        start,
                    },
                    other => return Err(self.nothing(other, &so_far())),
                },
                (Hop::Row(_), Found::Row { of, start, .. }) => {
                    // A list in a list.
                    let ty = match of.required() {
                        Ty::List(element) => element,
                        other => other,
                    };
                    match self.at(Some(start)) {
                        Slot::Rows { start: first, len } => {
                            let Hop::Row(key) = hop else {
                                return Err(so_far());
                            };
                            let index = self.row(ty, first, len, key, &so_far())?;
                            self.row_at(Some(start), ty, first, index)
                        }
                        other => return Err(self.nothing(other, &so_far())),
                    }
                }
                (Hop::Last, _) => return Err(format!("`{}` is no series", so_far())),
            };
        }
        Ok(here)
    }

    fn row_at(&self, rows: Option<u32>, of: &'p Ty, start: u32, index: u32) -> Found<'p> {
        let start = start + index * self.width(of);
        Found::Row {
            rows,
            of,
            index,
            start,
        }
    }

    fn field(&self, ty: &'p Ty, start: u32, slot: u16) -> Option<Found<'p>> {
        let record = record_of(ty)?;
        let fields = &self.program.records.get(record.0 as usize)?.fields;
        let field = fields.get(slot as usize)?;
        Some(Found::Slot {
            at: Some(start + u32::from(slot)),
            ty: &field.ty,
            read: field.read.as_ref(),
        })
    }

    /// The row of a key, or the element of a place.
    fn row(&self, ty: &Ty, start: u32, len: u32, key: &Own, at: &str) -> Result<u32, String> {
        let shape = match ty.required() {
            Ty::Rows { shape, .. } => Some(*shape),
            _ => None,
        };
        if let Some(Shape::Table { key: field } | Shape::Map { key: field }) = shape {
            let width = self.width(ty);
            let slot = |row: u32| {
                let at = start + row * width + u32::from(field);
                self.store.slots.get(at as usize).copied()
            };
            let field_ty = record_of(ty)
                .and_then(|record| self.program.records.get(record.0 as usize))
                .and_then(|record| record.fields.get(field as usize))
                .map(|field| &field.ty);
            let shown = |slot: Slot| field_ty.map_or(String::new(), |ty| self.shown(slot, ty));
            let wanted = self.shown_own(key, field_ty.unwrap_or(&Ty::Nothing));
            let found = (0..len).find(|row| slot(*row).is_some_and(|slot| shown(slot) == wanted));
            return found.ok_or_else(|| {
                let keys: Vec<String> = (0..len.min(12))
                    .filter_map(slot)
                    .map(|slot| format!("`{}`", shown(slot)))
                    .collect();
                let rest = match len {
                    0..=12 => String::new(),
                    _ => format!(" and {} more", len - 12),
                };
                match keys.is_empty() {
                    true => format!("`{at}` has no rows"),
                    false => format!(
                        "`{at}` has no row `{wanted}`; it has {}{rest}",
                        keys.join(", ")
                    ),
                }
            });
        }
        let index = match key {
            Own::Number(number) => number.to_i128(),
            _ => None,
        };
        let fits = index.and_then(|index| u32::try_from(index).ok());
        fits.filter(|index| *index < len).ok_or_else(|| {
            let index = index.map_or(String::new(), |index| index.to_string());
            let rows = if len == 1 { "row" } else { "rows" };
            format!("`{at}` has no `[{index}]`; it has {len} {rows}, counted from 0")
        })
    }

    fn width(&self, ty: &Ty) -> u32 {
        let record = match ty.required() {
            Ty::Rows { record, .. } => record,
            _ => return 1,
        };
        let layout = self.program.records.get(record.0 as usize);
        layout.map_or(1, |layout| layout.fields.len() as u32)
    }

    fn at(&self, at: Option<u32>) -> Slot {
        match at {
            None => self.reading.root,
            Some(at) => (self.store.slots.get(at as usize).copied()).unwrap_or(Slot::Absent),
        }
    }

    fn write(&mut self, at: Option<u32>, slot: Slot) {
        match at {
            None => self.reading.root = slot,
            Some(at) => {
                if let Some(place) = self.store.slots.get_mut(at as usize) {
                    *place = slot;
                }
            }
        }
    }

    fn nothing(&self, slot: Slot, path: &str) -> String {
        match slot {
            Slot::Bad(fault) => {
                let fault = self.store.faults.get(fault as usize);
                let message = fault.map_or("", |fault| fault.message.as_str());
                format!("`{path}` is malformed before any change: {message}")
            }
            _ => format!("`{path}` is not there, so there is nothing inside it to change"),
        }
    }

    /// The hops in policy words.
    pub fn path(&self, hops: &[Hop]) -> String {
        let mut path = self.name.to_owned();
        let mut ty = Some(self.ty);
        for hop in hops {
            match hop {
                Hop::Last => {
                    path.push_str(".last");
                }
                Hop::Row(key) => {
                    let shown = match key {
                        Own::Text(text) => format!("{text:?}"),
                        other => self.shown_own(other, &Ty::Number),
                    };
                    path.push_str(&format!("[{shown}]"));
                    if let Some(Ty::List(element)) = ty.map(Ty::required) {
                        ty = Some(element);
                    }
                }
                Hop::Field(slot) => {
                    let field = ty
                        .and_then(record_of)
                        .and_then(|record| self.program.records.get(record.0 as usize))
                        .and_then(|record| record.fields.get(*slot as usize));
                    if let Some(field) = field {
                        path.push('.');
                        path.push_str(&field.name);
                    }
                    ty = field.map(|field| &field.ty);
                }
            }
        }
        path
    }

    fn shown(&self, slot: Slot, ty: &Ty) -> String {
        match crate::evidence::constant(slot, ty, self.store) {
            Some(value) => crate::view::look::const_text(self.program, ty, &value),
            None => String::new(),
        }
    }

    fn shown_own(&self, value: &Own, ty: &Ty) -> String {
        let value = match value {
            Own::Raw(slot) => return self.shown(*slot, ty),
            Own::Bool(value) => Const::Bool(*value),
            Own::Number(number) => Const::Number(*number),
            Own::Text(text) => Const::Text(text.clone()),
            Own::Member(member) => match ty.required() {
                Ty::Enum(id) => Const::Member(*id, *member),
                _ => return member.to_string(),
            },
            Own::Instant(at) => Const::Instant(*at),
            Own::Date(date) => Const::Date(*date),
            Own::Absent | Own::Null | Own::Record(_) | Own::Rows(..) => return String::new(),
        };
        crate::view::look::const_text(self.program, ty, &value)
    }

    fn bad(&mut self, path: String, message: String) -> Slot {
        let path = path
            .strip_prefix(self.name)
            .map_or(path.as_str(), |rest| rest.trim_start_matches('.'))
            .to_owned();
        self.store.faults.push(Fault {
            path,
            message,
            start: 0,
            end: 0,
            observation: self.reading.observation,
        });
        Slot::Bad(self.store.faults.len() as u32 - 1)
    }

    fn cells(&mut self, cells: &[Own], of: &'p Ty, path: &str) -> Vec<Slot> {
        let program = self.program;
        let fields = record_of(of)
            .and_then(|record| program.records.get(record.0 as usize))
            .map_or(&[][..], |record| &record.fields);
        let cell = |(field, value): (&'p crate::ir::Field, &Own)| {
            let path = format!("{path}.{}", field.name);
            self.slot(value, &field.ty, field.read.as_ref(), &path)
        };
        fields.iter().zip(cells).map(cell).collect()
    }

    /// A value as a slot of its type; one that the schema refuses is malformed, as in a document.
    fn slot(&mut self, value: &Own, ty: &'p Ty, read: Option<&Read>, path: &str) -> Slot {
        match value {
            Own::Raw(slot) => *slot,
            Own::Absent => Slot::Absent,
            Own::Null => Slot::Null,
            Own::Bool(value) => Slot::Bool(*value),
            Own::Number(number) => match outside(*number, ty.required(), read) {
                None => number_slot(*number, self.store),
                Some(message) => self.bad(path.to_owned(), message),
            },
            Own::Text(text) => text_slot(text, self.store),
            Own::Member(member) => Slot::Member(*member),
            Own::Instant(instant) => instant_slot(*instant),
            Own::Date(date) => Slot::Date(*date),
            Own::Record(cells) => {
                let slots = self.cells(cells, ty, path);
                let start = self.store.slots.len() as u32;
                self.store.slots.extend(slots);
                Slot::Record(start)
            }
            Own::Rows(items, _) => {
                let mut slots = Vec::new();
                for item in items {
                    match (item, ty.required()) {
                        (Own::Record(cells), Ty::Rows { .. }) => {
                            slots.extend(self.cells(cells, ty, path));
                        }
                        (item, Ty::List(element)) => {
                            slots.push(self.slot(item, element, None, path));
                        }
                        (item, _) => slots.push(self.slot(item, ty, None, path)),
                    }
                }
                let start = self.store.slots.len() as u32;
                self.store.slots.extend(slots);
                let len = items.len() as u32;
                Slot::Rows { start, len }
            }
        }
    }
}

/// A constant on its own.
pub(super) fn constant(value: &Const) -> Own {
    match value {
        Const::Null => Own::Null,
        Const::Bool(value) => Own::Bool(*value),
        Const::Number(number) => Own::Number(*number),
        Const::Text(text) => Own::Text(text.clone()),
        Const::Member(_, member) => Own::Member(*member),
        Const::Instant(at) => Own::Instant(*at),
        Const::Date(date) => Own::Date(*date),
        Const::List(items) => Own::Rows(items.iter().map(constant).collect(), Vec::new()),
        Const::Rows(_, rows) => {
            let row = |row: &Vec<Const>| Own::Record(row.iter().map(constant).collect());
            Own::Rows(rows.iter().map(row).collect(), Vec::new())
        }
    }
}

/// What the schema says against a number.
fn outside(number: Number, ty: &Ty, read: Option<&Read>) -> Option<String> {
    let read = read?;
    let text = |number: Number| match ty {
        Ty::Duration => unit::duration_text(number),
        Ty::Ratio => unit::ratio_text(number),
        Ty::Bytes => unit::bytes_text(number),
        _ => number.text(),
    };
    let shown = text(number);
    if matches!(ty, Ty::Int) && !number.is_int() {
        return Some(format!(
            "`{shown}` has a fraction; a whole number is wanted"
        ));
    }
    if number.is_negative() && !read.signed && !matches!(ty, Ty::Number) {
        return Some(format!(
            "`{shown}` is negative; a field that may be so is `signed`"
        ));
    }
    if let Some(min) = read.min.filter(|min| number < *min) {
        return Some(format!("`{shown}` is below the least value, {}", text(min)));
    }
    let max = read.max.filter(|max| number > *max)?;
    Some(format!(
        "`{shown}` is above the greatest value, {}",
        text(max)
    ))
}

fn record_of(ty: &Ty) -> Option<RecordId> {
    match ty.required() {
        Ty::Record(record) | Ty::Rows { record, .. } => Some(*record),
        _ => None,
    }
}
