//! What reasons say, side by side with what was seen.

use super::Fact;
use crate::data::{Fault, Slot};
use crate::eval::lab::{Lab, instant};
use crate::ir::*;
use crate::ty::{Shape, Ty};
use crate::unit::Unit;
use crate::view::ItemState;

fn n(text: &str) -> Slot {
    Lab::slot_number(text)
}

fn read(path: &str, unit: Option<Unit>) -> Option<Read> {
    Some(Read {
        paths: vec![path.split('.').map(str::to_owned).collect()],
        unit,
        ..Read::default()
    })
}

/// `slo` with `p95: duration in ms at p95_latency_ms` and `ok: bool`.
fn slo(p95: Slot) -> (Lab, NodeId, NodeId) {
    let mut lab = Lab::new();
    let record = lab.record(&[("p95", Ty::Duration), ("ok", Ty::Bool)]);
    lab.program.records[0].fields[0].read = read("p95_latency_ms", Some(Unit::Milliseconds));
    lab.program.records[0].fields[1].read = read("ok", None);
    lab.store.slots.extend([p95, Slot::Bool(false)]);
    let item = lab.item("slo", Ty::Record(record), Slot::Record(0));
    let root = lab.read(item);
    let p95 = lab.field(root, 0, Ty::Duration);
    let ok = lab.field(root, 1, Ty::Bool);
    (lab, p95, ok)
}

fn line(fact: &Fact) -> String {
    let part = |name: &str, measure: &Option<crate::decision::Measure>| match measure {
        Some(measure) => format!(" | {name} {} {}", measure.ty, measure.value),
        None => String::new(),
    };
    let cause = fact
        .cause
        .map_or(String::new(), |cause| format!(" | {}", cause.word()));
    let would = fact
        .would
        .as_ref()
        .map_or(String::new(), |would| format!(" | would {would}"));
    let evidence: Vec<String> = fact
        .evidence
        .iter()
        .map(|rests| format!(" @{}:{}", rests.item.0, rests.path))
        .collect();
    format!(
        "{}{}{}{}{cause}{would}{}",
        fact.message,
        part("observed", &fact.observed),
        part("bound", &fact.bound),
        part("headroom", &fact.headroom),
        evidence.concat()
    )
}

#[test]
fn a_comparison_tells_what_was_seen_and_how_far_off() {
    let check = |p95: Slot, op: Cmp, want: bool, bound: &str, expected: &str| {
        let (mut lab, p95, _) = slo(p95);
        let bound = lab.typed(Ty::Duration, bound);
        let node = lab.cond(Node::Compare(op, p95, bound));
        assert_eq!(lab.run(|ctx| line(&ctx.explain(node, want))), expected);
    };
    check(
        n("601000000"),
        Cmp::Le,
        true,
        "600000000",
        "p95 601ms, at most 600ms: over by 1ms | observed duration 601ms | bound duration 600ms \
         | headroom duration -1ms | would slo.p95 at most 600ms @0:p95_latency_ms",
    );
    check(
        n("600000000"),
        Cmp::Lt,
        true,
        "600000000",
        "p95 600ms, below 600ms | observed duration 600ms | bound duration 600ms \
         | headroom duration 0s | would slo.p95 below 600ms @0:p95_latency_ms",
    );
    check(
        n("5000000"),
        Cmp::Ge,
        true,
        "10000000",
        "p95 5ms, at least 10ms: under by 5ms | observed duration 5ms | bound duration 10ms \
         | headroom duration -5ms | would slo.p95 at least 10ms @0:p95_latency_ms",
    );
    // A trigger that fired: `when slo.p95 > 600ms`.
    check(
        n("711000000"),
        Cmp::Gt,
        false,
        "600000000",
        "p95 711ms, at most 600ms: over by 111ms | observed duration 711ms \
         | bound duration 600ms | headroom duration -111ms | would slo.p95 at most 600ms \
         @0:p95_latency_ms",
    );
}

