//! Of what evidence speaks: facts of payloads and envelopes, joined. Knows subjects and their types;
//! knows no documents.

use super::{AboutFacts, Envelope};
use crate::data::{Slot, Store};
use crate::ir::{AboutWhat, Const, Program};
use crate::number::Number;
use crate::time::Instant;
use crate::ty::Ty;

/// What one `about … at PATH` found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fact {
    /// Members of the subject.
    Subject(Vec<(String, Const)>),
    /// The cohort's share.
    Cohort(Number),
    /// A phase.
    Phase(String),
    /// A key.
    Key(String),
    /// It cannot be read: index into the store's faults.
    Bad(u32),
}

/// Adds a fact; saying another thing than before is a disagreement.
pub(crate) fn join(facts: &mut AboutFacts, fact: Fact) {
    let mut disagree = false;
    match fact {
        Fact::Subject(members) => {
            for (name, value) in members {
                match facts.subject.get(&name) {
                    Some(other) => disagree |= *other != value,
                    None => {
                        facts.subject.insert(name, value);
                    }
                }
            }
        }
        Fact::Cohort(share) => disagree = *facts.cohort.get_or_insert(share) != share,
        Fact::Phase(phase) => disagree = *facts.phase.get_or_insert_with(|| phase.clone()) != phase,
        Fact::Key(key) => disagree = *facts.key.get_or_insert_with(|| key.clone()) != key,
        Fact::Bad(_) => {}
    }
    facts.disagree |= disagree;
}

/// Adds what an envelope says.
pub(crate) fn join_envelope(facts: &mut AboutFacts, envelope: &Envelope, program: &Program) {
    if let Some(subject) = &envelope.subject {
        for (name, value) in &subject.0 {
            if matches!(value, Const::Null) {
                continue;
            }
            let value = match program.subject.get(name) {
                Some(ty) => subject_value(ty, value).unwrap_or_else(|| value.clone()),
                None => value.clone(),
            };
            join(facts, Fact::Subject(vec![(name.clone(), value)]));
        }
    }
    if let Some(share) = envelope.cohort {
        join(facts, Fact::Cohort(share));
    }
    if let Some(phase) = &envelope.phase {
        join(facts, Fact::Phase(phase.clone()));
    }
    if let Some(key) = envelope.key.as_ref().filter(|key| !key.is_empty()) {
        join(facts, Fact::Key(key.clone()));
    }
}

/// A subject's member as its type wants it: envelopes and flags write numbers and instants as texts.
pub fn subject_value(ty: &Ty, value: &Const) -> Option<Const> {
    let Const::Text(text) = value else {
        return Some(value.clone());
    };
    match ty.required() {
        Ty::Text | Ty::Version => Some(value.clone()),
        Ty::Int | Ty::Number => Number::parse(text).ok().map(Const::Number),
        Ty::Ratio => crate::unit::parse_ratio(text).ok().map(Const::Number),
        Ty::Duration => crate::unit::parse_duration(text).ok().map(Const::Number),
        Ty::Bytes => crate::unit::parse_bytes(text).ok().map(Const::Number),
        Ty::Bool => match text.as_str() {
            "true" => Some(Const::Bool(true)),
            "false" => Some(Const::Bool(false)),
            _ => None,
        },
        Ty::Instant => Instant::parse(text, false).ok().map(Const::Instant),
        Ty::Date => crate::time::Date::parse(text).ok().map(Const::Date),
        Ty::Enum(_)
        | Ty::Record(_)
        | Ty::Rows { .. }
        | Ty::List(_)
        | Ty::Optional(_)
        | Ty::Secret
        | Ty::Nothing => None,
    }
}

/// The fact of a slot that was read for `what`.
pub(crate) fn fact(
    what: &AboutWhat,
    slot: Slot,
    ty: &Ty,
    member: &str,
    store: &Store,
) -> Option<Fact> {
    let value = match slot {
        Slot::Bad(fault) => return Some(Fact::Bad(fault)),
        slot => constant(slot, ty, store)?,
    };
    Some(match (what, value) {
        (AboutWhat::Subject(_), value) => Fact::Subject(vec![(member.to_owned(), value)]),
        (AboutWhat::Cohort, Const::Number(share)) => Fact::Cohort(share),
        (AboutWhat::Phase, Const::Text(phase)) => Fact::Phase(phase),
        (AboutWhat::Key, Const::Text(key)) => Fact::Key(key),
        (AboutWhat::Cohort | AboutWhat::Phase | AboutWhat::Key, _) => return None,
    })
}

/// A scalar slot as a constant; `None` where there is no value.
pub(crate) fn constant(slot: Slot, ty: &Ty, store: &Store) -> Option<Const> {
    match slot {
        Slot::Bool(value) => Some(Const::Bool(value)),
        Slot::Decimal { scale, mantissa } => {
            Number::decimal(mantissa as i128, scale).map(Const::Number)
        }
        Slot::Number(at) => store.numbers.get(at as usize).copied().map(Const::Number),
        Slot::Text { start, len } => Some(Const::Text(store.text(start, len).to_owned())),
        Slot::Member(member) => match ty.required() {
            Ty::Enum(id) => Some(Const::Member(*id, member)),
            _ => None,
        },
        Slot::Instant { nanos, secs } => Instant::new(secs, nanos).map(Const::Instant),
        Slot::Date(date) => Some(Const::Date(date)),
        Slot::Absent | Slot::Null | Slot::Record(_) | Slot::Rows { .. } | Slot::Bad(_) => None,
    }
}
