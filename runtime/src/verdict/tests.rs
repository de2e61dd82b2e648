//! Gates, families and questions, case by case.

use super::*;
use crate::data::Slot;
use crate::eval::People;
use crate::eval::lab::Lab;
use crate::ir::{ApprovalId, Ask, Cmp, CountKind, Group, GroupId, OriginId};
use crate::time::Instant;
use crate::ty::Ty;

fn n(text: &str) -> Slot {
    Lab::slot_number(text)
}

/// A gate over a table: `each r in t`, then `require r.n >= 2`, with clauses of the test's in between.
fn family(
    rows: &[(&str, Slot)],
    between: impl FnOnce(&mut Lab, NodeId) -> Vec<Clause>,
) -> (Lab, GateId) {
    let mut lab = Lab::new();
    let (item, record) = lab.table("t", rows);
    let source = lab.read(item);
    let (bind, local) = lab.bind(source, None);
    let row = lab.read_local(local, Ty::Record(record));
    let field = lab.field(row, 1, Ty::Optional(Box::new(Ty::Number)));
    let two = lab.num("2");
    let mut clauses = vec![Clause::Each { bind, by: vec![] }];
    clauses.extend(between(&mut lab, field));
    let cond = lab.cond(Node::Compare(Cmp::Ge, field, two));
    clauses.push(lab.rule(RuleKind::Require, cond));
    let gate = lab.gate("lane", clauses);
    (lab, gate)
}

fn words(lab: &Lab, gate: GateId) -> String {
    lab.run(|ctx| {
        let found = ctx.gate(gate);
        let mut words = vec![match found.verdict.why() {
            Some(why) => why.cause.word().to_owned(),
            None => found.verdict.word().to_owned(),
        }];
        words.push(format!("{}/{}", found.passed, found.rows));
        for row in ctx.all_rows(gate) {
            if row.verdict != Verdict::Pass {
                words.push(format!("{} {}", subject("", &row.key), row.verdict.word()));
            }
        }
        words.join(" ")
    })
}