#[test]
fn fractions_are_rounded_toward_the_failing_side() {
    let mut lab = Lab::new();
    let (one, three) = (lab.num("2.0000011"), lab.num("3"));
    let third = lab.code(Ty::Ratio, Node::Arith(Arith::Div, one, three));
    let (local, bound) = (lab.local(), lab.typed(Ty::Ratio, "0.666667"));
    let measure = lab.read_local(local, Ty::Ratio);
    let compare = lab.cond(Node::Compare(Cmp::Lt, measure, bound));
    let node = lab.cond(Node::Let(local, third, compare));
    let fact = lab.run(|ctx| ctx.explain(node, true));
    assert_eq!(fact.message, "66.6668%, below 66.6667%: over by 0.0001%");
    assert_eq!(
        fact.observed.map(|seen| seen.value).as_deref(),
        Some("20000011/30000000")
    );
}

#[test]
fn an_unknown_says_what_is_wrong_with_the_evidence() {
    let check = |state: ItemState, note: &str, expected: &str| {
        let (mut lab, p95, _) = slo(n("1"));
        lab.state(ItemId(0), state);
        lab.view.items[0].note = note.into();
        let fresh = lab.typed(Ty::Duration, "30000000000");
        lab.program.evidence[0].fresh = Some(fresh);
        let bound = lab.typed(Ty::Duration, "600000000");
        let node = lab.cond(Node::Compare(Cmp::Le, p95, bound));
        assert_eq!(lab.run(|ctx| line(&ctx.explain(node, true))), expected);
    };
    let rest = "@0:p95_latency_ms";
    check(
        ItemState::Missing,
        "connection refused",
        &format!("slo is missing: connection refused | missing | would slo is there {rest}"),
    );
    check(
        ItemState::Stale,
        "",
        &format!("slo is stale: 1m old, fresh 30s | stale | would a fresh slo {rest}"),
    );
    check(
        ItemState::Awaited { until: None },
        "due by 12:10Z",
        &format!("slo is awaited: due by 12:10Z | awaited | would a fresh slo {rest}"),
    );
    check(
        ItemState::Mismatched,
        "speaks of 10%",
        &format!(
            "slo is mismatched: speaks of 10% | mismatched | would a slo about what is asked {rest}"
        ),
    );
}

#[test]
fn a_malformed_field_says_what_it_wants() {
    let (mut lab, p95, _) = slo(Slot::Bad(0));
    lab.store.faults.push(Fault {
        path: "p95".into(),
        message: "a text; a number is wanted".into(),
        start: 0,
        end: 0,
        observation: 0,
    });
    let bound = lab.typed(Ty::Duration, "600000000");
    let node = lab.cond(Node::Compare(Cmp::Le, p95, bound));
    assert_eq!(
        lab.run(|ctx| line(&ctx.explain(node, true))),
        "slo.p95 wants a duration in ms, found a text | malformed | would slo.p95 fits its schema \
         @0:p95_latency_ms"
    );
}

#[test]
fn logic_leads_to_the_part_that_decided() {
    let (mut lab, p95, ok) = slo(n("601000000"));
    let bound = lab.typed(Ty::Duration, "600000000");
    let fast = lab.cond(Node::Compare(Cmp::Le, p95, bound));
    let yes = lab.bool(true);
    let unknown = lab.unknown(Ty::Bool);
    let mut check = |node: Node, want: bool, message: &str| {
        let node = lab.cond(node);
        assert_eq!(lab.run(|ctx| ctx.explain(node, want).message), message);
    };
    check(Node::And(vec![yes, ok, fast]), true, "slo.ok is false");
    check(Node::And(vec![unknown, ok]), true, "slo.ok is false");
    check(Node::And(vec![yes, unknown]), true, "why");
    check(
        Node::Or(vec![ok, fast]),
        true,
        "p95 601ms, at most 600ms: over by 1ms",
    );
    check(
        Node::Not(fast),
        false,
        "p95 601ms, at most 600ms: over by 1ms",
    );
    check(
        Node::QuantOf(Quant::Count(CountKind::AtLeast, 2), vec![yes, ok, fast]),
        true,
        "1 of 3, at least 2",
    );
}

