//! The evaluator, operator by operator, at their boundaries.

use super::lab::{Lab, instant, number};
use crate::data::Slot;
use crate::ir::*;
use crate::time::Date;
use crate::ty::{Shape, Ty};
use crate::unit::Unit;
use crate::view::ItemState;

const N: Slot = Slot::Null;

fn n(text: &str) -> Slot {
    Lab::slot_number(text)
}

#[test]
fn arithmetic_is_exact() {
    let check = |op: Arith, a: &str, b: &str, result: &str| {
        let mut lab = Lab::new();
        let (x, y) = (lab.num(a), lab.num(b));
        let node = lab.code(Ty::Number, Node::Arith(op, x, y));
        assert_eq!(lab.shown(node), result, "{a} {op:?} {b}");
    };
    check(Arith::Add, "0.1", "0.2", "0.3");
    check(Arith::Div, "1", "3", "1/3");
    check(Arith::Mul, "1/3", "3", "1");
    check(Arith::Sub, "1", "0.9", "0.1");
    check(Arith::Div, "1", "0", "(inconclusive)");
    check(Arith::Mul, "1e37", "10", "(inconclusive)");
    check(
        Arith::Add,
        "99999999999999999999999999999999999999",
        "1",
        "(inconclusive)",
    );
}

#[test]
fn instants_and_durations_compute() {
    let mut lab = Lab::new();
    let t = lab.code(Ty::Instant, Node::Known(Known::AsOf));
    let d = lab.typed(Ty::Duration, "3600000000000");
    let later = lab.code(Ty::Instant, Node::Arith(Arith::Add, t, d));
    assert_eq!(lab.shown(later), "2026-02-25T13:00:00Z");
    let span = lab.code(Ty::Duration, Node::Arith(Arith::Sub, t, later));
    assert_eq!(lab.shown(span), "-1h");
    let minutes = lab.code(Ty::Number, Node::InUnit(span, Unit::Minutes));
    assert_eq!(lab.shown(minutes), "-60");
    let far = lab.typed(Ty::Duration, "1e30");
    let beyond = lab.code(Ty::Instant, Node::Arith(Arith::Add, t, far));
    assert_eq!(lab.shown(beyond), "(inconclusive)");
}

#[test]
fn civil_time_clamps_and_knows_zones() {
    let mut lab = Lab::new();
    let day = Date::new(2026, 1, 31).unwrap();
    let day = lab.code(Ty::Date, Node::Const(Const::Date(day)));
    let one = lab.num("1");
    let month = lab.code(Ty::Date, Node::PlusMonths(day, one));
    assert_eq!(lab.shown(month), "2026-02-28");
    let days = lab.code(Ty::Date, Node::PlusDays(day, one));
    assert_eq!(lab.shown(days), "2026-02-01");
    let years = lab.code(Ty::Date, Node::PlusYears(day, one));
    assert_eq!(lab.shown(years), "2027-01-31");
    let clock = lab.code(Ty::Instant, Node::AtClock(day, 390, "UTC".into()));
    assert_eq!(lab.shown(clock), "2026-01-31T06:30:00Z");
    let nowhere = lab.code(Ty::Instant, Node::AtClock(day, 390, "Mars".into()));
    assert_eq!(lab.shown(nowhere), "(inconclusive)");
    let half = lab.num("0.5");
    let month = lab.code(Ty::Date, Node::PlusMonths(day, half));
    assert_eq!(lab.shown(month), "(inconclusive)");
}

#[test]
fn comparisons_hold_at_their_boundary() {
    let check = |op, a: &str, b: &str, result: &str| {
        let mut lab = Lab::new();
        let (x, y) = (lab.num(a), lab.num(b));
        let node = lab.cond(Node::Compare(op, x, y));
        assert_eq!(lab.truth(node), result, "{a} {op:?} {b}");
    };
    for (op, below, equal, above) in [
        (Cmp::Eq, "false", "true", "false"),
        (Cmp::Ne, "true", "false", "true"),
        (Cmp::Lt, "true", "false", "false"),
        (Cmp::Le, "true", "true", "false"),
        (Cmp::Gt, "false", "false", "true"),
        (Cmp::Ge, "false", "true", "true"),
    ] {
        check(op, "0.0199999", "0.02", below);
        check(op, "0.0200", "0.02", equal);
        check(op, "1/3", "0.3333333333333333", above);
    }
}

