//! Whole texts: every form of the language, and what becomes of operators, texts and comments.

use super::super::ast::DeclKind;
use super::super::*;

/// Every form of every declaration, one an entry.
const FORMS: &[&str] = &[
    "use std.command\nuse \"./common.rollout\" as common",
    "rollout r\nrollout r of build\nrollout r of { a: text, b: text } \"Title\"\nrollout r per lever in levers \"T\"\nrollout r \"T\" of build per k in keys(t) { live from routing.build   on new subject restart }",
    "rollout r { on new subject finish }\nrollout s { on new subject rollback back }",
    "owners a\nowners a = \"a-b\", c,\n       d = \"e\"",
    "enum E { a b c }\nenum E any case {\n  a = \"A\", \"aa\" as unknown, b,\n  c\n}",
    "record R keys kebab { ...S.T  observed at a.b or \"c d\".e as \"YYYY\"  about subject.run at x in percent  a: text, let b = a  closed }",
    "record R { keys exact  observed at line \"- {}\"  observed with other  about phase }",
    "record R {\n  a: list text?\n  b: table { id: text } by id\n  c: map (map int) named k\n  d: enum any case { x y = \"Y\" }\n  e: series R\n  f: (list int)?\n}",
    "record R { a: duration? signed in ms min 0ms max 5m = 3ms at p.q or r, b: instant assume utc, c: enum { x } any case, d: text at line \"{}: *\" }",
    "record R { keys: text  fresh: int  in: text  let: bool  closed: bool  text: text  matches: int = 3  min: int min 3 }",
    "table t by k {\n  k: text  v  w   // columns\n  \"a\"  1  -       // row\n  b.c  -3ms  [1, 2]\n  true  2026-03-01  x\n}",
    "let x = 1\nlet y =\n  x\n  + 1\n  - 2",
    "fn f(a: int, b: list text): bool = a > 1\nfn g() = 2",
    "param p: text\nparam q: duration = 5m env \"Q\" in seconds min 1m max 10m\nparam r: text = \"a\" only \"a\", \"b\"",
    "folder a = \"x/y\"\nfolder b = p",
    "evidence e { fresh 5m }\nevidence e: R from \"x.json\" as json at a.b { fresh 5m warn until 10m  since cohort  may be empty }",
    "evidence e from reports \"x\" { timeless  since phase }\nevidence f: list R from http(\"{base}/s\", bearer: token) { fresh 1d  since rollback }",
    "evidence e: http.Response from http(\n  post: \"{u}/x\",\n  json: { a: \"b {c in percent}\", },\n) {\n  fresh 5m\n}",
    "threshold t = a.b <= 600ms\nthreshold t = p95 of a over 5m with at least 3 samples <= b + 10% warn 500ms with at least 20 samples",
    "gate g { require a }\ngate g(a: R, b: int) hard \"T\" { require a else \"x {a.b}\"   forbid b   need c, d[\"x\"].e }\ngate h advisory { need a }",
    "gate g {\n  applies when a\n  each x in xs, y in x.ys where x.a may be empty by x.k ?? \"?\"\n  pending while b\n  advisory unless x.c\n  advisory until 2026-01-01T00:00Z\n  let z = x.y\n  require z\n    and y\n    else\n      \"no\"\n}",
    "group g = all of a, b\ngroup h = at least 2 of a, b, c\ngroup i = any of a, g",
    "approval a \"T\" { by all of x, y   from \"f.json\"   fresh 24h   people distinct, not author   within 1d else hold   stands }",
    "approval a { by x  fresh 1d  within 2h else escalate x, y }\napproval b { by at least 2 of x, y  fresh 1d  within 2h else rollback r }",
    "waivers w in rows \"T\" { by any of x, y   at most 14d   until w.e   warn 1d before   valid w.a is not blank else \"no\"   cover g[a, b] also missing when w.g == a.id   cover h(x)   cover i }",
    "waivers w in rows { until subject changes  cover g }",
    "freeze f \"T\" {\n  from 2026-12-20 through 2027-01-02\n  on 2026-05-01, 2026-05-02\n  while a\n  during r in rows where r.on : r.from to r.until\n  every fri 16:00 to mon 08:00\n  every mon, tue\n  every day 00:00 to 06:00\n  monthly last 3 days\n  yearly dec 20 through jan 2\n  in \"Europe/Berlin\"\n  in flight rollback r\n  scope entering a, b\n  scope cohorts to 50%\n  scope cohorts from 10%\n  scope when a\n  except when b\n  except by c\n}",
    "window w { every mon 08:00 to 16:00 in \"UTC\" scope entering a }\nfreeze f { every sat in flight finish }\nfreeze g { on 2026-01-01 in flight stay }",
    "phase p final \"T\" {\n  not before 2026-01-01T00:00Z\n  enter a, b or c once, g(x)\n  entered when a == b\n  cohorts 1%, ring1 5%, shares\n  cohort ring0 1% soak 3m checks 2 after a, b\n  soak 30m\n  checks 3\n  on red pause\n  clock open\n  keep a   leave b   watch c\n  within 7d else rollback r\n}",
    "phase p { cohorts 10% to 100% by 10%  on red restart }",
    "trigger t \"T\" { class c   in a, b   scope when a   each x in xs   when x.a and not b   for 10m   times 3 in a row   then rollback r   on unknown fire }",
    "trigger t { times n  when a  then halt  on unknown ignore }\ntrigger u { when a  then throw s }",
    "rollback r \"T\" {\n  page: text   env: enum { a b }\n  to p at 0%\n  decide within 15m else halted\n  finish within 1h\n  impact data \"none {page}\"\n  step a \"do\" by x, y run command(\"a\", \"b {page}\")\n  check c \"x\"\n  check \"y\"\n  check [c in xs : c.a]\n  log l any order\n  verify a, b\n  reenter when c\n}",
    "rollback r { to stay  verify a }\nswitch s \"T\" { by x, y  run command(\"a\")  recover within 5m else escalate x  check \"c\"  log l  verify a  reenter when b }",
    "message m \"T\" { a: text  b: text = \"x {a}\"  text \"\"\"\n  {a} {{b}}\n  \"\"\" }",
    "report r to \"x-{a}.json\" on rollback, halted { a: 1, \"b.c\": [1], ...f(\"x\")\n d: { e: null } }\nreport s to \"x.md\" = \"# {rollout.title}\"",
    "invariant \"i\" { never enter p when a   never advance to p at 10% when b   never advance when c   never rollback by r when d   never frozen when e }",
    "fixture f from \"e/f\"",
    "test \"t\" {\n  for E4   at 2026-01-01T00:00Z   in p at 10% since 31m   after rollback r at 2026-01-01T00:00Z\n  given f with { a.b[\"c\"] = 1, d aged 5m, e about 10%  g from \"x\" } without h, i[\"j\"]\n  after 5m silent\n  given evidence \"x\"\n  expect advance to p at 10% because a stale, b[\"x\"] left 5m, c(d)[\"e\"] warning f expired\n}",
    "test \"t\" { at 2026-01-01T00:00Z  for \"k\"  expect exit 4 only because a missing }\ntests { \"a\" given f expect rollback by r\n \"b\" given f expect complete }",
    "tests at 2026-01-01T00:00Z {\n  \"a\"  given f  expect hold\n  \"b\"  in p  given f with { a = 1 }  after 3m  expect advance to 5%\n}",
    "let a = not b and c or d == e and f != g or h < i and j <= k or l > m and n >= o",
    "let a = b in [c, d] and e not in f and g matches \"x{2}\" and h starts with \"i\" and j ends with k",
    "let a = b covers c and d exactly e and f subset of g and h minus i == j",
    "let a = b is present or c is not blank or d is given since rollback.at or e is given or f is pass",
    "let a = -b + c - d * e / f ?? -g ?? 0",
    "let a = b in ms + c as number + d observed since e",
    "let a = b plus 12 months\nlet c = d plus n days\nlet e = f at 06:00 in \"Europe/Berlin\"",
    "let a = b.c.\"d.e\"[f, \"g\"](h, i: j, k in ks : k.l).m[0].n",
    "let a = [b, c,]\nlet d = []\nlet e = [x in xs]\nlet f = [x in xs, y in ys where x == y : x + y]\nlet g = [(x in xs), y]",
    "let a = { b: 1, \"c.d\": [2], ...e.f\n g: {} }",
    "let a = all x in xs : x.a and b\nlet c = any x in xs where x.a\nlet d = none x in xs, y in ys : x == y\nlet e = at least 2 of x in xs : x.a\nlet f = at most 1 of a, b\nlet g = exactly 3 of x in xs\nlet h = f((at most 1 of a, b), c)",
    "let a = match b { low or mid => 1  \"x\" => 2, -3 => 4, E.c => 5\n else => unknown \"no {b}\" }",
    "let a = last 3 of b by c.d\nlet e = last n of f\nlet g = p95 of a.b over 5m with at least 20 samples > 3 and max_gap of c over cohort < 5m and count of d over phase > streak of e over rollout",
    "let all_x = any_y\nlet last = maximum\nlet p95 = counts\nlet matches_x = in_y",
    "let a = f(\n  b,   // first\n  c\n)\nlet d = a\n  // above the line\n  and b",
];

