//! `rolloutc check`: what is found, where, and how it is told.

use super::{Desk, QUESTION, root};

#[test]
fn a_good_policy_draws_nothing() {
    let desk = Desk::with_question();
    let answer = desk.expect("check p.rollout", 0, "1 file checked, nothing found");
    assert_eq!(answer.err, "");
    desk.expect("check", 0, "1 file checked");
}

#[test]
fn all_examples_check() {
    let desk = Desk::new();
    let examples = root().join("examples");
    desk.expect(
        &format!("check --deny warnings {}", examples.display()),
        0,
        "nothing found",
    );
}

#[test]
fn a_wrong_policy_is_shown_in_every_format() {
    let desk = Desk::new();
    desk.write("p.rollout", QUESTION.replace("= 600ms", "= 600"));
    let text = desk.expect("check p.rollout", 3, "rolloutc explain").out;
    assert!(text.contains("--> p.rollout:5:"), "{text}");
    assert!(
        text.ends_with("1 error in 1 file\n") || text.contains("1 error in 1 file;"),
        "{text}"
    );
    let short = desk
        .expect("check --format short p.rollout", 3, "p.rollout:5:")
        .out;
    assert!(
        short
            .lines()
            .next()
            .is_some_and(|line| line.contains(": error[")),
        "{short}"
    );
    let json = desk.ask("check --format json p.rollout");
    let document: serde_json::Value = serde_json::from_str(&json.out).expect("one document");
    assert_eq!(document["rolloutc.check"], 1);
    assert_eq!(document["counts"]["error"], 1);
    assert_eq!(document["findings"][0]["file"], "p.rollout");
    assert_eq!(document["findings"][0]["line"], 5);
}

#[test]
fn many_files_are_told_together() {
    let desk = Desk::new();
    desk.write("a/good.rollout", QUESTION);
    desk.write("a/b/bad.rollout", QUESTION.replace("slo.p95", "slo.p59"));
    desk.write("c.rollout", QUESTION.replace("<= most", "<= least"));
    let answer = desk.expect("check a c.rollout --statistics", 3, "in 2 of 3 files");
    assert!(answer.out.contains("a/b/bad.rollout:13:"), "{}", answer.out);
    // A path that cannot be read hides nothing of the others.
    let answer = desk.expect("check nowhere c.rollout", 3, "cannot read the policy");
    assert!(answer.out.contains("c.rollout:13:"));
}

#[test]
fn a_file_that_is_used_is_read_beside_its_user() {
    let desk = Desk::new();
    desk.write(
        "shared/common.rollout",
        "edition 2026\n\nrecord Slo { p95: duration in ms }\n",
    );
    let policy = "edition 2026\n\nrollout r\n\nuse \"../shared/common.rollout\" as common\n\nevidence slo: common.Slo { fresh 5m }\n\ngate quick { require slo.p95 <= 1s }\n";
    desk.write("teams/p.rollout", policy);
    desk.expect("check teams/p.rollout", 0, "nothing found");
    desk.write(
        "shared/common.rollout",
        "edition 2026\n\nrecord Slo { p95: durations }\n",
    );
    desk.expect(
        "check teams/p.rollout",
        3,
        "teams/../shared/common.rollout:3:",
    );
    desk.write(
        "teams/p.rollout",
        policy.replace("common.rollout\"", "commons.rollout\""),
    );
    desk.expect(
        "check teams/p.rollout",
        3,
        "error[unknown-name]: there is no file `../shared/commons.rollout`",
    );
}

#[test]
fn wrong_paths_and_encodings_are_told_apart() {
    let desk = Desk::with_question();
    desk.write("latin1.rollout", b"edition 2026\n// caf\xe9\n");
    desk.write("empty.rollout", "");
    desk.write("nul.rollout", "edition 2026\n\0\n");
    std::fs::create_dir(desk.path().join("bare")).expect("a folder");
    desk.expect("check q.rollout", 2, "did you mean `p.rollout`?");
    desk.expect("check bare", 2, "no file in `bare` ends in .rollout");
    desk.expect("check p.rollout/x", 2, "there is no such file");
    desk.expect("check latin1.rollout", 3, "not UTF-8");
    desk.expect("check empty.rollout", 3, "error[");
    desk.expect("check nul.rollout", 3, "error[");
}

#[test]
fn standard_input_is_a_policy_too() {
    let desk = Desk::new();
    let answer = desk.ask_with("check -", &[], QUESTION.as_bytes());
    assert_eq!(
        (answer.code, answer.err.as_str()),
        (0, ""),
        "{}",
        answer.out
    );
    let answer = desk.ask_with("check - --format short", &[], b"edition 2026\nrollot p\n");
    assert_eq!(answer.code, 3);
    assert!(
        answer.out.starts_with("stdin.rollout:2:1: error["),
        "{}",
        answer.out
    );
}

#[test]
fn wrong_flags_are_usage() {
    let desk = Desk::with_question();
    desk.expect("check --formt json", 2, "--format");
    desk.expect(
        "check --format yaml p.rollout",
        2,
        "[possible values: text, short, json]",
    );
    desk.expect(
        "check --deny warning p.rollout",
        2,
        "did you mean `warnings`?",
    );
    desk.expect("chek p.rollout", 2, "check");
    desk.expect("", 2, "Usage");
    desk.expect("--help", 0, "Exit codes");
    desk.expect("--version", 0, env!("CARGO_PKG_VERSION"));
}
