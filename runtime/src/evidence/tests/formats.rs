//! Documents in a row, lines of text, reports of tests.

use super::*;

fn jsonl(mut program: Program) -> Program {
    program.evidence[0].format = Some(Format::Jsonl);
    program
}

#[test]
fn documents_one_after_the_other_are_rows() {
    let list = jsonl(program(
        vec![record(vec![
            field("a", Ty::Int),
            field("b", optional(Ty::Text)),
        ])],
        vec![item("x", rows(0, Shape::List))],
    ));
    let check =
        |document: &str, expected: &str| assert_eq!(value(&list, document), expected, "{document}");
    check(
        "{\"a\": 1}\n{\"a\": 2}\n",
        "[{a: 1, b: absent} {a: 2, b: absent}]",
    );
    check(
        "{\"a\": 1}{\"a\": 2} {\"a\": 3}",
        "[{a: 1, b: absent} {a: 2, b: absent} {a: 3, b: absent}]",
    );
    check(
        "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n",
        "[{a: 1, b: absent} {a: 2, b: absent}]",
    );
    check(
        "{\"a\": 1}\n{\"a\": oops}\n{\"a\": 3}\n",
        "[{a: 1, b: absent} {a: ![1]: `o`; a value is wanted @o, b: ![1]: `o`; a value is wanted @o} {a: 3, b: absent}]",
    );
    check(
        "{\"a\": 1\n{\"a\": 2}\n",
        "[{a: ![0]: `{`; `,` or `}` is wanted @{, b: ![0]: `{`; `,` or `}` is wanted @{} {a: 2, b: absent}]",
    );
    check(
        "{\"a\": 1}\ngarbage\n",
        "[{a: 1, b: absent} {a: ![1]: `g`; a value is wanted @g, b: ![1]: `g`; a value is wanted @g}]",
    );
    check("\n\n", "!an empty document @");
    check("", "!an empty file @");
    let single = jsonl(one(field("x", Ty::Int)));
    assert_eq!(value(&single, "{\"x\": 1}\n"), "{x: 1}");
    assert_eq!(
        value(&single, "{\"x\": 1}\n{\"x\": 2}"),
        "!more than one document; a single one with an object is wanted @\n{\"x\": 2}"
    );
    let texts = jsonl(program(
        vec![],
        vec![item("x", Ty::List(Box::new(Ty::Text)))],
    ));
    assert_eq!(value(&texts, "\"a\"\n\"b\""), "[\"a\" \"b\"]");
    let keyed = jsonl(program(
        vec![record(vec![field("a", Ty::Int)])],
        vec![item("x", rows(0, Shape::Table { key: 0 }))],
    ));
    assert_eq!(
        value(&keyed, "{\"a\": 1}\n{\"a\": 1}\n{\"a\": 2}"),
        "[{a: ![0]: two rows have the a `1` @{\"a\": 1}} {a: ![1]: two rows have the a `1` @{\"a\": 1}} {a: 2}]"
    );
    let mut behind = item("x", rows(0, Shape::List));
    behind.at = paths("new or old");
    let behind = jsonl(program(
        vec![record(vec![field("a", Ty::Int)])],
        vec![behind],
    ));
    assert_eq!(
        value(
            &behind,
            "{\"old\": {\"a\": 1}, \"new\": {\"a\": 2}}\n{\"new\": {\"a\": 3}, \"old\": 4}\n{}\n"
        ),
        "[{a: 2} {a: 3} {a: ![2]: no value at `new or old` @{}]"
    );
}

fn pattern(text: &str) -> LinePattern {
    let mut parts = Vec::new();
    for (index, piece) in text.split("{}").enumerate() {
        if index > 0 {
            parts.push(LinePart::Value);
        }
        for (index, literal) in piece.split('*').enumerate() {
            if index > 0 {
                parts.push(LinePart::Any);
            }
            if !literal.is_empty() {
                parts.push(LinePart::Literal(literal.to_owned()));
            }
        }
    }
    LinePattern { parts }
}