/// A gate over `lanes`, each row's `n` at most 2, with a message.
fn lanes(rows: &[(&str, Slot)], message: Option<Vec<Part>>) -> (Lab, GateId) {
    let mut lab = Lab::new();
    let (item, record) = lab.table("lanes", rows);
    lab.program.evidence[0].at = vec![vec!["rows".into()]];
    lab.program.records[0].fields[0].read = read("id", None);
    lab.program.records[0].fields[1].read = read("durationMs", None);
    let source = lab.read(item);
    let (bind, local) = lab.bind(source, None);
    let row = lab.read_local(local, Ty::Record(record));
    let id = lab.field(row, 0, Ty::Text);
    let took = lab.field(row, 1, Ty::Optional(Box::new(Ty::Number)));
    let two = lab.num("2");
    let cond = lab.cond(Node::Compare(Cmp::Le, took, two));
    let message = message.map(|mut parts| {
        parts.push(Part::Hole(id));
        parts.push(Part::Literal(" ".into()));
        parts.push(Part::Hole(took));
        lab.program.texts.push(Text { parts });
        TextId(0)
    });
    let rule = Clause::Rule(Rule {
        kind: RuleKind::Require,
        cond,
        message,
        at: OriginId(7),
    });
    let gate = lab.gate("lane", vec![Clause::Each { bind, by: vec![] }, rule]);
    (lab, gate)
}

fn rows(lab: &Lab, gate: GateId) -> Vec<String> {
    lab.run(|ctx| {
        let facts = ctx.explain_gate(gate);
        let of = |row: &super::RowFact| {
            let name = crate::verdict::subject("lane", &row.row.key);
            format!("{name} {}: {}", row.row.verdict.word(), line(&row.fact))
        };
        facts.iter().map(of).collect()
    })
}

#[test]
fn rows_are_told_apart_and_point_into_their_document() {
    let (lab, gate) = lanes(
        &[("ci", n("2")), ("smoke", n("3")), ("x", Slot::Null)],
        None,
    );
    assert_eq!(
        rows(&lab, gate),
        [
            "lane[\"smoke\"] fail: n 3, at most 2: over by 1 | observed number 3 | bound number 2 \
             | headroom number -1 | would lanes[\"smoke\"].n at most 2 @0:rows[\"smoke\"].durationMs",
            "lane[\"x\"] unknown: lanes[\"x\"].n is null | missing_field \
             | would lanes[\"x\"].n is given @0:rows[\"x\"].durationMs",
        ]
    );
    let (lab, gate) = lanes(&[], None);
    assert_eq!(
        rows(&lab, gate),
        ["lane unknown: lanes has no rows | empty | would lanes has rows @0:"]
    );
    let (lab, gate) = lanes(&[("ci", n("3"))], Some(vec![Part::Literal("took ".into())]));
    let facts = lab.run(|ctx| ctx.explain_gate(gate));
    assert_eq!(facts[0].fact.message, "took ci 3");
    assert_eq!(facts[0].fact.at, Some(OriginId(7)));
}

#[test]
fn a_missing_row_names_those_that_are_there() {
    let mut lab = Lab::new();
    let (item, record) = lab.table("lanes", &[("ci", n("1")), ("smoke", n("1"))]);
    let (rows, key) = (lab.read(item), lab.text("ci-long"));
    let row = lab.code(Ty::Record(record), Node::Index(rows, vec![key]));
    let (field, one) = (lab.field(row, 1, Ty::Number), lab.num("1"));
    let node = lab.cond(Node::Compare(Cmp::Eq, field, one));
    let fact = lab.run(|ctx| ctx.explain(node, true));
    assert_eq!(fact.message, "no row ci-long: lanes has ci, smoke");
    assert_eq!(fact.would.as_deref(), Some("lanes names ci-long"));
}

