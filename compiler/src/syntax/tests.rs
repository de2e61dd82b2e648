//! What the parser promises, tried on whole files.

use std::path::{Path, PathBuf};

use super::ast::{DeclKind, Name};
use super::*;

mod damage;

/// Every policy that lies around: the samples of the design where they are, and the project's own.
fn corpus() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in ["../shared/design/samples", "examples", "stdlib"] {
        let before = files.len();
        collect(&root.join(folder), &mut files);
        if files.len() == before {
            println!("no policies under {folder}, skipped");
        }
    }
    files.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        (
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            text,
        )
    };
    files.into_iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rollout") {
            files.push(path);
        }
    }
}

#[test]
fn the_policies_at_hand_read_without_a_problem() {
    for (name, text) in corpus() {
        let parsed = parse(FileId(0), &text);
        for problem in &parsed.problems {
            println!("{name}: {}", problem.message);
        }
        assert!(parsed.problems.is_empty(), "{name}");
        assert!(parsed.file.decls.iter().all(|decl| !decl.tainted), "{name}");
    }
}

/// A policy's problems, each with the text it points at.
fn problems(text: &str) -> Vec<String> {
    let text = format!("edition 2026\n{text}");
    let parsed = parse(FileId(0), &text);
    let show = |problem: &Diagnostic| {
        format!(
            "{} [{}] {}",
            problem.code,
            problem.primary.span.text(&text),
            problem.message
        )
    };
    parsed.problems.iter().map(show).collect()
}

