//! Expressions by example: what a type is, and which message where.

use std::sync::Arc;

use super::outline::{self, ModuleId};
use super::{Checker, say};
use crate::syntax::ast::{self, DeclKind};

/// What most examples speak of.
const WORLD: &str = r#"edition 2026
rollout r of { build: text, release: text }
owners ops = "team-ops", dev
enum Status any case { pass, fail, na = "n/a" }
enum Op { ge = ">=", gt = ">" }
enum Stage { shadow, canary }
record Row { id: text  status: Status  took: duration in ms  share: ratio  n: int  note: text?  tags: list text
  let quick = took < 1s
  let slow = not quick }
evidence slo { fresh 5m  p95: duration in ms at p95_ms  p99: duration?  budget: ratio  errors: int  total: int  size: bytes  at_time: instant  day: date  v: version }
evidence base { timeless  p95: duration in ms }
evidence rows: table Row by id { fresh 1d }
evidence maybe: list Row { fresh 1d  may be empty }
evidence lanes: map Row named lane { fresh 1d }
evidence nested: map (map { ok: bool }) { fresh 1d }
evidence rates: map number { fresh 1d }
evidence live: series { p95: duration in ms  ok: bool  n: int } { fresh 5m }
evidence page: text { fresh 1d }
table wanted by code {
  code  stage   track
  E4    shadow  encode
  C5    canary  cache
}
table limits by name {
  name   most   note
  "a"    10ms   "x"
  "b"    20ms   -
}
let names = ["a", "b"]
let both = [pass, fail]
let slow_rows = [r in rows where not r.quick]
param limit: duration = 5s
param flag: bool = true
threshold quick = slo.p95 <= 600ms
gate g { require slo.p95 <= 600ms }
gate fam { each r in rows  require r.quick }
gate of_stage(s: Stage) { each w in wanted where w.stage == s  require w.code in names }
group all_of = all of g, quick
approval go { by ops  fresh 1d }
fn holds(op: Op, seen: number, bound: number) = match op { ge => seen >= bound  gt => seen > bound }
fn twice(d: duration) = d * 2
phase canary_phase { keep g }
freeze weekend { every sat, sun in "UTC" }
message note { who: text  text "{who}!" }
"#;

/// A checker over one file, and what `work` makes of it; problems are told as `code: message @ text`.
fn with<T>(text: &str, work: impl FnOnce(&mut Checker<'_>) -> T) -> (T, Vec<String>) {
    let source: Arc<str> = text.into();
    let mut found = Vec::new();
    let (files, modules) = outline::load(
        "p.rollout",
        &|path| (path == "p.rollout").then(|| source.clone()),
        outline::Trees::default(),
        &mut found,
    );
    let mut checker = Checker::new(&modules, &files);
    checker.diagnostics.append(&mut found);
    let result = work(&mut checker);
    let all = checker.take_diagnostics();
    let said = all.iter().map(|d| {
        format!(
            "{}: {} @ {}",
            d.code,
            d.message,
            checker.source((d.primary.file, d.primary.span))
        )
    });
    let said = said.collect();
    (result, said)
}

fn last_let<'a>(checker: &Checker<'a>) -> &'a ast::Expr {
    let decls = checker.modules[0].ast.decls.iter().rev();
    let mut lets = decls.filter_map(|d| match &d.kind {
        DeclKind::Let(l) => Some(&l.value),
        _ => None,
    });
    lets.next().expect("a let")
}

/// The type of an expression, or what is wrong with it.
fn of(expr: &str) -> String {
    let (ty, found) = with(&format!("{WORLD}\nlet x = {expr}\n"), |c| {
        let e = last_let(c);
        let scope = c.base(ModuleId::ROOT);
        let typed = c.expr(e, None, &scope);
        say(c, &typed.ty)
    });
    if found.is_empty() {
        ty
    } else {
        found.join("\n")
    }
}