#[test]
fn every_form_of_the_language_is_read() {
    let mut wrong = Vec::new();
    for form in FORMS {
        let text = format!("edition 2026\n{form}\n");
        let parsed = parse(FileId(0), &text);
        for problem in &parsed.problems {
            wrong.push(format!(
                "{form}\n  {} at `{}`",
                problem.message,
                problem.primary.span.text(&text)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An expression with parentheses around all that belongs together.
fn grouped(text: &str) -> String {
    let text = format!("edition 2026\nlet x = {text}\n");
    let parsed = parse(FileId(0), &text);
    assert_eq!(parsed.problems, [], "{text}");
    let DeclKind::Let(decl) = &parsed.file.decls[0].kind else {
        panic!("{text}")
    };
    show(&decl.value, &text)
}

fn show(expr: &ast::Expr, text: &str) -> String {
    use ast::ExprKind as E;
    let pair = |left: &ast::Expr, word: &str, right: &ast::Expr| {
        format!("({} {word} {})", show(left, text), show(right, text))
    };
    match &expr.kind {
        E::Binary { op, left, right } => pair(left, op.word(), right),
        E::Compare { op, left, right } => pair(left, op.word(), right),
        E::Logic { op, operands } => {
            let word = if *op == ast::LogicOp::And {
                " and "
            } else {
                " or "
            };
            format!(
                "({})",
                operands
                    .iter()
                    .map(|one| show(one, text))
                    .collect::<Vec<_>>()
                    .join(word)
            )
        }
        E::Unary { op, operand } => {
            format!(
                "({}{})",
                if op.node == ast::UnaryOp::Not {
                    "not "
                } else {
                    "-"
                },
                show(operand, text)
            )
        }
        E::Paren(inner) => show(inner, text),
        E::Is { operand, .. } => format!("({} is)", show(operand, text)),
        E::Convert { operand, unit } => format!("({} in {})", show(operand, text), unit.word()),
        E::Quant { comp, .. } => {
            let body = comp
                .body
                .as_ref()
                .map_or(String::new(), |body| format!(" : {}", show(body, text)));
            format!("(q {}{body})", show(&comp.bind.binders[0].source, text))
        }
        _ => expr.span.text(text).to_owned(),
    }
}

#[test]
fn operators_bind_as_the_table_says() {
    for (text, shown) in [
        ("a or b and c", "(a or (b and c))"),
        ("a and b and c or d", "((a and b and c) or d)"),
        ("not a and b", "((not a) and b)"),
        ("not a == b", "(not (a == b))"),
        ("not not a", "(not (not a))"),
        ("a + b * c - d", "((a + (b * c)) - d)"),
        ("a - b - c", "((a - b) - c)"),
        ("a / b * c", "((a / b) * c)"),
        ("-a * b", "((-a) * b)"),
        ("-a ?? b", "(-(a ?? b))"),
        ("a ?? b ?? c", "(a ?? (b ?? c))"),
        ("x ?? 0 > 3", "((x ?? 0) > 3)"),
        ("a + b in ms", "(a + (b in ms))"),
        ("a + b in c", "((a + b) in c)"),
        ("a minus b == c", "((a minus b) == c)"),
        ("a is present and b", "((a is) and b)"),
        ("a + b is present", "((a + b) is)"),
        ("any w in ws and ok", "((q ws) and ok)"),
        ("any w in ws : w and ok", "(q ws : (w and ok))"),
        (
            "any w in ws : all v in w : v or ok",
            "(q ws : (q w : (v or ok)))",
        ),
        ("a * (b + c)", "(a * (b + c))"),
        ("a == -1 or b", "((a == (-1)) or b)"),
    ] {
        assert_eq!(grouped(text), shown, "{text}");
    }
}

#[test]
fn texts_are_decoded() {
    let parts = |text: &str| {
        let text = format!("edition 2026\nlet x = {text}\n");
        let parsed = parse(FileId(0), &text);
        assert_eq!(parsed.problems, [], "{text}");
        let DeclKind::Let(decl) = &parsed.file.decls[0].kind else {
            panic!("{text}")
        };
        let ast::ExprKind::Text(found) = &decl.value.kind else {
            panic!("{text}")
        };
        pieces(&found.parts, &text)
    };
    for (text, shown) in [
        (r#""""#, ""),
        (r#""a\n\t\"\\\u{e4}""#, "a\n\t\"\\ä"),
        (r#""{{x}} {a.b[c].d in ms}!""#, "{x} <a.b[c].d in ms>!"),
        (r#""{ a } {b[0]}""#, "<a> <b[0]>"),
        ("\"\"\"\n  a\n    {b}\n\n  c\n  \"\"\"", "a\n  <b>\n\nc\n"),
        ("\"\"\"a\n  b\"\"\"", "a\nb"),
        (
            "\"\"\"\n{for s in shares}x {s}\n{end}y\"\"\"",
            "<for>x <s>\n<end>y",
        ),
        ("\"\"\"\r\n  a\r\n  b\r\n  \"\"\"", "a\nb\n"),
        (
            "\"\"\"\n  a \"b\" \\\"\\\"\\\"\n  \"\"\"",
            "a \"b\" \"\"\"\n",
        ),
    ] {
        assert_eq!(parts(text), shown, "{text}");
    }
}

fn pieces(parts: &[ast::Part], text: &str) -> String {
    let one = |part: &ast::Part| match part {
        ast::Part::Literal(text) => text.to_string(),
        ast::Part::Hole(path) => format!("<{}>", path.span.text(text)),
        ast::Part::For(inner) => format!("<for>{}<end>", pieces(&inner.body, text)),
    };
    parts.iter().map(one).collect()
}

#[test]
fn comments_and_docs_are_kept_apart() {
    let text = "// head\nedition 2026\n\n/// one\n/// two\nlet a = 1   // tail\n\n/// nobody's\n\nlet b = [   // in\n  2,\n]\n//// line\nlet c = 3\n";
    let parsed = parse(FileId(0), text);
    assert_eq!(parsed.problems, []);
    let docs = |i: usize| {
        parsed.file.decls[i]
            .docs
            .as_ref()
            .map(|docs| docs.text.to_string())
    };
    assert_eq!(
        [docs(0), docs(1), docs(2)],
        [Some("one\ntwo".to_owned()), None, None]
    );
    let comments: Vec<_> = parsed
        .file
        .comments
        .iter()
        .map(|comment| (&*comment.text, comment.own_line))
        .collect();
    assert_eq!(
        comments,
        [
            ("// head", true),
            ("// tail", false),
            ("/// nobody's", true),
            ("// in", false),
            ("//// line", true)
        ]
    );
}