#[test]
fn a_failed_set_binds_missing_and_extra() {
    let check = |op: SetOp, holes: &[SetHole], generated: &str, text: &str| {
        let mut lab = Lab::new();
        let (item, _) = lab.table("lanes", &[("a", n("1")), ("b", n("1"))]);
        let (rows, wanted) = (lab.read(item), lab.texts(&["b", "c", "d"]));
        let cond = lab.cond(Node::Set(op, rows, wanted));
        let parts = holes.iter().map(|&hole| Part::SetHole(hole)).collect();
        lab.program.texts.push(Text { parts });
        let mut rule = Rule {
            kind: RuleKind::Require,
            cond,
            message: None,
            at: OriginId(0),
        };
        lab.gate("bare", vec![Clause::Rule(rule.clone())]);
        rule.message = Some(TextId(0));
        lab.gate("said", vec![Clause::Rule(rule)]);
        for (gate, message) in [(GateId(0), generated), (GateId(1), text)] {
            let facts = lab.run(|ctx| ctx.explain_gate(gate));
            assert_eq!(facts[0].fact.message, message, "{op:?}");
        }
    };
    check(
        SetOp::Covers,
        &[SetHole::Missing],
        "lanes lacks c, d",
        "c, d",
    );
    check(
        SetOp::SubsetOf,
        &[SetHole::Extra],
        "lanes has a beyond",
        "a",
    );
    check(
        SetOp::Exactly,
        &[SetHole::Missing, SetHole::Extra],
        "lanes lacks c, d and lanes has a beyond",
        "c, da",
    );
}

#[test]
fn a_message_stands_at_the_row_that_decided() {
    let mut lab = Lab::new();
    let (item, record) = lab.table("lanes", &[("a", n("1")), ("b", n("3"))]);
    let source = lab.read(item);
    let (bind, local) = lab.bind(source, None);
    let row = lab.read_local(local, Ty::Record(record));
    let (id, took) = (lab.field(row, 0, Ty::Text), lab.field(row, 1, Ty::Number));
    let two = lab.num("2");
    let body = lab.cond(Node::Compare(Cmp::Le, took, two));
    let cond = lab.cond(Node::Quant(Quant::All, bind, Some(body)));
    lab.program.texts.push(Text {
        parts: vec![Part::Hole(id)],
    });
    let rule = Clause::Rule(Rule {
        kind: RuleKind::Require,
        cond,
        message: Some(TextId(0)),
        at: OriginId(0),
    });
    let gate = lab.gate("g", vec![rule]);
    let facts = lab.run(|ctx| ctx.explain_gate(gate));
    assert_eq!(facts[0].fact.message, "b");
    assert_eq!(
        facts[0]
            .fact
            .observed
            .as_ref()
            .map(|seen| seen.value.as_str()),
        Some("3")
    );
}

#[test]
fn gates_in_conditions_are_told_by_their_row() {
    let (mut lab, gate) = lanes(&[("ci", n("2")), ("smoke", n("3"))], None);
    let node = lab.cond(Node::Gate(gate));
    let node = lab.cond(Node::Not(node));
    assert_eq!(
        lab.run(|ctx| ctx.explain(node, false).message),
        "lane[\"smoke\"]: n 3, at most 2: over by 1"
    );
    let ask = Ask::All(vec![Ask::Gate(gate)]);
    assert_eq!(
        lab.run(|ctx| {
            let program = ctx.program();
            assert!(program.groups.is_empty());
            ctx.ask(&ask).word()
        }),
        "fail"
    );
}

#[test]
fn thresholds_warn_before_they_fail() {
    let check = |p95: &str, fails: Option<&str>, warns: Option<&str>| {
        let (mut lab, measure, _) = slo(n(p95));
        let bound = lab.typed(Ty::Duration, "600000000");
        let warn = lab.typed(Ty::Duration, "500000000");
        lab.program.thresholds.push(Threshold {
            name: "latency".into(),
            measure,
            op: Cmp::Le,
            bound,
            warn: Some(warn),
            samples: None,
            at: OriginId(3),
        });
        let node = lab.cond(Node::Threshold(ThresholdId(0)));
        let warned = lab.run(|ctx| ctx.explain_warning(ThresholdId(0)));
        assert_eq!(warned.map(|fact| fact.message).as_deref(), warns);
        if let Some(message) = fails {
            let fact = lab.run(|ctx| ctx.explain(node, true));
            assert_eq!(fact.message, message);
            assert_eq!(fact.at, Some(OriginId(3)));
        }
    };
    check("500000000", None, None);
    check(
        "550000000",
        None,
        Some("p95 550ms, at most 500ms: over by 50ms"),
    );
    check(
        "601000000",
        Some("p95 601ms, at most 600ms: over by 1ms"),
        Some("p95 601ms, at most 500ms: over by 101ms"),
    );
}

