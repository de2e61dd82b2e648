//! Broken texts: what is said about them, and what is left of them.

use super::super::ast::{DeclKind, Name};
use super::super::*;
use super::problems;

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
            "syntax [=] `=` does not compare",
        ),
        (
            "gate x {\n  require a && b\n}",
            "syntax [&&] conditions are joined with `and` and `or`",
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
            "syntax [,] clauses are not separated by commas",
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
            "syntax [hrad] expected a text in quotes or a level such as `hard` after `x`, found `hrad`",
        ),
        (
            "gate {\n  require b\n}",
            "syntax [] expected a name after `gate`",
        ),
        (
            "gate x {\n  require b;\n}",
            "syntax [;] a clause does not end with `;`",
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
        ("let a = 12x", "bad-number [12x] `12x` has an unknown unit"),
        (
            "let а = 1",
            "confusable-name [а] `а` (U+0430) only looks like `a`",
        ),
        (
            "let a = \u{0}1",
            "odd-character [\u{0}] the character (U+0000) is not allowed here",
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
            "syntax [stop] expected `halt`, `rollback NAME` or `throw NAME` after `then`, found `stop`",
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
            "bad-hole [{a b}] `a b` is not a path",
        ),
        (
            "message m { text \"a } b\" }",
            "bad-hole [}] a lone `}` in a text",
        ),
        ("let x = \"\\q\"", "bad-text [\\q] `\\q` is not an escape"),
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