#[test]
fn wrong_texts_draw_one_message_each() {
    let mut wrong = Vec::new();
    for (text, message) in [
        (
            "gaet x { require a }",
            "unknown-declaration [gaet] there is no declaration `gaet`",
        ),
        (
            "require a",
            "unknown-declaration [require] `require` is a clause and cannot stand alone",
        ),
        ("} x", "unclosed-bracket [}] this `}` closes nothing"),
        (
            "gate x {\n  requir a\n  require b\n}",
            "unknown-clause [requir] a gate has no clause `requir`",
        ),
        (
            "gate x {\n  require\n  require b\n}",
            "syntax [] expected a condition after `require`",
        ),
        (
            "gate x {\n  require a and\n  require b\n}",
            "syntax [] expected a value after `and`",
        ),
        (
            "gate x {\n  require a ==\n}",
            "syntax [] expected a value after `==`",
        ),
        (
            "gate x {\n  require a = b\n}",
            "syntax [=] a single `=` compares nothing",
        ),
        (
            "gate x {\n  require a && b\n}",
            "syntax [&&] conditions are joined by words",
        ),
        (
            "gate x {\n  require (a\n  require b\n}",
            "unclosed-bracket [(] this `(` is never closed",
        ),
        (
            "gate x {\n  require a)\n  require b\n}",
            "unclosed-bracket [)] this `)` closes nothing",
        ),
        (
            "gate x {\n  require \"a\n  require b\n}",
            "unclosed-text [\"] this text is never closed",
        ),
        (
            "gate x {\n  require a\n",
            "unclosed-bracket [{] this `{` is never closed",
        ),
        (
            "gate x {\n  require a, require b\n}",
            "syntax [,] no comma stands between clauses",
        ),
        (
            "gate x {\n  require a < b < c\n}",
            "chained-comparison [<] comparisons do not chain",
        ),
        (
            "gate x {\n  require a\n    .b\n}",
            "syntax [.] a line cannot begin with `.`",
        ),
        (
            "gate x {\n  require a is\n    stale\n}",
            "syntax [] expected a state such as `present` or `stale` after `is`",
        ),
        (
            "gate x {\n  require a is fresh\n}",
            "syntax [fresh] expected a state such as `present` or `stale` after `is`, found `fresh`",
        ),
        (
            "gate x {\n  applies release.public\n  require b\n}",
            "syntax [release] did not expect `release` after `applies`",
        ),
        (
            "gate x hrad \"t\" {\n  require b\n}",
            "syntax [hrad] expected a text in quotes or a weight such as `hard` after `x`, found `hrad`",
        ),
        (
            "gate {\n  require b\n}",
            "syntax [] expected a name after `gate`",
        ),
        (
            "gate x {\n  require b;\n}",
            "syntax [;] nothing ends with `;`",
        ),
        (
            "gate x {\nrequire b\n}",
            "column-one [require] only declarations start in column one",
        ),
        (
            "  gate x { require b }",
            "column-one [gate] a declaration starts in column one",
        ),
        ("let a =", "syntax [] expected a value after `=`"),
        ("let a = b c", "syntax [c] did not expect `c` after `b`"),
        (
            "let a = [b, c",
            "unclosed-bracket [[] this `[` is never closed",
        ),
        (
            "let a = 12x",
            "bad-number [12x] `12x` has no suffix that I know",
        ),
        (
            "let а = 1",
            "confusable-name [а] `а` (U+0430) only looks like `a`",
        ),
        (
            "let a = \u{0}1",
            "odd-character [\u{0}] the character (U+0000) stands here for nothing",
        ),
        (
            "param x duration",
            "syntax [duration] expected `:` and a type after `x`, found `duration`",
        ),
        (
            "evidence x { fresh 5m  p95: }",
            "syntax [] expected a type after `:`",
        ),
        (
            "evidence x { fresh  p95: int }",
            "syntax [] expected a duration after `fresh`",
        ),
        (
            "evidence x {\n  fresh 5m\n  p95: int att foo\n  q: int\n}",
            "syntax [att] did not expect `att` after `int`",
        ),
        (
            "record x { fresh 5m  a: int }",
            "unknown-clause [fresh 5m] a record has no clause `fresh`",
        ),
        (
            "phase x {\n  cohorts 1% to 100%\n  soak 30m\n}",
            "syntax [to] did not expect `to` after `1%`",
        ),
        (
            "phase x {\n  soak\n  keep a\n}",
            "syntax [] expected a duration after `soak`",
        ),
        (
            "phase x {\n  enter a,\n  keep b\n}",
            "syntax [] expected a gate or a condition after `,`",
        ),
        (
            "trigger x { in a  when b  then stop }",
            "syntax [stop] expected what is to happen, such as `rollback NAME` after `then`, found `stop`",
        ),
        (
            "freeze x { from 2026-03-01 to 2026-03-02 in \"UTC\" }",
            "syntax [to] `from … to` does not say whether its last day counts",
        ),
        (
            "freeze x { every fri 16:00 in \"UTC\" }",
            "syntax [in] expected `to` after `16:00`, found `in`",
        ),
        (
            "window x { every fri  in flight stay }",
            "unknown-clause [in flight stay] a window has no `in flight`",
        ),
        (
            "table t by a {\n  a b\n  1 2\n  3\n}",
            "table-row [3] this row has 1 cells, the table has 2 columns",
        ),
        (
            "table t by a {\n  a b\n  1 +\n  3 4\n}",
            "syntax [+] expected a cell after `1`, found `+`",
        ),
        (
            "test \"x\" {\n  at 2026-03-01T09:00Z\n  expect blokced\n}",
            "syntax [blokced] expected an outcome such as `blocked` after `expect`, found `blokced`",
        ),
        (
            "report r to \"x\" {\n  a: 1\n  b 2\n}",
            "syntax [b] expected an entry such as `name: value`, found `b`",
        ),
        (
            "enum E { a, 1, c }",
            "syntax [1] expected a name, found `1`",
        ),
        (
            "message m { text \"{a b}\" }",
            "bad-hole [{a b}] `a b` is no path",
        ),
        (
            "message m { text \"a } b\" }",
            "bad-hole [}] a lone `}` in a text",
        ),
        ("let x = \"\\q\"", "bad-text [\\q] `\\q` is no escape"),
        (
            "edition 2026",
            "edition [edition 2026] the edition is given twice",
        ),
        (
            "record r { a: list, b: text }",
            "syntax [] expected a type after `list`",
        ),
        ("gate x hard", "syntax [] expected `{` after `hard`"),
        (
            "evidence x: list { a: int }",
            "syntax [] expected `{` after `}`",
        ),
        ("let x = a\n  .b", "syntax [.] a line cannot begin with `.`"),
        ("let x 5", "syntax [5] expected `=` after `x`, found `5`"),
        (
            "fixture g \"x\"",
            "syntax [\"x\"] expected `from` and a folder after `g`, found `\"x\"`",
        ),
        ("let x = not", "syntax [] expected a value after `not`"),
        (
            "let x = a == not b",
            "syntax [not] `not` cannot stand behind an operator",
        ),
        (
            "let x = \"\u{202e}\"",
            "bidi-text [\u{202e}] the character U+202E turns the direction of the text around it",
        ),
    ] {
        let found = problems(text);
        if found != [message] {
            wrong.push(format!("{text}\n  wanted {message:?}\n  found  {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The shapes of the declarations that a test looks at, by name.
fn shapes(file: &File) -> Vec<(String, String)> {
    let name = |decl: &Decl| match decl.kind.name() {
        Some(name) => name.text.to_string(),
        None => String::new(),
    };
    file.decls
        .iter()
        .map(|decl| (name(decl), ast::shape(&decl.kind)))
        .collect()
}

#[test]
fn a_broken_clause_leaves_the_others() {
    for (broken, whole) in [
        (
            "gate x {\n  require a\n  requir b\n  forbid c\n}",
            "gate x {\n  require a\n  forbid c\n}",
        ),
        (
            "gate x {\n  require a and\n  forbid c\n}",
            "gate x {\n  forbid c\n}",
        ),
        (
            "gate x {\n  require (a\n  forbid c\n}",
            "gate x {\n  forbid c\n}",
        ),
        ("gate x { require a ] b   forbid c }", "gate x { forbid c }"),
        (
            "gate x {\n  require \"a\n  forbid c\n}",
            "gate x {\n  forbid c\n}",
        ),
        ("gate x {\n  require a\n", "gate x {\n  require a\n}"),
        ("gate x hrad {\n  require a\n}", "gate x {\n  require a\n}"),
        (
            "evidence e {\n  fresh 5m\n  a: int att b\n  c: text\n}",
            "evidence e {\n  fresh 5m\n  c: text\n}",
        ),
        (
            "evidence e {\n  fresh 5m\n  a: list { b: int\n  c: text\n}",
            "evidence e {\n  fresh 5m\n  c: text\n}",
        ),
        (
            "record r { a: int, b: 1, c: text }",
            "record r { a: int, c: text }",
        ),
        ("enum e { a, 1, c }", "enum e { a, c }"),
        (
            "phase p {\n  enter a,\n  soak 30m\n}",
            "phase p {\n  soak 30m\n}",
        ),
        (
            "rollback r {\n  to a\n  step stop\n  verify b\n}",
            "rollback r {\n  to a\n  verify b\n}",
        ),
        (
            "report r to \"x\" {\n  a: 1\n  b 2\n  c: 3\n}",
            "report r to \"x\" {\n  a: 1\n  c: 3\n}",
        ),
        (
            "tests {\n  \"a\" given x expect hold\n  \"b\" given x expcet hold\n}",
            "tests {\n  \"a\" given x expect hold\n}",
        ),
    ] {
        let broken = parse(
            FileId(0),
            &format!("edition 2026\nlet before = 1\n{broken}\nlet after = 2\n"),
        );
        let whole = parse(
            FileId(0),
            &format!("edition 2026\nlet before = 1\n{whole}\nlet after = 2\n"),
        );
        assert_eq!(whole.problems, [], "{whole:?}");
        assert_eq!(shapes(&broken.file), shapes(&whole.file));
        assert_eq!(broken.problems.len(), 1, "{:?}", broken.problems);
        assert!(broken.file.decls[1].tainted);
        assert!(!broken.file.decls[0].tainted && !broken.file.decls[2].tainted);
    }
}

#[test]
fn a_broken_declaration_keeps_its_name() {
    for (text, word, name) in [
        ("let x = ", Some("let"), Some("x")),
        ("param y: ", Some("param"), Some("y")),
        ("gaet z { require a }", Some("gate"), Some("z")),
        ("use \"./a\" as", Some("use"), None),
        ("xyzzy", None, None),
    ] {
        let parsed = parse(FileId(0), &format!("edition 2026\n{text}\n"));
        let DeclKind::Broken(broken) = &parsed.file.decls[0].kind else {
            panic!("{text}")
        };
        assert_eq!(broken.word, word, "{text}");
        let found = broken.name.as_ref().map(Name::as_str);
        assert!(found == name || word == Some("use"), "{text}: {found:?}");
    }
}

#[test]
fn files_that_are_hardly_files_are_read() {
    for (text, count) in [
        ("", 1),
        ("\u{feff}edition 2026\n", 0),
        (
            "edition 2026\r\nlet a = 1\r\ngate g {\r\n\trequire a   // so\r\n}\r\n",
            0,
        ),
        ("// only\n", 1),
        ("edition 2027", 1),
        ("edition", 1),
        ("let a = 1\nedition 2026", 1),
        ("edition 2026\nsome prose\nover lines\nof text", 1),
        ("\"\"\"", 2),
        ("{{{{", 2),
    ] {
        let parsed = parse(FileId(0), text);
        assert_eq!(
            parsed.problems.len(),
            count,
            "{text:?}: {:?}",
            parsed.problems
        );
    }
}

#[test]
fn a_block_text_that_never_ends_hides_no_declaration() {
    let text = "edition 2026\nreport r to \"x\" = \"\"\"\nhello {a}\n\nlet b = 1\ngate g { require b }\nreport s to \"y\" = \"\"\"\nbye\n\"\"\"\n";
    let parsed = parse(FileId(0), text);
    assert_eq!(parsed.problems.len(), 1, "{:?}", parsed.problems);
    let names: Vec<_> = parsed
        .file
        .decls
        .iter()
        .filter_map(|decl| decl.kind.name())
        .map(Name::as_str)
        .collect();
    assert_eq!(names, ["r", "b", "g", "s"]);
    assert_eq!(
        parsed.file.decls.iter().filter(|decl| decl.tainted).count(),
        1
    );
}

#[test]
fn nesting_has_a_limit_and_no_stack_is_spent_on_it() {
    let many = |open: &str, inner: &str, close: &str, n: usize| {
        format!(
            "edition 2026\nlet x = {}{inner}{}\nlet y = 1\n",
            open.repeat(n),
            close.repeat(n)
        )
    };
    for text in [
        many("(", "a", ")", 100_000),
        many("[", "a", "]", 100_000),
        many("{ a: ", "b", " }", 50_000),
        many("not ", "a", "", 100_000),
        many("- ", "a", "", 100_000),
        many("all x in y : ", "a", "", 50_000),
        many("any x in y where ", "a", "", 50_000),
        many("last 3 of ", "a", "", 50_000),
        many("match a { b => ", "c", "}", 50_000),
        many("a + ", "b", "", 100_000),
        many("a ?? ", "b", "", 100_000),
        many("a - (", "b", ")", 20_000),
        many("a.", "b", "", 100_000),
        many("a", "", "[0]", 100_000),
        many("f(", "a", ")", 50_000),
        many("(", "a", "", 100_000),
    ] {
        let parsed = parse(FileId(0), &text);
        assert_eq!(
            parsed.problems.len(),
            1,
            "{}: {:?}",
            &text[..60],
            parsed.problems
        );
        assert_eq!(parsed.file.decls.len(), 2);
    }
    let flat = many("a and ", "b", "", 10_000);
    assert_eq!(parse(FileId(0), &flat).problems, []);
    let types = format!(
        "edition 2026\nrecord r {{ a: {}int }}\n",
        "list ".repeat(50_000)
    );
    assert_eq!(parse(FileId(0), &types).problems.len(), 1);
    let huge = " ".repeat(MOST_BYTES + 1);
    assert_eq!(parse(FileId(0), &huge).problems[0].code, "too-large");
}

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

#[test]
fn every_word_has_an_example_that_reads() {
    use rolloutc_grammar::{BODIES, DECLARATIONS, EXPRESSIONS};
    for declaration in DECLARATIONS
        .iter()
        .filter(|declaration| declaration.word != "edition")
    {
        assert_eq!(
            problems(declaration.example),
            [""; 0],
            "{}",
            declaration.word
        );
    }
    for body in BODIES {
        let head = match body.of {
            "waivers" => "waivers w in rows".to_owned(),
            "test" | "invariant" => format!("{} \"x\"", body.of),
            word => format!("{word} x"),
        };
        for clause in body.clauses {
            let example = clause.example;
            assert_eq!(
                problems(&format!("{head} {{\n  {example}\n}}")),
                [""; 0],
                "{}",
                clause.word
            );
        }
    }
    for word in EXPRESSIONS {
        assert_eq!(
            problems(&format!("let x = {}", word.example)),
            [""; 0],
            "{}",
            word.word
        );
    }
}

#[test]
fn every_page_shows_what_it_says() {
    for code in crate::codes::CODES {
        let part = |from: &str, to: &str| {
            let rest = code.page.split(from).nth(1).unwrap_or("");
            rest.split(to).next().unwrap_or("").to_owned()
        };
        let found = |text: &str| {
            let blocks = text
                .split("```rollout\n")
                .skip(1)
                .filter_map(|block| block.split("```").next());
            blocks
                .flat_map(|block| parse(FileId(0), block).problems)
                .map(|found| found.code)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            found(&part("\n## Good\n", "\n## ")),
            [""; 0],
            "{}: the good one",
            code.slug
        );
        let bad = found(&part("\n## Bad\n", "\n## Good\n"));
        assert!(
            bad.iter().all(|found| *found == code.slug),
            "{}: the bad one shows {bad:?}",
            code.slug
        );
    }
}
