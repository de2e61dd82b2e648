//! `rolloutc compile`: the program document.

use super::{Desk, QUESTION};

#[test]
fn a_program_is_the_same_wherever_it_is_compiled() {
    let desk = Desk::with_question();
    desk.write("deep/er/p.rollout", QUESTION);
    let here = desk.expect("compile p.rollout", 0, "\"rolloutc.program\":1");
    let there = desk.expect("compile deep/er/p.rollout", 0, "");
    assert_eq!(here.out, there.out);
    desk.expect("compile p.rollout -o out.json", 0, "");
    assert_eq!(desk.read("out.json"), here.out);
}

#[test]
fn a_compiled_program_decides_like_its_policy() {
    let desk = Desk::with_question();
    desk.expect("compile p.rollout -o program", 0, "");
    let ask = |what: &str| {
        desk.ask(&format!(
            "eval {what} --evidence good --as-of 2025-11-03T10:00:00Z --format json"
        ))
    };
    let (text, program) = (ask("p.rollout"), ask("program"));
    assert_eq!((text.code, program.code), (0, 0), "{}", program.err);
    assert_eq!(text.out, program.out);
}

#[test]
fn a_program_that_does_not_fit_is_refused() {
    let desk = Desk::with_question();
    let program = desk.ask("compile p.rollout").out;
    let check = |content: String, part: &str| {
        desk.write("program", content);
        desk.expect(
            "eval program --evidence good --as-of 2025-11-03T10:00:00Z",
            3,
            part,
        );
    };
    check(
        program.replace("600000000", "900000000"),
        "does not fit its own digest",
    );
    check(
        program.replace("\"rolloutc.program\":1", "\"rolloutc.program\":2"),
        "version 2",
    );
    check(program[..program.len() / 2].to_string(), "damaged");
    check("{}".into(), "damaged");
    check(
        format!("{}{}", "{\"a\":".repeat(300), "}".repeat(300)),
        "nested",
    );
}

#[test]
fn what_cannot_compile_or_be_written_says_why() {
    let desk = Desk::with_question();
    desk.write("bad.rollout", QUESTION.replace("<= most", "<= least"));
    desk.write("module.rollout", "edition 2026\n\nrecord A { b: text }\n");
    desk.expect("compile bad.rollout", 3, "1 error in 1 file");
    desk.expect("compile module.rollout", 3, "it is a module");
    desk.expect(
        "compile p.rollout -o .",
        2,
        "there is a folder where a file should be",
    );
    desk.expect(
        "compile p.rollout -o no/where.json",
        2,
        "there is no such file",
    );
    desk.expect(
        "compile p.rollout --pin nowhere",
        2,
        "cannot read the folder of --pin",
    );
    desk.expect(
        "compile p.rollout --pin good",
        2,
        "declares no `timeless` item",
    );
}

#[test]
fn a_timeless_item_is_pinned_by_its_file() {
    let desk = Desk::new();
    let rules = QUESTION.replace("  fresh       5m\n  observed at at\n", "  timeless\n");
    desk.write("p.rollout", rules);
    desk.write("good/slo.json", r#"{ "p95": 240 }"#);
    desk.write("other/slo.json", r#"{ "p95": 241 }"#);
    desk.expect("compile p.rollout --pin good -o program", 0, "");
    desk.expect(
        "eval program --evidence good --as-of 2025-11-03T10:00:00Z",
        0,
        "COMPLETE",
    );
    desk.expect(
        "eval program --evidence other --as-of 2025-11-03T10:00:00Z",
        4,
        "mismatched",
    );
}
