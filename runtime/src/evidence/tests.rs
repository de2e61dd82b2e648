//! What comes of documents, good and bad: tables of one line each.

mod damage;
mod documents;
mod formats;
mod scalars;
mod times;

use super::*;
use crate::ir::{
    About, AboutWhat, Enum, Field, Item, LinePart, LinePattern, Member, NodeId, Observed, OriginId,
    Path, Read, Record, Source,
};
use crate::time::Pattern;
use crate::ty::{EnumId, RecordId, Shape, Ty};
use crate::unit::Unit;

/// A program of these records and items; enum 0 is `enum { passed = "passed", "pass"  failed  odd as unknown }`.
fn program(records: Vec<Record>, evidence: Vec<Item>) -> Program {
    let member = |name: &str, spellings: &[&str], as_unknown| Member {
        name: name.to_owned(),
        spellings: spellings.iter().map(|&word| word.to_owned()).collect(),
        as_unknown,
    };
    Program {
        subject: IndexMap::from([("build".to_owned(), Ty::Text)]),
        enums: vec![Enum {
            name: "Word".to_owned(),
            any_case: false,
            members: vec![
                member("passed", &["passed", "pass"], false),
                member("failed", &[], false),
                member("odd", &["n/a"], true),
            ],
        }],
        records,
        evidence,
        ..Program::empty("r")
    }
}

fn paths(text: &str) -> Vec<Path> {
    if text.is_empty() {
        return Vec::new();
    }
    let path = |path: &str| path.split('.').map(str::to_owned).collect();
    text.split(" or ").map(path).collect()
}

fn field(name: &str, ty: Ty) -> Field {
    at(name, ty, name)
}

fn at(name: &str, ty: Ty, path: &str) -> Field {
    Field {
        name: name.to_owned(),
        ty,
        read: Some(Read {
            paths: paths(path),
            ..Read::default()
        }),
    }
}

fn with(mut field: Field, change: impl Fn(&mut Read)) -> Field {
    if let Some(read) = &mut field.read {
        change(read);
    }
    field
}

fn record(fields: Vec<Field>) -> Record {
    Record {
        name: "R".to_owned(),
        closed: false,
        fields,
    }
}

fn item(name: &str, ty: Ty) -> Item {
    Item {
        name: name.to_owned(),
        ty,
        source: Source::Given,
        format: None,
        at: Vec::new(),
        observed: Observed::Envelope,
        fresh: None,
        soft: None,
        since: None,
        about: Vec::new(),
        may_be_empty: false,
        implied: false,
        at_origin: OriginId(0),
    }
}

fn optional(ty: Ty) -> Ty {
    Ty::Optional(Box::new(ty))
}

fn rows(record: u32, shape: Shape) -> Ty {
    Ty::Rows {
        record: RecordId(record),
        shape,
    }
}

const ONE: Ty = Ty::Record(RecordId(0));

/// A value as one line; a fault as `!path: message @ the bytes it points at`.
fn show(slot: Slot, ty: &Ty, program: &Program, store: &Store, document: &[u8]) -> String {
    let row = |start: u32, record: RecordId| {
        let fields = program.records[record.0 as usize]
            .fields
            .iter()
            .zip(start..);
        let shown: Vec<String> = fields
            .map(|(field, at)| {
                let value = show(
                    store.slots[at as usize],
                    &field.ty,
                    program,
                    store,
                    document,
                );
                format!("{}: {value}", field.name)
            })
            .collect();
        format!("{{{}}}", shown.join(", "))
    };
    match (slot, ty.required()) {
        (Slot::Absent, _) => "absent".to_owned(),
        (Slot::Null, _) => "null".to_owned(),
        (Slot::Bad(fault), _) => {
            let fault = &store.faults[fault as usize];
            let place = &document[fault.start as usize..fault.end as usize];
            let place = String::from_utf8_lossy(place);
            let colon = if fault.path.is_empty() { "" } else { ": " };
            format!("!{}{colon}{} @{place}", fault.path, fault.message)
        }
        (Slot::Bool(value), _) => value.to_string(),
        (Slot::Decimal { scale, mantissa }, _) => {
            Number::decimal(mantissa as i128, scale).unwrap().text()
        }
        (Slot::Number(at), _) => format!("~{}", store.numbers[at as usize].text()),
        (Slot::Text { start, len }, _) => format!("{:?}", store.text(start, len)),
        (Slot::Member(member), Ty::Enum(id)) => program.enums[id.0 as usize].members
            [member as usize]
            .name
            .clone(),
        (Slot::Instant { nanos, secs }, _) => Instant::new(secs, nanos).unwrap().to_string(),
        (Slot::Date(date), _) => date.to_string(),
        (Slot::Record(start), Ty::Record(record)) => row(start, *record),
        (Slot::Rows { start, len }, Ty::Rows { record, .. }) => {
            let width = program.records[record.0 as usize].fields.len() as u32;
            let shown: Vec<String> = (0..len)
                .map(|at| row(start + at * width, *record))
                .collect();
            format!("[{}]", shown.join(" "))
        }
        (Slot::Rows { start, len }, Ty::List(element)) => {
            let slots = &store.slots[start as usize..(start + len) as usize];
            let shown: Vec<String> = slots
                .iter()
                .map(|&slot| show(slot, element, program, store, document))
                .collect();
            format!("[{}]", shown.join(" "))
        }
        (slot, ty) => panic!("{slot:?} as {ty:?}"),
    }
}

fn bytes(text: impl AsRef<[u8]>) -> Content {
    Content::Bytes {
        bytes: text.as_ref().into(),
        format: None,
    }
}

/// The value of item 0 in that document.
fn value(program: &Program, document: impl AsRef<[u8]>) -> String {
    let mut store = Store::default();
    let name = program.evidence[0].name.clone();
    let evidence = Evidence {
        observations: vec![Observation::new(name, bytes(&document))],
        ..Evidence::default()
    };
    let readings = read(program, &evidence, &mut store);
    let root = readings.of(ItemId(0))[0].root;
    show(
        root,
        &program.evidence[0].ty,
        program,
        &store,
        document.as_ref(),
    )
}

/// One field `x` of that type, in a record that is the whole document.
fn one(field: Field) -> Program {
    program(vec![record(vec![field])], vec![item("x", ONE)])
}
