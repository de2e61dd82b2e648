//! Input that a release engineer gets wrong: each says what is wrong, where, and with which exit code.

use super::Desk;

const AT: &str = "--as-of 2025-11-03T10:00:00Z";

/// Asks the question with these words, and expects an exit code and a part of what is said.
fn check(desk: &Desk, words: &str, code: i32, part: &str) {
    desk.expect(&format!("eval p.rollout {AT} {words}"), code, part);
}

#[test]
fn a_member_of_the_subject_stands_once() {
    let desk = Desk::with_question();
    let twice = "--subject build=a --subject build=b";
    check(&desk, twice, 2, "--subject build stands twice");
    check(&desk, "--subject =a", 2, "has no name before the `=`");
    check(&desk, "--param =5", 2, "has no name before the `=`");
    check(&desk, "--param most", 2, "has no `=`");
}

#[test]
fn a_new_state_needs_its_folder_before_anything_is_decided() {
    let desk = Desk::with_phases();
    let words = "eval shop.rollout --evidence 10-00.json --as-of 2025-11-03T10:00:00Z";
    let answer = desk.expect(
        &format!("{words} --state gone/s.json --new-state"),
        6,
        "there is no such folder",
    );
    assert_eq!(answer.out, "");
}

#[test]
fn documents_of_another_kind_are_refused_in_words_of_the_tool() {
    let desk = Desk::with_phases();
    let words = "eval shop.rollout --evidence 10-00.json --as-of 2025-11-03T10:00:00Z --state";
    for (name, text, part) in [
        ("list.json", "[]", "an object with members is wanted here"),
        (
            "other.json",
            "{\"rolloutc.bundle\":1}",
            "unknown field `rolloutc.bundle`",
        ),
        ("cut.json", "{\"rolloutc.state\":1,", "the state is damaged"),
    ] {
        desk.write(name, text);
        let answer = desk.expect(&format!("{words} {name}"), 6, part);
        assert!(!answer.err.contains("expected one of"), "{}", answer.err);
    }
}

#[test]
fn a_compiled_program_decides_as_its_policy_and_is_no_policy_text() {
    let desk = Desk::with_question();
    desk.expect("compile p.rollout -o p.json", 0, "");
    let words = format!("{AT} --evidence bad --format json");
    let source = desk.ask(&format!("eval p.rollout {words}"));
    let compiled = desk.ask(&format!("eval p.json {words}"));
    assert_eq!(source.out, compiled.out);
    desk.expect("check p.json", 2, "name the policy it was compiled from");
    let program = desk.read("p.json");
    desk.write("p.json", program.replacen("900", "901", 1));
    desk.expect("eval p.json --evidence bad", 3, "its own digest");
}

#[test]
fn evidence_that_does_not_fit_says_what_was_found() {
    let desk = Desk::with_question();
    let slo = |p95: &str| format!("{{ \"p95\": {p95}, \"at\": \"2025-11-03T09:59:00Z\" }}");
    for (p95, part) in [
        ("\"\"", "an empty text; a number"),
        ("\"fast\"", "a text, `fast`; a number"),
        ("null", "null; a number"),
        ("-1", "`-1` is negative"),
        (
            "9999999999999999999999999999999999999999",
            "38 significant digits",
        ),
    ] {
        desk.write("odd/slo.json", slo(p95));
        check(&desk, "--evidence odd", 4, part);
    }
    desk.write(
        "odd/slo.json",
        "{ \"p95\": 240, \"at\": \"2025-11-03T10:01:00Z\" }",
    );
    check(&desk, "--evidence odd", 4, "1m ahead");
    desk.write("odd/slo.json", "{ \"p95\": 240,");
    check(&desk, "--evidence odd", 4, "the item counts as malformed");
    check(&desk, "--evidence gone", 6, "there is no such file");
}