#[test]
fn too_few_samples_say_how_many() {
    let mut lab = Lab::new();
    let (item, record) = lab.series("live", &[(20, "1"), (10, "2")]);
    let of = lab.read(item);
    let row = lab.local();
    let read = lab.read_local(row, Ty::Record(record));
    let value = lab.field(read, 0, Ty::Number);
    let node = lab.code(
        Ty::Number,
        Node::Series {
            function: SeriesFn::Percentile(950),
            of,
            row,
            value,
            over: Over::All,
            samples: Some(20),
        },
    );
    let bound = lab.num("1");
    let node = lab.cond(Node::Compare(Cmp::Le, node, bound));
    let fact = lab.run(|ctx| ctx.explain(node, true));
    assert_eq!(
        fact.message,
        "p95 of live.n: too few samples, at least 20 wanted, 2 at hand in all"
    );
    let three = lab.num("3");
    let shape = Shape::Series;
    let last = lab.code(Ty::Rows { record, shape }, Node::LastN(three, of, None));
    let (bind, _) = lab.bind(last, None);
    let yes = lab.bool(true);
    let node = lab.cond(Node::Quant(Quant::All, bind, Some(yes)));
    let fact = lab.run(|ctx| ctx.explain(node, true));
    assert_eq!(fact.message, "live has 2 rows, the last 3 are asked for");
}

#[test]
fn instants_are_late_or_early() {
    let mut lab = Lab::new();
    let item = lab.item("drill", Ty::Bool, Slot::Bool(true));
    let at = lab.code(Ty::Instant, Node::ObservedAt(item));
    let since = instant("2026-02-25T12:30:00Z");
    let since = lab.code(Ty::Instant, Node::Const(Const::Instant(since)));
    let node = lab.cond(Node::Compare(Cmp::Ge, at, since));
    assert_eq!(
        lab.run(|ctx| ctx.explain(node, true).message),
        "drill.observed_at 2026-02-25T11:59:00Z, no earlier than 2026-02-25T12:30:00Z: early by 31m"
    );
    let node = lab.cond(Node::ObservedSince(item, since));
    assert_eq!(
        lab.run(|ctx| ctx.explain(node, true).message),
        "drill was observed 2026-02-25T11:59:00Z, wanted since 2026-02-25T12:30:00Z"
    );
    lab.state(item, ItemState::Stale);
    let node = lab.cond(Node::ItemIs(item, ItemTest::Stale));
    assert_eq!(
        lab.run(|ctx| ctx.explain(node, false).message),
        "drill is stale"
    );
}

#[test]
fn a_default_that_decides_tells_what_was_absent() {
    let mut lab = Lab::new();
    let optional = Ty::Optional(Box::new(Ty::Bool));
    let record = lab.record(&[("done", optional.clone())]);
    lab.program.records[0].fields[0].read = read("done", None);
    lab.store.slots.push(Slot::Absent);
    let item = lab.item("drill", Ty::Record(record), Slot::Record(0));
    let root = lab.read(item);
    let (done, no) = (lab.field(root, 0, optional), lab.bool(false));
    let node = lab.cond(Node::Default(done, no));
    assert_eq!(
        lab.run(|ctx| line(&ctx.explain(node, true))),
        "drill.done is absent, which counts as false | would drill.done is given @0:done"
    );
}

#[test]
fn a_limit_in_time_is_told_by_the_evidence() {
    let mut lab = Lab::new();
    let until = instant("2026-02-25T11:00:00Z");
    let (nanos, secs) = (until.nanos(), until.secs());
    let item = lab.item("until", Ty::Instant, Slot::Instant { nanos, secs });
    let until = lab.read(item);
    let now = lab.code(Ty::Instant, Node::Known(Known::AsOf));
    let node = lab.cond(Node::Compare(Cmp::Lt, now, until));
    assert_eq!(
        lab.run(|ctx| ctx.explain(node, true).message),
        "until 2026-02-25T11:00:00Z, after 2026-02-25T12:00:00Z: early by 1h"
    );
}