fn check(cases: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (expr, want) in cases {
        let came = of(expr);
        if came != *want {
            wrong += &format!("\n  {expr}\n    wanted {want}\n    came   {came}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn literals_and_paths() {
    check(&[
        ("1", "a plain number"),
        ("0.5", "a plain number"),
        ("2%", "a ratio"),
        ("30m", "a duration"),
        ("512MiB", "a size in bytes"),
        ("2026-03-01", "a date"),
        ("2026-03-01T09:00Z", "an instant"),
        ("\"a\"", "a text"),
        ("slo.p95", "a duration"),
        ("slo.p99", "a duration, where it is there"),
        ("slo.v", "a version"),
        ("rows[\"a\"].status", "a member of `Status`"),
        ("rows[\"a\"].quick", "a condition"),
        ("rows[\"a\"].slow", "a condition"),
        ("lanes[\"a\"].lane", "a text"),
        ("lanes[\"a\"].key", "a text"),
        ("lanes[\"a\"].value.took", "a duration"),
        ("rates[\"a\"]", "a plain number"),
        ("nested[\"a\"][\"b\"].ok", "a condition"),
        ("maybe[0].n", "a plain number"),
        ("live.last.p95", "a duration"),
        ("names[0]", "a text"),
        ("wanted[E4].stage", "a member of `Stage`"),
        ("limits[\"a\"].note", "a text, where it is there"),
        ("Status.na", "a member of `Status`"),
        ("subject.build", "a text"),
        ("as_of", "an instant"),
        ("cohort", "a ratio"),
        ("rollback.at", "an instant"),
        ("phase.entered_at", "an instant"),
        ("slo.observed_at", "an instant"),
        ("slo.age", "a duration"),
        ("rows.age", "a duration"),
        ("owners", "a list of text"),
        ("note.parts", "a list of text"),
        ("[{ a: 1, b: \"x\" }]", "a list of records"),
        ("fam[\"a\"]", "a condition"),
        ("of_stage(shadow)", "a condition"),
        ("slo.p96", "unknown-member: `slo` has no `p96` @ p96"),
        (
            "slx.p95",
            "unknown-name: nothing is called `slx` here @ slx",
        ),
        (
            "Status.passed",
            "unknown-enum-word: `passed` is not a member of `Status` @ passed",
        ),
        (
            "rows.took",
            "unknown-member: `rows` is a table of `Row`, not one row @ took",
        ),
        (
            "live.p95",
            "unknown-member: `live` is a series of `live` @ p95",
        ),
        (
            "subject.bild",
            "unknown-member: the subject has no `bild` @ bild",
        ),
        (
            "weekend",
            "not-a-value: `weekend` is a freeze or window, not a value @ weekend",
        ),
        (
            "of_stage",
            "wrong-arguments: `of_stage` takes one argument @ of_stage",
        ),
        (
            "twice",
            "not-a-value: `twice` is a function, not a value @ twice",
        ),
    ]);
}

#[test]
fn comparisons() {
    check(&[
        ("slo.p95 <= 600ms", "a condition"),
        ("slo.p95 <= base.p95 + 10%", "a condition"),
        ("slo.budget <= 2%", "a condition"),
        ("slo.errors / slo.total <= 2%", "a condition"),
        ("slo.errors == 0 and slo.total > 1.5", "a condition"),
        ("2 * slo.budget < 4%", "a condition"),
        ("slo.v >= \"1.2.3\"", "a condition"),
        ("slo.day < 2026-03-01", "a condition"),
        ("rows[\"a\"].status == pass", "a condition"),
        ("pass == rows[\"a\"].status", "a condition"),
        ("rows[\"a\"].status in [pass, na]", "a condition"),
        ("rows[\"a\"].status not in both", "a condition"),
        ("\"a\" in rows", "a condition"),
        ("\"a\" in rows[\"a\"].tags", "a condition"),
        ("rows covers names", "a condition"),
        ("keys(rows) + keys(lanes) exactly [\"a\"]", "a condition"),
        ("[r in rows : r.status] covers Status", "a condition"),
        ("names subset of rows", "a condition"),
        ("\"x\" covers note.parts", "a condition"),
        ("wanted exactly names", "a condition"),
        ("wanted[E4].code == \"E4\"", "a condition"),
        ("wanted[E4].track == encode", "a condition"),
        ("rows[wanted[E4].code].quick", "a condition"),
        ("phase == canary_phase", "a condition"),
        ("\"ab\" matches \"[a-z]+\"", "a condition"),
        ("\"ab\" starts with \"a\"", "a condition"),
        ("g and not quick or go", "a condition"),
        ("(slo.errors == 0) == flag", "a condition"),
        (
            "slo.p95 <= 600",
            "unit-mismatch: `slo.p95` is a duration, `600` is a plain number @ 600",
        ),
        (
            "600 >= slo.p95",
            "unit-mismatch: `600` is a plain number, `slo.p95` is a duration @ 600",
        ),
        (
            "slo.p95 <= 2%",
            "unit-mismatch: `slo.p95` is a duration, `2%` is a ratio @ 2%",
        ),
        (
            "slo.budget <= 0.02",
            "unit-mismatch: `slo.budget` is a ratio, `0.02` is a plain number @ 0.02",
        ),
        (
            "slo.errors <= 2%",
            "unit-mismatch: `slo.errors` is a plain number, `2%` is a ratio @ slo.errors",
        ),
        (
            "rows[\"a\"].status == passed",
            "unknown-enum-word: `passed` is not a member of `Status` @ passed",
        ),
        (
            "rows[\"a\"].status == \"pass\"",
            "type-mismatch: `rows[\"a\"].status` is a member of `Status`, `\"pass\"` is a text @ \"pass\"",
        ),
        (
            "rows[\"a\"].status < pass",
            "type-mismatch: `rows[\"a\"].status` is a member of `Status`, which has no order @ rows[\"a\"].status < pass",
        ),
        (
            "slo.at_time < slo.day",
            "type-mismatch: `slo.at_time` is an instant, `slo.day` is a date @ slo.day",
        ),
        ("\"a\" in page", "a condition"),
        (
            "flag in canary_phase",
            "type-mismatch: `canary_phase` is a phase, not a list @ canary_phase",
        ),
        (
            "\"a\" matches \"(a\"",
            "bad-pattern: this pattern is broken: found open group without closing ')' @ \"(a\"",
        ),
        (
            "slo.v >= \"new\"",
            "type-mismatch: `slo.v` is a version, `\"new\"` is a text @ \"new\"",
        ),
        (
            "1 in names",
            "type-mismatch: `1` is a plain number, `names` holds a text @ 1",
        ),
        (
            "rows covers [1]",
            "type-mismatch: `rows` is a table of `Row`, `[1]` is a list of plain number @ [1]",
        ),
        (
            "slo.p95 and flag",
            "not-a-condition: `slo.p95` is a duration, not a condition @ slo.p95",
        ),
    ]);
}

#[test]
fn states() {
    check(&[
        ("slo is stale", "a condition"),
        ("slo is not present", "a condition"),
        ("rows is empty", "a condition"),
        ("slo.p99 is present", "a condition"),
        ("slo.p99 is blank", "a condition"),
        ("rows[\"a\"].tags is not empty", "a condition"),
        ("g is pass", "a condition"),
        ("fam is waived", "a condition"),
        ("go is given", "a condition"),
        ("go is given since rollback.at", "a condition"),
        ("slo observed since rollback.at", "a condition"),
        (
            "all e in [slo, base] : e.observed_at > rollback.at",
            "a condition",
        ),
        (
            "all e in [slo, base] : e observed since rollback.at",
            "a condition",
        ),
        (
            "slo is pass",
            "wrong-state: `is pass` is asked of gates; `slo` is evidence @ pass",
        ),
        (
            "g is stale",
            "wrong-state: `is stale` is asked of evidence; `g` is a gate @ stale",
        ),
        (
            "slo.p95 is stale",
            "wrong-state: `is stale` is asked of evidence; `slo.p95` is a duration @ stale",
        ),
        (
            "slo.p95 is given",
            "wrong-state: `is given` is asked of approvals; `slo.p95` is a duration @ given",
        ),
        (
            "slo.p95 is blank",
            "wrong-state: `is blank` is asked of texts and what may be missing; `slo.p95` is a duration @ blank",
        ),
        (
            "slo.p95 observed since rollback.at",
            "wrong-state: `slo.p95` is a duration, only evidence is observed @ slo.p95",
        ),
    ]);
}

#[test]
fn arithmetic() {
    check(&[
        ("slo.p95 * 2", "a duration"),
        ("slo.p95 / base.p95", "a plain number"),
        ("slo.p99 ?? 0ms", "a duration"),
        ("slo.p99 ?? slo.p95 * 2", "a duration"),
        ("as_of - slo.at_time", "a duration"),
        ("as_of + 1h", "an instant"),
        ("as_of - slo.at_time <= 10m", "a condition"),
        ("(as_of - slo.at_time) in minutes", "a plain number"),
        ("slo.p95 in ms", "a plain number"),
        ("slo.p99 in ms", "a plain number, where it is there"),
        ("slo.size in MiB", "a plain number"),
        ("slo.budget as number", "a plain number"),
        ("slo.n2 ?? 3", "unknown-member: `slo` has no `n2` @ n2"),
        ("slo.day plus 12 months", "a date"),
        ("slo.day at 06:00 in \"Europe/Berlin\"", "an instant"),
        ("-5ms", "a duration"),
        ("[\"a\"] + [n in names : n]", "a list of text"),
        ("keys(rows) minus names", "a list of text"),
        (
            "slo.p95 + 1",
            "unit-mismatch: `slo.p95` is a duration, `1` is a plain number @ 1",
        ),
        ("slo.p95 + slo.budget", "a duration"),
        (
            "slo.p95 * slo.p95",
            "unit-mismatch: `slo.p95` is a duration, `slo.p95` is a duration @ slo.p95",
        ),
        (
            "slo.p95 in percent",
            "unit-mismatch: `slo.p95` is a duration, which has no `percent` @ slo.p95 in percent",
        ),
        (
            "slo.p95 as number",
            "type-mismatch: `slo.p95` is a duration, which does not become a plain number @ slo.p95 as number",
        ),
        (
            "\"a\" + \"b\"",
            "type-mismatch: texts are not added @ \"a\" + \"b\"",
        ),
        (
            "slo.day at 06:00 in \"Europe/Berln\"",
            "unknown-zone: there is no time zone `Europe/Berln` @ \"Europe/Berln\"",
        ),
        (
            "slo.p99 ?? 5",
            "unit-mismatch: `slo.p99` is a duration, `5` is a plain number @ 5",
        ),
    ]);
}

#[test]
fn rows() {
    check(&[
        ("all r in rows : r.quick", "a condition"),
        ("any r in rows where r.status == pass", "a condition"),
        ("none r in maybe : r.slow", "a condition"),
        ("at least 2 of r in rows : r.quick", "a condition"),
        ("at most 1 of flag, quick", "a condition"),
        ("all r in rows, t in r.tags : t in names", "a condition"),
        ("all o in nested, i in o.value : i.value.ok", "a condition"),
        (
            "all s in [pass, fail] : any r in rows : r.status == s",
            "a condition",
        ),
        ("all s in Stage : s in [shadow]", "a condition"),
        ("count(r in rows where r.quick) >= 2", "a condition"),
        ("sum(r in rows : r.n)", "a plain number"),
        ("max(r in rows : r.took)", "a duration"),
        ("avg(r in rows : r.took)", "a duration"),
        ("[r in rows where r.quick][\"a\"].took", "a duration"),
        ("slow_rows[\"a\"].took", "a duration"),
        ("[r in rows : r.took]", "a list of duration"),
        ("last 3 of maybe by n", "a list of `Row`"),
        ("(last 3 of live)[0].p95", "a duration"),
        ("all h in last 3 of live : h.p95 < 1s", "a condition"),
        (
            "p95 of live.p95 over 5m with at least 20 samples",
            "a duration",
        ),
        ("p95 of live.p95 over 5m <= base.p95 + 100ms", "a condition"),
        ("streak of live.ok over phase", "a plain number"),
        ("max_gap of live", "a duration"),
        ("count of live over 5m", "a plain number"),
        ("rate of live.n over 5m", "a plain number"),
        ("fields(rows[\"a\"])", "a list of records"),
        (
            "all f in fields(rows[\"a\"]) : f.value is not blank",
            "a condition",
        ),
        ("unique(rows[\"a\"].tags)", "a condition"),
        ("numbered(\"BC-\", 1, 12, digits: 3)", "a list of text"),
        ("min(slo.p95, base.p95)", "a duration"),
        ("abs(slo.errors - slo.total)", "a plain number"),
        ("count(rows)", "a plain number"),
        (
            "all r in slo : r.x",
            "no-rows: `slo` is a record (`slo`), there are no rows to go through @ slo",
        ),
        (
            "all r in rows",
            "not-a-condition: `all` does not say what holds of every row @ all r in rows",
        ),
        (
            "at least 0 of r in rows : r.quick",
            "vacuous: at least none of them is always true @ 0",
        ),
        (
            "at least 3 of flag, quick",
            "vacuous: there are only 2 to choose from @ 3",
        ),
        (
            "last 3 of rows",
            "wrong-arguments: it does not say which rows are the last @ last 3 of rows",
        ),
        (
            "last 3 of rows by status",
            "type-mismatch: `status` is a member of `Status`, which has no order @ status",
        ),
        (
            "p95 of rows.took",
            "unknown-member: `rows` is a table of `Row`, not one row @ took",
        ),
        (
            "p95 of slo.p95",
            "type-mismatch: `slo.p95` is a duration, not of a series @ slo.p95",
        ),
        (
            "p95 of live.ok",
            "type-mismatch: `live.ok` is a condition, a number is wanted @ live.ok",
        ),
        (
            "sum(r in rows : r.id)",
            "type-mismatch: `r.id` is a text, a number is wanted @ r.id",
        ),
        (
            "[1, \"a\"]",
            "type-mismatch: this is a text, what stands before it is a plain number @ \"a\"",
        ),
    ]);
}

#[test]
fn calls_and_cases() {
    check(&[
        ("holds(ge, 3, 2)", "a condition"),
        ("holds(op: ge, seen: slo.errors, bound: 2)", "a condition"),
        ("twice(slo.p95) <= 1s", "a condition"),
        ("twice(max(slo.p95, base.p95))", "a duration"),
        (
            "match rows[\"a\"].status { pass => 1  fail => 2  na => 3 }",
            "a plain number",
        ),
        (
            "match rows[\"a\"].id { \"a\" => slo.p95 in ms  else => unknown \"no such\" }",
            "a plain number",
        ),
        ("match flag { true => 1  false => 0 }", "a plain number"),
        (
            "match rows[\"a\"].status { pass => 1  fail => 2 }",
            "not-exhaustive: no arm is for `na` @ match rows[\"a\"].status { pass => 1  fail => 2 }",
        ),
        (
            "match slo.errors { 1 => 1 }",
            "not-exhaustive: no arm is for every other value of a plain number @ match slo.errors { 1 => 1 }",
        ),
        (
            "match rows[\"a\"].status { pass => 1  pass => 2  else => 3 }",
            "duplicate-pattern: `pass` is written twice @ pass",
        ),
        (
            "match rows[\"a\"].status { passed => 1  else => 3 }",
            "unknown-enum-word: `passed` is not a member of `Status` @ passed",
        ),
        (
            "match flag { true => 1  false => \"a\" }",
            "type-mismatch: this arm gives a text, those above give a plain number @ \"a\"",
        ),
        (
            "twice(5)",
            "bare-number: `5` has no unit, a duration is wanted @ 5",
        ),
        (
            "twice()",
            "wrong-arguments: `twice` is called without `d` @ twice()",
        ),
        (
            "twice(1s, 2s)",
            "wrong-arguments: `twice` takes one argument @ 2s",
        ),
        (
            "twice(e: 1s)",
            "wrong-arguments: `twice` has no parameter `e` @ e",
        ),
        (
            "holds(gt2, 3, 2)",
            "unknown-enum-word: `gt2` is not a member of `Op` @ gt2",
        ),
        (
            "thrice(1)",
            "unknown-name: there is no function `thrice` @ thrice",
        ),
        (
            "slo(1)",
            "not-a-value: `slo` is evidence, it takes no arguments @ slo",
        ),
        (
            "of_stage(passed)",
            "unknown-enum-word: `passed` is not a member of `Stage` @ passed",
        ),
        (
            "any w in wanted : of_stage(w.stage)",
            "open-argument: `w.stage` changes from row to row @ w.stage",
        ),
        (
            "numbered(\"a\", 3, 1)",
            "wrong-arguments: this numbers nothing @ numbered(\"a\", 3, 1)",
        ),
        (
            "abs(\"a\")",
            "type-mismatch: `\"a\"` is a text, a number is wanted @ \"a\"",
        ),
    ]);
}

/// What is wrong with a file when everything in it is looked at.
fn file(text: &str) -> Vec<String> {
    let text = format!("edition 2026\n{text}");
    let ((), found) = with(&text, |c| {
        let decls: Vec<_> = c.decls().map(|(at, _)| at).collect();
        for at in decls {
            let decl = c.decl(at);
            let place = (c.modules[at.module.ix()].file, decl.span);
            match &decl.kind {
                DeclKind::Let(_) => {
                    c.check_let(at);
                }
                DeclKind::Fn(_) => c.check_fn(at),
                DeclKind::Table(_) => {
                    c.table(at, place);
                }
                DeclKind::Record(_) => {
                    if let Some(record) = c.record(at, (at.module, decl.span)) {
                        c.check_derived(record);
                    }
                }
                _ => {}
            }
        }
        for i in 0..c.ids.items.len() {
            c.item(rolloutc_runtime::ir::ItemId(crate::source::offset(i)));
        }
        for i in 0..c.ids.params.len() {
            c.param_ty(rolloutc_runtime::ir::ParamId(crate::source::offset(i)));
        }
    });
    found
}

#[test]
fn declarations() {
    let check = |text: &str, want: &[&str]| assert_eq!(file(text), want, "{text}");
    check(
        "let a = 1\nlet a = 2\n",
        &["duplicate-name: `a` is declared twice @ a"],
    );
    check(
        "let a = b\nlet b = a\n",
        &["recursive-definition: `a` is defined by itself @ a"],
    );
    check(
        "fn f(x: int) = f(x)\n",
        &["recursive-definition: `f` calls itself @ f(x)"],
    );
    check(
        "fn f(x: int) = g(x)\nfn g(x: int) = f(x)\n",
        &["recursive-definition: `f` calls itself @ f(x)"],
    );
    check(
        "record R { a: R }\n",
        &["recursive-definition: a record cannot hold itself @ R"],
    );
    check(
        "record R { let a = b  let b = a }\n",
        &["recursive-definition: `a` is defined by itself @ a"],
    );
    check(
        "record R { a: int  a: text }\n",
        &["duplicate-name: the field `a` is declared twice @ a"],
    );
    check(
        "record A { x: int }\nrecord B { ...A  x: int }\n",
        &["duplicate-name: the field `x` is declared twice @ x"],
    );
    check(
        "record R { a: nothing }\n",
        &["unknown-name: there is no type `nothing` @ nothing"],
    );
    check(
        "record R { a: durration in ms }\n",
        &["unknown-name: there is no type `durration` @ durration"],
    );
    check(
        "record R { a: text in ms }\n",
        &["unit-mismatch: `a` is a text, which has no `ms` @ ms"],
    );
    check(
        "record R { a: duration in percent }\n",
        &["unit-mismatch: `a` is a duration, which has no `percent` @ percent"],
    );
    check(
        "record R { a: text signed }\n",
        &["type-mismatch: `signed` is for numbers, durations and sizes, not for a text @ signed"],
    );
    check(
        "record R { a: duration in ms max 5 }\n",
        &["bare-number: `5` has no unit, a duration is wanted @ 5"],
    );
    check(
        "record R { a: bool = 1 }\n",
        &["type-mismatch: `1` is a plain number, a condition is wanted @ 1"],
    );
    check(
        "record R { a: int at line \"x\" }\n",
        &["bad-pattern: this line says nowhere where the value stands @ \"x\""],
    );
    check(
        "enum E { a, b, a }\n",
        &["duplicate-name: the member `a` is declared twice @ a"],
    );
    check(
        "enum E any case { a = \"x\", b = \"X\" }\n",
        &["duplicate-name: two members are spelled `X` @ \"X\""],
    );
    check(
        "evidence e: table { id: text } by key { fresh 1d }\n",
        &["unknown-member: `e` has no `key` @ key"],
    );
    check(
        "evidence e: table { id: text? } by id { fresh 1d }\n",
        &["type-mismatch: `id` cannot tell rows apart: it is a text, where it is there @ id"],
    );
    check(
        "evidence e: list text { fresh 1d  a: int }\n",
        &["type-mismatch: `e` has its type already, so its body takes no fields @ a: int"],
    );
    check(
        "table t by k {\n  k  n\n  a  1\n  a  2\n}\n",
        &["duplicate-name: two rows of `t` have one `k` @ a  2"],
    );
    check(
        "table t by k {\n  k  n\n  a  1\n  b  2%\n}\n",
        &["type-mismatch: this cell is a ratio, those above are a plain number @ 2%"],
    );
    check(
        "enum E { a }\ntable t by k {\n  k  n: E\n  x  b\n}\n",
        &["unknown-enum-word: `b` is not a member of `E` @ b"],
    );
    check(
        "param percent: int\n",
        &["reserved-name: no value may be called `percent` @ percent"],
    );
    check(
        "let all = 1\n",
        &["reserved-name: no value may be called `all` @ all"],
    );
    check(
        "use std.nothing\n",
        &["unknown-name: there is no module `std.nothing` @ std.nothing"],
    );
    check(
        "use \"./x.rollout\" as x\nlet a = x.b\n",
        &["unknown-name: there is no file `./x.rollout` @ \"./x.rollout\""],
    );
    check(
        "use \"./p.rollout\" as x\n",
        &["import-cycle: `p.rollout` uses itself @ \"./p.rollout\""],
    );
    check(
        "use std.command\nlet a = command.Reslt\n",
        &["unknown-name: `std/command.rollout` declares no `Reslt` @ Reslt"],
    );
    check(
        "use std.command\nevidence c: command.Result { fresh 1d }\nlet a = c.passed and c.exit_code == 0\n",
        &[],
    );
    // A declaration that cannot be read is in nobody's way.
    check(
        "let a = 1 +\nlet b = a + 1ms\n",
        &["syntax: expected a value after `+` @ "],
    );
}

#[test]
fn growth_has_an_end() {
    let mut text = String::from("fn f0(x: int) = x\n");
    for i in 1..40 {
        text += &format!("fn f{i}(x: int) = f{p}(f{p}(x))\n", p = i - 1);
    }
    let found = file(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("too-costly"), "{found:?}");
    let mut text = String::from("let a0 = 1\n");
    for i in 1..1000 {
        text += &format!("let a{i} = a{p} + 1\n", p = i - 1);
    }
    // From the last to the first, the chain is too deep; from the first on each is known already.
    assert_eq!(file(&text), [""; 0]);
    let text: String = text.lines().rev().map(|line| format!("{line}\n")).collect();
    let found = file(&text);
    assert!(found.iter().all(|f| f.starts_with("too-deep")), "{found:?}");
}
