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
            "more than 38 digits",
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

/// A policy that reads one file in a format of its own.
fn reads(item: &str) -> Desk {
    let desk = Desk::new();
    let policy = format!(
        "edition 2026\n\nrollout r of build\n\nrecord Row {{ id: text, n: number, on: bool? }}\n\n{item}\n\n\
         gate small {{ require none x in rows : x.n > 5 or (x.on ?? false) }}\n"
    );
    desk.write("p.rollout", policy);
    desk
}

#[test]
fn every_format_says_what_is_wrong_and_where() {
    for (file, content, part) in [
        (
            "rows.csv",
            "id,n\na,1\nb,2,3\n",
            "`rows[1]`: 3 cells in a table of 2 columns",
        ),
        (
            "rows.csv",
            "id,n\na,\n",
            "`rows[0].n`: an empty cell; a number is wanted",
        ),
        (
            "rows.csv",
            "id,n\na,1.5.2\n",
            "`rows[0].n`: `1.5.2` is not a number",
        ),
        (
            "rows.csv",
            "id,n,on\na,1,no\n",
            "`rows[0].on`: `no` is neither `true` nor `false`",
        ),
        (
            "rows.csv",
            "id;n\na;1\n",
            "cells parted by `;`; `,` is wanted",
        ),
        ("rows.csv", "id,m\na,1\n", "`rows[0].n`: no column `n`"),
        ("rows.csv", "id,n\n\"a,1\n", "a quote that is never closed"),
        (
            "rows.toml",
            "[[rows]]\nid = 'a'\nn = nan\n",
            "`rows[0].n`: a text; a number is wanted",
        ),
        (
            "rows.toml",
            "[[rows]]\nid = 'a'\n",
            "`rows[0].n`: no key `n`",
        ),
        ("rows.toml", "rows = [\n", "not TOML: unclosed array"),
        (
            "rows.yaml",
            "rows:\n- {id: a, n: .inf}\n",
            "`rows[0].n`: a text; a number is wanted",
        ),
        (
            "rows.yaml",
            "rows:\n- {id: a, n: 1, on: yes}\n",
            "`rows[0].on`: a text; `true` or `false` is wanted",
        ),
        (
            "rows.yaml",
            "rows: &a\n- *a\n",
            "an alias inside of what it repeats",
        ),
        ("rows.yaml", "rows: [\n", "not YAML: "),
        (
            "rows.yaml",
            "{}\n---\n{}\n",
            "`rows[1]`: no value at `rows`",
        ),
        (
            "rows.sarif",
            "{\"version\":\"2.1.0\",\"runs\":[]}",
            "a report without a single run",
        ),
        ("rows.sarif", "{}", "no SARIF report: `version` is wanted"),
        ("rows.prom", "# HELP up\nup 1\n", "`#`; a value is wanted"),
        (
            "rows.prom",
            "{\"status\":\"error\",\"error\":\"no\"}",
            "the query failed: error: no",
        ),
    ] {
        let place = match file.ends_with("toml") || file.ends_with("yaml") {
            true => "at rows",
            false => "",
        };
        let desk = reads(&format!(
            "evidence rows: list Row from \"{file}\" {place} {{ timeless }}"
        ));
        desk.write(&format!("e/{file}"), content);
        check(&desk, "--subject build=a --evidence e", 4, part);
    }
    for (item, part) in [
        (
            "evidence rows: Row from \"rows.csv\" { timeless }",
            "the cells of `rows` stand in rows",
        ),
        (
            "evidence rows: list Row from \"rows.xls\" { timeless }",
            "the ending of `rows.xls` does not tell",
        ),
    ] {
        reads(item).expect("check p.rollout", 3, part);
    }
}
