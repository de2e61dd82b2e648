//! The instances of a `per` rollout: which keys its table has, and which row each evaluation is bound to.
//! Knows tables and their keys; knows no phase and no outcome.

use std::collections::BTreeSet;

use super::{Given, Refusal, start};
use crate::eval::{Context, Inputs, Nobody, Place, Scratch};
use crate::ir::{Const, Program};
use crate::state::{START, State};
use crate::time::Instant;
use crate::value::{Cause, Val};
use crate::view::look::{Bindings, Look, Mode, Sight};

/// The most instances that one rollout has.
const MOST: usize = 10_000;

/// The keys of the rollout's instances, in the order of its table; the one key `""` without `per`.
pub(super) fn keys(
    inputs: Given<'_>,
    params: &[Const],
    as_of: Instant,
) -> Result<Vec<String>, Refusal> {
    let Given {
        program,
        plan,
        store,
        readings,
        evidence,
    } = inputs;
    let Some(per) = &program.per else {
        return Ok(vec![String::new()]);
    };
    let fresh = start::fresh(program, plan, store, params, as_of, "");
    let bindings = Bindings {
        now: as_of,
        key: String::new(),
        phase: START.into(),
        cohort: None,
        entered_at: None,
        phase_entered_at: None,
        rollback_at: None,
        seen: Vec::new(),
        pins: program
            .pins
            .iter()
            .map(|(name, pin)| (name.clone(), *pin))
            .collect(),
    };
    let look = Look {
        program,
        evidence,
        readings,
        store,
        fresh: &fresh,
        bindings: &bindings,
    };
    let view = look.view(Sight {
        mode: Mode::Watch,
        at: as_of,
        subject: None,
    });
    let place = Place::at(as_of);
    let scratch = Scratch::new();
    let mut ctx = Context::new(Inputs {
        program,
        plan,
        store,
        view: &view,
        place: &place,
        params,
        people: &Nobody,
        scratch: &scratch,
    });
    let rows = match ctx.eval(per.rows) {
        Val::Rows(rows) => rows,
        Val::Unknown(why) => {
            let item = why
                .item
                .and_then(|item| program.evidence.get(item.ix()))
                .map(|item| format!(": `{}` is {}", item.name, why.cause.word()));
            return Err(Refusal::Keys(format!(
                "which rows `per {}` has cannot be told{}",
                per.name,
                item.unwrap_or_default()
            )));
        }
        _ => {
            return Err(Refusal::Keys(format!(
                "`per {}` has no rows to go through",
                per.name
            )));
        }
    };
    let mut known = BTreeSet::new();
    let mut keys = Vec::new();
    for at in 0..rows.len() {
        let (value, ty) = ctx.keyed(&rows, at);
        let key = match value {
            Val::Unknown(_) | Val::Absent | Val::Null => None,
            value => Some(ctx.shown(value, ty)).filter(|key| !key.is_empty()),
        };
        let Some(key) = key else {
            let told = match value {
                Val::Unknown(why) => format!("cannot be told: it is {}", why.cause.word()),
                _ => "is blank".into(),
            };
            return Err(Refusal::Keys(format!(
                "the key of row {} of `per {}` {told}",
                at + 1,
                per.name
            )));
        };
        if !known.insert(key.clone()) {
            return Err(Refusal::Keys(format!(
                "two rows of `per {}` have the key `{key}`",
                per.name
            )));
        }
        if keys.len() == MOST {
            return Err(Refusal::Keys(format!(
                "`per {}` has more than {MOST} rows",
                per.name
            )));
        }
        keys.push(key);
    }
    if keys.is_empty() {
        return Err(Refusal::Keys(format!("`per {}` has no row", per.name)));
    }
    Ok(keys)
}

/// Binds the row of a key for an evaluation. A row that is not there is unknown (missing).
pub(super) fn bind(ctx: &mut Context<'_>, program: &Program, key: &str) {
    let Some(per) = &program.per else { return };
    let (value, position) = match ctx.eval(per.rows) {
        Val::Rows(rows) => {
            let found = (0..rows.len()).find(|at| {
                let (value, ty) = ctx.keyed(&rows, *at);
                match value {
                    Val::Text(text) => text == key,
                    value => ctx.shown(value, ty) == key,
                }
            });
            match found {
                Some(at) => (ctx.element(&rows, at), at),
                None => (Val::unknown(Cause::Missing, per.rows), 0),
            }
        }
        unknown @ Val::Unknown(_) => (unknown, 0),
        _ => (Val::unknown(Cause::Missing, per.rows), 0),
    };
    ctx.bind_row(per.local, value, position);
}

/// Refuses a state that remembers somebody exposed under a key that the table no longer has.
pub(super) fn gone(program: &Program, state: &State, keys: &[String]) -> Result<(), Refusal> {
    let last = program.phases.iter().find(|phase| phase.last);
    let rests = |phase: &str| phase == START || last.is_some_and(|last| last.name == phase);
    let mut lost = state
        .instances
        .iter()
        .filter(|(key, one)| !keys.contains(key) && !rests(&one.phase));
    match lost.next() {
        None => Ok(()),
        Some((key, one)) => Err(Refusal::Gone {
            key: key.clone(),
            place: one.place().to_string(),
        }),
    }
}