#[test]
fn kleene_holds_in_any_order() {
    let check = |values: [&str; 2], and: &str, or: &str| {
        for values in [values, [values[1], values[0]]] {
            let mut lab = Lab::new();
            let nodes: Vec<NodeId> = values
                .iter()
                .map(|&value| match value {
                    "true" => lab.bool(true),
                    "false" => lab.bool(false),
                    _ => lab.unknown(Ty::Bool),
                })
                .collect();
            let all = lab.cond(Node::And(nodes.clone()));
            let any = lab.cond(Node::Or(nodes));
            assert_eq!(lab.truth(all), and, "{values:?}");
            assert_eq!(lab.truth(any), or, "{values:?}");
        }
    };
    check(["true", "true"], "true", "true");
    check(["true", "false"], "false", "true");
    check(["false", "false"], "false", "false");
    check(["true", "unknown"], "inconclusive", "true");
    check(["false", "unknown"], "false", "inconclusive");
    check(["unknown", "unknown"], "inconclusive", "inconclusive");
}

#[test]
fn an_item_that_is_not_present_is_unknown_with_its_cause() {
    let check = |state: ItemState, word: &str, tests: &[(ItemTest, &str)]| {
        let mut lab = Lab::new();
        let item = lab.item("slo", Ty::Bool, Slot::Bool(true));
        lab.state(item, state);
        let read = lab.read(item);
        assert_eq!(lab.truth(read), word, "{state:?}");
        for &(test, result) in tests {
            let is = lab.cond(Node::ItemIs(item, test));
            assert_eq!(lab.truth(is), result, "{state:?} {test:?}");
        }
        let age = lab.code(Ty::Duration, Node::Age(item));
        let shown = match word {
            "true" => "1m".to_owned(),
            word => format!("({word})"),
        };
        assert_eq!(lab.shown(age), shown);
    };
    use ItemTest as T;
    check(
        ItemState::Present,
        "true",
        &[
            (T::Present, "true"),
            (T::Unknown, "false"),
            (T::Stale, "false"),
        ],
    );
    check(
        ItemState::Stale,
        "stale",
        &[
            (T::Present, "false"),
            (T::Unknown, "true"),
            (T::Stale, "true"),
        ],
    );
    check(
        ItemState::Missing,
        "missing",
        &[(T::Missing, "true"), (T::Stale, "false")],
    );
    check(ItemState::Malformed, "malformed", &[(T::Malformed, "true")]);
    check(ItemState::Future, "future", &[(T::Future, "true")]);
    check(
        ItemState::Mismatched,
        "mismatched",
        &[(T::Mismatched, "true")],
    );
    check(ItemState::Superseded, "superseded", &[(T::Unknown, "true")]);
    check(
        ItemState::Awaited { until: None },
        "awaited",
        &[(T::Awaited, "true"), (T::Missing, "false")],
    );
}

#[test]
fn optional_fields_are_a_missing_field_unless_asked_for() {
    let check = |slot: Slot, read: &str, or_zero: &str, present: &str, blank: &str| {
        let mut lab = Lab::new();
        let (item, record) = lab.table("t", &[("a", slot)]);
        let _ = record;
        let (rows, key) = (lab.read(item), lab.text("a"));
        let row = lab.code(Ty::Record(record), Node::Index(rows, vec![key]));
        let optional = Ty::Optional(Box::new(Ty::Number));
        let field = lab.field(row, 1, optional);
        let five = lab.num("5");
        let compared = lab.cond(Node::Compare(Cmp::Eq, field, five));
        assert_eq!(lab.truth(compared), read, "{slot:?}");
        let zero = lab.num("0");
        let default = lab.code(Ty::Number, Node::Default(field, zero));
        assert_eq!(lab.shown(default), or_zero, "{slot:?}");
        let no = lab.bool(false);
        let guarded = lab.cond(Node::Default(compared, no));
        assert_eq!(
            lab.truth(guarded),
            if read == "true" {
                "true"
            } else if read == "malformed" {
                "malformed"
            } else {
                "false"
            }
        );
        let is = lab.cond(Node::ValueIs(field, ValueTest::Present));
        assert_eq!(lab.truth(is), present, "{slot:?}");
        let is = lab.cond(Node::ValueIs(field, ValueTest::Blank));
        assert_eq!(lab.truth(is), blank, "{slot:?}");
    };
    check(n("5"), "true", "5", "true", "false");
    check(Slot::Absent, "missing_field", "0", "false", "true");
    check(Slot::Null, "missing_field", "0", "false", "true");
    check(
        Slot::Bad(0),
        "malformed",
        "(malformed)",
        "malformed",
        "malformed",
    );
}

