//! `rolloutc eval` without a state: outcomes, where evidence is found, and what is wrong with it.

use super::{Desk, QUESTION};

const AT: &str = "--as-of 2025-11-03T10:00:00Z";

/// Asks the question with these words, and expects an exit code and a part of what is said.
fn check(desk: &Desk, words: &str, code: i32, part: &str) {
    desk.expect(&format!("eval p.rollout {AT} {words}"), code, part);
}

#[test]
fn every_outcome_has_its_exit_code() {
    let desk = Desk::with_question();
    check(&desk, "--evidence good", 0, "COMPLETE");
    check(
        &desk,
        "--evidence bad",
        1,
        "p95 601ms, at most 600ms: over by 1ms",
    );
    check(&desk, "", 4, "missing");
    check(
        &desk,
        "--evidence good --param most=1s",
        2,
        "the policy allows at most 900ms",
    );
    desk.expect(
        "eval p.rollout --evidence good --as-of 2025-11-03T10:04:00Z",
        0,
        "COMPLETE",
    );
    desk.expect(
        "eval p.rollout --evidence good --as-of 2025-11-03T10:04:00.000000001Z",
        4,
        "stale",
    );
}

#[test]
fn a_decision_is_one_document_and_the_same_each_time() {
    let desk = Desk::with_question();
    let ask = || desk.ask(&format!("eval p.rollout {AT} --evidence bad --format json"));
    let (first, again) = (ask(), ask());
    assert_eq!(first.out, again.out);
    let decision: serde_json::Value = serde_json::from_str(&first.out).expect("one document");
    assert_eq!(decision["rolloutc.decision"], 1);
    assert_eq!(decision["outcome"], "blocked");
    assert_eq!(decision["exit"], 1);
    assert_eq!(decision["as_of_from"], "flag");
    assert_eq!(decision["reasons"][0]["observed"]["value"], "601ms");
    assert_eq!(decision["evidence"][0]["file"], "slo.json");
}

#[test]
fn a_summary_can_be_posted() {
    let desk = Desk::with_question();
    check(
        &desk,
        "--evidence bad --format markdown",
        1,
        "### BLOCKED: question",
    );
}

#[test]
fn times_are_shown_as_asked() {
    let desk = Desk::with_question();
    check(
        &desk,
        "--evidence good --tz America/Chicago",
        0,
        "as of 2025-11-03 04:00-06:00",
    );
    check(
        &desk,
        "--evidence good --tz America/Chicagoo",
        2,
        "unknown zone",
    );
    desk.expect(
        "eval p.rollout --evidence good --as-of 2025-11-03T10:00:00",
        2,
        "without offset or `Z`",
    );
    desk.expect(
        "eval p.rollout --evidence good --as-of soon",
        2,
        "not an instant",
    );
    desk.expect(
        "eval p.rollout --evidence good --as-of 2025-02-30T10:00:00Z",
        2,
        "does not exist",
    );
}

#[test]
fn the_clock_is_asked_where_no_instant_is_given() {
    let desk = Desk::with_question();
    let answer = desk.expect("eval p.rollout --evidence good --format json", 4, "stale");
    assert!(
        answer.out.contains("\"as_of_from\": \"clock\""),
        "{}",
        answer.out
    );
}

#[test]
fn a_flag_beats_a_variable_beats_the_default() {
    let desk = Desk::with_question();
    let words = format!("eval p.rollout {AT} --evidence good");
    let with = |words: &str, value: &str| desk.ask_with(words, &[("MOST_MS", value)], b"");
    let answer = with(&words, "200");
    assert_eq!(answer.code, 1, "{}", answer.err);
    assert!(answer.out.contains("200ms (env)"), "{}", answer.out);
    assert_eq!(with(&format!("{words} --param most=300ms"), "200").code, 0);
    assert_eq!(with(&words, "soon").code, 2);
    check(
        &desk,
        "--evidence good --param mos=300ms",
        2,
        "did you mean `most`?",
    );
    check(&desk, "--evidence good --param most", 2, "has no `=`");
}

