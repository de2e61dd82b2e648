//! Values while evaluating: what a node gives, without a copy of the evidence, and three-valued truth.
//! Knows slots and constants; knows no nodes and no gates.

use crate::data::{Slot, Store};
use crate::ir::{Const, ItemId, NodeId, Program};
use crate::number::Number;
use crate::time::{Date, Instant};
use crate::ty::{RecordId, Shape, Ty};
use crate::view::Sample;

/// Why something is unknown, in the words of decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// Not there: an item, or a row of one.
    Missing,
    /// Not due yet.
    Awaited,
    /// Older than its `fresh`.
    Stale,
    /// It does not fit its schema.
    Malformed,
    /// Observed later than now.
    Future,
    /// About something else.
    Mismatched,
    /// Older than one seen before.
    Superseded,
    /// A source without rows, or a selection that leaves none.
    Empty,
    /// It cannot be told: too few samples, division by zero, overflow, `unknown "…"`.
    Inconclusive,
    /// An optional field that is absent or null.
    MissingField,
}

impl Cause {
    /// The word in documents and policies.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Missing => "missing",
            Cause::Awaited => "awaited",
            Cause::Stale => "stale",
            Cause::Malformed => "malformed",
            Cause::Future => "future",
            Cause::Mismatched => "mismatched",
            Cause::Superseded => "superseded",
            Cause::Empty => "empty",
            Cause::Inconclusive => "inconclusive",
            Cause::MissingField => "missing_field",
        }
    }
}

/// Why a value is unknown, and where that began. Small, so that it travels for free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Why {
    /// The kind.
    pub cause: Cause,
    /// The item, where one is known.
    pub item: Option<ItemId>,
    /// The node at which it began.
    pub node: NodeId,
    /// What is malformed: an index into [`Store::faults`].
    pub fault: Option<u32>,
}

impl Why {
    /// A cause that began at a node.
    pub fn at(cause: Cause, node: NodeId) -> Why {
        Why {
            cause,
            item: None,
            node,
            fault: None,
        }
    }

    /// Of two the first, unless time alone may mend it and not the other.
    pub fn graver(self, other: Why) -> Why {
        match self.cause {
            Cause::Awaited => other,
            Cause::Missing
            | Cause::Stale
            | Cause::Malformed
            | Cause::Future
            | Cause::Mismatched
            | Cause::Superseded
            | Cause::Empty
            | Cause::Inconclusive
            | Cause::MissingField => self,
        }
    }
}

/// Three-valued truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// It cannot be told.
    Unknown(Why),
}

impl From<bool> for Truth {
    fn from(value: bool) -> Truth {
        if value { Truth::True } else { Truth::False }
    }
}

impl std::ops::Not for Truth {
    type Output = Truth;

    fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Unknown(why) => Truth::Unknown(why),
        }
    }
}

impl Truth {
    /// Kleene's strong `and`. Of two unknowns the graver one's cause stands.
    pub fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::False, _) | (_, Truth::False) => Truth::False,
            (Truth::Unknown(why), Truth::Unknown(other)) => Truth::Unknown(why.graver(other)),
            (Truth::Unknown(why), _) | (_, Truth::Unknown(why)) => Truth::Unknown(why),
            (Truth::True, Truth::True) => Truth::True,
        }
    }

    /// Kleene's strong `or`. Of two unknowns the graver one's cause stands.
    pub fn or(self, other: Truth) -> Truth {
        !((!self).and(!other))
    }

    /// Why it is unknown, if it is.
    pub fn why(self) -> Option<Why> {
        match self {
            Truth::Unknown(why) => Some(why),
            Truth::True | Truth::False => None,
        }
    }
}

/// A value. Numbers are in base units; the type of the node that gave it says which, and whose member a member is.
#[derive(Clone, Copy, Debug)]
pub enum Val<'a> {
    /// It cannot be told.
    Unknown(Why),
    /// An optional that the document does not have.
    Absent,
    /// An optional that the document says is `null`.
    Null,
    /// A bool.
    Bool(bool),
    /// A number of some dimension.
    Number(Number),
    /// A text or a version.
    Text(&'a str),
    /// A member of the enum of its type.
    Member(u32),
    /// An instant.
    Instant(Instant),
    /// A date.
    Date(Date),
    /// A record.
    Record(Record<'a>),
    /// Rows or a list.
    Rows(Rows<'a>),
}

/// A record, wherever its fields lie.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Its layout.
    pub id: RecordId,
    /// Its fields.
    pub fields: Fields<'a>,
}

/// Where the fields of a record lie.
#[derive(Clone, Copy, Debug)]
pub enum Fields<'a> {
    /// In the evidence: the first slot.
    Slots(u32),
    /// In an inline table.
    Cells(&'a [Const]),
    /// Computed.
    Vals(&'a [Val<'a>]),
}