#[test]
fn null_is_asked_for_by_name() {
    let check = |slot: Slot, equal: &str| {
        let mut lab = Lab::new();
        let item = lab.item("x", Ty::Optional(Box::new(Ty::Bool)), slot);
        let (read, null) = (
            lab.read(item),
            lab.code(Ty::Nothing, Node::Const(Const::Null)),
        );
        let node = lab.cond(Node::Compare(Cmp::Eq, read, null));
        assert_eq!(lab.truth(node), equal, "{slot:?}");
    };
    check(Slot::Null, "true");
    check(Slot::Absent, "missing_field");
    check(Slot::Bool(false), "false");
}

#[test]
fn rows_are_found_by_key_or_place() {
    let check = |count: usize| {
        let mut lab = Lab::new();
        let names: Vec<String> = (0..count).map(|i| format!("k{i}")).collect();
        let rows: Vec<(&str, Slot)> = names.iter().map(|name| (name.as_str(), n("7"))).collect();
        let (item, record) = lab.table("t", &rows);
        let all = lab.read(item);
        let mut find = |key: &str| {
            let key = lab.text(key);
            let row = lab.code(Ty::Record(record), Node::Index(all, vec![key]));
            let field = lab.field(row, 1, Ty::Number);
            lab.shown(field)
        };
        assert_eq!(find("k1"), "7");
        assert_eq!(find(&format!("k{}", count - 1)), "7");
        assert_eq!(find("nobody"), "(missing)");
    };
    check(3);
    check(200);
    let mut lab = Lab::new();
    let list = lab.texts(&["a", "b"]);
    let mut at = |n: &str| {
        let n = lab.num(n);
        let node = lab.code(Ty::Text, Node::Index(list, vec![n]));
        lab.shown(node)
    };
    assert_eq!(at("1"), "b");
    assert_eq!(at("2"), "(missing)");
    assert_eq!(at("-1"), "(missing)");
}

/// `rows` of `n`; the truth of each quantifier over `n >= 2`, `where n > 0`.
fn quantified(rows: &[(&str, Slot)], quant: Quant, may: (bool, bool)) -> &'static str {
    let mut lab = Lab::new();
    let (item, record) = lab.table("t", rows);
    let source = lab.read(item);
    let (mut bind, local) = lab.bind(source, None);
    let row = lab.read_local(local, Ty::Record(record));
    let field = lab.field(row, 1, Ty::Optional(Box::new(Ty::Number)));
    let (zero, two) = (lab.num("0"), lab.num("2"));
    bind.filter = Some(lab.cond(Node::Compare(Cmp::Gt, field, zero)));
    bind.source_may_be_empty = vec![may.0];
    bind.may_be_empty = may.1;
    let body = lab.cond(Node::Compare(Cmp::Ge, field, two));
    let node = lab.cond(Node::Quant(quant, bind, Some(body)));
    lab.truth(node)
}