#[test]
fn lines_of_text_are_found_by_pattern() {
    let line = |name: &str, ty, text: &str| {
        let mut field = at(name, ty, "");
        field = with(field, |read| read.line = Some(pattern(text)));
        field
    };
    let mut summary = item("x", ONE);
    summary.format = Some(Format::Text);
    let program = program(
        vec![record(vec![
            line("decision", Ty::Enum(EnumId(0)), "- Decision: {}"),
            with(line("p95", Ty::Duration, "- limits: p95<={}ms*"), |read| {
                read.unit = Some(Unit::Milliseconds)
            }),
            line("budget", optional(Ty::Ratio), "- limits: *budget<={}"),
        ])],
        vec![summary],
    );
    let check = |document: &str, expected: &str| {
        assert_eq!(value(&program, document), expected, "{document}")
    };
    check(
        "# Summary\r\n- Decision: pass \r\n- limits: p95<=600ms, budget<=0.02\r\n",
        "{decision: passed, p95: 600000000, budget: 0.02}",
    );
    check(
        "- Decision: pass\n- Decision: failed\n - limits: p95<=1ms\n",
        concat!(
            "{decision: !decision: two lines `- Decision: {}` with different values, `pass` and `failed` @failed, ",
            "p95: !p95: no line `- limits: p95<={}ms*` @, budget: absent}"
        ),
    );
    check(
        "- Decision: pass\n- Decision: pass\n- limits: p95<=xms",
        "{decision: passed, p95: !p95: `x` is not a number @x, budget: absent}",
    );
    check("a\0b", "!a NUL character @\0");
}

#[test]
fn a_pattern_fits_the_whole_line() {
    let check = |text: &str, line: &str, expected: Option<&str>| {
        let found =
            crate::evidence::text::fit(&pattern(text), line).map(|(from, to)| &line[from..to]);
        assert_eq!(found, expected, "{text} on {line}");
    };
    check("a{}b", "axb", Some("x"));
    check("a{}b", "axbb", Some("xb"));
    check("a{}b", "ab", Some(""));
    check("a{}b", "a", None);
    check("ab{}ba", "aba", None);
    check("{}", "all", Some("all"));
    check("*: {}", "k: v: w", Some("v: w"));
    check("*{}", "xyz", Some("xyz"));
    check("{}*", "xyz", Some(""));
    check("{}, *", "x, y, z", Some("x"));
    check("a", "a", None);
}

#[test]
fn reports_of_tests_are_read_by_their_members() {
    let mut report = item("x", ONE);
    report.format = Some(Format::Junit);
    let case = record(vec![
        field("name", Ty::Text),
        field("status", Ty::Enum(EnumId(0))),
        with(at("took", optional(Ty::Duration), "time"), |read| {
            read.unit = Some(Unit::Seconds)
        }),
    ]);
    let program = program(
        vec![
            record(vec![
                field("failures", Ty::Int),
                at("said", optional(Ty::Int), "declared.tests"),
                field("cases", rows(1, Shape::Table { key: 0 })),
            ]),
            case,
        ],
        vec![report],
    );
    let check = |document: &str, expected: &str| {
        assert_eq!(value(&program, document), expected, "{document}")
    };
    check(
        r#"<testsuite tests="2"><testcase name="a" time="0.25"/><testcase name="b"><failure/></testcase></testsuite>"#,
        concat!(
            "{failures: 1, said: 2, cases: [{name: \"a\", status: passed, took: 250000000} ",
            "{name: \"b\", status: failed, took: absent}]}"
        ),
    );
    check(
        r#"<testsuite><testcase time="1,5"/><testcase name="b"><error/></testcase></testsuite>"#,
        concat!(
            "{failures: 0, said: absent, cases: [{name: !cases[0].name: no member `name` @<testcase time=\"1,5\"/>, ",
            "status: passed, took: !cases[0].took: a text, `1,5`; a number or an ISO 8601 duration such as `PT5M` is wanted @<testcase time=\"1,5\"/>} ",
            "{name: \"b\", status: !cases[1].status: `error` is none of `passed`, `pass`, `failed`, `n/a` @<testcase name=\"b\">, took: absent}]}"
        ),
    );
    check(
        "<testsuite",
        "!not well-formed XML: syntax error: tag not closed: `>` not found before end of input @<",
    );
}