#[test]
fn a_family_fails_before_it_is_unknown() {
    let check = |rows: &[(&str, Slot)], expected: &str| {
        let (lab, gate) = family(rows, |_, _| vec![]);
        assert_eq!(words(&lab, gate), expected);
    };
    check(&[("a", n("2")), ("b", n("3"))], "pass 2/2");
    check(&[("a", n("1")), ("b", n("3"))], r#"fail 1/2 ["a"] fail"#);
    check(
        &[("a", Slot::Null), ("b", n("3"))],
        r#"missing_field 1/2 ["a"] unknown"#,
    );
    check(
        &[("a", Slot::Null), ("b", n("1"))],
        r#"fail 0/2 ["a"] unknown ["b"] fail"#,
    );
    check(&[], "empty 0/0  unknown");
}

#[test]
fn clauses_below_each_speak_of_the_row() {
    let zero = |lab: &mut Lab, field: NodeId| {
        let zero = lab.num("0");
        lab.cond(Node::Compare(Cmp::Gt, field, zero))
    };
    let rows = [("a", n("0")), ("b", n("3"))];
    let (lab, gate) = family(&rows, |lab, field| vec![Clause::Applies(zero(lab, field))]);
    assert_eq!(words(&lab, gate), r#"pass 1/2 ["a"] not_applicable"#);
    let (lab, gate) = family(&rows, |lab, field| {
        let positive = zero(lab, field);
        vec![Clause::Pending(lab.cond(Node::Not(positive)))]
    });
    assert_eq!(words(&lab, gate), r#"pending 1/2 ["a"] pending"#);
    let (lab, gate) = family(&rows, |lab, field| {
        vec![Clause::AdvisoryUnless(zero(lab, field))]
    });
    assert_eq!(words(&lab, gate), r#"pass 1/2 ["a"] fail"#);
    // Unknown: applies, not pending, not advisory.
    let rows = [("a", Slot::Null)];
    for clause in [
        Clause::Applies as fn(NodeId) -> Clause,
        Clause::Pending,
        Clause::AdvisoryUnless,
    ] {
        let (lab, gate) = family(&rows, |lab, field| vec![clause(zero(lab, field))]);
        assert_eq!(words(&lab, gate), r#"missing_field 0/1 ["a"] unknown"#);
    }
}

#[test]
fn rules_count_as_their_slot_says() {
    let check = |kind, value: &str, verdict: &str| {
        let mut lab = Lab::new();
        let cond = match value {
            "unknown" => lab.unknown(Ty::Bool),
            value => lab.bool(value == "true"),
        };
        let rule = lab.rule(kind, cond);
        let gate = lab.gate("g", vec![rule]);
        let word = lab.run(|ctx| ctx.gate(gate).verdict.word());
        assert_eq!(word, verdict, "{kind:?} {value}");
    };
    check(RuleKind::Require, "true", "pass");
    check(RuleKind::Require, "false", "fail");
    check(RuleKind::Require, "unknown", "unknown");
    check(RuleKind::Forbid, "true", "fail");
    check(RuleKind::Forbid, "false", "pass");
    check(RuleKind::Forbid, "unknown", "unknown");
    check(RuleKind::Need, "unknown", "unknown");
}

#[test]
fn what_is_needed_and_not_there_is_unknown() {
    let mut lab = Lab::new();
    let item = lab.item("slo", Ty::Bool, Slot::Bool(false));
    let cond = lab.cond(Node::ItemIs(item, ItemTest::Present));
    let rule = lab.rule(RuleKind::Need, cond);
    let gate = lab.gate("g", vec![rule]);
    assert_eq!(words(&lab, gate), "pass 1/1");
    lab.state(item, crate::view::ItemState::Stale);
    assert_eq!(words(&lab, gate), "stale 0/1  unknown");
}

#[test]
fn a_later_failure_outweighs_an_earlier_unknown() {
    let mut lab = Lab::new();
    let (unknown, no) = (lab.unknown(Ty::Bool), lab.bool(false));
    let clauses = vec![
        lab.rule(RuleKind::Require, unknown),
        lab.rule(RuleKind::Require, no),
    ];
    let gate = lab.gate("g", clauses);
    lab.run(|ctx| {
        let found = ctx.gate(gate);
        assert_eq!(found.verdict, Verdict::Fail);
        assert_eq!(ctx.notable(&found)[0].clause, Some(1));
    });
}

#[test]
fn doubled_names_are_numbered() {
    let mut lab = Lab::new();
    let source = lab.texts(&["a", "a", "b", "a"]);
    let (bind, local) = lab.bind(source, None);
    let _ = local;
    let no = lab.bool(false);
    let rule = lab.rule(RuleKind::Require, no);
    let gate = lab.gate("g", vec![Clause::Each { bind, by: vec![] }, rule]);
    assert_eq!(
        words(&lab, gate),
        r#"fail 0/4 ["a"] fail ["a#2"] fail ["b"] fail ["a#3"] fail"#
    );
}

#[test]
fn items_in_a_list_are_rows_by_their_names() {
    let mut lab = Lab::new();
    let items: Vec<NodeId> = ["drill", "chaos"]
        .into_iter()
        .map(|name| {
            let item = lab.item(name, Ty::Bool, Slot::Bool(name == "drill"));
            lab.read(item)
        })
        .collect();
    lab.state(crate::ir::ItemId(0), crate::view::ItemState::Missing);
    let source = lab.code(Ty::List(Box::new(Ty::Bool)), Node::List(items));
    let (bind, local) = lab.bind(source, None);
    let cond = lab.read_local(local, Ty::Bool);
    let rule = lab.rule(RuleKind::Require, cond);
    let gate = lab.gate("g", vec![Clause::Each { bind, by: vec![] }, rule]);
    assert_eq!(
        words(&lab, gate),
        r#"fail 0/2 ["drill"] unknown ["chaos"] fail"#
    );
}

#[test]
fn binders_join_and_rows_are_asked_by_key() {
    let mut lab = Lab::new();
    let (xs, ys) = (lab.texts(&["a", "b"]), lab.texts(&["x"]));
    let (mut bind, a) = lab.bind(xs, None);
    let b = lab.local();
    bind.vars.push((b, ys));
    bind.source_may_be_empty.push(false);
    let read = lab.read_local(a, Ty::Text);
    let wanted = lab.text("a");
    let cond = lab.cond(Node::Compare(Cmp::Eq, read, wanted));
    let rule = lab.rule(RuleKind::Require, cond);
    let gate = lab.gate("g", vec![Clause::Each { bind, by: vec![] }, rule]);
    assert_eq!(words(&lab, gate), r#"fail 1/2 ["b", "x"] fail"#);
    let mut row = |first: &str| {
        let keys = vec![lab.text(first), lab.text("x")];
        let node = lab.cond(Node::GateRow(gate, keys));
        lab.truth(node)
    };
    assert_eq!(row("a"), "true");
    assert_eq!(row("b"), "false");
    assert_eq!(row("c"), "missing");
}

/// Waives everything as waiver 7, gives every approval.
struct Everybody;

impl People for Everybody {
    fn given(&self, _: ApprovalId, _: Option<Instant>) -> Truth {
        Truth::True
    }

    fn waived(&self, _: &mut Context<'_>, _: GateId, row: &RowVerdict) -> Option<u32> {
        (row.verdict == Verdict::Fail).then_some(7)
    }
}

#[test]
fn waivers_satisfy_who_asks_and_change_no_truth() {
    let check = |level, verdict: &str, raw: &str| {
        let (mut lab, gate) = family(&[("a", n("1")), ("b", n("3"))], |_, _| vec![]);
        lab.program.gates[0].level = level;
        let truth = lab.cond(Node::Gate(gate));
        let waived = lab.cond(Node::GateIs(gate, GateTest::Waived));
        lab.run_with(&Everybody, |ctx| {
            assert_eq!(ctx.ask(&Ask::Gate(gate)).word(), verdict, "{level:?}");
            assert_eq!(ctx.gate(gate).verdict.word(), raw);
            assert_eq!(ctx.truth(truth), Truth::False);
            assert_eq!(ctx.truth(waived), (level != Level::Hard).into());
        });
    };
    check(Level::Blocking, "waived", "fail");
    check(Level::Hard, "fail", "fail");
    check(Level::Advisory, "pass", "fail");
}

#[test]
fn questions_combine_verdicts() {
    let mut lab = Lab::new();
    let mut ask = |value: &str| {
        let node = match value {
            "unknown" => lab.unknown(Ty::Bool),
            value => lab.bool(value == "true"),
        };
        Ask::Cond(node)
    };
    let (yes, no, open) = (ask("true"), ask("false"), ask("unknown"));
    let approval = Ask::Approval(ApprovalId(0));
    let check = |ask: Ask, word: &str| {
        let verdict = lab.run(|ctx| ctx.ask(&ask).word());
        assert_eq!(verdict, word, "{ask:?}");
    };
    let three = || vec![yes.clone(), no.clone(), open.clone()];
    check(Ask::All(vec![yes.clone(), approval.clone()]), "pending");
    check(Ask::All(vec![open.clone(), approval.clone()]), "unknown");
    check(Ask::All(three()), "fail");
    check(Ask::Any(three()), "pass");
    check(Ask::Any(vec![no.clone(), open.clone()]), "unknown");
    check(Ask::Any(vec![no.clone(), approval.clone()]), "pending");
    check(Ask::Not(Box::new(no.clone())), "pass");
    check(Ask::Not(Box::new(open.clone())), "unknown");
    check(Ask::Count(CountKind::AtLeast, 1, three()), "pass");
    check(Ask::Count(CountKind::AtLeast, 2, three()), "unknown");
    check(Ask::Count(CountKind::AtLeast, 3, three()), "fail");
    check(Ask::Count(CountKind::AtMost, 1, three()), "unknown");
    check(Ask::Count(CountKind::Exactly, 0, three()), "fail");
}

#[test]
fn a_group_that_asks_itself_is_inconclusive() {
    let mut lab = Lab::new();
    lab.program.groups.push(Group {
        name: "g".into(),
        ask: Ask::All(vec![Ask::Group(GroupId(0))]),
        at: OriginId(0),
    });
    let verdict = lab.run(|ctx| ctx.ask(&Ask::Group(GroupId(0))).word());
    assert_eq!(verdict, "unknown");
}

#[test]
fn advisory_until_ends_at_its_instant() {
    let check = |until: &str, level: Level| {
        let mut lab = Lab::new();
        let until = crate::eval::lab::instant(until);
        let until = lab.code(Ty::Instant, Node::Const(crate::ir::Const::Instant(until)));
        let no = lab.bool(false);
        let rule = lab.rule(RuleKind::Require, no);
        let gate = lab.gate("g", vec![Clause::AdvisoryUntil(until), rule]);
        lab.run(|ctx| {
            assert_eq!(ctx.gate(gate).level, level);
            assert_eq!(ctx.gate(gate).verdict, Verdict::Fail);
        });
    };
    check("2026-02-25T12:00:01Z", Level::Advisory);
    check("2026-02-25T12:00:00Z", Level::Blocking);
}