#[test]
fn quantifiers_follow_kleene_and_are_never_vacuous() {
    let two = Quant::Count(CountKind::AtLeast, 2);
    let most = Quant::Count(CountKind::AtMost, 1);
    let one = Quant::Count(CountKind::Exactly, 1);
    type Row = (&'static str, Slot);
    let check = |rows: &[Row], results: [&str; 6]| {
        for (quant, result) in [Quant::All, Quant::Any, Quant::None, two, most, one]
            .into_iter()
            .zip(results)
        {
            assert_eq!(
                quantified(rows, quant, (false, false)),
                result,
                "{quant:?} {rows:?}"
            );
        }
    };
    let (lo, hi, out) = (n("1"), n("2"), n("0"));
    check(
        &[("a", hi), ("b", hi)],
        ["true", "true", "false", "true", "false", "false"],
    );
    check(
        &[("a", hi), ("b", lo)],
        ["false", "true", "false", "false", "true", "true"],
    );
    check(
        &[("a", lo), ("b", lo)],
        ["false", "false", "true", "false", "true", "false"],
    );
    // An unknown row decides only where it can.
    check(
        &[("a", hi), ("b", N)],
        [
            "missing_field",
            "true",
            "false",
            "missing_field",
            "missing_field",
            "missing_field",
        ],
    );
    check(
        &[("a", lo), ("b", N)],
        [
            "false",
            "missing_field",
            "missing_field",
            "false",
            "true",
            "missing_field",
        ],
    );
    check(
        &[("a", hi), ("b", hi), ("c", N)],
        ["missing_field", "true", "false", "true", "false", "false"],
    );
    // No rows: unknown, each of them.
    check(&[], ["empty"; 6]);
    // Rows, and none selected.
    check(
        &[("a", out)],
        ["empty", "false", "true", "false", "true", "false"],
    );
}

#[test]
fn may_be_empty_makes_nothing_enough() {
    for (quant, permitted, satisfied) in [
        (Quant::All, "true", "true"),
        (Quant::Any, "false", "true"),
        (Quant::None, "true", "true"),
        (Quant::Count(CountKind::AtLeast, 1), "false", "true"),
    ] {
        assert_eq!(
            quantified(&[], quant, (true, false)),
            permitted,
            "{quant:?}"
        );
        assert_eq!(
            quantified(&[("a", n("0"))], quant, (false, true)),
            satisfied,
            "{quant:?}"
        );
        // What is behind the binders says nothing of the source.
        assert_eq!(quantified(&[], quant, (false, true)), "empty", "{quant:?}");
    }
    assert_eq!(
        quantified(&[("a", n("0"))], Quant::All, (true, false)),
        "empty"
    );
}

#[test]
fn a_list_that_came_out_empty_is_a_selection() {
    for (quant, result) in [
        (Quant::All, "empty"),
        (Quant::Any, "false"),
        (Quant::None, "true"),
    ] {
        let mut lab = Lab::new();
        let (item, _) = lab.table("t", &[("a", n("1"))]);
        let (source, no) = (lab.read(item), lab.bool(false));
        let (bind, _) = lab.bind(source, Some(no));
        let ty = lab.program.code[source.ix()].ty.clone();
        let picked = lab.code(ty, Node::Collect(bind, None));
        let (bind, _) = lab.bind(picked, None);
        let yes = lab.bool(true);
        let node = lab.cond(Node::Quant(quant, bind, Some(yes)));
        assert_eq!(lab.truth(node), result, "{quant:?}");
    }
}

#[test]
fn waivers_tell_which_ran_out_and_which_break_a_rule() {
    let mut lab = Lab::new();
    let (item, record) = lab.table("w", &[("old", n("1")), ("bad", n("0")), ("good", n("2"))]);
    let rows = lab.read(item);
    let made = lab.record(&[("id", Ty::Text), ("n", Ty::Number), ("why", Ty::Text)]);
    let local = lab.local();
    let row = lab.read_local(local, Ty::Record(record));
    let field = lab.field(row, 1, Ty::Optional(Box::new(Ty::Number)));
    let now = lab.code(Ty::Instant, Node::Known(Known::AsOf));
    let one = lab.num("1");
    let later = lab.code(Ty::Duration, Node::Arith(Arith::Sub, field, one));
    let until = lab.code(Ty::Instant, Node::Arith(Arith::Add, now, later));
    let zero = lab.num("0");
    let valid = lab.cond(Node::Compare(Cmp::Gt, field, zero));
    lab.program.waivers.push(Waivers {
        name: "w".into(),
        local,
        rows,
        by: None,
        at_most: None,
        until: Some(until),
        warn: None,
        valid: vec![Rule {
            kind: RuleKind::Require,
            cond: valid,
            message: None,
            at: OriginId(0),
        }],
        cover: vec![],
        at: OriginId(0),
    });
    let shape = Shape::List;
    let ty = Ty::Rows {
        record: made,
        shape,
    };
    let expired = lab.code(ty.clone(), Node::Call("waivers.expired".into(), vec![]));
    let invalid = lab.code(ty, Node::Call("waivers.invalid".into(), vec![]));
    // At that very instant it has expired.
    assert_eq!(
        lab.shown(expired),
        "{ id: old, n: 1, why: it ran out at 2026-02-25T12:00:00Z }, \
         { id: bad, n: 0, why: it ran out at 2026-02-25T11:59:59.999999999Z }"
    );
    assert_eq!(
        lab.shown(invalid),
        "{ id: bad, n: 0, why: it breaks a rule }"
    );
}

#[test]
fn aggregates_of_nothing() {
    let check = |rows: &[(&str, Slot)], results: [&str; 5]| {
        let kinds = [
            Aggregate::Count,
            Aggregate::Sum,
            Aggregate::Min,
            Aggregate::Max,
            Aggregate::Avg,
        ];
        for (kind, result) in kinds.into_iter().zip(results) {
            let mut lab = Lab::new();
            let (item, record) = lab.table("t", rows);
            let source = lab.read(item);
            let (mut bind, local) = lab.bind(source, None);
            let row = lab.read_local(local, Ty::Record(record));
            let field = lab.field(row, 1, Ty::Optional(Box::new(Ty::Number)));
            let zero = lab.num("0");
            bind.filter = Some(lab.cond(Node::Compare(Cmp::Gt, field, zero)));
            let value = (kind != Aggregate::Count).then_some(field);
            let node = lab.code(Ty::Number, Node::Aggregate(kind, bind, value));
            assert_eq!(lab.shown(node), result, "{kind:?} {rows:?}");
        }
    };
    check(
        &[("a", n("1")), ("b", n("3")), ("c", n("3"))],
        ["3", "7", "1", "3", "7/3"],
    );
    check(
        &[("a", n("0"))],
        [
            "0",
            "0",
            "(inconclusive)",
            "(inconclusive)",
            "(inconclusive)",
        ],
    );
    check(&[], ["(empty)"; 5]);
    check(&[("a", n("1")), ("b", N)], ["(missing_field)"; 5]);
}

#[test]
fn sets_compare_by_key() {
    let check = |left: &[&str], right: &[&str], results: [&str; 3], differ: (&str, &str)| {
        for (op, result) in [SetOp::Covers, SetOp::Exactly, SetOp::SubsetOf]
            .into_iter()
            .zip(results)
        {
            let mut lab = Lab::new();
            let rows: Vec<(&str, Slot)> = left.iter().map(|&id| (id, n("1"))).collect();
            let (item, _) = lab.table("t", &rows);
            let (a, b) = (lab.read(item), lab.texts(right));
            let node = lab.cond(Node::Set(op, a, b));
            assert_eq!(lab.truth(node), result, "{left:?} {op:?} {right:?}");
            let found = lab.run(|ctx| ctx.differences(op, a, b));
            assert_eq!(
                (found.missing.join(","), found.extra.join(",")),
                (differ.0.to_owned(), differ.1.to_owned())
            );
        }
    };
    check(
        &["a", "b"],
        &["b", "a", "a"],
        ["true", "true", "true"],
        ("", ""),
    );
    check(&["a", "b"], &["a"], ["true", "false", "false"], ("", "b"));
    check(&["a"], &["a", "b"], ["false", "false", "true"], ("b", ""));
    check(&["a"], &["b"], ["false", "false", "false"], ("b", "a"));
    check(&["a"], &[], ["true", "false", "false"], ("", "a"));
    let many: Vec<String> = (0..100).map(|i| format!("{i:03}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    check(
        &many,
        &many[5..],
        ["true", "false", "false"],
        ("", "000,001,002,003,004"),
    );
}

#[test]
fn lists_subtract_and_hold() {
    let mut lab = Lab::new();
    let (a, b) = (lab.texts(&["a", "b", "c"]), lab.texts(&["b"]));
    let minus = lab.code(Ty::List(Box::new(Ty::Text)), Node::Minus(a, b));
    assert_eq!(lab.shown(minus), "a, c");
    let sum = lab.code(
        Ty::List(Box::new(Ty::Text)),
        Node::Arith(Arith::Add, b, minus),
    );
    assert_eq!(lab.shown(sum), "b, a, c");
    let same = lab.cond(Node::Compare(Cmp::Eq, sum, a));
    assert_eq!(lab.truth(same), "false");
    let key = lab.text("c");
    let is = lab.cond(Node::In(key, minus));
    assert_eq!(lab.truth(is), "true");
    let unclear = lab.unknown(Ty::Text);
    let list = lab.code(Ty::List(Box::new(Ty::Text)), Node::List(vec![unclear, key]));
    let is = lab.cond(Node::In(key, list));
    assert_eq!(lab.truth(is), "true");
    let other = lab.text("z");
    let is = lab.cond(Node::In(other, list));
    assert_eq!(lab.truth(is), "inconclusive");
}

#[test]
fn texts_match_as_a_whole() {
    let check = |text: &str, pattern: &str, result: &str| {
        let mut lab = Lab::new();
        let of = lab.text(text);
        let node = lab.cond(Node::Matches(of, pattern.into()));
        assert_eq!(lab.truth(node), result, "{text} {pattern}");
    };
    check("usr-1.10", "usr-[0-9]+\\.[0-9]+", "true");
    check("xusr-1.10", "usr-[0-9]+\\.[0-9]+", "false");
    check("usr-1.10\n", "usr-[0-9]+\\.[0-9]+", "false");
    check("b", "a|b", "true");
    check("ab", "a|b", "false");
    check("٣", "\\d", "false");
    check("a", "(", "inconclusive");
    let mut lab = Lab::new();
    let (text, start, end) = (
        lab.text("offload exec -- x"),
        lab.text("offload "),
        lab.text("-- x"),
    );
    let node = lab.cond(Node::StartsWith(text, start));
    assert_eq!(lab.truth(node), "true");
    let node = lab.cond(Node::EndsWith(text, end));
    assert_eq!(lab.truth(node), "true");
}

fn series_value(
    samples: &[(i64, &str)],
    function: SeriesFn,
    over: Option<&str>,
    least: Option<u32>,
) -> String {
    let mut lab = Lab::new();
    let (item, record) = lab.series("s", samples);
    let of = lab.read(item);
    let row = lab.local();
    let read = lab.read_local(row, Ty::Record(record));
    let mut value = lab.field(read, 0, Ty::Number);
    if function == SeriesFn::Streak {
        let two = lab.num("2");
        value = lab.cond(Node::Compare(Cmp::Ge, value, two));
    }
    let over = match over {
        None => Over::All,
        Some(span) => Over::Duration(lab.typed(Ty::Duration, span)),
    };
    let ty = match function {
        SeriesFn::MaxGap => Ty::Duration,
        _ => Ty::Number,
    };
    let node = lab.code(
        ty,
        Node::Series {
            function,
            of,
            row,
            value,
            over,
            samples: least,
        },
    );
    lab.shown(node)
}

#[test]
fn series_are_exact_over_closed_windows() {
    let samples = [(60, "1"), (40, "2"), (30, "4"), (0, "3")];
    let check = |function, over: Option<&str>, result: &str| {
        assert_eq!(
            series_value(&samples, function, over, None),
            result,
            "{function:?} {over:?}"
        );
    };
    check(SeriesFn::Count, None, "4");
    check(SeriesFn::Avg, None, "2.5");
    check(SeriesFn::Sum, None, "10");
    check(SeriesFn::Min, None, "1");
    check(SeriesFn::Max, None, "4");
    check(SeriesFn::Percentile(500), None, "2");
    check(SeriesFn::Percentile(950), None, "4");
    check(SeriesFn::MaxGap, None, "30s");
    check(SeriesFn::Streak, None, "3");
    // 1 → 2 → 4, then a reset and 3 again, in 60 s.
    check(SeriesFn::Rate, None, "0.1");
    check(SeriesFn::Count, Some("40000000000"), "3");
    check(SeriesFn::Count, Some("39999999999"), "2");
    check(SeriesFn::Avg, Some("40000000000"), "3");
    check(SeriesFn::Rate, Some("0"), "(inconclusive)");
    check(SeriesFn::MaxGap, Some("0"), "(inconclusive)");
}

#[test]
fn series_need_their_samples() {
    let samples = [(60, "1"), (0, "3")];
    let p95 = SeriesFn::Percentile(950);
    assert_eq!(series_value(&samples, p95, None, Some(2)), "3");
    assert_eq!(series_value(&samples, p95, None, Some(3)), "(inconclusive)");
    assert_eq!(series_value(&[], p95, None, None), "(empty)");
    assert_eq!(
        series_value(&[(60, "1")], p95, Some("1"), None),
        "(inconclusive)"
    );
    assert_eq!(
        series_value(&[(60, "1")], SeriesFn::Count, Some("1"), None),
        "0"
    );
}

#[test]
fn the_last_rows_must_be_there() {
    let check = |samples: &[(i64, &str)], result: &str| {
        let mut lab = Lab::new();
        let (item, record) = lab.series("s", samples);
        let (of, three) = (lab.read(item), lab.num("3"));
        let shape = Shape::Series;
        let last = lab.code(Ty::Rows { record, shape }, Node::LastN(three, of, None));
        let (bind, local) = lab.bind(last, None);
        let read = lab.read_local(local, Ty::Record(record));
        let (value, two) = (lab.field(read, 0, Ty::Number), lab.num("2"));
        let body = lab.cond(Node::Compare(Cmp::Ge, value, two));
        let node = lab.cond(Node::Quant(Quant::All, bind, Some(body)));
        assert_eq!(lab.truth(node), result, "{samples:?}");
    };
    check(&[(9, "1"), (3, "2"), (2, "2"), (1, "2")], "true");
    check(&[(3, "2"), (2, "1"), (1, "2")], "false");
    check(&[(2, "2"), (1, "2")], "inconclusive");
    check(&[(2, "1"), (1, "2")], "false");
}

#[test]
fn the_last_rows_are_ordered_by_their_field() {
    let mut lab = Lab::new();
    let (item, record) = lab.table("t", &[("a", n("3")), ("b", n("1")), ("c", n("2"))]);
    let (of, two) = (lab.read(item), lab.num("2"));
    let ty = Ty::Rows {
        record,
        shape: Shape::Table { key: 0 },
    };
    let last = lab.code(ty, Node::LastN(two, of, Some(1)));
    assert_eq!(lab.shown(last), "c, a");
}

#[test]
fn a_match_takes_the_first_arm_that_fits() {
    let check = |member: u32, otherwise: bool, result: &str| {
        let mut lab = Lab::new();
        let id = lab.enumeration(&["low", "high", "unclear"]);
        let item = lab.item("x", Ty::Enum(id), Slot::Member(member));
        let of = lab.read(item);
        let (one, two) = (lab.num("1"), lab.num("2"));
        let arms = vec![(vec![Const::Member(id, 0)], one)];
        let node = lab.code(Ty::Number, Node::Match(of, arms, otherwise.then_some(two)));
        assert_eq!(lab.shown(node), result);
    };
    check(0, true, "1");
    check(1, true, "2");
    check(1, false, "(inconclusive)");
    check(2, true, "(inconclusive)");
}

#[test]
fn conversions_are_exact_or_inconclusive() {
    let check = |from: (Ty, &str), to: Ty, result: &str| {
        let mut lab = Lab::new();
        let of = match from.0 {
            Ty::Text => lab.text(from.1),
            ty => lab.typed(ty, from.1),
        };
        let node = lab.code(to.clone(), Node::As(of));
        assert_eq!(lab.shown(node), result, "{} as {to:?}", from.1);
    };
    check((Ty::Ratio, "0.021"), Ty::Number, "0.021");
    check((Ty::Number, "0.021"), Ty::Ratio, "2.1%");
    check((Ty::Ratio, "0.021"), Ty::Text, "2.1%");
    check((Ty::Number, "3"), Ty::Int, "3");
    check((Ty::Number, "3.5"), Ty::Int, "(inconclusive)");
    check((Ty::Text, "12.50"), Ty::Number, "12.5");
    check((Ty::Text, "12 "), Ty::Number, "(inconclusive)");
    check((Ty::Text, "NaN"), Ty::Number, "(inconclusive)");
}

#[test]
fn builtins_compute() {
    let mut lab = Lab::new();
    let list = Ty::List(Box::new(Ty::Number));
    let texts = Ty::List(Box::new(Ty::Text));
    let (a, b, xs) = (lab.num("-3"), lab.num("2"), lab.numbers(&["1", "2", "4"]));
    let _ = list;
    let mut call = |name: &str, args: Vec<NodeId>, ty: Ty| {
        let node = lab.code(ty, Node::Call(name.into(), args));
        lab.shown(node)
    };
    assert_eq!(call("abs", vec![a], Ty::Number), "3");
    assert_eq!(call("max", vec![a, b], Ty::Number), "2");
    assert_eq!(call("min", vec![a, b], Ty::Number), "-3");
    assert_eq!(call("max", vec![xs], Ty::Number), "4");
    assert_eq!(call("avg", vec![xs], Ty::Number), "7/3");
    assert_eq!(call("sum", vec![xs], Ty::Number), "7");
    assert_eq!(call("count", vec![xs], Ty::Int), "3");
    assert_eq!(call("unique", vec![xs], Ty::Bool), "true");
    assert_eq!(call("rank_u", vec![xs, xs], Ty::Number), "4.5");
    assert_eq!(
        call("outranks", vec![xs, xs, b], Ty::Bool),
        "(inconclusive)"
    );
    assert_eq!(call("nobody", vec![xs], Ty::Bool), "(inconclusive)");
    let mut lab = Lab::new();
    let args = [lab.text("BC-"), lab.num("8"), lab.num("10"), lab.num("3")];
    let node = lab.code(texts.clone(), Node::Call("numbered".into(), args.to_vec()));
    assert_eq!(lab.shown(node), "BC-008, BC-009, BC-010");
    let args = [lab.text("BC-"), lab.num("0"), lab.num("1e30")];
    let node = lab.code(texts.clone(), Node::Call("numbered".into(), args.to_vec()));
    assert_eq!(lab.shown(node), "(inconclusive)");
    let (item, _) = lab.table("t", &[("a", N), ("b", N)]);
    let rows = lab.read(item);
    let node = lab.code(texts, Node::Call("keys".into(), vec![rows]));
    assert_eq!(lab.shown(node), "a, b");
    let double = lab.texts(&["a", "b", "a"]);
    let node = lab.cond(Node::Call("unique".into(), vec![double]));
    assert_eq!(lab.truth(node), "false");
}

#[test]
fn computed_lists_and_texts() {
    let mut lab = Lab::new();
    let shares = [number("0.01"), number("0.05")].map(Const::Number).to_vec();
    let source = lab.code(
        Ty::List(Box::new(Ty::Ratio)),
        Node::Const(Const::List(shares)),
    );
    let (bind, local) = lab.bind(source, None);
    let share = lab.read_local(local, Ty::Ratio);
    let percent = lab.code(Ty::Number, Node::InUnit(share, Unit::Percent));
    lab.program.texts.push(Text {
        parts: vec![Part::Literal("cohort_".into()), Part::Hole(percent)],
    });
    let text = lab.code(Ty::Text, Node::Text(TextId(0)));
    let names = lab.code(
        Ty::List(Box::new(Ty::Text)),
        Node::Collect(bind, Some(text)),
    );
    assert_eq!(lab.shown(names), "cohort_1, cohort_5");
    let wanted = lab.texts(&["cohort_1", "cohort_5"]);
    let equal = lab.cond(Node::Compare(Cmp::Eq, names, wanted));
    assert_eq!(lab.truth(equal), "true");
}

#[test]
fn a_threshold_needs_distinct_observations() {
    let check = |seen: u32, p95: &str, result: &str| {
        let mut lab = Lab::new();
        let item = lab.item("p95", Ty::Duration, n(p95));
        lab.view.items[item.ix()].observations = seen;
        let (measure, bound) = (lab.read(item), lab.typed(Ty::Duration, "600000000"));
        lab.program.thresholds.push(Threshold {
            name: "latency".into(),
            measure,
            op: Cmp::Le,
            bound,
            warn: None,
            samples: Some(3),
            at: OriginId(0),
        });
        let node = lab.cond(Node::Threshold(ThresholdId(0)));
        assert_eq!(lab.truth(node), result);
    };
    check(3, "600000000", "true");
    check(3, "600000001", "false");
    check(2, "600000000", "inconclusive");
    check(2, "600000001", "inconclusive");
}

#[test]
fn what_is_shared_is_found_once() {
    let mut lab = Lab::new();
    let x = lab.num("1");
    lab.program.memos = 1;
    let shared = lab.code(Ty::Number, Node::Shared(0, x));
    let sum = lab.code(Ty::Number, Node::Arith(Arith::Add, shared, shared));
    assert_eq!(lab.shown(sum), "2");
}

#[test]
fn too_deep_is_inconclusive_and_never_an_overflow() {
    let check = |levels: u32, result: &str| {
        let mut lab = Lab::new();
        let mut node = lab.bool(true);
        for _ in 0..levels {
            node = lab.cond(Node::Not(node));
        }
        assert_eq!(lab.truth(node), result, "{levels}");
    };
    check(64, "true");
    check(super::DEPTH - 1, "false");
    check(super::DEPTH, "inconclusive");
    check(100_000, "inconclusive");
    // Quantifiers in quantifiers take the most room on the stack.
    let mut lab = Lab::new();
    let list = lab.texts(&["a"]);
    let mut node = lab.bool(true);
    for _ in 0..super::DEPTH - 2 {
        let (bind, _) = lab.bind(list, None);
        node = lab.cond(Node::Quant(Quant::All, bind, Some(node)));
    }
    assert_eq!(lab.truth(node), "true");
}

#[test]
fn places_are_known_or_inconclusive() {
    let mut lab = Lab::new();
    let phase = lab.code(Ty::Text, Node::Known(Known::Phase));
    let cohort = lab.code(Ty::Ratio, Node::Known(Known::Cohort));
    let entered = lab.code(Ty::Instant, Node::Known(Known::EnteredAt));
    assert_eq!(lab.shown(phase), "start");
    assert_eq!(lab.shown(cohort), "(inconclusive)");
    lab.place.cohort = Some(number("0.1"));
    lab.place.entered_at = Some(instant("2026-02-25T11:00:00Z"));
    assert_eq!(lab.shown(cohort), "10%");
    assert_eq!(lab.shown(entered), "2026-02-25T11:00:00Z");
}