#[test]
fn plain_files_are_found_by_name_only() {
    let desk = Desk::with_question();
    desk.write(
        "twice/slo.json",
        r#"{ "p95": 240, "at": "2025-11-03T09:59:00Z" }"#,
    );
    desk.write(
        "twice/slo.jsonl",
        r#"{ "p95": 240, "at": "2025-11-03T09:59:00Z" }"#,
    );
    desk.write(
        "deep/er/slo.json",
        r#"{ "p95": 240, "at": "2025-11-03T09:59:00Z" }"#,
    );
    check(&desk, "--evidence slo=good/slo.json", 0, "COMPLETE");
    check(&desk, "--evidence slo=good/none.json", 4, "missing");
    check(
        &desk,
        "--evidence slo=good",
        4,
        "there is a folder where a file should be",
    );
    check(
        &desk,
        "--evidence twice",
        4,
        "found twice, as slo.json and slo.jsonl",
    );
    check(&desk, "--evidence good --evidence bad", 4, "found twice");
    check(&desk, "--evidence deep", 4, "missing");
    check(
        &desk,
        "--evidence sol=good/slo.json",
        2,
        "did you mean `slo`?",
    );
    check(&desk, "--evidence none", 6, "there is no such file");
    check(
        &desk,
        "--evidence good/slo.json",
        6,
        "--evidence slo=good/slo.json",
    );
}