/// Rows or a list, wherever they lie.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// The type of the whole; says what an element is and which field is the key.
    pub ty: &'a Ty,
    /// The elements.
    pub items: Items<'a>,
    /// Fewer rows than `last n` asked for.
    pub short: bool,
}

/// Where the elements of rows lie.
#[derive(Clone, Copy, Debug)]
pub enum Items<'a> {
    /// In the evidence, one after the other.
    Slots {
        /// The first slot.
        start: u32,
        /// How many elements.
        len: u32,
    },
    /// The samples of a series.
    Samples(&'a [Sample]),
    /// A constant list.
    Consts(&'a [Const]),
    /// An inline table.
    Cells(RecordId, &'a [Vec<Const>]),
    /// Computed.
    Vals(&'a [Val<'a>]),
}

impl<'a> Rows<'a> {
    /// How many elements.
    pub fn len(&self) -> usize {
        match self.items {
            Items::Slots { len, .. } => len as usize,
            Items::Samples(samples) => samples.len(),
            Items::Consts(items) => items.len(),
            Items::Cells(_, rows) => rows.len(),
            Items::Vals(vals) => vals.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The field that is the key, for tables and maps.
    pub fn key(&self) -> Option<u16> {
        match self.ty.required() {
            Ty::Rows {
                shape: Shape::Table { key } | Shape::Map { key },
                ..
            } => Some(*key),
            Ty::Rows {
                shape: Shape::List | Shape::Series,
                ..
            } => None,
            _ => None,
        }
    }

    /// The `i`-th element. Out of range: absent.
    pub fn get(&self, i: usize, program: &'a Program, store: &'a Store) -> Val<'a> {
        match self.items {
            Items::Slots { start, len } => {
                if i >= len as usize {
                    return Val::Absent;
                }
                match self.ty.required() {
                    Ty::Rows { record, .. } => Val::Record(Record {
                        id: *record,
                        fields: Fields::Slots(start + i as u32 * width(program, *record)),
                    }),
                    Ty::List(element) => store
                        .slots
                        .get(start as usize + i)
                        .map_or(Val::Absent, |&slot| {
                            Val::read(slot, element, program, store)
                        }),
                    _ => Val::Absent,
                }
            }
            Items::Samples(samples) => match (samples.get(i), self.ty.required()) {
                (Some(sample), Ty::Rows { record, .. }) => Val::record(sample.row, *record),
                _ => Val::Absent,
            },
            Items::Consts(items) => {
                let element = match self.ty.required() {
                    Ty::List(element) => element,
                    other => other,
                };
                items
                    .get(i)
                    .map_or(Val::Absent, |item| Val::constant(item, element))
            }
            Items::Cells(id, rows) => rows.get(i).map_or(Val::Absent, |row| {
                Val::Record(Record {
                    id,
                    fields: Fields::Cells(row),
                })
            }),
            Items::Vals(vals) => vals.get(i).copied().unwrap_or(Val::Absent),
        }
    }
}

impl<'a> Record<'a> {
    /// A stored field by its index. Out of range: absent.
    pub fn field(&self, index: u16, program: &'a Program, store: &'a Store) -> Val<'a> {
        let Some(layout) = program.records.get(self.id.0 as usize) else {
            return Val::Absent;
        };
        let Some(field) = layout.fields.get(index as usize) else {
            return Val::Absent;
        };
        match self.fields {
            Fields::Slots(at) => store
                .slots
                .get(at as usize + index as usize)
                .map_or(Val::Absent, |&slot| {
                    Val::read(slot, &field.ty, program, store)
                }),
            Fields::Cells(cells) => cells
                .get(index as usize)
                .map_or(Val::Absent, |cell| Val::constant(cell, &field.ty)),
            Fields::Vals(vals) => vals.get(index as usize).copied().unwrap_or(Val::Absent),
        }
    }
}

/// How many slots a row of a record takes.
fn width(program: &Program, record: RecordId) -> u32 {
    program
        .records
        .get(record.0 as usize)
        .map_or(0, |record| record.fields.len() as u32)
}

impl<'a> Val<'a> {
    /// What a slot of a type holds. `why.node` is node 0: the caller knows better.
    pub fn read(slot: Slot, ty: &'a Ty, program: &'a Program, store: &'a Store) -> Val<'a> {
        match slot {
            Slot::Absent => Val::Absent,
            Slot::Null => Val::Null,
            Slot::Bool(value) => Val::Bool(value),
            Slot::Decimal { scale, mantissa } => match Number::decimal(mantissa as i128, scale) {
                Some(number) => Val::Number(number),
                None => Val::unknown(Cause::Inconclusive, NodeId(0)),
            },
            Slot::Number(index) => match store.numbers.get(index as usize) {
                Some(&number) => Val::Number(number),
                None => Val::unknown(Cause::Inconclusive, NodeId(0)),
            },
            Slot::Text { start, len } => Val::Text(store.text(start, len)),
            Slot::Member(member) => {
                let unknown = match ty.required() {
                    Ty::Enum(id) => program
                        .enums
                        .get(id.0 as usize)
                        .and_then(|of| of.members.get(member as usize))
                        .is_some_and(|member| member.as_unknown),
                    _ => false,
                };
                if unknown {
                    Val::unknown(Cause::Inconclusive, NodeId(0))
                } else {
                    Val::Member(member)
                }
            }
            Slot::Instant { nanos, secs } => match Instant::new(secs, nanos) {
                Some(instant) => Val::Instant(instant),
                None => Val::unknown(Cause::Inconclusive, NodeId(0)),
            },
            Slot::Date(date) => Val::Date(date),
            Slot::Record(at) => match ty.required() {
                Ty::Record(id) => Val::Record(Record {
                    id: *id,
                    fields: Fields::Slots(at),
                }),
                _ => Val::Absent,
            },
            Slot::Rows { start, len } => Val::Rows(Rows {
                ty,
                items: Items::Slots { start, len },
                short: false,
            }),
            Slot::Bad(fault) => Val::Unknown(Why {
                cause: Cause::Malformed,
                item: None,
                node: NodeId(0),
                fault: Some(fault),
            }),
        }
    }

    /// The record whose slot that is.
    fn record(slot: Slot, id: RecordId) -> Val<'a> {
        match slot {
            Slot::Record(at) => Val::Record(Record {
                id,
                fields: Fields::Slots(at),
            }),
            Slot::Bad(fault) => Val::Unknown(Why {
                cause: Cause::Malformed,
                item: None,
                node: NodeId(0),
                fault: Some(fault),
            }),
            Slot::Null => Val::Null,
            _ => Val::Absent,
        }
    }

    /// What a constant of a type is.
    pub fn constant(value: &'a Const, ty: &'a Ty) -> Val<'a> {
        match value {
            Const::Null => Val::Null,
            Const::Bool(value) => Val::Bool(*value),
            Const::Number(number) => Val::Number(*number),
            Const::Text(text) => Val::Text(text),
            Const::Member(_, member) => Val::Member(*member),
            Const::Instant(instant) => Val::Instant(*instant),
            Const::Date(date) => Val::Date(*date),
            Const::List(items) => Val::Rows(Rows {
                ty,
                items: Items::Consts(items),
                short: false,
            }),
            Const::Rows(record, rows) => Val::Rows(Rows {
                ty,
                items: Items::Cells(*record, rows),
                short: false,
            }),
        }
    }

    /// An unknown that began at a node.
    pub fn unknown(cause: Cause, node: NodeId) -> Val<'a> {
        Val::Unknown(Why::at(cause, node))
    }
}

