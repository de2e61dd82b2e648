//! Rows of approvals in fixtures: what a row leaves out is that of the policy under test, for no fixture can know the
//! digest of a policy that is being written. Knows the members of such rows; counts none.

use std::collections::BTreeSet;

use crate::canon::Digest;
use crate::data::{Slot, Store};
use crate::evidence::Readings;
use crate::evidence::scalar::{instant_slot, number_slot, text_slot};
use crate::ir::{Const, Field, ItemId, Program};
use crate::ty::{RecordId, Ty};

/// What is asked about: a row that names none of it is for this.
pub(super) struct Present<'p> {
    /// The subject's members, in the program's order.
    pub subject: &'p [Const],
    /// The instance's key.
    pub key: &'p str,
    /// The digest of the params.
    pub params: Digest,
}

/// The items whose rows approve something.
pub(super) fn items(program: &Program) -> BTreeSet<ItemId> {
    let named = program
        .approvals
        .iter()
        .filter_map(|approval| approval.item);
    let implied = program.evidence.iter().zip(0..);
    let implied = implied.filter(|(item, _)| item.name == "approvals");
    named.chain(implied.map(|(_, at)| ItemId(at))).collect()
}

/// Completes the rows of approvals.
pub(super) fn complete(
    program: &Program,
    store: &mut Store,
    readings: &Readings,
    present: &Present<'_>,
) {
    for item in items(program) {
        let Some(ty) = program.evidence.get(item.ix()).map(|item| &item.ty) else {
            continue;
        };
        let Ty::Rows { record, .. } = ty.required() else {
            continue;
        };
        let fields = fields_of(program, *record);
        let width = fields.len() as u32;
        for reading in readings.of(item) {
            let (start, len) = match reading.root {
                Slot::Rows { start, len } => (start, len),
                Slot::Record(start) => (start, 1),
                _ => continue,
            };
            for row in 0..len {
                for (at, field) in fields.iter().enumerate() {
                    let at = (start + row * width) as usize + at;
                    fill(program, store, at, field, present);
                }
            }
        }
    }
}

fn fill(program: &Program, store: &mut Store, at: usize, field: &Field, present: &Present<'_>) {
    if !matches!(store.slots.get(at), Some(Slot::Absent | Slot::Null)) {
        return;
    }
    let slot = match field.name.as_str() {
        "key" => text_slot(present.key, store),
        "program" => text_slot(&program.meaning.to_string(), store),
        "params" => text_slot(&present.params.to_string(), store),
        "subject" if !present.subject.is_empty() => {
            let Ty::Record(record) = field.ty.required() else {
                return;
            };
            let mut cells = Vec::new();
            for member in fields_of(program, *record) {
                let value = program.subject.get_index_of(&member.name);
                let value = value.and_then(|at| present.subject.get(at));
                cells.push(value.map_or(Slot::Absent, |value| cell(value, store)));
            }
            let start = store.slots.len() as u32;
            store.slots.extend(cells);
            Slot::Record(start)
        }
        _ => return,
    };
    if let Some(place) = store.slots.get_mut(at) {
        *place = slot;
    }
}

fn fields_of(program: &Program, record: RecordId) -> &[Field] {
    let layout = program.records.get(record.0 as usize);
    layout.map_or(&[], |layout| &layout.fields)
}

fn cell(value: &Const, store: &mut Store) -> Slot {
    match value {
        Const::Bool(value) => Slot::Bool(*value),
        Const::Number(number) => number_slot(*number, store),
        Const::Text(text) => text_slot(text, store),
        Const::Member(_, member) => Slot::Member(*member),
        Const::Instant(at) => instant_slot(*at),
        Const::Date(date) => Slot::Date(*date),
        Const::Null | Const::List(_) | Const::Rows(..) => Slot::Null,
    }
}