#[test]
fn damaged_evidence_is_unknown_and_shown() {
    let desk = Desk::with_question();
    let with = |content: &[u8], part: &str| {
        desk.write("hurt/slo.json", content);
        check(&desk, "--evidence hurt", 4, part);
    };
    with(
        br#"{ "p95": "fast", "at": "2025-11-03T09:59:00Z" }"#,
        "hurt/slo.json:1:10".trim_start_matches("hurt/"),
    );
    with(
        br#"{ "p95": 240, "p95": 1, "at": "2025-11-03T09:59:00Z" }"#,
        "malformed",
    );
    with(
        br#"{ "p95": 240, "at": "2025-11-03T09:59:00" }"#,
        "malformed",
    );
    with(br#"{ "p95": 240 }"#, "malformed");
    with(br#"{ "p95": 240, "at": "2025-11-03T10:01:00Z" }"#, "future");
    with(b"{ \"p95\": 240", "malformed");
    with(b"", "malformed");
    with(b"\0", "malformed");
    with(b"\xff\xfe{}", "malformed");
    with(
        &[b"[".repeat(4000), b"]".repeat(4000)].concat(),
        "malformed",
    );
    desk.write(
        "marked/slo.json",
        b"\xef\xbb\xbf{ \"p95\": 240, \"at\": \"2025-11-03T09:59:00Z\" }",
    );
    check(&desk, "--evidence marked", 0, "COMPLETE");
}

#[test]
fn time_comes_from_where_it_is_told() {
    let desk = Desk::new();
    desk.write("p.rollout", QUESTION.replace("  observed at at\n", ""));
    desk.write("e/slo.json", r#"{ "p95": 240 }"#);
    check(&desk, "--evidence e", 4, "no time");
    check(
        &desk,
        "--evidence e --observed-at slo=2025-11-03T09:59:00Z",
        0,
        "COMPLETE",
    );
    check(
        &desk,
        "--evidence e --observed-at slo=2025-11-03T10:00:01Z",
        4,
        "future",
    );
    check(
        &desk,
        "--evidence e --observed-at slo=noon",
        2,
        "not an instant",
    );
    check(
        &desk,
        "--evidence e --observed-at sol=2025-11-03T09:59:00Z",
        2,
        "did you mean `slo`?",
    );
    let answer = desk.expect("eval p.rollout --evidence e --trust-mtime", 0, "COMPLETE");
    assert!(
        answer.out.contains("own time was trusted"),
        "{}",
        answer.out
    );
    desk.expect(
        "eval p.rollout --evidence e --trust-mtime --state s",
        2,
        "cannot be used with",
    );
    desk.write(
        "e/slo.json.meta.json",
        r#"{ "observed_at": "2025-11-03T09:59:00Z" }"#,
    );
    check(&desk, "--evidence e", 0, "COMPLETE");
    desk.write(
        "e/slo.json.meta.json",
        r#"{ "observed": "2025-11-03T09:59:00Z" }"#,
    );
    check(&desk, "--evidence e", 4, "slo.json.meta.json");
}

#[test]
fn a_bundle_is_strict() {
    let desk = Desk::new();
    desk.write("p.rollout", QUESTION.replace("  observed at at\n", ""));
    let item = r#"{ "item": "slo", "observed_at": "2025-11-03T09:59:00Z", "file": "a/slo.json" }"#;
    let bundle = |items: &str| format!(r#"{{ "rolloutc.bundle": 1, "items": [ {items} ] }}"#);
    desk.write("b/a/slo.json", r#"{ "p95": 240 }"#);
    desk.write("b/bundle.json", bundle(item));
    check(&desk, "--evidence b", 0, "COMPLETE");
    check(&desk, "--evidence b/bundle.json", 0, "COMPLETE");
    let with = |content: String, code: i32, part: &str| {
        desk.write("b/bundle.json", content);
        check(&desk, "--evidence b", code, part);
    };
    with(bundle(&item.replace("a/slo", "a/none")), 4, "missing");
    with(bundle(&item.replace("a/slo.json", "a")), 4, "malformed");
    with(
        bundle(&item.replace("a/slo.json", "../p.rollout")),
        6,
        "leaves the bundle's folder",
    );
    with(
        bundle(&item.replace("\"item\"", "\"itme\"")),
        6,
        "no member `itme`",
    );
    with(
        bundle(item).replace("bundle\": 1", "bundle\": 2"),
        6,
        "version 2",
    );
    with(
        bundle(item).replace(" ]", ""),
        6,
        "the bundle does not read",
    );
    with("{}".into(), 6, "rolloutc.bundle");
    with(String::new(), 6, "the bundle does not read");
    with("\u{feff}{}".into(), 6, "byte order mark");
    let wrong = item.replace(
        "\"file\"",
        &format!("\"sha256\": \"{}\", \"file\"", "0".repeat(64)),
    );
    with(bundle(&wrong), 4, "malformed");
    let other = item.replace("\"slo\"", "\"slow\"");
    with(bundle(&format!("{item}, {other}")), 0, "slow");
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_refused() {
    let desk = Desk::new();
    desk.write("p.rollout", QUESTION);
    let secret = desk.write(
        "secret.json",
        r#"{ "p95": 240, "at": "2025-11-03T09:59:00Z" }"#,
    );
    desk.write(
        "b/bundle.json",
        r#"{ "rolloutc.bundle": 1, "items": [ { "item": "slo", "file": "slo.json" } ] }"#,
    );
    std::os::unix::fs::symlink(&secret, desk.path().join("b/slo.json")).expect("a link");
    check(&desk, "--evidence b", 6, "leaves the bundle's folder");
    std::fs::create_dir(desk.path().join("plain")).expect("a folder");
    std::os::unix::fs::symlink(&secret, desk.path().join("plain/slo.json")).expect("a link");
    check(
        &desk,
        "--evidence plain",
        4,
        "a link that leaves the evidence folder",
    );
    std::os::unix::fs::symlink("nowhere", desk.path().join("plain/slo.jsonl")).expect("a link");
    std::fs::remove_file(desk.path().join("plain/slo.json")).expect("the link");
    check(&desk, "--evidence plain", 4, "a link that leads nowhere");
}

#[test]
fn a_subject_is_whole() {
    let desk = Desk::with_phases();
    let words = "eval shop.rollout --start --as-of 2025-11-03T10:00:00Z --evidence 10-00.json";
    desk.expect(
        &format!("{words} --subject build=77aa --format json"),
        0,
        "77aa",
    );
    desk.expect(
        &format!("{words} --subject bild=77aa"),
        2,
        "did you mean `build`?",
    );
    desk.expect(&format!("{words} --subject build"), 2, "has no `=`");
}

#[test]
fn findings_stop_a_decision() {
    let desk = Desk::with_question();
    desk.write("p.rollout", QUESTION.replace("<= most", "<= least"));
    check(&desk, "--evidence good", 3, "1 error in 1 file");
    desk.expect(
        "eval q.rollout --evidence good",
        2,
        "did you mean `p.rollout`?",
    );
    desk.expect("eval . --evidence good", 2, "name the policy file in it");
    desk.expect("eval p.rollout --evidnce good", 2, "--evidence");
}