impl<'a> From<Truth> for Val<'a> {
    fn from(truth: Truth) -> Val<'a> {
        match truth {
            Truth::True => Val::Bool(true),
            Truth::False => Val::Bool(false),
            Truth::Unknown(why) => Val::Unknown(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(node: u32) -> Truth {
        Truth::Unknown(Why::at(Cause::Missing, NodeId(node)))
    }

    #[test]
    fn and_and_or_follow_kleene_in_any_order() {
        use Truth::{False, True};
        let u = unknown(1);
        let check = |a: Truth, b: Truth, and: Truth, or: Truth| {
            assert_eq!(a.and(b), and, "{a:?} and {b:?}");
            assert_eq!(b.and(a), and, "{b:?} and {a:?}");
            assert_eq!(a.or(b), or, "{a:?} or {b:?}");
            assert_eq!(b.or(a), or, "{b:?} or {a:?}");
        };
        check(True, True, True, True);
        check(True, False, False, True);
        check(True, u, u, True);
        check(False, False, False, False);
        check(False, u, False, u);
        check(u, u, u, u);
        assert_eq!(!u, u);
    }

    #[test]
    fn of_two_unknowns_the_graver_stands_and_else_the_first() {
        let awaited = Truth::Unknown(Why::at(Cause::Awaited, NodeId(1)));
        assert_eq!(awaited.and(unknown(2)), unknown(2));
        assert_eq!(unknown(2).or(awaited), unknown(2));
        assert_eq!(unknown(1).and(unknown(2)), unknown(1));
        assert_eq!(unknown(2).or(unknown(1)), unknown(2));
    }
}
