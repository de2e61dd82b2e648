//! Each paragraph of `step.md` that has a boundary, on programs put together by hand.

mod papers;
mod places;
mod triggers;
mod ways_back;

use super::Options;
use super::bench::*;
use crate::decision::{Outcome, ReasonCode};
use crate::ir::*;

/// Cohorts 10 % and 50 %, soak of ten minutes on a meter that is fresh for five, then a final phase.
pub(super) fn canary() -> (Bench, ItemId, GateId) {
    let mut bench = Bench::new();
    let (item, low) = bench.meter("slo", 5);
    let gate = bench.gate("slo_low", Level::Blocking, low);
    let keep = vec![bench.criterion(gate)];
    let soak = bench.duration(10);
    let cohorts = bench.phase("cohorts", &[10, 50], false);
    let phase = bench.phase_mut(cohorts);
    phase.keep = keep;
    phase.soak = Some(soak);
    bench.phase("done", &[], true);
    (bench, item, gate)
}

pub(super) fn minutely(walk: &mut Walk, from: i64, to: i64, n: i64) {
    for minute in from..=to {
        walk.see("slo", minute, n);
    }
}

pub(super) fn to_nought() -> Target {
    Target::Place {
        phase: PhaseId(0),
        cohort: Some(percent(0)),
    }
}

/// The canary with a trigger on the meter being high.
pub(super) fn watched(
    sustain: impl Fn(&mut Bench) -> Sustain,
    then: impl Fn(&mut Bench) -> Then,
) -> Walk {
    let (mut bench, _, _) = canary();
    let high = bench.cond(Node::Not(NodeId(4)));
    assert!(
        matches!(bench.program.code[4].node, Node::Compare(..)),
        "{:?}",
        bench.program.code
    );
    let sustain = sustain(&mut bench);
    let then = then(&mut bench);
    bench.trigger("breach", high, sustain, then);
    bench.walk()
}

pub(super) fn halts(_: &mut Bench) -> Then {
    Then::Halt
}

pub(super) fn rolls(bench: &mut Bench) -> Then {
    Then::Start(bench.rollback("back", to_nought(), Vec::new()))
}

/// A trigger on each row of a table.
pub(super) fn rows(on_unknown: OnUnknown) -> Walk {
    let (mut bench, ..) = canary();
    bench.phase_mut(PhaseId(0)).keep.clear();
    let record = bench.record(&[("name", crate::ty::Ty::Text), ("bad", crate::ty::Ty::Bool)]);
    let table = crate::ty::Ty::Rows {
        record,
        shape: crate::ty::Shape::Table { key: 0 },
    };
    let item = bench.item("nodes", table.clone(), 30);
    let source = bench.code(table, Node::Item(item));
    let local = LocalId(0);
    bench.program.locals = 1;
    let row = bench.code(crate::ty::Ty::Record(record), Node::Local(local));
    let bad = bench.cond(Node::Field(row, 1));
    let two = bench.int(2);
    let sustain = Sustain::Times {
        count: two,
        in_a_row: false,
    };
    bench.trigger("sick", bad, sustain, Then::Halt);
    let trigger = &mut bench.program.triggers[0];
    trigger.on_unknown = on_unknown;
    trigger.each = Some(Bind {
        vars: vec![(local, source)],
        filter: None,
        may_be_empty: false,
        source_may_be_empty: vec![false],
    });
    bench.walk()
}

pub(super) fn nodes(walk: &mut Walk, minute: i64, rows: &[(&str, bool)]) {
    let rows: Vec<String> = rows
        .iter()
        .map(|(name, bad)| format!("{{\"name\":\"{name}\",\"bad\":{bad}}}"))
        .collect();
    walk.see_json("nodes", minute, format!("[{}]", rows.join(",")));
}
